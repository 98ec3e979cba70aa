"""Lay out a file that has no diagram interchange, so that every process can be shown.

A layered layout on a grid: a node's column is the longest way to it from a
start (loops ignored), its row is near those of its predecessors, inside the
rows of its lane.  Sub-processes are laid out first and stand expanded.  Lines
that go back run below everything of their process.
"""

from dataclasses import dataclass, field

from bpmn.diagrams.model import ARTIFACTS, CONTAINERS, Edge, Item, Model, Plane, Point, Shape
from bpmn.diagrams.ranking import Ranking
from bpmn.diagrams.routing import Router
from bpmn.diagrams.text import LINE, width_of, wrap

GAP_X, GAP_Y = 50.0, 30.0
LANE_HEAD = 30.0
TASK, EVENT, GATEWAY = (110.0, 64.0), (36.0, 36.0), (44.0, 44.0)
MAX_DEPTH = 20


@dataclass(slots=True)
class _Block:
    """Shapes and lines laid out from (0, 0)."""

    shapes: list[Shape] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    width: float = 0.0
    height: float = 0.0

    def moved(self, dx: float, dy: float) -> "_Block":
        for shape in self.shapes:
            x, y, width, height = shape.box
            shape.box = (x + dx, y + dy, width, height)
        for edge in self.edges:
            edge.points = [(x + dx, y + dy) for x, y in edge.points]
        return self


def lay_out(model: Model) -> list[Plane]:
    """Return one plane with every process and participant of the file, none when there is nothing to show."""
    processes = {item.id: item for item in model.roots if item.kind == "process"}
    pools = [
        part
        for root in model.roots
        if root.kind == "collaboration"
        for part in root.children
        if part.kind == "participant"
    ]
    plane = Plane(next(iter(processes.values())).name if len(processes) == 1 else "")
    top = 0.0
    for pool in pools:
        process = processes.pop(pool.reference("processRef"), None)
        block = _pool(pool, process) if process else _Block()
        height = max(block.height, 60.0)
        shape = Shape(pool.id, pool, (0, top, max(block.width, 600.0), height))
        plane.shapes.append(shape)
        _add(plane, block.moved(0, top))
        top += height + 40
    for process in processes.values():
        block = _scope(process, 0)
        if block.shapes:
            _add(plane, block.moved(0, top))
            top += block.height + 40
    _widen(plane)
    _message_flows(model, plane)
    return [plane] if plane.shapes else []


def _add(plane: Plane, block: _Block) -> None:
    plane.shapes += block.shapes
    plane.edges += block.edges


def _widen(plane: Plane) -> None:
    """Make all pools and their lanes as wide as the widest."""
    pools = [shape for shape in plane.shapes if shape.kind == "participant"]
    right = max((shape.box[0] + shape.box[2] for shape in pools), default=0.0)
    for shape in plane.shapes:
        if shape.kind in ("participant", "lane"):
            x, y, _, height = shape.box
            shape.box = (x, y, right - x, height)


def _pool(pool: Item, process: Item) -> _Block:
    block = _scope(process, 0).moved(LANE_HEAD, 0)
    block.width += LANE_HEAD
    return block


def _scope(scope: Item, depth: int) -> _Block:
    """Lay out the direct content of a process or sub-process."""
    grid = _Grid(scope, depth)
    return grid.block()


class _Grid:
    def __init__(self, scope: Item, depth: int) -> None:
        self._scope = scope
        parts = _parts(scope)
        nodes = [part for part in parts if part.is_flow_node and part.kind != "boundaryEvent"]
        self._nodes = [node for node in nodes if node.get("triggeredByEvent") != "true"]
        self._loose = [node for node in nodes if node.get("triggeredByEvent") == "true"]
        self._attached = [part for part in parts if part.kind == "boundaryEvent"]
        self._artifacts = [part for part in parts if part.kind in ARTIFACTS]
        self._flows = [part for part in parts if part.kind in ("sequenceFlow", "association")]
        self._blocks: dict[str, _Block] = {}
        for node in nodes:
            if node.kind in CONTAINERS and depth < MAX_DEPTH:
                inner = _scope(node, depth + 1)
                if inner.shapes:
                    self._blocks[node.id] = inner
        self._hosts = {part.id: part.reference("attachedToRef") for part in self._attached}
        self._lanes = [
            part for part in parts if part.kind == "lane" and not any(c.kind == "lane" for c in part.children)
        ]
        self._lane_of = self._lane_numbers()
        self._ranking = Ranking(self._nodes, self._flows, self._hosts, self._lane_of)
        self._lefts: dict[int, float] = {}
        self._middles: dict[tuple[int, int], float] = {}

    def _lane_numbers(self) -> dict[str, int]:
        numbers: dict[str, int] = {}
        for number, lane in enumerate(self._lanes):
            for child in lane.element:
                if isinstance(child.tag, str) and child.tag.endswith("flowNodeRef"):
                    numbers[(child.text or "").strip().rpartition(":")[2]] = number
        return numbers

    def block(self) -> _Block:
        result = _Block()
        columns, rows = self._ranking.columns, self._ranking.rows
        self._place_nodes(result, columns, rows)
        self._place_loose(result)
        self._place_attached(result)
        self._place_artifacts(result)
        places = {shape.id: shape for shape in result.shapes}
        router = Router([shape for shape in result.shapes if shape.kind != "lane"], result.height)
        for flow in self._flows:
            source, target = places.get(flow.reference("sourceRef")), places.get(flow.reference("targetRef"))
            if source and target:
                cells = self._ranking.tracks.get((self._ranking.host(source.id), target.id), [])
                levels = [(self._lefts[column], self._middles[rows[cell]]) for column, cell in cells]
                points = router.route(source, target, levels, straight=flow.kind == "association")
                result.edges.append(Edge(flow.id, flow, points))
        if router.lowest > result.height:
            result.height = router.lowest + 20
        self._stretch_last_lane(result)
        return result

    def _size(self, node: Item) -> tuple[float, float]:
        if node.id in self._blocks:
            block = self._blocks[node.id]
            return block.width + 20, block.height + 30
        if node.kind.endswith("Event"):
            return EVENT
        return GATEWAY if node.kind.endswith("Gateway") else TASK

    def _place_nodes(self, result: _Block, columns: dict[str, int], rows: dict[str, tuple[int, int]]) -> None:
        widths: dict[int, float] = {}
        heights: dict[tuple[int, int], float] = dict.fromkeys(rows.values(), 40.0)
        for node in self._nodes:
            width, height = self._size(node)
            column, row = columns[node.id], rows[node.id]
            widths[column] = max(widths.get(column, 0.0), width, 60.0)
            heights[row] = max(heights[row], height, 76.0)
        gaps = self._gaps(columns)
        x = (LANE_HEAD if self._lanes else 0.0) + 24.0
        for column in range(max(widths, default=-1) + 1):
            self._lefts[column] = x
            x += widths.get(column, 60.0) + gaps.get(column, GAP_X)
        tops, y = self._row_tops(heights, result)
        self._middles = {row: tops[row] + heights[row] / 2 for row in tops}
        for node in self._nodes:
            width, height = self._size(node)
            column, row = columns[node.id], rows[node.id]
            left = self._lefts[column] + (widths[column] - width) / 2
            self._place(result, node, left, self._middles[row] - height / 2)
        result.width, result.height = max(x - GAP_X + 24.0, 160.0), y

    def _place(self, result: _Block, node: Item, left: float, top: float) -> None:
        inner = self._blocks.get(node.id)
        result.shapes.append(Shape(node.id, node, (left, top, *self._size(node)), expanded=inner is not None))
        if inner:
            inner.moved(left + 10, top + 22)
            result.shapes += inner.shapes
            result.edges += inner.edges

    def _gaps(self, columns: dict[str, int]) -> dict[int, float]:
        """Return the room after each column: enough for the names of the lines that start there."""
        gaps: dict[int, float] = {}
        for flow in self._flows:
            column = columns.get(self._ranking.host(flow.reference("sourceRef")))
            if column is not None and flow.name:
                gaps[column] = max(gaps.get(column, GAP_X), min(width_of(flow.name), 110.0) + 28)
        return gaps

    def _place_loose(self, result: _Block) -> None:
        """Put event sub-processes, which no line reaches, below everything else."""
        for node in self._loose:
            width, height = self._size(node)
            self._place(result, node, (LANE_HEAD if self._lanes else 0.0) + 24.0, result.height)
            result.height += height + 24.0
            result.width = max(result.width, width + 48.0 + (LANE_HEAD if self._lanes else 0.0))
        for shape in result.shapes:
            if shape.item in self._lanes:
                shape.box = (0.0, shape.box[1], result.width, shape.box[3])

    def _row_tops(
        self, heights: dict[tuple[int, int], float], result: _Block
    ) -> tuple[dict[tuple[int, int], float], float]:
        tops: dict[tuple[int, int], float] = {}
        y = 0.0
        for number in range(max(len(self._lanes), 1)):
            lane_top = y
            y += 24.0
            mine = sorted(row for row in heights if row[0] == number)
            for row in mine:
                tops[row] = y
                y += heights[row] + GAP_Y
            y += 0.0 if mine else 60.0
            if self._lanes:
                lane = self._lanes[number]
                result.shapes.append(Shape(lane.id, lane, (0.0, lane_top, 0.0, y - lane_top)))
        return tops, y

    def _place_attached(self, result: _Block) -> None:
        hosts = {shape.id: shape for shape in result.shapes}
        counts: dict[str, int] = {}
        for event in self._attached:
            host = hosts.get(self._hosts[event.id])
            if host:
                number = counts[host.id] = counts.get(host.id, 0) + 1
                x, y, width, height = host.box
                left = max(x + width - 46.0 * number, x - 10)
                result.shapes.append(Shape(event.id, event, (left, y + height - 18, *EVENT)))

    def _place_artifacts(self, result: _Block) -> None:
        x, top, tallest = 24.0, result.height, 0.0
        for item in self._artifacts:
            if item.kind == "textAnnotation":
                height = len(wrap(item.name, 148, 12)) * LINE + 8
                size = (160.0, height)
            else:
                size = (36.0, 46.0)
            result.shapes.append(Shape(item.id, item, (x, top, *size)))
            x += max(size[0], 100.0) + 24
            tallest = max(tallest, size[1] + 40)
        if self._artifacts:
            result.height += tallest
            result.width = max(result.width, x)

    def _stretch_last_lane(self, result: _Block) -> None:
        """Let the last lane reach the bottom, where lines that go back and data stand."""
        lanes = [shape for shape in result.shapes if shape.item in self._lanes]
        if lanes:
            x, y, _, _ = lanes[-1].box
            lanes[-1].box = (x, y, result.width, result.height - y)


def _parts(scope: Item) -> list[Item]:
    """Return what lies directly in a scope; lane sets and lanes are looked into."""
    found: list[Item] = []
    for child in scope.children:
        found.append(child)
        if child.kind in ("laneSet", "lane", "childLaneSet"):
            found += _parts(child)
    return found


def _message_flows(model: Model, plane: Plane) -> None:
    places = {shape.id: shape for shape in plane.shapes}
    for item in model.items.values():
        if item.kind != "messageFlow":
            continue
        source, target = places.get(item.reference("sourceRef")), places.get(item.reference("targetRef"))
        if source and target:
            plane.edges.append(Edge(item.id, item, _between_pools(source, target)))


def _between_pools(source: Shape, target: Shape) -> list[Point]:
    down = target.box[1] > source.box[1]
    start_y = source.box[1] + (source.box[3] if down else 0)
    end_y = target.box[1] + (0 if down else target.box[3])
    x1, x2 = source.box[0] + source.box[2] / 2, target.box[0] + target.box[2] / 2
    if source.kind == "participant":
        x1 = x2
    if target.kind == "participant":
        x2 = x1
    if abs(x1 - x2) < 1:
        return [(x1, start_y), (x1, end_y)]
    level = (start_y + end_y) / 2
    return [(x1, start_y), (x1, level), (x2, level), (x2, end_y)]
