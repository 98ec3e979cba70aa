"""Lead lines between nodes that we have placed ourselves.

Lines are level and steep pieces.  A line forward leaves to the right (a gateway:
up or down where the way is free) and enters from the left; a line that goes
back, or whose way is blocked, runs below everything, each on its own level.
"""

from bpmn.diagrams.model import Point, Shape

BEND = 22.0
STEP = 16.0


class Router:
    """Routes the lines of one scope; `lowest` is the lowest level in use."""

    def __init__(self, shapes: list[Shape], lowest: float) -> None:
        self._shapes = shapes
        self.lowest = lowest

    def route(
        self, source: Shape, target: Shape, levels: list[tuple[float, float]], *, straight: bool
    ) -> list[Point]:
        """Return the corners of a line; *levels* are the (left, middle) of the cells it passes through."""
        x1, y1, w1, h1 = source.box
        x2, y2, _, h2 = target.box
        if straight:
            return _beside(source, target)
        start, end = y1 + h1 / 2, y2 + h2 / 2
        if x2 < x1 + w1:
            return self._below(source, target)
        first = levels[0][1] if levels else end
        centre = x1 + w1 / 2
        if source.kind == "boundaryEvent":
            if first <= y1 + h1 or self._blocked(centre, y1 + h1, first, source):
                return self._below(source, target)
            points = [(centre, y1 + h1), (centre, first)]
        elif abs(first - start) < 0.5:
            points = [(x1 + w1, start)]
        elif source.kind.endswith("Gateway") and not self._blocked(centre, start, first, source):
            points = [(centre, y1 + h1 if first > start else y1), (centre, first)]
        else:
            bend = (levels[0][0] if levels else x2) - BEND
            points = [(x1 + w1, start), (bend, start), (bend, first)]
        level = first
        for left, middle in levels[1:]:
            if abs(middle - level) > 0.5:
                points += [(left - BEND, level), (left - BEND, middle)]
                level = middle
        if abs(level - end) > 0.5:
            points += [(x2 - BEND, level), (x2 - BEND, end)]
        return [*points, (x2, end)]

    def _blocked(self, x: float, start: float, end: float, source: Shape) -> bool:
        """Say whether a node lies across the steep piece at *x*."""
        top, bottom = min(start, end), max(start, end)
        return any(
            left - 4 < x < left + width + 4 and top < y + height + 4 and y - 4 < bottom
            for shape in self._shapes
            for left, y, width, height in [shape.box]
            if shape is not source and not _holds(shape, source)
        )

    def _below(self, source: Shape, target: Shape) -> list[Point]:
        self.lowest += STEP
        x1, y1, w1, h1 = source.box
        x2, y2, w2, h2 = target.box
        leave, arrive = x1 + w1 / 2, x2 + w2 / 2
        if self._blocked(leave, y1 + h1 + 5, self.lowest, source):
            side = x1 + w1 + BEND / 2
            points = [(x1 + w1, y1 + h1 / 2), (side, y1 + h1 / 2), (side, self.lowest)]
        else:
            points = [(leave, y1 + h1), (leave, self.lowest)]
        if self._blocked(arrive, y2 + h2 + 5, self.lowest, target):
            side = x2 - BEND / 2
            return [*points, (side, self.lowest), (side, y2 + h2 / 2), (x2, y2 + h2 / 2)]
        return [*points, (arrive, self.lowest), (arrive, y2 + h2)]


def _holds(outer: Shape, inner: Shape) -> bool:
    """Say whether *outer* is what *inner* sits on or in (a boundary event's host, a sub-process)."""
    x, y, width, height = outer.box
    centre_x, centre_y = inner.box[0] + inner.box[2] / 2, inner.box[1] + inner.box[3] / 2
    return x <= centre_x <= x + width and y <= centre_y <= y + height + 20


def _beside(source: Shape, target: Shape) -> list[Point]:
    x1, y1, w1, h1 = source.box
    x2, y2, w2, h2 = target.box
    if y2 > y1:
        return [(x1 + w1 / 2, y1 + h1), (x2 + w2 / 2, y2)]
    return [(x1 + w1 / 2, y1), (x2 + w2 / 2, y2 + h2)]
