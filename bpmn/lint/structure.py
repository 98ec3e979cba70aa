"""Scopes: where they begin and end, and whether everything in them can be reached."""

from collections.abc import Iterator

from bpmn.lint.finding import about, finding, graphs
from bpmn.lint.problem import Problem
from bpmn.spiff.graph import ACTIVITIES, Graph, Node
from bpmn.spiff.reader import Reader


def something_to_run(reader: Reader) -> Iterator[Problem]:
    """A process has at least one element (BPMN 2.0 §10.4)."""
    for drawing in reader.drawings:
        if drawing.executable and not drawing.graph.nodes:
            yield finding(
                reader,
                drawing.id,
                "process_empty",
                f"В процессе {drawing.id} нет ни одного элемента",
                f"The process {drawing.id} has no elements",
                line=drawing.line,
            )


def _free(node: Node) -> bool:
    """Tell whether a node is reached otherwise than by a flow."""
    return (
        node.type in ("startEvent", "boundaryEvent")
        or node.triggered
        or node.for_compensation
        or any(event.kind == "link" for event in node.events if node.type == "intermediateCatchEvent")
        or (node.instantiate and node.type in ("receiveTask", "eventBasedGateway"))
    )


def _ad_hoc(graph: Graph) -> bool:
    return graph.owner is not None and graph.owner.type == "adHocSubProcess"


def reachable(reader: Reader) -> Iterator[Problem]:
    """Where a scope has a start event, every other element has an incoming flow (BPMN 2.0 §10.5.2)."""
    for graph in graphs(reader):
        if _ad_hoc(graph) or not any(node.type == "startEvent" for node in graph.nodes.values()):
            continue
        for node in graph.nodes.values():
            if not node.incoming and not _free(node):
                yield about(
                    reader,
                    node,
                    "unreachable",
                    "К элементу {} не ведёт ни одна стрелка: он никогда не начнётся",
                    "No sequence flow leads to {}: it will never begin",
                )


def ends(reader: Reader) -> Iterator[Problem]:
    """Where a scope has an end event, every path ends in one (BPMN 2.0 §10.5.3)."""
    for graph in graphs(reader):
        if _ad_hoc(graph) or not any(node.type == "endEvent" for node in graph.nodes.values()):
            continue
        for node in graph.nodes.values():
            if node.outgoing or node.type == "endEvent" or node.triggered or node.for_compensation:
                continue
            if node.type == "intermediateThrowEvent" and any(event.kind == "link" for event in node.events):
                continue
            if node.type == "boundaryEvent" and any(event.kind == "compensate" for event in node.events):
                continue
            yield about(
                reader,
                node,
                "no_way_on",
                "После {} нет стрелки дальше, хотя у процесса есть завершающее событие",
                "Nothing follows {} although the scope has an end event",
            )


def connected_ends(reader: Reader) -> Iterator[Problem]:
    """Nothing leads into a start or boundary event, nothing out of an end event (§10.5.2 – §10.5.4)."""
    for graph in graphs(reader):
        for node in graph.nodes.values():
            if node.incoming and node.type in ("startEvent", "boundaryEvent"):
                yield about(
                    reader,
                    node,
                    "incoming_forbidden",
                    "В событие {} не может входить стрелка",
                    "No sequence flow may lead into the event {}",
                )
            if node.outgoing and node.type == "endEvent":
                yield about(
                    reader,
                    node,
                    "outgoing_forbidden",
                    "Из завершающего события {} не может выходить стрелка",
                    "No sequence flow may leave the end event {}",
                )
            if node.type == "intermediateCatchEvent" and not node.outgoing:
                yield about(
                    reader,
                    node,
                    "catch_without_way",
                    "После ожидания {} нет стрелки дальше",
                    "Nothing follows the catching event {}",
                )
            if node.type == "startEvent" and not node.outgoing:
                yield about(
                    reader,
                    node,
                    "start_without_way",
                    "Из начального события {} не выходит стрелка",
                    "No sequence flow leaves the start event {}",
                )
            if node.triggered and (node.incoming or node.outgoing):
                yield about(
                    reader,
                    node,
                    "event_subprocess_flow",
                    "Событийный подпроцесс {} нельзя соединять стрелками",
                    "The event subprocess {} must not be connected by sequence flows",
                )


def starts(reader: Reader) -> Iterator[Problem]:
    """A scope has one none start; a subprocess begins without a trigger, an event subprocess with one."""
    for graph in graphs(reader):
        found = [node for node in graph.nodes.values() if node.type == "startEvent"]
        owner = graph.owner
        plain = [node for node in found if not node.events]
        if owner is not None and owner.triggered:
            if len(found) != 1:
                yield about(
                    reader,
                    owner,
                    "event_subprocess_start",
                    "В событийном подпроцессе {} должно быть ровно одно начальное событие",
                    "The event subprocess {} needs exactly one start event",
                )
            for node in plain:
                yield about(
                    reader,
                    node,
                    "event_subprocess_trigger",
                    "Начальному событию {} событийного подпроцесса нужен тип: сообщение, сигнал, таймер, ошибка…",
                    "The start event {} of an event subprocess needs a trigger: message, signal, timer, error…",
                )
            continue
        if owner is not None:
            for node in found:
                if node.events:
                    yield about(
                        reader,
                        node,
                        "subprocess_start",
                        "Подпроцесс начинается обычным событием без типа; {} подходит только процессу",
                        "A subprocess begins with a none start event; {} belongs in a process",
                    )
        for node in plain[1:]:
            yield about(
                reader,
                node,
                "two_starts",
                "Второе обычное начальное событие {}: начало должно быть одно",
                "{} is a second none start event: there must be one",
            )


def ad_hoc(reader: Reader) -> Iterator[Problem]:
    """An ad-hoc subprocess has an activity and no start or end events (BPMN 2.0 §10.3.5)."""
    for graph in graphs(reader):
        if not _ad_hoc(graph):
            continue
        owner = graph.owner
        assert owner is not None
        if not any(node.type in ACTIVITIES for node in graph.nodes.values()):
            yield about(
                reader,
                owner,
                "ad_hoc_empty",
                "В произвольном подпроцессе {} нет ни одного действия",
                "The ad-hoc subprocess {} has no activity",
            )
        for node in graph.nodes.values():
            if node.type in ("startEvent", "endEvent"):
                yield about(
                    reader,
                    node,
                    "ad_hoc_event",
                    "В произвольном подпроцессе не бывает начала и конца: уберите {}",
                    "An ad-hoc subprocess has no start and end events: remove {}",
                )


def both_ends(reader: Reader) -> Iterator[Problem]:
    """Who draws an end event draws a start event, and the reverse (BPMN 2.0 §10.5.2 and §10.5.3)."""
    for graph in graphs(reader):
        if _ad_hoc(graph):
            continue
        starts = [node for node in graph.nodes.values() if node.type == "startEvent"]
        ends = [node for node in graph.nodes.values() if node.type == "endEvent"]
        begins = starts or any(node.instantiate for node in graph.nodes.values())
        if ends and not begins:
            yield about(
                reader,
                ends[0],
                "end_without_start",
                "Есть завершающее событие {}, но нет начального",
                "There is the end event {} but no start event",
            )
        if starts and not ends:
            yield about(
                reader,
                starts[0],
                "start_without_end",
                "Есть начальное событие {}, но нет завершающего",
                "There is the start event {} but no end event",
            )


RULES = (something_to_run, reachable, ends, connected_ends, starts, ad_hoc, both_ends)
