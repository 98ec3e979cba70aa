"""The `spiffworkflow:` dialect of SpiffArena's modeler, read into the internal model.

Its expressions and scripts are Python; they run in the sandbox (docs/expressions.md).  `DIALECT` names what is used,
where, and what is ignored; lint refuses the rest.
"""

from dataclasses import dataclass, field

from lxml import etree

from bpmn.dialects.extras import RawParam
from bpmn.dialects.tables import Dialect

NAMESPACE = "http://spiffworkflow.org/bpmn/schema/1.0/core"
_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_TASKS = frozenset({"userTask", "manualTask"})
_ACTIVITIES = frozenset(
    {
        "task", "userTask", "manualTask", "scriptTask", "serviceTask", "sendTask", "receiveTask",
        "businessRuleTask", "subProcess", "transaction", "adHocSubProcess", "callActivity",
    }
)  # fmt: skip
_THROWS = frozenset({"sendTask", "intermediateThrowEvent", "endEvent"})
_CATCHES = frozenset({"receiveTask", "intermediateCatchEvent", "boundaryEvent"})
_SCRIPT = ("нарисуйте задачу-скрипт", "draw a script task")
_PAYLOAD = ("её место — у отправки", "it belongs to what throws")
_VARIABLE = ("её место — у ожидания, не у начала", "it belongs to what catches, not to a start")
DIALECT = Dialect(
    "spiffworkflow",
    NAMESPACE,
    used=frozenset(
        {
            "calledDecisionId", "preScript", "postScript", "scriptsOnInstances", "serviceTaskOperator", "properties",
            "instructionsForEndUser", "messagePayload", "messageVariable", "payloadExpression", "variableName",
        }
    ),
    ignored=frozenset(
        {
            "unitTests", "isOutputSynced", "category", "signalButtonLabel", "guestConfirmation",
            "taskMetadataValues", "laneOwners", "isMatchingCorrelation", "processVariableCorrelation",
        }
    ),
    refused={
        "allowGuest": ("используйте ссылку для клиента", "use a link for the client"),
        "preScript": _SCRIPT,
        "postScript": _SCRIPT,
        "serviceTaskOperator": ("выберите сервисную задачу", "use a service task"),
        "messagePayload": _PAYLOAD,
        "payloadExpression": _PAYLOAD,
        "messageVariable": _VARIABLE,
        "variableName": _VARIABLE,
    },
    places={
        "preScript": (_ACTIVITIES, "refused"),
        "postScript": (_ACTIVITIES, "refused"),
        "scriptsOnInstances": (_ACTIVITIES, "ignored"),
        "serviceTaskOperator": (frozenset({"serviceTask"}), "refused"),
        "calledDecisionId": (frozenset({"businessRuleTask"}), "refused"),
        "properties": (_TASKS, "ignored"),
        "instructionsForEndUser": (_TASKS, "ignored"),
        "messagePayload": (_THROWS, "refused"),
        "payloadExpression": (_THROWS, "refused"),
        "messageVariable": (_CATCHES, "refused"),
        "variableName": (_CATCHES, "refused"),
    },
    outside={"message": frozenset({"messagePayload", "messageVariable"})},
)  # fmt: skip
#: Elements whose text is an attribute of the internal model.
_TEXTS = {
    "calledDecisionId": "decisionRef", "preScript": "preScript", "postScript": "postScript",
    "scriptsOnInstances": "scriptsOnInstances", "instructionsForEndUser": "instructionsForEndUser",
    "messagePayload": "payloadExpression", "payloadExpression": "payloadExpression",
    "messageVariable": "payloadVariable", "variableName": "payloadVariable",
}  # fmt: skip
#: What a message of the file says for every element that throws or catches it.
OF_MESSAGES = ("payloadExpression", "payloadVariable")
_FORMS = ("formJsonSchemaFilename", "formUiSchemaFilename")


@dataclass(slots=True)
class Found:
    """The spiffworkflow elements of one `extensionElements`, in the words of the internal model."""

    attributes: dict[str, str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    inputs: list[tuple[str, RawParam]] = field(default_factory=list)


def read(holder: "etree._Element") -> Found:
    """Return what the spiffworkflow children of *holder* say."""
    found = Found()
    owner = holder.getparent()
    for child in holder:
        if not isinstance(child.tag, str) or etree.QName(child).namespace != NAMESPACE:
            continue
        local = etree.QName(child).localname
        text = (child.text or "").strip("\n").rstrip()
        if local in _TEXTS and text.strip():
            found.attributes[_TEXTS[local]] = text
        elif local == "serviceTaskOperator":
            _operator(found, child)
        elif local == "properties":
            _properties(
                found, child, forms=owner is not None and str(owner.tag).removeprefix(_BPMN) in _TASKS
            )
    return found


def _operator(found: Found, element: "etree._Element") -> None:
    """An operator is a handler of that name; its parameters are Python expressions."""
    found.attributes |= {"type": "external", "topic": element.get("id") or ""}
    if element.get("resultVariable"):
        found.attributes["resultVariable"] = element.get("resultVariable") or ""
    for item in element.iter(f"{{{NAMESPACE}}}parameter"):
        value = (item.get("value") or "").strip()
        found.inputs.append((item.get("id") or "", RawParam("python" if value else "text", text=value)))


def _properties(found: Found, element: "etree._Element", *, forms: bool) -> None:
    for item in element.iter(f"{{{NAMESPACE}}}property"):
        name, value = item.get("name") or "", item.get("value") or ""
        if name in _FORMS and forms:
            found.attributes[name] = value
        elif name:
            found.properties[name] = value
