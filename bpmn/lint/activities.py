"""Tasks, loops, calls and compensation."""

from collections.abc import Iterator

from bpmn import scripts
from bpmn.lint.finding import about, graphs, nodes
from bpmn.lint.problem import Problem
from bpmn.spiff.graph import ACTIVITIES, Node
from bpmn.spiff.reader import Reader

SCRIPT_FORMATS = ("python", "feel")
MAX_QUANTITY = 100


def external(node: Node) -> bool:
    """Tell whether a handler does the work."""
    return node.extras.get("type") == "external" and node.extras.get("topic") is not None


def service_tasks(reader: Reader) -> Iterator[Problem]:
    """A service task names its handler."""
    for node in nodes(reader):
        if node.type == "serviceTask" and not external(node):
            yield about(
                reader,
                node,
                "handler_missing",
                "Автоматической задаче {} не выбран обработчик (тип External, тема — имя обработчика)",
                "The service task {} has no handler (type External, topic = the handler's name)",
            )
        if node.type == "sendTask" and not external(node) and node.message is None:
            yield about(
                reader,
                node,
                "send_what",
                "Задаче отправки {} нужен обработчик или сообщение",
                "The send task {} needs a handler or a message",
            )
        if node.type == "receiveTask" and node.message is None:
            yield about(
                reader,
                node,
                "message_missing",
                "В задаче приёма {} не выбрано сообщение",
                "The receive task {} names no message",
            )
        if node.instantiate and node.type == "receiveTask" and node.incoming:
            yield about(
                reader,
                node,
                "receive_instantiate",
                "Задача {} создаёт процесс: в неё не могут входить стрелки",
                "The receive task {} starts the process: nothing may lead into it",
            )


def transaction_methods(reader: Reader) -> Iterator[Problem]:
    """A transaction is undone by compensation, whatever other method it names (BPMN 2.0 table 10.23)."""
    for node in nodes(reader):
        method = node.xml.get("method") if node.type == "transaction" and node.xml is not None else None
        if method and method.strip("#").lower() != "compensate":
            yield about(
                reader,
                node,
                "transaction_method",
                f"{{}}: метод {method} не выполняется, отмена идёт компенсацией",
                f"{{}}: the method {method} is not executed, a cancelled transaction is undone by compensation",
                severity="warning",
            )


def scripts_beside(reader: Reader) -> Iterator[Problem]:
    """Scripts before and after an activity (SpiffArena) are Python that the sandbox understands."""
    for node in nodes(reader):
        for name in ("preScript", "postScript"):
            if (script := node.extras.get(name)) is not None and node.type in ACTIVITIES:
                yield from scripts.problems(script, reader.file, node.id, node.line)


def script_tasks(reader: Reader) -> Iterator[Problem]:
    """A script task has a script in Python or FEEL that the sandbox understands."""
    for node in nodes(reader):
        if node.type != "scriptTask":
            continue
        if node.script is None:
            yield about(
                reader, node, "script_missing", "В задаче {} нет скрипта", "The script task {} has no script"
            )
            continue
        if node.script_format not in SCRIPT_FORMATS:
            found = node.script_format or "?"
            yield about(
                reader,
                node,
                "script_format",
                f"Скрипт задачи {{}} на языке {found} не выполняется: поддерживаются python и feel",
                f"The script of {{}} is written in {found}, which is not executed: use python or feel",
            )
        elif node.script_format == "python":
            yield from scripts.problems(node.script, reader.file, node.id, node.line)
            if node.extras.get("resultVariable"):
                yield about(
                    reader,
                    node,
                    "script_result",
                    "{}: скрипт на Python пишет переменные сам, resultVariable не используется",
                    "{}: a Python script sets its variables itself, resultVariable has no effect",
                    severity="warning",
                )
        elif not node.extras.get("resultVariable"):
            yield about(
                reader,
                node,
                "script_result",
                "{}: скрипту FEEL нужна переменная результата (resultVariable)",
                "{}: a FEEL script needs a result variable (resultVariable)",
                severity="warning",
            )


def decisions(reader: Reader) -> Iterator[Problem]:
    """A business rule task names its decision."""
    for node in nodes(reader):
        if node.type == "businessRuleTask" and not external(node):
            if not node.extras.get("decisionRef"):
                yield about(
                    reader,
                    node,
                    "decision_missing",
                    "В задаче {} не выбрано решение DMN",
                    "{} names no DMN decision",
                )
            elif not node.extras.get("resultVariable") and not node.extras.outputs:
                yield about(
                    reader,
                    node,
                    "decision_result",
                    "{}: результат решения никуда не записывается (нет resultVariable)",
                    "{}: the result of the decision is stored nowhere (no resultVariable)",
                    severity="warning",
                )


def calls(reader: Reader) -> Iterator[Problem]:
    """A call activity names a process."""
    for node in nodes(reader):
        if node.type == "callActivity" and node.called is None:
            yield about(
                reader,
                node,
                "called_missing",
                "В {} не указан вызываемый процесс",
                "{} names no process to call",
            )


def loops(reader: Reader) -> Iterator[Problem]:
    """A loop knows how often it runs (BPMN 2.0 §10.3.8)."""
    for node in nodes(reader):
        loop = node.loop
        if loop is None:
            continue
        if node.triggered:
            yield about(
                reader,
                node,
                "loop_forbidden",
                "Событийный подпроцесс {} не повторяют",
                "The event subprocess {} cannot loop",
            )
        if loop.kind == "standard":
            if loop.condition is None and loop.maximum is None:
                yield about(
                    reader,
                    node,
                    "loop_endless",
                    "У цикла {} нет ни условия, ни максимума повторений",
                    "The loop {} has neither a condition nor a maximum",
                )
            if (
                loop.maximum is not None
                and loop.maximum.strip().lstrip("-").isdecimal()
                and int(loop.maximum) < 1
            ):
                yield about(
                    reader,
                    node,
                    "loop_maximum",
                    "{}: максимум повторений меньше 1",
                    "{}: the loop maximum is below 1",
                )
            continue
        if loop.collection is None and loop.cardinality is None:
            yield about(
                reader,
                node,
                "instances_missing",
                "Для {} не указано, сколько экземпляров: нужна коллекция или число",
                "{} does not say how many instances: give a collection or a number",
            )
        if loop.collection is not None and loop.cardinality is not None:
            yield about(
                reader,
                node,
                "instances_twice",
                "Для {} указаны и коллекция, и число экземпляров",
                "{} gives both a collection and a number of instances",
            )
        if loop.output_collection and not loop.output_item and not loop.output_expression:
            yield about(
                reader,
                node,
                "output_item",
                "{}: выходная коллекция есть, а выходной элемент не назван",
                "{}: there is an output collection but no output item",
            )
        if (
            loop.kind == "parallel"
            and loop.output_item is None
            and not node.extras.outputs
            and node.type == "scriptTask"
        ):
            yield about(
                reader,
                node,
                "instances_overwrite",
                "{}: параллельные экземпляры пишут одни и те же переменные, последний победит",
                "{}: parallel instances write the same variables, the last one wins",
                severity="warning",
            )
        if loop.behavior not in (None, "All", "None", "One", "Complex"):
            yield about(reader, node, "loop_behavior", "{}: неизвестное behavior", "{}: unknown behavior")
        if (loop.behavior == "One" and loop.one_event is None) or (
            loop.behavior == "None" and loop.none_event is None
        ):
            yield about(
                reader,
                node,
                "loop_behavior",
                "{}: behavior требует события, а оно не указано",
                "{}: the behavior needs an event that is not given",
            )


def quantities(reader: Reader) -> Iterator[Problem]:
    """Token quantities are whole numbers from one up (BPMN 2.0 table 10.3)."""
    for node in nodes(reader):
        for name, value in (
            ("startQuantity", node.start_quantity),
            ("completionQuantity", node.completion_quantity),
        ):
            if not value.isascii() or not value.isdecimal() or not 1 <= int(value) <= MAX_QUANTITY:
                yield about(
                    reader,
                    node,
                    "quantity",
                    f"{{}}: {name}={value}, а должно быть целое число от 1 до {MAX_QUANTITY}",
                    f"{{}}: {name}={value}, it must be a whole number from 1 to {MAX_QUANTITY}",
                )


def compensation(reader: Reader) -> Iterator[Problem]:
    """Handlers hang on their boundary event by an association and nothing else (BPMN 2.0 §10.7)."""
    for graph in graphs(reader):
        handled: set[str] = set()
        for node in graph.nodes.values():
            if node.type != "boundaryEvent" or not any(event.kind == "compensate" for event in node.events):
                continue
            targets = [
                graph.nodes[target]
                for source, target in graph.associations
                if source == node.id and target in graph.nodes
            ]
            handled.update(target.id for target in targets)
            if len(targets) != 1 or targets[0].type not in ACTIVITIES:
                yield about(
                    reader,
                    node,
                    "compensation_handler",
                    "Событие компенсации {} должно быть связано с одним действием-обработчиком (ассоциацией)",
                    "The compensation event {} must be associated with exactly one handler activity",
                )
            elif not targets[0].for_compensation:
                yield about(
                    reader,
                    targets[0],
                    "compensation_flag",
                    "Обработчик компенсации {} должен быть помечен isForCompensation",
                    "The compensation handler {} must be marked isForCompensation",
                )
            if node.outgoing:
                yield about(
                    reader,
                    node,
                    "compensation_flow",
                    "Из события компенсации {} стрелки не выходят, нужна ассоциация",
                    "No sequence flow may leave the compensation event {}: use an association",
                )
        for node in graph.nodes.values():
            if not node.for_compensation:
                continue
            if node.incoming or node.outgoing:
                yield about(
                    reader,
                    node,
                    "compensation_flow",
                    "Обработчик компенсации {} стоит вне потока: уберите стрелки",
                    "The compensation handler {} stands outside the flow: remove its sequence flows",
                )
            if node.id not in handled:
                yield about(
                    reader,
                    node,
                    "compensation_unused",
                    "Обработчик компенсации {} ни с чем не связан",
                    "The compensation handler {} is not associated with anything",
                )


def compensated(reader: Reader) -> Iterator[Problem]:
    """A compensation throw names an activity that can be undone (BPMN 2.0 §10.5.6)."""
    for node in nodes(reader):
        for event in node.events:
            if event.kind != "compensate" or event.activity is None or node.type == "boundaryEvent":
                continue
            target = _visible(node, event.activity)
            if target is None:
                yield about(
                    reader,
                    node,
                    "compensation_target",
                    f"{{}}: компенсируемое действие {event.activity} не найдено на этом уровне",
                    f"{{}}: the activity to compensate, {event.activity}, is not in this scope",
                )
            elif not _undoable(target):
                yield about(
                    reader,
                    node,
                    "compensation_target",
                    f"{{}}: у действия {event.activity} нет обработчика компенсации",
                    f"{{}}: the activity {event.activity} has no compensation handler",
                )


def _visible(node: Node, activity: str) -> Node | None:
    graph = node.scope
    while True:
        found = graph.nodes.get(activity)
        if found is not None and found.type in ACTIVITIES:
            return found
        if graph.owner is None or not graph.owner.triggered:
            return None
        graph = graph.owner.scope


def _undoable(node: Node) -> bool:
    if any(event.kind == "compensate" for boundary in node.boundaries for event in boundary.events):
        return True
    return node.inner is not None and any(_undoable(child) for child in node.inner.nodes.values())


RULES = (
    service_tasks,
    script_tasks,
    scripts_beside,
    transaction_methods,
    decisions,
    calls,
    loops,
    quantities,
    compensation,
    compensated,
)
