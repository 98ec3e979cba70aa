"""What the `camunda:` dialect of 7.24 and its aliases come to here, by local name.

What would run Java and what has a rule of its own (listeners, connectors) is refused there; all else that is not in
this table is refused as unknown.
"""

from bpmn.dialects.tables import Dialect

#: Refused by rules of their own, with words of their own (`bpmn.lint.dialect`).
ELSEWHERE = frozenset(
    {
        "class", "delegateExpression", "expression", "variableMappingClass", "variableMappingDelegateExpression",
        "resource", "caseRef", "calledElementTenantId", "decisionRefTenantId", "variableName", "variableEvents",
        "executionListener", "taskListener",
    }
)  # fmt: skip
DIALECT = Dialect(
    "camunda",
    "http://camunda.org/schema/1.0/bpmn",
    used=frozenset(
        {
            "assignee", "candidateUsers", "candidateGroups", "dueDate", "followUpDate", "priority", "formKey", "formRef",
            "formData", "type", "topic", "taskPriority", "jobPriority", "resultVariable", "decisionRef",
            "decisionRefBinding", "decisionRefVersion", "decisionRefVersionTag", "mapDecisionResult",
            "calledElementBinding", "calledElementVersion", "calledElementVersionTag", "in", "out", "collection",
            "elementVariable", "errorCodeVariable", "errorMessageVariable", "escalationCodeVariable", "initiator",
            "properties", "inputOutput", "failedJobRetryTimeCycle",
        }
    ),
    ignored=frozenset(
        {
            "async", "asyncBefore", "asyncAfter", "exclusive", "historyTimeToLive", "isStartableInTasklist",
            "candidateStarterGroups", "candidateStarterUsers", "potentialStarter", "diagramRelationId",
            "modelerTemplate", "modelerTemplateVersion", "modelerTemplateIcon", "formRefBinding", "formRefVersion",
            "errorMessage",
        }
    ),
    refused={
        "formProperty": ("опишите форму полями formData или файлом .form", "use formData or a .form file"),
        "connector": ("используйте обработчик (External)", "use a handler (External)"),
        "skipExpression": ("нарисуйте развилку", "draw a gateway"),
    },
    # Camunda's modeler insists on historyTimeToLive; how long requests are kept is a setting here
    outside={"process": frozenset({"versionTag", "properties", "historyTimeToLive"})},
)  # fmt: skip
