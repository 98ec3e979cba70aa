"""What is read of the `zeebe:` dialect (Camunda 8): forms, decisions, assignment and mappings.

`READ` names the extension elements that are executed; lint refuses the others, so nothing is lost silently.
Zeebe's values are FEEL after `=` and text otherwise, as ours are.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from bpmn.dialects.extras import RawParam

NAMESPACE = "http://camunda.org/schema/zeebe/1.0"
READ = frozenset(
    {
        "formDefinition", "userTaskForm", "userTask", "calledDecision", "assignmentDefinition", "taskSchedule",
        "priorityDefinition", "ioMapping", "input", "output", "properties", "property", "versionTag",
    }
)  # fmt: skip
_ATTRIBUTES = {
    "assignmentDefinition": {
        "assignee": "assignee", "candidateGroups": "candidateGroups", "candidateUsers": "candidateUsers",
    },
    "taskSchedule": {"dueDate": "dueDate", "followUpDate": "followUpDate"},
    "priorityDefinition": {"priority": "priority"},
    "calledDecision": {
        "decisionId": "decisionRef", "resultVariable": "resultVariable", "bindingType": "decisionRefBinding",
        "versionTag": "decisionRefVersionTag",
    },
    "versionTag": {"value": "versionTag"},
}  # fmt: skip
_EMBEDDED = "camunda-forms:bpmn:"


@dataclass(slots=True)
class Found:
    """The zeebe elements of one `extensionElements`, in the words of the internal model."""

    attributes: dict[str, str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    inputs: list[tuple[str, RawParam]] = field(default_factory=list)
    outputs: list[tuple[str, RawParam]] = field(default_factory=list)
    forms: dict[str, str] = field(default_factory=dict)


def read(holder: "etree._Element") -> Found:
    """Return what the zeebe children of *holder* say."""
    found = Found()
    for child in _children(holder):
        local = etree.QName(child).localname
        for name, ours in _ATTRIBUTES.get(local, {}).items():
            if value := child.get(name):
                found.attributes[ours] = value
        if local == "formDefinition":
            key = child.get("formId") or child.get("formKey") or child.get("externalReference")
            if key:
                found.attributes["formKey"] = key
        elif local == "userTaskForm":
            found.forms[child.get("id") or ""] = child.text or ""
        elif local == "ioMapping":
            for item in _children(child):
                target = found.inputs if etree.QName(item).localname == "input" else found.outputs
                target.append((item.get("target") or "", RawParam("text", text=item.get("source") or "")))
        elif local == "properties":
            for item in _children(child):
                found.properties[item.get("name") or ""] = item.get("value") or ""
    return found


def _children(holder: "etree._Element") -> Iterator["etree._Element"]:
    for child in holder:
        if isinstance(child.tag, str) and etree.QName(child).namespace == NAMESPACE:
            yield child


def is_read(tag: str) -> bool:
    """Tell whether an element of the zeebe namespace is executed here."""
    return tag.startswith(f"{{{NAMESPACE}}}") and etree.QName(tag).localname in READ


def embedded_form(key: str) -> str | None:
    """Return the id of the form inside the diagram that a form key names, None for any other key."""
    return key.removeprefix(_EMBEDDED) if key.startswith(_EMBEDDED) else None
