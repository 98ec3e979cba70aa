"""Put a whole picture together: planes one under the other, layers inside each.

Layers from back to front: pools, lanes and expanded sub-processes (outer
first), lines, nodes, labels, counters.  So a line never hides a name and a
container never hides a line.
"""

from collections.abc import Callable, Mapping
from typing import Literal

from bpmn.diagrams.errors import DiagramRefused
from bpmn.diagrams.layout import lay_out
from bpmn.diagrams.lines import draw_edge, extent, label_place
from bpmn.diagrams.model import CONTAINERS, Box, Edge, Model, Plane, Shape, read_model
from bpmn.diagrams.shapes import (
    ADDED,
    AROUND,
    CHANGED,
    FAILED,
    HERE,
    MOVED,
    PAST,
    PLAIN,
    REMOVED,
    SOFT,
    Paint,
    draw,
    halo,
    markers,
)
from bpmn.diagrams.text import LINE, attribute, width_of, wrap_label, write
from bpmn.diagrams.trail import passed_flows
from bpmn.xml import parse_xml

Mark = Literal["past", "here", "failed", "added", "removed", "changed", "moved"]
PAD = 16.0
_OUTSIDE = frozenset(
    {"dataObjectReference", "dataObject", "dataStoreReference", "dataStore", "dataInput", "dataOutput"}
)
_PAINTS: dict[str, Paint] = {
    "past": PAST, "here": HERE, "failed": FAILED,
    "added": ADDED, "removed": REMOVED, "changed": CHANGED, "moved": MOVED,
}  # fmt: skip
_FONT = "'PT Sans','Noto Sans','Liberation Sans','DejaVu Sans',Arial,sans-serif"


def svg(
    xml: bytes,
    *,
    marks: Mapping[str, Mark] | None = None,
    counts: Mapping[str, int | str] | None = None,
    title: str = "",
    translate: Callable[[str], str] = str,
) -> str:
    """Draw a BPMN file.

    *marks* colour elements: where a request has been, where it stands, where it failed, or what is different
    from another version; flows that are not among them are coloured where the visited elements prove them
    (`trail`).  *counts* put a number or a sign on an element.  *translate* is applied to every name of the diagram.  *title* is what the picture is called
    for those who cannot see it.

    Raises:
        bpmn.xml.XmlRefused: not XML that we are willing to read.
        DiagramRefused: nothing to draw, or too much.
    """
    model = read_model(parse_xml(xml).getroot())
    planes = model.planes or lay_out(model)
    if not planes:
        raise DiagramRefused("diagram.empty")
    picture = _Picture(model, marks or {}, counts or {}, translate)
    parts: list[str] = []
    width, top = 0.0, 0.0
    for plane in planes:
        drawing, box = picture.plane(plane)
        caption = ""
        if len(planes) > 1 and plane.title:
            caption = write(
                (translate(plane.title),), PAD, top + 2, classes="soft left", fill=SOFT, anchor="start"
            )
            top += LINE + 6
        parts.append(
            f'{caption}<g transform="translate({PAD - box[0]:g} {top + PAD - box[1]:g})">{drawing}</g>'
        )
        width, top = max(width, box[2] + 2 * PAD), top + box[3] + 2 * PAD
    name = attribute(title or translate(planes[0].title) or "BPMN")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{top:.0f}" '
        f'viewBox="0 0 {width:.0f} {top:.0f}" role="img" aria-label="{name}" font-family="{_FONT}" font-size="12" '
        f'text-anchor="middle"><title>{name}</title>{"".join(parts)}</svg>'
    )


class _Picture:
    def __init__(
        self,
        model: Model,
        marks: Mapping[str, Mark],
        counts: Mapping[str, int | str],
        translate: Callable[[str], str],
    ) -> None:
        self._model, self._marks, self._counts, self._translate = model, marks, counts, translate
        self._passed = passed_flows(model.items, marks)

    def plane(self, plane: Plane) -> tuple[str, Box]:
        """Return the drawing of a plane and the box that everything of it fits in."""
        back = sorted((shape for shape in plane.shapes if self._is_back(shape)), key=self._backness)
        front = [shape for shape in plane.shapes if not self._is_back(shape)]
        front.sort(key=lambda shape: shape.kind == "boundaryEvent")
        boxes = [shape.box for shape in plane.shapes] + [extent(edge) for edge in plane.edges]
        parts = [self._shape(shape) for shape in back]
        parts += [self._edge(edge) for edge in plane.edges]
        parts += [self._shape(shape) for shape in front]
        parts += [
            markers(shape, AROUND if shape.id in self._marks else PLAIN) for shape in back if shape.expanded
        ]
        labels = [self._outside_label(shape) for shape in plane.shapes]
        labels += [self._edge_label(edge) for edge in plane.edges]
        for text, box in filter(None, labels):
            parts.append(text)
            boxes.append(box)
        for shape in plane.shapes:
            if shape.id in self._counts:
                parts.append(self._count(shape))
                boxes.append((shape.box[0], shape.box[1] - 12, shape.box[2] + 16, 12))
        left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
        right, bottom = max(box[0] + box[2] for box in boxes), max(box[1] + box[3] for box in boxes)
        return "".join(parts), (left, top, right - left, bottom - top)

    @staticmethod
    def _is_back(shape: Shape) -> bool:
        return shape.kind in ("participant", "lane", "group") or (shape.kind in CONTAINERS and shape.expanded)

    @staticmethod
    def _backness(shape: Shape) -> tuple[int, float]:
        order = {"participant": 0, "lane": 1}.get(shape.kind, 2)
        return order, -shape.box[2] * shape.box[3]

    def _name(self, shape: Shape | Edge) -> str:
        return self._translate(shape.item.name) if shape.item and shape.item.name else ""

    def _paint(self, identifier: str, *, around: bool = False) -> Paint:
        paint = _PAINTS.get(self._marks.get(identifier, ""), PLAIN)
        return AROUND if around and paint in (HERE, PAST) else paint

    def _shape(self, shape: Shape) -> str:
        around = self._is_back(shape)
        paint, name = self._paint(shape.id, around=around), self._name(shape)
        ring = halo(shape) if self._marks.get(shape.id) == "here" else ""
        described = attribute(name or shape.id)
        return f"{self._open(shape.id, paint)}<title>{described}</title>{ring}{draw(shape, paint, name)}</g>"

    @staticmethod
    def _open(identifier: str, paint: Paint) -> str:
        group = f' class="{paint.group}"' if paint.group else ""
        return (
            f'<g{group} data-element-id="{attribute(identifier)}" fill="{paint.fill}" stroke="{paint.stroke}" '
            'stroke-width="1.5">'
        )

    def _edge(self, edge: Edge) -> str:
        item = edge.item
        source = self._model.items.get(item.reference("sourceRef")) if item else None
        conditional = (
            item is not None and item.has("conditionExpression") and source is not None and source.is_activity
        )
        passed = edge.id in self._passed or self._marks.get(edge.id) in ("past", "here")
        paint = PAST if passed else self._paint(edge.id)
        drawing = draw_edge(edge, paint, default=edge.id in self._model.defaults, conditional=conditional)
        name = self._name(edge)
        described = f"<title>{attribute(name)}</title>" if name else ""
        return f"{self._open(edge.id, paint)}{described}{drawing}</g>"

    def _outside_label(self, shape: Shape) -> tuple[str, Box] | None:
        """Write the name of a node beside it (events, gateways, data, groups), where the file says or below."""
        outside = shape.kind.endswith(("Event", "Gateway")) or shape.kind in _OUTSIDE
        name = self._name(shape)
        if not name or not outside:
            return None
        x, y, width, height = shape.box
        if shape.label and shape.label[2] >= 1:
            left, top, label_width, _ = shape.label
            lines = wrap_label(name, _label_width(label_width))
            return _label(lines, _beside(left + label_width / 2, shape.box, shape.label, lines), top)
        lines = wrap_label(name, 110, 4)
        if shape.kind.endswith("Gateway"):
            return _label(lines, x + width / 2, y - len(lines) * LINE - 3)
        return _label(lines, x + width / 2, y + height + 4)

    def _edge_label(self, edge: Edge) -> tuple[str, Box] | None:
        name = self._name(edge)
        if not name:
            return None
        if edge.label and edge.label[2] >= 1:
            left, top, label_width, _ = edge.label
            lines = wrap_label(name, _label_width(label_width))
            return _label(lines, left + label_width / 2, top)
        (x, y), anchor = label_place(edge)
        lines = wrap_label(name, 120, 3)
        rise = (len(lines) - 1) * LINE * (1.0 if anchor == "middle" else 0.5)
        return _label(lines, x, y - rise, anchor=anchor)

    def _count(self, shape: Shape) -> str:
        text = str(self._counts[shape.id])
        width = max(20.0, width_of(text) + 10)
        x, y = shape.box[0] + shape.box[2] - width / 2, shape.box[1] - 10
        mark = self._marks.get(shape.id, "")
        paint = PAST if mark in ("past", "here", "") else _PAINTS[mark]
        kind = {"past": "", "failed": " bad"}.get(paint.group, f" {paint.group}")
        return (
            f'<g class="count{kind}" data-count-for="{attribute(shape.id)}">'
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="20" rx="10" fill="{paint.stroke}"/>'
            f"{write((text,), x + width / 2, y + 3.5, fill='#fff', bold=True)}</g>"
        )


def _beside(centre: float, node: Box, given: Box, lines: tuple[str, ...]) -> float:
    """Return the centre of a label, moved so that one to the left or right of its node does not reach over it."""
    half = max(map(width_of, lines), default=0.0) / 2
    if given[0] + given[2] <= node[0] + 4:
        return min(centre, node[0] - 4 - half)
    if given[0] >= node[0] + node[2] - 4:
        return max(centre, node[0] + node[2] + 4 + half)
    return centre


def _label_width(given: float) -> float:
    """Return the width to wrap at: files hold the size of the text in another font, or no real size."""
    return 90.0 if given < 20 else given * 1.15 + 6


def _label(lines: tuple[str, ...], x: float, top: float, anchor: str = "middle") -> tuple[str, Box]:
    width = max(map(width_of, lines), default=0.0)
    left = x if anchor == "start" else x - width / 2
    classes = "soft left" if anchor == "start" else "soft"
    text = write(lines, x, top, classes=classes, fill=SOFT, anchor=anchor, halo=True)
    return text, (left, top, width, len(lines) * LINE)
