"""Service tasks without a handler yet: in a scenario each is a job like the others.

An example may come before the handlers: nothing is called in it anyway.  Only the copy that the scenario plays on
is changed; a diagram is deployed for good only with its handlers named.
"""

from collections.abc import Mapping

from lxml import etree

from bpmn.xml import XmlRefused, parse_xml

_BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
_TASKS = (f"{{{_BPMN}}}serviceTask", f"{{{_BPMN}}}sendTask")
_HANDLERS = frozenset({"type", "topic", "class", "expression", "delegateExpression", "decisionRef"})
_DEFINITION = "taskDefinition"


def with_placeholders(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return *files* with a handler for every task of their diagrams that should have one and names none."""
    return {path: _filled(data) if path.endswith(".bpmn") else data for path, data in files.items()}


def _filled(content: bytes) -> bytes:
    try:
        root = parse_xml(content)
    except XmlRefused:
        return content  # said at the deployment, with the place
    bare = [task for task in root.iter(*_TASKS) if _is_bare(task)]
    if not bare:
        return content
    for task in bare:
        task.set(f"{{{_CAMUNDA}}}type", "external")
        task.set(f"{{{_CAMUNDA}}}topic", task.get("id") or "handler")
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _is_bare(task: etree._Element) -> bool:
    if task.get("messageRef") or task.get("operationRef"):
        return False
    if any(etree.QName(name).localname in _HANDLERS for name in task.attrib):
        return False
    return not any(
        isinstance(child.tag, str) and etree.QName(child).localname == _DEFINITION for child in task.iter()
    )
