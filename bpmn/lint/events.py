"""Events: which kinds may stand where, and whether they name what they need."""

from collections import Counter
from collections.abc import Iterator

from bpmn.lint.finding import about, graphs, nodes
from bpmn.lint.problem import Problem
from bpmn.spiff.graph import ACTIVITIES, Graph, Node
from bpmn.spiff.parts import B, is_true, reference
from bpmn.spiff.reader import Reader

_COMPENSATE = B + "compensateEventDefinition"
_ALLOWED = {
    "startEvent": {"message", "signal", "timer", "conditional"},
    "eventSubprocess": {"message", "signal", "timer", "conditional", "error", "escalation"},
    "intermediateCatchEvent": {"message", "signal", "timer", "conditional", "link"},
    "intermediateThrowEvent": {"message", "signal", "escalation", "compensate", "link"},
    "endEvent": {"message", "signal", "error", "escalation", "compensate", "cancel", "terminate"},
    "boundaryEvent": {
        "message",
        "signal",
        "timer",
        "conditional",
        "error",
        "escalation",
        "cancel",
        "compensate",
    },
}
_PLACE = {
    "startEvent": ("начальном событии", "a start event"),
    "eventSubprocess": ("начале событийного подпроцесса", "the start of an event subprocess"),
    "intermediateCatchEvent": ("промежуточном ожидании", "an intermediate catching event"),
    "intermediateThrowEvent": ("промежуточном событии-действии", "an intermediate throwing event"),
    "endEvent": ("завершающем событии", "an end event"),
    "boundaryEvent": ("граничном событии", "a boundary event"),
}


def _place(node: Node) -> str:
    owner = node.scope.owner
    if node.type == "startEvent" and owner is not None and owner.triggered:
        return "eventSubprocess"
    return node.type


def kinds(reader: Reader) -> Iterator[Problem]:
    """Tables 10.84 to 10.93 of BPMN 2.0: which event may stand where."""
    for node in nodes(reader):
        place = _place(node)
        if place not in _ALLOWED:
            continue
        ru, en = _PLACE[place]
        for event in node.events:
            if event.kind not in _ALLOWED[place]:
                yield about(
                    reader,
                    node,
                    "event_kind",
                    f"{{}}: событие {event.kind} не выполняется в {ru}",
                    f"{{}}: a {event.kind} event is not executed as {en}",
                )
        if not node.events and place in ("intermediateCatchEvent", "boundaryEvent"):
            yield about(
                reader,
                node,
                "event_none",
                "Событию {} нужен тип: сообщение, таймер, сигнал…",
                "The event {} needs a type: message, timer, signal…",
            )
        kinds_here = Counter(event.kind for event in node.events)
        if len(node.events) > 1 and (
            "link" in kinds_here
            or ("terminate" in kinds_here)
            or ("cancel" in kinds_here)
            or (node.parallel_multiple and place != "intermediateCatchEvent")
        ):
            yield about(
                reader,
                node,
                "event_multiple",
                "{}: такое сочетание нескольких событий не выполняется",
                "{}: this combination of several events is not executed",
            )


def boundary(reader: Reader) -> Iterator[Problem]:
    """A boundary event sits on an activity of its scope; some kinds always interrupt (BPMN 2.0 §10.5.4)."""
    for node in nodes(reader):
        if node.type != "boundaryEvent":
            continue
        host = node.scope.nodes.get(node.attached_to or "")
        if host is None or host.type not in ACTIVITIES or host.triggered:
            yield about(
                reader,
                node,
                "boundary_host",
                f"Граничное событие {{}} прикреплено к {node.attached_to}, а это не действие этого же уровня",
                f"The boundary event {{}} is attached to {node.attached_to}, which is no activity of its scope",
            )
            continue
        found = {event.kind for event in node.events}
        if "cancel" in found and host.type != "transaction":
            yield about(
                reader,
                node,
                "cancel_boundary",
                "Событие отмены {} бывает только у транзакции",
                "The cancel event {} may only be attached to a transaction",
            )
        if not node.interrupting and found & {"error", "cancel", "compensate"}:
            yield about(
                reader,
                node,
                "boundary_interrupts",
                "{}: ошибка, отмена и компенсация всегда прерывают, снимите «непрерывающее»",
                "{}: error, cancel and compensation events always interrupt (cancelActivity must be true)",
            )
        if "compensate" not in found and not node.outgoing:
            yield about(
                reader,
                node,
                "boundary_way",
                "Из граничного события {} не выходит стрелка",
                "No sequence flow leaves the boundary event {}",
            )


def nonsense_start(reader: Reader) -> Iterator[Problem]:
    """The error start of an event subprocess always interrupts (BPMN 2.0 §10.5.2)."""
    for node in nodes(reader):
        if (
            _place(node) == "eventSubprocess"
            and not node.interrupting
            and any(e.kind == "error" for e in node.events)
        ):
            yield about(
                reader,
                node,
                "error_interrupts",
                "Событийный подпроцесс с ошибкой {} всегда прерывает",
                "An event subprocess that starts by an error always interrupts: {}",
            )


def references(reader: Reader) -> Iterator[Problem]:
    """A message, signal, condition, thrown error or escalation says which."""
    for node in nodes(reader):
        throwing = node.type in ("endEvent", "intermediateThrowEvent")
        for event in node.events:
            external = event.extras.get("topic") is not None
            if event.kind in ("message", "signal") and event.name is None and not external:
                ru, en = {"message": ("сообщение", "message"), "signal": ("сигнал", "signal")}[event.kind]
                yield about(
                    reader, node, f"{event.kind}_missing", f"В {{}} не выбрано {ru}", f"{{}} names no {en}"
                )
            if event.kind == "conditional" and event.body is None:
                yield about(reader, node, "condition_missing", "В {} нет условия", "{} has no condition")
            if event.kind in ("error", "escalation") and throwing and event.code is None:
                yield about(
                    reader,
                    node,
                    f"{event.kind}_code",
                    f"{{}}: у выбрасываемого события нужен код ({event.kind}Code)",
                    f"{{}}: what is thrown needs an {event.kind}Code",
                )


def links(reader: Reader) -> Iterator[Problem]:
    """Each link throw has exactly one catch of its name in its scope (BPMN 2.0 §10.5.1)."""
    for graph in graphs(reader):
        catches = Counter(_link_names(graph, "intermediateCatchEvent"))
        throws = Counter(_link_names(graph, "intermediateThrowEvent"))
        for node in graph.nodes.values():
            for event in node.events:
                if event.kind != "link":
                    continue
                if not event.name:
                    yield about(reader, node, "link_name", "У ссылки {} нет имени", "The link {} has no name")
                elif node.type == "intermediateThrowEvent" and catches[event.name] == 0:
                    yield about(
                        reader,
                        node,
                        "link_target",
                        f"Для ссылки {{}} нет парного события «{event.name}»",
                        f"The link {{}} has no catching event {event.name!r}",
                    )
                elif node.type == "intermediateCatchEvent" and catches[event.name] > 1:
                    yield about(
                        reader,
                        node,
                        "link_twice",
                        f"Ссылок-приёмников «{event.name}» больше одной",
                        f"There is more than one catching link {event.name!r}",
                    )
                elif node.type == "intermediateCatchEvent" and throws[event.name] == 0:
                    yield about(
                        reader,
                        node,
                        "link_source",
                        f"На ссылку {{}} никто не ведёт: нет события «{event.name}»",
                        f"Nothing leads to the link {{}}: there is no throwing event {event.name!r}",
                    )
                if node.type == "intermediateThrowEvent" and node.outgoing:
                    yield about(
                        reader,
                        node,
                        "link_outgoing",
                        "Из ссылки-источника {} не может выходить стрелка",
                        "No sequence flow may leave the throwing link {}",
                    )
                if node.type == "intermediateCatchEvent" and node.incoming:
                    yield about(
                        reader,
                        node,
                        "link_incoming",
                        "В ссылку-приёмник {} не может входить стрелка",
                        "No sequence flow may lead into the catching link {}",
                    )


def _link_names(graph: Graph, kind: str) -> Iterator[str | None]:
    for node in graph.nodes.values():
        if node.type == kind:
            for event in node.events:
                if event.kind == "link":
                    yield event.name


def cancel(reader: Reader) -> Iterator[Problem]:
    """A cancel end stands in a transaction (BPMN 2.0 §10.3.5)."""
    for node in nodes(reader):
        if node.type == "endEvent" and any(event.kind == "cancel" for event in node.events):
            owner = node.scope.owner
            if owner is None or owner.type != "transaction":
                yield about(
                    reader,
                    node,
                    "cancel_end",
                    "Событие отмены {} бывает только внутри транзакции",
                    "The cancel end event {} may only stand in a transaction",
                )


def compensation_waits(reader: Reader) -> Iterator[Problem]:
    """Who throws compensation waits for it here, which is the standard's default (BPMN 2.0 table 10.86)."""
    for node in nodes(reader):
        for definition in node.xml.iter(_COMPENSATE) if node.xml is not None and not node.inner else ():
            if not is_true(definition.get("waitForCompletion"), True):
                yield about(
                    reader,
                    node,
                    "compensation_wait",
                    "{}: компенсация без ожидания (waitForCompletion=false) не выполняется; поставьте её в параллельную ветвь",
                    "{}: compensation without waiting (waitForCompletion=false) is not executed; put it on a parallel branch",
                )


def correlations(reader: Reader) -> Iterator[Problem]:
    """A message of several requests needs a key: without one nobody gets it when two wait (BPMN 2.0 §8.4.2)."""
    for node in nodes(reader):
        begins = node.instantiate or any(flow.source.instantiate for flow in node.incoming)
        begins = begins or (node.type == "startEvent" and node.scope.owner is None)
        waits = node.type == "receiveTask" or (
            node.type in ("startEvent", "intermediateCatchEvent", "boundaryEvent")
            and any(event.kind == "message" for event in node.events)
        )
        properties = node.extras.properties
        keyed = "client_action" in properties or any(name.startswith("correlation:") for name in properties)
        name = node.message or next((event.name for event in node.events if event.kind == "message"), None)
        if waits and not begins and not keyed and name and not name.startswith(("=", "${")):
            yield about(
                reader,
                node,
                "message_uncorrelated",
                "{}: у ожидания нет ключа: когда сообщения ждут две заявки, его не получит ни одна; задайте свойство "
                "correlation:<ключ>",
                "{}: the wait has no key: when two requests wait for the message, neither gets it; give it a property "
                "correlation:<key>",
                severity="warning",
            )


def start_conditions(reader: Reader) -> Iterator[Problem]:
    """A process cannot begin by a condition: before there is a request there are no variables to read."""
    for node in nodes(reader):
        top = node.type == "startEvent" and node.scope.owner is None
        if top and any(event.kind == "conditional" for event in node.events):
            yield about(
                reader,
                node,
                "start_condition",
                "{}: процесс не может начаться по условию, проверять его не на чем; начните сообщением, сигналом или таймером",
                "{}: a process cannot begin by a condition, there is nothing to read yet; use a message, signal or timer",
            )


def escalations(reader: Reader) -> Iterator[Problem]:
    """An escalation that nothing catches goes on without a trace (BPMN 2.0 §10.5.7): a warning."""
    called = {reference(node.called) for node in nodes(reader) if node.called}
    for node in nodes(reader):
        if node.type not in ("endEvent", "intermediateThrowEvent"):
            continue
        for event in node.events:
            if (
                event.kind == "escalation"
                and node.scope.root.id not in called
                and not _caught(node, event.code)
            ):
                yield about(
                    reader,
                    node,
                    "escalation_uncaught",
                    "{}: эту эскалацию здесь никто не ловит, процесс просто пойдёт дальше; добавьте граничное событие "
                    "подпроцессу или событийный подпроцесс",
                    "{}: nothing here catches this escalation, the process just goes on; add a boundary event to the "
                    "subprocess or an event subprocess",
                    severity="warning",
                )


def _caught(node: Node, code: str | None) -> bool:
    graph: Graph | None = node.scope
    while graph is not None:
        owner = graph.owner
        catchers = [
            start
            for inner in graph.nodes.values()
            if inner.triggered and inner.inner is not None
            for start in inner.inner.nodes.values()
            if start.type == "startEvent"
        ]
        catchers += owner.boundaries if owner is not None else []
        if any(
            event.kind == "escalation" and event.code in (None, code)
            for one in catchers
            for event in one.events
        ):
            return True
        graph = graph.parent
    return False


RULES = (
    kinds,
    boundary,
    nonsense_start,
    references,
    links,
    cancel,
    compensation_waits,
    correlations,
    start_conditions,
    escalations,
)
