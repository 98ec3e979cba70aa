"""Soundness: what waits for ever, runs twice, is never reached or never rests.

The rules look at the drawing alone, not at the conditions, so they warn and never refuse.
"""

from collections.abc import Iterator

from bpmn.lint.finding import about, graphs, named
from bpmn.lint.problem import Problem
from bpmn.lint.ways import Ways
from bpmn.spiff.graph import Graph, Node
from bpmn.spiff.reader import Reader

#: Pairs of gateways times nodes that are looked at in one scope; larger diagrams are judged by running.
MAX_WORK = 2_000_000
_CHOICES = ("exclusiveGateway", "eventBasedGateway")
_JOINS = ("parallelGateway", "inclusiveGateway", "complexGateway")
_SILENT = frozenset(
    {
        "exclusiveGateway", "parallelGateway", "inclusiveGateway", "complexGateway", "task", "scriptTask",
        "businessRuleTask", "intermediateThrowEvent",
    }
)  # fmt: skip


def _scopes(reader: Reader) -> Iterator[tuple[Graph, Ways]]:
    for graph in graphs(reader):
        if graph.owner is None or graph.owner.type != "adHocSubProcess":
            yield graph, Ways(graph)


def _pairs(ways: Ways, splits: list[Node], meets: list[Node]) -> Iterator[tuple[Node, Node]]:
    if len(splits) * (len(meets) + 1) * len(ways.nodes) > MAX_WORK:
        return
    for split in splits:
        behind = ways.only_behind(split)
        for meet in meets:
            if meet.id in behind:
                yield split, meet


def deadlock(reader: Reader) -> Iterator[Problem]:
    """A parallel join behind a choice gets a token on one flow only and waits for the others for ever."""
    for _, ways in _scopes(reader):
        splits = [n for n in ways.nodes if n.type in _CHOICES and len(n.outgoing) > 1]
        joins = [n for n in ways.nodes if n.type == "parallelGateway" and len(n.incoming) > 1]
        told: set[str] = set()
        for split, join in _pairs(ways, splits, joins):
            awaited = {flow.id for flow in join.incoming}
            if join.id in told:
                continue
            branches = [ways.into(join, way) for way in ways.after[split.id]]
            if any(branch >= awaited for branch in branches):
                continue
            told.add(join.id)
            ru, en = named(split)
            yield about(
                reader,
                join,
                "deadlock",
                f"Параллельный шлюз {{}} ждёт все ветви, а шлюз {ru} пускает заявку только по одной:"
                " она остановится навсегда. Соедините ветви исключающим шлюзом",
                f"The parallel gateway {{}} waits for every branch, but {en} lets a request take only one of them:"
                " it will stop for ever. Join the branches by an exclusive gateway",
                severity="warning",
            )


def unsynchronised(reader: Reader) -> Iterator[Problem]:
    """Branches of a parallel split that meet without a join: all that follows runs once per branch."""
    for _, ways in _scopes(reader):
        splits = [n for n in ways.nodes if n.type == "parallelGateway" and len(n.outgoing) > 1]
        meets = [
            n for n in ways.nodes if len(n.incoming) > 1 and n.type not in _JOINS and n.type != "endEvent"
        ]
        joins = frozenset(n.id for n in ways.nodes if n.type in _JOINS and len(n.incoming) > 1)
        told: set[str] = set()
        for split, meet in _pairs(ways, splits, meets):
            branches = [found for way in ways.after[split.id] if (found := ways.into(meet, way, stop=joins))]
            if meet.id in told or len(branches) < 2 or len(frozenset().union(*branches)) < 2:
                continue
            told.add(meet.id)
            ru, en = named(split)
            yield about(
                reader,
                meet,
                "unsynchronised",
                f"В {{}} сходятся параллельные ветви шлюза {ru}, и никто их не ждёт: всё после этого выполнится"
                " для каждой ветви. Соедините ветви параллельным шлюзом",
                f"Parallel branches of {en} meet at {{}} and nothing waits for them: all that follows runs once per"
                " branch. Join the branches by a parallel gateway",
                severity="warning",
            )


def island(reader: Reader) -> Iterator[Problem]:
    """A circle that nothing leads into never begins (a lone element is an error, see structure)."""
    for _, ways in _scopes(reader):
        found = ways.reached([*ways.entries, *ways.outside])
        found |= ways.reached([node for node in ways.nodes if not node.incoming and node.attached_to is None])
        for node in ways.nodes:
            if node.id not in found and node.incoming:
                yield about(
                    reader,
                    node,
                    "never_reached",
                    "До {} нельзя дойти от начала процесса: это замкнутый круг. Проведите к нему стрелку",
                    "Nothing leads from the start to {}: it stands in a closed circle. Draw a flow to it",
                    severity="warning",
                )


def endless(reader: Reader) -> Iterator[Problem]:
    """A circle in which nothing waits and nothing chooses to leave runs until the engine stops it."""
    for _, ways in _scopes(reader):
        silent = {node.id for node in ways.nodes if _is_silent(node)}
        told: set[str] = set()
        for circle in _circles(ways, silent):
            if told & circle or _may_leave(ways, circle):
                continue
            told |= circle
            first = next(node for node in ways.nodes if node.id in circle)
            yield about(
                reader,
                first,
                "endless_loop",
                "Круг через {} никогда не ждёт и не кончается: заявка встанет с ошибкой. Добавьте в него таймер, задачу"
                " или условие выхода",
                "The circle through {} never waits and never ends: the request will stop with an incident. Put a timer,"
                " a task or a way out into it",
                severity="warning",
            )


def _is_silent(node: Node) -> bool:
    external = any(extras.get("topic") for extras in (node.extras, *(event.extras for event in node.events)))
    return node.type in _SILENT and not external and node.loop is None


def _may_leave(ways: Ways, circle: set[str]) -> bool:
    """Tell whether something in the circle may choose a way out, so that no token stays in it."""
    for node in ways.nodes:
        if node.id not in circle:
            continue
        out = [way for way in ways.after[node.id] if way.target.id not in circle]
        chooses = node.type != "parallelGateway" and any(
            flow.condition is not None or flow.id == node.default for flow in node.outgoing
        )
        if any(way.flow is None for way in out) or (out and chooses):
            return True
        if node.type == "parallelGateway" and len(node.incoming) > 1:
            return True  # waits for what comes from elsewhere
    return False


def _circles(ways: Ways, silent: set[str]) -> Iterator[set[str]]:
    """Yield the circles of silent nodes (strongly connected components, Tarjan 1972, without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    after = {key: [way.target.id for way in ways.after[key] if way.target.id in silent] for key in silent}
    for root in sorted(silent):
        if root in index:
            continue
        work = [(root, iter(after[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, following = work[-1]
            for target in following:
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    on_stack.add(target)
                    work.append((target, iter(after[target])))
                    break
                if target in on_stack:
                    low[node] = min(low[node], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    found: set[str] = set()
                    while node not in found:
                        found.add(stack.pop())
                    on_stack -= found
                    if len(found) > 1 or node in after[node]:
                        yield found


RULES = (deadlock, unsynchronised, island, endless)
