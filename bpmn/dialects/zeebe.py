"""The `zeebe:` dialect (Camunda 8), read into the internal model.

`DIALECT` names what is used and ignored; lint refuses the rest, so nothing is lost silently.  Zeebe's values are
FEEL after `=` and text otherwise, as ours are.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from bpmn.dialects.extras import Mapped, RawParam
from bpmn.dialects.tables import Dialect

NAMESPACE = "http://camunda.org/schema/zeebe/1.0"
DIALECT = Dialect(
    "zeebe",
    NAMESPACE,
    used=frozenset(
        {
            "formDefinition", "userTaskForm", "userTask", "assignmentDefinition", "taskSchedule",
            "priorityDefinition", "taskDefinition", "taskHeaders", "calledDecision", "calledElement",
            "loopCharacteristics", "script", "subscription", "ioMapping", "properties", "versionTag",
        }
    ),
    ignored=frozenset({"modelerTemplate", "modelerTemplateVersion", "modelerTemplateIcon"}),
    refused={
        "executionListeners": ("поставьте задачу рядом", "draw a task beside it"),
        "taskListeners": ("поставьте задачу рядом", "draw a task beside it"),
        "adHoc": ("выбирает человек или условие завершения", "a person or a completion condition decides"),
        "conditionalFilter": ("напишите это в условии", "write it in the condition"),
        "linkedResources": ("положите файл в папку процесса", "put the file into the folder of the process"),
    },
    outside={"process": frozenset({"versionTag", "userTaskForm", "properties"}), "message": frozenset({"subscription"})},
)  # fmt: skip
#: The key of the correlation that a `subscription` of a message computes.
CORRELATION_KEY = "correlationKey"
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
    "calledElement": {
        "processId": "calledElement", "bindingType": "calledElementBinding",
        "versionTag": "calledElementVersionTag",
    },
    "loopCharacteristics": {
        "inputCollection": "collection", "inputElement": "elementVariable",
        "outputCollection": "outputCollection", "outputElement": "outputElement",
    },
    "script": {"expression": "script", "resultVariable": "resultVariable"},
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
    ins: list[Mapped] = field(default_factory=list)
    outs: list[Mapped] = field(default_factory=list)
    forms: dict[str, str] = field(default_factory=dict)
    retry: str | None = None


def read(holder: "etree._Element") -> Found:
    """Return what the zeebe children of *holder* say."""
    found = Found()
    called = None
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
        elif local == "taskDefinition":
            found.attributes |= {"type": "external", "topic": child.get("type") or ""}
            found.retry = _retry(child.get("retries"))
        elif local == "ioMapping":
            for item in _children(child):
                target = found.inputs if etree.QName(item).localname == "input" else found.outputs
                target.append((item.get("target") or "", RawParam("text", text=item.get("source") or "")))
        elif local in ("properties", "taskHeaders"):
            for item in _children(child):
                found.properties[item.get("name") or item.get("key") or ""] = item.get("value") or ""
        elif local == "calledElement":
            called = child
    if called is not None:
        _call(found, called)
    return found


def _retry(retries: str | None) -> str | None:
    """Zeebe counts attempts, a retry cycle repetitions; an expression or nonsense leaves the usual policy."""
    text = (retries or "").strip()
    return f"R{max(int(text) - 1, 0)}/PT1M" if text.isascii() and text.isdecimal() and len(text) < 4 else None


def _call(found: Found, element: "etree._Element") -> None:
    """Without propagation only the mapped variables go in or come back."""
    if element.get("propagateAllParentVariables") == "false":
        found.ins = [Mapped(target=name, source=name) for name, _ in found.inputs] or [Mapped()]
    if element.get("propagateAllChildVariables") == "false":
        found.outs = [Mapped(target=name, expression=raw.text) for name, raw in found.outputs] or [Mapped()]
        found.outputs = []


def _children(holder: "etree._Element") -> Iterator["etree._Element"]:
    for child in holder:
        if isinstance(child.tag, str) and etree.QName(child).namespace == NAMESPACE:
            yield child


def correlation_key(message: "etree._Element") -> str | None:
    """Return the correlation key that a message has in its `subscription`."""
    for element in message.iter(f"{{{NAMESPACE}}}subscription"):
        return element.get("correlationKey") or None
    return None


def output_of(element: str) -> tuple[str, str | None]:
    """Return the variable of a loop's instances behind an `outputElement`, and the expression where it is more.

    The variable is local to its instance, so that parallel instances do not overwrite one another.
    """
    text = element.strip().removeprefix("=").strip()
    if re.fullmatch(r"[^\W\d]\w*", text):
        return text, None
    path = re.match(r"([^\W\d]\w*)\s*\.", text)
    return (path[1] if path else ""), text


def embedded_form(key: str) -> str | None:
    """Return the id of the form inside the diagram that a form key names, None for any other key."""
    return key.removeprefix(_EMBEDDED) if key.startswith(_EMBEDDED) else None
