"""Draw the nodes: events, activities, gateways, pools and lanes, data, annotations, groups.

Each function returns SVG in the coordinates of the plane.  Classes are those
of the page's sheet (`n` outline, `f` line, `soft` second text); the stroke and
fill attributes are what the picture looks like without it.
"""

from dataclasses import dataclass

from bpmn.diagrams import icons
from bpmn.diagrams.model import CONTAINERS, Item, Shape
from bpmn.diagrams.text import LINE, width_of, wrap, write

GREY, TEAL, RED, INK, SOFT = "#869193", "#0b5c5d", "#ac2219", "#172022", "#4c585b"
GREEN, AMBER, BLUE = "#1c6a37", "#8a5a00", "#2f5597"


@dataclass(frozen=True, slots=True)
class Paint:
    """The colours of one state, and the class of its outline ("" where the sheet has no colour for it)."""

    group: str
    outline: str
    fill: str
    stroke: str
    text: str
    icon: str


PLAIN = Paint("", "n", "#fff", GREY, INK, SOFT)
PAST = Paint("past", "n", "#e0efed", TEAL, INK, TEAL)
HERE = Paint("here", "n", TEAL, TEAL, "#fff", "#fff")
AROUND = Paint("past", "n", "#fff", TEAL, INK, TEAL)
FAILED = Paint("failed", "", "#fbeae8", RED, INK, RED)
ADDED = Paint("add", "n", "#e3f1e6", GREEN, INK, GREEN)
REMOVED = Paint("cut", "n", "#fbeae8", RED, INK, RED)
CHANGED = Paint("alter", "n", "#fbf0d9", AMBER, INK, AMBER)
MOVED = Paint("shift", "n", "#e8eef8", BLUE, INK, BLUE)


def draw(shape: Shape, paint: Paint, name: str) -> str:
    """Return the drawing of a node without its outside label."""
    kind = shape.kind
    if kind in ("participant", "lane"):
        return _pool(shape, paint, name)
    if kind.endswith("Event"):
        return _event(shape, paint)
    if kind.endswith("Gateway"):
        return _gateway(shape, paint)
    if kind == "textAnnotation":
        return _annotation(shape, name)
    if kind == "group":
        return _outline(shape, f'rx="8" stroke-dasharray="8 4 1 4" fill="none" stroke="{GREY}"', "f")
    if kind in ("dataObjectReference", "dataObject", "dataInput", "dataOutput"):
        return _data(shape, paint)
    if kind in ("dataStoreReference", "dataStore"):
        return _store(shape, paint)
    if kind in ("conversation", "subConversation", "callConversation"):
        return _hexagon(shape, paint)
    return _activity(shape, paint, name)


def halo(shape: Shape) -> str:
    """Return the ring around the element where a request stands."""
    x, y, width, height = shape.box
    style = f'class="halo" fill="none" stroke="{TEAL}" stroke-opacity=".25" stroke-width="5"'
    if shape.kind.endswith("Event"):
        return f'<circle {style} cx="{x + width / 2:g}" cy="{y + height / 2:g}" r="{width / 2 + 3:g}"/>'
    if shape.kind.endswith("Gateway"):
        return (
            f'<path {style} d="M{x + width / 2:g} {y - 4:g}L{x + width + 4:g} {y + height / 2:g}'
            f'L{x + width / 2:g} {y + height + 4:g}L{x - 4:g} {y + height / 2:g}z"/>'
        )
    return (
        f'<rect {style} x="{x - 3:g}" y="{y - 3:g}" width="{width + 6:g}" height="{height + 6:g}" rx="10"/>'
    )


def _classed(name: str) -> str:
    return f' class="{name}"' if name else ""


def _outline(shape: Shape, attributes: str, name: str) -> str:
    x, y, width, height = shape.box
    return f'<rect{_classed(name)} x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" {attributes}/>'


def _at(x: float, y: float, drawing: str, paint: Paint, scale: float = 1.0, *, solid: bool = False) -> str:
    """Place a drawing of `icons` with the colours of a state; *solid* fills it (throwing events)."""
    back = paint.fill
    for mark, colour in {
        "{fill}": paint.icon,
        "{back}": back,
        "{solid}": paint.icon if solid else "none",
        "{line}": back if solid else paint.icon,
    }.items():
        drawing = drawing.replace(mark, colour)
    size = f" scale({scale:g})" if scale != 1 else ""
    return f'<g transform="translate({x:g} {y:g}){size}" fill="none" stroke="{paint.icon}" stroke-width="1.3">{drawing}</g>'


def _event(shape: Shape, paint: Paint) -> str:
    item = shape.item
    x, y, width, height = shape.box
    cx, cy, radius = x + width / 2, y + height / 2, min(width, height) / 2
    ends = shape.kind == "endEvent"
    throws = shape.kind in ("endEvent", "intermediateThrowEvent", "implicitThrowEvent")
    dashed = item is not None and "false" in (item.get("cancelActivity"), item.get("isInterrupting"))
    dash = ' stroke-dasharray="4 3"' if dashed else ""
    weight = ' stroke-width="4"' if ends else ""
    outline = f"{paint.outline} end".strip() if ends else paint.outline
    parts = [
        f'<circle{_classed(outline)} cx="{cx:g}" cy="{cy:g}" r="{radius - (1.25 if ends else 0):g}"{weight}{dash}/>'
    ]
    if shape.kind in ("intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"):
        inner = max(radius - 3.5, 1)
        parts.append(f'<circle{_classed(paint.outline)} cx="{cx:g}" cy="{cy:g}" r="{inner:g}"{dash}/>')
    drawing = _event_icon(item)
    if drawing:
        parts.append(_at(cx, cy, icons.EVENTS[drawing], paint, min(radius / 18, 2) * 1.0, solid=throws))
    return "".join(parts)


def _event_icon(item: Item | None) -> str:
    if item is None:
        return ""
    definitions = item.event_definitions
    references = [child for child in item.element if child.tag == _tag(item, "eventDefinitionRef")]
    if len(definitions) + len(references) > 1:
        return "parallelMultiple" if item.get("parallelMultiple") == "true" else "multiple"
    return definitions[0] if definitions and definitions[0] in icons.EVENTS else ""


def _tag(item: Item, name: str) -> str:
    namespace = str(item.element.tag).rpartition("}")[0]
    return f"{namespace}}}{name}" if namespace else name


def _gateway(shape: Shape, paint: Paint) -> str:
    x, y, width, height = shape.box
    cx, cy = x + width / 2, y + height / 2
    kind = shape.kind
    if kind == "eventBasedGateway" and shape.item is not None and shape.item.get("instantiate") == "true":
        kind = "eventBasedParallel" if shape.item.get("eventGatewayType") == "Parallel" else "eventBasedStart"
    outline = f'<path{_classed(paint.outline)} d="M{x:g} {cy:g}L{cx:g} {y:g}L{x + width:g} {cy:g}L{cx:g} {y + height:g}z"/>'
    return outline + _at(cx, cy, icons.GATEWAYS.get(kind, ""), paint, min(width, height) / 50)


def _activity(shape: Shape, paint: Paint, name: str) -> str:
    item = shape.item
    x, y, width, height = shape.box
    container = shape.kind in CONTAINERS
    style = 'rx="7"'
    outline = paint.outline
    if shape.kind == "callActivity":
        style += ' stroke-width="4"'
        outline = f"{outline} end".strip()
    if container and item is not None and item.get("triggeredByEvent") == "true":
        style += ' stroke-dasharray="5 3"'
    parts = [_outline(shape, style, outline)]
    if shape.kind == "transaction":
        parts.append(
            f'<rect{_classed(paint.outline)} x="{x + 3:g}" y="{y + 3:g}" width="{max(width - 6, 1):g}" '
            f'height="{max(height - 6, 1):g}" rx="5"/>'
        )
    icon = icons.TASKS.get(shape.kind, "")
    if icon:
        parts.append(_at(x + 13, y + 13, icon, paint, 0.9))
    if not shape.expanded:
        parts.append(markers(shape, paint))
    parts.append(_activity_text(shape, paint, name, bool(icon), bool(_markers(shape))))
    return "".join(parts)


def markers(shape: Shape, paint: Paint) -> str:
    """Return the loop, multi-instance, compensation and sub-process signs at the bottom of an activity.

    Those of an expanded sub-process are drawn apart, in front of what is inside it.
    """
    x, y, width, height = shape.box
    signs = _markers(shape)
    return "".join(
        _at(
            x + width / 2 + (place - (len(signs) - 1) / 2) * 17,
            y + height - 9,
            icons.MARKERS[sign],
            paint,
            0.85,
        )
        for place, sign in enumerate(signs)
    )


def _activity_text(shape: Shape, paint: Paint, name: str, icon: bool, marked: bool) -> str:
    x, y, width, height = shape.box
    bold = paint is HERE
    if shape.kind in CONTAINERS and shape.expanded:
        lines = wrap(name, max(width - 20, 20), 1)
        return write(lines, x + width / 2, y + 6, fill=paint.text)
    room = height - (16 if marked else 4)
    lines = wrap(name, max(width - 10, 20), int(room // LINE))
    top = y + 2 + (room - len(lines) * LINE) / 2
    if icon and top < y + 21 and lines and width_of(lines[0]) > width - 48:
        top = min(y + 21, y + 2 + room - len(lines) * LINE)
    return write(lines, x + width / 2, top, fill=paint.text, bold=bold)


def _markers(shape: Shape) -> list[str]:
    item = shape.item
    if item is None:
        return []
    found = []
    if item.has("standardLoopCharacteristics"):
        found.append("loop")
    loop = item.child("multiInstanceLoopCharacteristics")
    if loop is not None:
        found.append("sequential" if loop.get("isSequential") == "true" else "parallel")
    if item.get("isForCompensation") == "true":
        found.append("compensation")
    if shape.kind in CONTAINERS and not shape.expanded:
        found.append("collapsed")
    if shape.kind == "adHocSubProcess":
        found.append("adHoc")
    return found


def _pool(shape: Shape, paint: Paint, name: str) -> str:
    x, y, width, height = shape.box
    fill = "#fff" if shape.kind == "participant" else "none"
    outline = f'fill="{fill}" stroke="{paint.stroke}"'
    parts = [_outline(shape, outline, "n" if shape.kind == "participant" and paint is PLAIN else "f")]
    multiple = shape.item is not None and shape.item.has("participantMultiplicity")
    if multiple:
        parts.append(_at(x + width / 2, y + height - 10, icons.MARKERS["parallel"], paint))
    if shape.horizontal:
        band = min(30.0, width)
        whole = shape.kind == "participant" and height <= 70 and width > 200
        if whole:
            lines = wrap(name, max(width - 20, 20), max(int((height - 4) // LINE), 1))
            parts.append(write(lines, x + width / 2, y + (height - len(lines) * LINE) / 2))
            return "".join(parts)
        if shape.kind == "participant":
            parts.append(f'<path class="f" d="M{x + band:g} {y:g}v{height:g}" stroke="{paint.stroke}"/>')
        lines = wrap(name, max(height - 10, 20), 2)
        middle = y + height / 2
        text = write(lines, x + band / 2, middle - len(lines) * LINE / 2)
        parts.append(f'<g transform="rotate(-90 {x + band / 2:g} {middle:g})">{text}</g>')
    else:
        if shape.kind == "participant":
            parts.append(f'<path class="f" d="M{x:g} {y + 30:g}h{width:g}" stroke="{paint.stroke}"/>')
        lines = wrap(name, max(width - 10, 20), 2)
        parts.append(write(lines, x + width / 2, y + 15 - len(lines) * LINE / 2))
    return "".join(parts)


def _annotation(shape: Shape, name: str) -> str:
    x, y, width, height = shape.box
    lines = wrap(name, max(width - 12, 30), max(int(height // LINE) + 1, 1))
    bracket = f'<path class="f" d="M{x + 10:g} {y:g}h-10v{height:g}h10" fill="none" stroke="{GREY}"/>'
    top = y + max((height - len(lines) * LINE) / 2, 0)
    return bracket + write(lines, x + 8, top, classes="soft left", fill=SOFT, anchor="start")


def _data(shape: Shape, paint: Paint) -> str:
    x, y, width, height = shape.box
    fold = min(12.0, width / 3)
    parts = [
        f'<path{_classed(paint.outline)} d="M{x:g} {y:g}h{width - fold:g}l{fold:g} {fold:g}v{height - fold:g}h{-width:g}z"/>',
        f'<path class="f" d="M{x + width - fold:g} {y:g}v{fold:g}h{fold:g}" fill="none" stroke="{paint.stroke}"/>',
    ]
    if shape.kind in ("dataInput", "dataOutput"):
        arrow = '<path d="M-7-2.500h7v-3.500l6 6-6 6v-3.500h-7z" fill="{solid}"/>'
        parts.append(_at(x + 10, y + 10, arrow, paint, 0.8, solid=shape.kind == "dataOutput"))
    if _is_collection(shape.item):
        parts.append(_at(x + width / 2, y + height - 8, icons.MARKERS["collection"], paint))
    return "".join(parts)


def _is_collection(item: Item | None) -> bool:
    if item is None:
        return False
    if item.get("isCollection") == "true":
        return True
    target = item.reference("dataObjectRef")
    container = item.element.getparent()
    siblings = container if container is not None and target else ()
    return any(part.get("id") == target and part.get("isCollection") == "true" for part in siblings)


def _store(shape: Shape, paint: Paint) -> str:
    x, y, width, height = shape.box
    lid = min(8.0, height / 4)
    body = f"M{x:g} {y + lid:g}v{height - 2 * lid:g}a{width / 2:g} {lid:g} 0 0 0 {width:g} 0v{2 * lid - height:g}"
    return (
        f'<path{_classed(paint.outline)} d="{body}"/><ellipse{_classed(paint.outline)} cx="{x + width / 2:g}" '
        f'cy="{y + lid:g}" rx="{width / 2:g}" ry="{lid:g}"/>'
    )


def _hexagon(shape: Shape, paint: Paint) -> str:
    x, y, width, height = shape.box
    side = width / 4
    weight = ' stroke-width="4"' if shape.kind == "callConversation" else ""
    return (
        f'<path{_classed(paint.outline)} d="M{x:g} {y + height / 2:g}l{side:g} {-height / 2:g}h{width / 2:g}'
        f'l{side:g} {height / 2:g}l{-side:g} {height / 2:g}h{-width / 2:g}z"{weight}/>'
    )
