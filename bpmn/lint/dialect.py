"""Vendor attributes: what would run Java or JavaScript, or is not executed, is refused by name."""

from collections.abc import Iterator

from bpmn.lint.finding import about, finding, nodes
from bpmn.lint.problem import Problem
from bpmn.spiff.reader import Reader

_JAVA = {
    "class": "camunda:class",
    "delegateExpression": "camunda:delegateExpression",
    "expression": "camunda:expression",
    "variableMappingClass": "camunda:variableMappingClass",
    "variableMappingDelegateExpression": "camunda:variableMappingDelegateExpression",
    "resource": "camunda:resource",
    "modelerTemplateIcon": "",
}
_NOT_EXECUTED = {
    "caseRef": "camunda:caseRef",
    "calledElementTenantId": "camunda:calledElementTenantId",
    "decisionRefTenantId": "camunda:decisionRefTenantId",
}
_TYPES = frozenset({"external"})


def java(reader: Reader) -> Iterator[Problem]:
    """Nothing that would run Java is accepted."""
    for node in nodes(reader):
        for extras in (node.extras, *(event.extras for event in node.events)):
            for name, shown in _JAVA.items():
                if shown and extras.get(name) is not None:
                    yield about(
                        reader,
                        node,
                        "java",
                        f"{{}}: {shown} запускает код Java и не выполняется; используйте обработчик (External)",
                        f"{{}}: {shown} would run Java and is not executed; use a handler (External)",
                    )
            for name, shown in _NOT_EXECUTED.items():
                if extras.get(name) is not None:
                    yield about(
                        reader,
                        node,
                        "not_executed",
                        f"{{}}: {shown} не выполняется",
                        f"{{}}: {shown} is not executed",
                    )
            kind = extras.get("type")
            if kind is not None and kind not in _TYPES:
                yield about(
                    reader,
                    node,
                    "task_type",
                    f"{{}}: тип «{kind}» не выполняется, поддерживается External",
                    f"{{}}: the type {kind!r} is not executed, use External",
                )
        for listener in node.extras.listeners:
            yield about(
                reader,
                node,
                "listener",
                f"{{}}: слушатель {listener} не выполняется",
                f"{{}}: the listener {listener} is not executed",
            )
        for name in node.extras.unknown:
            if name in ("connector", "field", "errorEventDefinition", "constraint"):
                yield about(
                    reader,
                    node,
                    "not_executed",
                    f"{{}}: camunda:{name} не выполняется",
                    f"{{}}: camunda:{name} is not executed",
                )


def processes(reader: Reader) -> Iterator[Problem]:
    """Listeners of a process are refused as those of its elements are."""
    for drawing in reader.drawings:
        if drawing.executable and drawing.extras.listeners:
            yield finding(
                reader,
                drawing.id,
                "listener",
                f"Слушатели процесса {drawing.id} не выполняются",
                f"The listeners of the process {drawing.id} are not executed",
                line=drawing.line,
            )


def foreign(reader: Reader) -> Iterator[Problem]:
    """Attributes that other engines execute would be lost silently: say so."""
    known = {
        "http://camunda.org/schema/zeebe/1.0": "zeebe",
        "http://spiffworkflow.org/bpmn/schema/1.0/core": "spiffworkflow",
    }
    for node in nodes(reader):
        if node.xml is None:
            continue
        found = set()
        for element in node.xml.iter():
            if not isinstance(element.tag, str) or (
                element is not node.xml and element.get("id") in node.scope.nodes
            ):
                continue
            if (
                node.inner is not None
                and element is not node.xml
                and not element.tag.endswith("extensionElements")
            ):
                continue
            for name in (element.tag, *element.attrib):
                namespace = str(name)[1:].partition("}")[0]
                if namespace in known and not str(name).endswith(
                    ("modelerTemplate", "modelerTemplateVersion")
                ):
                    found.add(known[namespace])
        for dialect in sorted(found):
            yield about(
                reader,
                node,
                "foreign_dialect",
                f"{{}}: настройки диалекта {dialect} здесь не выполняются, задайте их в панели camunda",
                f"{{}}: settings of the {dialect} dialect are not executed here, set them as camunda",
            )


RULES = (java, processes, foreign)
