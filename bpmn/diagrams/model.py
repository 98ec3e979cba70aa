"""What a picture needs to know of a BPMN file: its elements and its diagram interchange.

Elements are found by local name, so any prefix and any vendor's additions do;
references may carry a prefix.  Coordinates that are not finite or absurdly far
away are treated as absent.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from bpmn.diagrams.errors import DiagramRefused

MAX_ITEMS = 20_000
MAX_COORDINATE = 200_000.0

Point = tuple[float, float]
Box = tuple[float, float, float, float]

CONTAINERS = frozenset({"subProcess", "transaction", "adHocSubProcess", "subChoreography"})
FLOWS = frozenset(
    {
        "sequenceFlow",
        "messageFlow",
        "association",
        "dataInputAssociation",
        "dataOutputAssociation",
        "conversationLink",
    }
)
ARTIFACTS = frozenset(
    {"textAnnotation", "dataObjectReference", "dataStoreReference", "dataInput", "dataOutput"}
)


@dataclass(slots=True)
class Item:
    """One element of the model, with only what its picture shows."""

    id: str
    kind: str
    name: str
    element: "etree._Element"
    parent: "Item | None" = None
    children: "list[Item]" = field(default_factory=list)

    def get(self, name: str) -> str:
        return self.element.get(name) or ""

    def reference(self, name: str) -> str:
        """Return the id that an attribute refers to, without its prefix."""
        return self.get(name).rpartition(":")[2]

    def has(self, *kinds: str) -> bool:
        return any(local(child) in kinds for child in self.element)

    def child(self, kind: str) -> "etree._Element | None":
        return next((child for child in self.element if local(child) == kind), None)

    @property
    def event_definitions(self) -> list[str]:
        """The kinds of the event's definitions, own and referenced ("eventDefinitionRef")."""
        return [kind for kind in map(local, self.element) if kind.endswith("EventDefinition")]

    @property
    def is_flow_node(self) -> bool:
        return (
            self.kind.endswith(("Event", "Gateway", "ask"))
            or self.kind in CONTAINERS
            or self.kind == "callActivity"
        )

    @property
    def is_activity(self) -> bool:
        return self.is_flow_node and not self.kind.endswith(("Event", "Gateway"))


@dataclass(slots=True)
class Shape:
    """A node on the picture; *item* is None where the file refers to an element that it does not have."""

    id: str
    item: Item | None
    box: Box
    expanded: bool = False
    horizontal: bool = True
    label: Box | None = None

    @property
    def kind(self) -> str:
        return self.item.kind if self.item else ""


@dataclass(slots=True)
class Edge:
    """A line on the picture."""

    id: str
    item: Item | None
    points: list[Point]
    label: Box | None = None

    @property
    def kind(self) -> str:
        return self.item.kind if self.item else ""


@dataclass(slots=True)
class Plane:
    """One drawing.  A file may hold several (a collapsed sub-process and what is inside)."""

    title: str
    shapes: list[Shape] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)


@dataclass(slots=True)
class Model:
    """The elements of a file by id, the top-level ones in order, and its planes."""

    items: dict[str, Item]
    roots: list[Item]
    planes: list[Plane]
    defaults: frozenset[str]


def local(element: "etree._Element") -> str:
    """Return the local name of an element, "" of a comment or instruction."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def read_model(root: "etree._Element") -> Model:
    """Read the elements and the drawings of a definitions element.

    Raises:
        DiagramRefused: too many elements.
    """
    items: dict[str, Item] = {}
    roots: list[Item] = []
    for child in root:
        if local(child) not in ("", "BPMNDiagram"):
            item = _read_item(child, None, items)
            if item:
                roots.append(item)
    defaults = frozenset(item.reference("default") for item in items.values() if item.get("default"))
    model = Model(items, roots, [], defaults)
    model.planes = [plane for plane in _planes(root, items) if plane.shapes]
    return model


def _read_item(element: "etree._Element", parent: Item | None, items: dict[str, Item]) -> Item | None:
    """Read an element with everything inside that has an id (extension elements are not looked into)."""
    stack = [(element, parent)]
    first: Item | None = None
    while stack:
        current, above = stack.pop()
        kind = local(current)
        if not kind or kind == "extensionElements":
            continue
        identifier = current.get("id")
        item = above
        if identifier:
            item = Item(identifier, kind, _name(current, kind), current, above)
            items.setdefault(identifier, item)
            if len(items) > MAX_ITEMS:
                raise DiagramRefused("diagram.too_large", count=len(items))
            if above:
                above.children.append(item)
            first = first or item
        stack += [(child, item) for child in reversed(current)]
    return first


def _name(element: "etree._Element", kind: str) -> str:
    if kind == "textAnnotation":
        text = next((child for child in element if local(child) == "text"), None)
        return " ".join("".join(map(str, text.itertext())).split(" ")).strip() if text is not None else ""
    if kind == "group":
        return ""
    return (element.get("name") or "").strip()


def _planes(root: "etree._Element", items: dict[str, Item]) -> Iterator[Plane]:
    count = 0
    for diagram in root:
        if local(diagram) != "BPMNDiagram":
            continue
        for drawing in diagram:
            if local(drawing) != "BPMNPlane":
                continue
            shown = items.get(_reference(drawing))
            plane = Plane((shown.name if shown else "") or diagram.get("name") or "")
            for part in drawing:
                count += 1
                if count > MAX_ITEMS:
                    raise DiagramRefused("diagram.too_large", count=count)
                _read_part(part, plane, items)
            yield plane


def _reference(part: "etree._Element") -> str:
    return (part.get("bpmnElement") or "").rpartition(":")[2]


def _read_part(part: "etree._Element", plane: Plane, items: dict[str, Item]) -> None:
    kind, reference = local(part), _reference(part)
    item = items.get(reference) or items.get(part.get("bpmnElement") or "")
    identifier = reference or part.get("id") or ""
    label = next((_bounds(child) for child in part if local(child) == "BPMNLabel"), None)
    if kind == "BPMNShape":
        box = _bounds(part)
        if box:
            expanded = part.get("isExpanded")
            inside = item is not None and item.kind in CONTAINERS and box[2] > 150 and box[3] > 110
            plane.shapes.append(
                Shape(
                    identifier,
                    item,
                    box,
                    expanded=expanded == "true" or (expanded is None and inside),
                    horizontal=part.get("isHorizontal") != "false",
                    label=label,
                )
            )
    elif kind == "BPMNEdge":
        points = [point for child in part if local(child) == "waypoint" and (point := _point(child))]
        if len(points) >= 2:
            plane.edges.append(Edge(identifier, item, points, label))


def _bounds(part: "etree._Element") -> Box | None:
    for child in part:
        if local(child) == "Bounds":
            numbers = [_number(child.get(name)) for name in ("x", "y", "width", "height")]
            if any(number is None for number in numbers):
                return None
            x, y, width, height = (number or 0.0 for number in numbers)
            return (x, y, max(width, 0.0), max(height, 0.0))
    return None


def _point(element: "etree._Element") -> Point | None:
    x, y = _number(element.get("x")), _number(element.get("y"))
    return None if x is None or y is None else (x, y)


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and abs(number) <= MAX_COORDINATE else None
