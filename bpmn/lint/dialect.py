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
    "variableName": "camunda:variableName",
    "variableEvents": "camunda:variableEvents",
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


_VALUES = {
    "calledElementBinding": ("latest", "deployment", "version", "versionTag"),
    "decisionRefBinding": ("latest", "deployment", "version", "versionTag"),
    "mapDecisionResult": ("singleEntry", "singleResult", "collectEntries", "resultList"),
}


def values(reader: Reader) -> Iterator[Problem]:
    """Attributes with fixed values have one of them, and a binding by version or tag says which."""
    for node in nodes(reader):
        for name, allowed in _VALUES.items():
            found = node.extras.get(name)
            if found is not None and found not in allowed:
                yield about(
                    reader,
                    node,
                    "attribute_value",
                    f"{{}}: camunda:{name} не может быть «{found}», бывает {', '.join(allowed)}",
                    f"{{}}: camunda:{name} cannot be {found!r}, it is one of {', '.join(allowed)}",
                )
        for name, what in (("calledElement", "calledElementBinding"), ("decisionRef", "decisionRefBinding")):
            kind = node.extras.get(what)
            given = {"version": f"{name}Version", "versionTag": f"{name}VersionTag"}.get(kind or "")
            if given is not None and node.extras.get(given) is None:
                yield about(
                    reader,
                    node,
                    "binding_value",
                    f"{{}}: выбрана привязка {kind}, но не указана camunda:{given}",
                    f"{{}}: the binding is {kind}, but camunda:{given} is missing",
                )


def mappings(reader: Reader) -> Iterator[Problem]:
    """Input parameters stand where something uses them; `in` and `out` belong to call activities."""
    for node in nodes(reader):
        if node.extras.inputs and (
            node.type.endswith("Gateway") or node.type in ("startEvent", "boundaryEvent")
        ):
            yield about(
                reader,
                node,
                "inputs_unused",
                "{}: входные параметры здесь не выполняются",
                "{}: input parameters are not executed here",
            )
        events = [event for event in node.events if event.extras.ins or event.extras.outs]
        if events or ((node.extras.ins or node.extras.outs) and node.type != "callActivity"):
            yield about(
                reader,
                node,
                "mapping_unused",
                "{}: camunda:in и camunda:out выполняются только у вызова процесса; здесь нужны параметры Input/Output",
                "{}: camunda:in and camunda:out are executed at call activities only; use Input/Output parameters here",
            )


def start_names(reader: Reader) -> Iterator[Problem]:
    """The message or signal that starts a process has a fixed name: nothing could compute it yet."""
    for node in nodes(reader):
        starts = (node.type == "startEvent" and node.scope.owner is None) or node.instantiate
        for name in [event.name for event in node.events] + [node.message] if starts else []:
            if name and (name.startswith("=") or "${" in name or "#{" in name):
                yield about(
                    reader,
                    node,
                    "start_name",
                    f"{{}}: имя «{name}» начального сообщения не может быть выражением",
                    f"{{}}: the name {name!r} of what starts the process cannot be an expression",
                )


RULES = (java, processes, values, mappings, start_names)
