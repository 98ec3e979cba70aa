"""Draw the lines: flows, associations, their arrow heads, start marks and the place of their labels."""

import math

from bpmn.diagrams.model import Box, Edge, Point
from bpmn.diagrams.shapes import PLAIN, Paint

RADIUS = 5.0
_DOTTED = ' stroke-dasharray="1 4" stroke-linecap="round"'


def draw_edge(edge: Edge, paint: Paint, *, default: bool, conditional: bool) -> str:
    """Return the line with its ends.  *default* gets the slash, *conditional* the diamond of BPMN 2.0 §13.3."""
    kind, points = edge.kind, _without_repeats(edge.points)
    if len(points) < 2:
        return ""
    colour = paint.stroke
    line = f'<path class="f" d="{_path(points)}" fill="none" stroke="{colour}"'
    start, end = points[0], points[-1]
    if kind == "messageFlow":
        head = _triangle(points[-2], end, 9, 4.5, f'class="{PLAIN.outline}" fill="#fff" stroke="{colour}"')
        mark = (
            f'<circle class="n" cx="{start[0]:g}" cy="{start[1]:g}" r="3.5" fill="#fff" stroke="{colour}"/>'
        )
        return f'{line} stroke-dasharray="7 5"/>{head}{mark}'
    if kind in ("association", "dataInputAssociation", "dataOutputAssociation"):
        heads = ""
        direction = edge.item.get("associationDirection") if edge.item else ""
        if kind != "association" or direction in ("One", "Both"):
            heads = _open_head(points[-2], end, colour)
        if direction == "Both":
            heads += _open_head(points[1], start, colour)
        return f"{line}{_DOTTED}/>{heads}"
    if kind == "conversationLink":
        return f'{line} stroke-width="3"/>'
    head = _triangle(points[-2], end, 7, 4, f'class="d" fill="{colour}" stroke="none"')
    mark = ""
    if default:
        mark = _slash(start, points[1], colour)
    elif conditional:
        mark = _diamond(start, points[1], colour)
    return f"{line}/>{head}{mark}"


def label_place(edge: Edge) -> tuple[Point, str]:
    """Return where the label of a line goes when the file does not say, and its anchor ("middle" or "start").

    It sits above the middle of the first long level piece, else to the right of the longest steep one.
    """
    pieces = list(zip(edge.points, edge.points[1:], strict=False))
    level = [
        piece for piece in pieces if abs(piece[1][0] - piece[0][0]) >= max(abs(piece[1][1] - piece[0][1]), 36)
    ]
    if level:
        (x1, y1), (x2, y2) = level[0]
        return ((x1 + x2) / 2, min(y1, y2) - 16 if y1 == y2 else (y1 + y2) / 2 - 7), "middle"
    (x1, y1), (x2, y2) = max(pieces, key=lambda piece: abs(piece[1][1] - piece[0][1]))
    return ((x1 + x2) / 2 + 6, (y1 + y2) / 2 - 7), "start"


def _without_repeats(points: list[Point]) -> list[Point]:
    kept = points[:1]
    for point in points[1:]:
        if abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) > 0.01:
            kept.append(point)
    return kept


def _path(points: list[Point]) -> str:
    """Return path data with rounded corners."""
    parts = [f"M{points[0][0]:g} {points[0][1]:g}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        x1, y1 = _toward(corner, before, RADIUS)
        x2, y2 = _toward(corner, after, RADIUS)
        parts.append(f"L{x1:g} {y1:g}Q{corner[0]:g} {corner[1]:g} {x2:g} {y2:g}")
    parts.append(f"L{points[-1][0]:g} {points[-1][1]:g}")
    return "".join(parts)


def _toward(origin: Point, target: Point, distance: float) -> Point:
    """Return the point at *distance* from *origin* toward *target*, at most half way."""
    dx, dy = target[0] - origin[0], target[1] - origin[1]
    length = math.hypot(dx, dy) or 1.0
    share = min(distance, length / 2) / length
    return round(origin[0] + dx * share, 2), round(origin[1] + dy * share, 2)


def _frame(tip: Point, back: Point) -> tuple[float, float]:
    """Return the unit vector from *tip* back along the line."""
    dx, dy = back[0] - tip[0], back[1] - tip[1]
    length = math.hypot(dx, dy) or 1.0
    return dx / length, dy / length


def _local(origin: Point, frame: tuple[float, float], along: float, across: float) -> str:
    x = origin[0] + frame[0] * along - frame[1] * across
    y = origin[1] + frame[1] * along + frame[0] * across
    return f"{round(x, 2):g} {round(y, 2):g}"


def _triangle(before: Point, tip: Point, length: float, half: float, style: str) -> str:
    frame = _frame(tip, before)
    left, right = _local(tip, frame, length, half), _local(tip, frame, length, -half)
    return f'<path {style} d="M{tip[0]:g} {tip[1]:g}L{left}L{right}z"/>'


def _open_head(before: Point, tip: Point, colour: str) -> str:
    frame = _frame(tip, before)
    left, right = _local(tip, frame, 7, 4), _local(tip, frame, 7, -4)
    return f'<path class="f" d="M{left}L{tip[0]:g} {tip[1]:g}L{right}" fill="none" stroke="{colour}"/>'


def _slash(start: Point, after: Point, colour: str) -> str:
    frame = _frame(start, after)
    return f'<path class="f" d="M{_local(start, frame, 7, 5)}L{_local(start, frame, 12, -5)}" stroke="{colour}"/>'


def _diamond(start: Point, after: Point, colour: str) -> str:
    frame = _frame(start, after)
    corners = [_local(start, frame, *corner) for corner in ((0, 0), (7, 4), (14, 0), (7, -4))]
    return f'<path class="n" d="M{"L".join(corners)}z" fill="#fff" stroke="{colour}"/>'


def extent(edge: Edge) -> Box:
    """Return the box around a line."""
    xs, ys = [x for x, _ in edge.points], [y for _, y in edge.points]
    return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)


__all__ = ["draw_edge", "extent", "label_place"]
