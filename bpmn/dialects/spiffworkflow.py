"""The `spiffworkflow:` dialect of SpiffArena's modeler, read into the internal model.

Its expressions are Python; conditions run in the sandbox (docs/expressions.md).  `DIALECT` names what is used and
ignored; lint refuses the rest.
"""

from lxml import etree

from bpmn.dialects.tables import Dialect

NAMESPACE = "http://spiffworkflow.org/bpmn/schema/1.0/core"
_SCRIPT = ("нарисуйте задачу-скрипт до или после", "draw a script task before or after it")
_FORM = ("положите форму .form в папку процесса", "put a .form file into the folder of the process")
DIALECT = Dialect(
    "spiffworkflow",
    NAMESPACE,
    used=frozenset({"calledDecisionId"}),
    ignored=frozenset(
        {
            "unitTests", "isOutputSynced", "category", "instructionsForEndUser", "signalButtonLabel",
            "guestConfirmation", "taskMetadataValues", "scriptsOnInstances", "laneOwners",
        }
    ),
    refused={
        "preScript": _SCRIPT,
        "postScript": _SCRIPT,
        "properties": _FORM,
        "serviceTaskOperator": ("выберите обработчик (External)", "choose a handler (External)"),
        "messagePayload": ("задайте входные параметры", "set input parameters"),
        "messageVariable": ("данные сообщения придут в переменные", "its data goes to the variables"),
        "payloadExpression": ("задайте входные параметры", "set input parameters"),
        "variableName": ("данные события придут в переменные", "its data goes to the variables"),
        "allowGuest": ("используйте ссылку для клиента", "use a link for the client"),
    },
)  # fmt: skip


def read(holder: "etree._Element") -> dict[str, str]:
    """Return the attributes that the spiffworkflow children of *holder* come to."""
    found: dict[str, str] = {}
    for child in holder:
        if child.tag == f"{{{NAMESPACE}}}calledDecisionId" and (text := (child.text or "").strip()):
            found["decisionRef"] = text
    return found
