"""Functions on ranges and points (DMN 1.5 §10.3.4.9, table 82; Allen's interval algebra)."""

from typing import Any

from bpmn.feel.builtins.registry import builtin
from bpmn.feel.comparison import both, either, equal, ordered, within
from bpmn.feel.state import State
from bpmn.feel.values import Range

_Truth = bool | None


def _less(left: Any, right: Any) -> _Truth:
    return ordered("<", left, right)


def _before(left: Any, left_included: bool, right: Any, right_included: bool) -> _Truth:
    """Tell whether everything up to *left* lies before everything from *right* on."""
    touching = False if left_included and right_included else equal(left, right)
    return either(_less(left, right), touching)


def _not_after(left: Any, left_included: bool, right: Any, right_included: bool) -> _Truth:
    """Tell whether a range that starts at *left* starts no later than one that starts at *right*."""
    covers = left_included or not right_included
    return either(_less(left, right), both(covers, equal(left, right)))


@builtin("before(point1: point, point2: point)")
def _point_before_point(_state: State, left: Any, right: Any) -> _Truth:
    return _less(left, right)


@builtin("before(point: point, range: range)")
def _point_before(_state: State, point: Any, span: Range) -> _Truth:
    return _before(point, True, span.start, span.start_included)


@builtin("before(range: range, point: point)")
def _before_point(_state: State, span: Range, point: Any) -> _Truth:
    return _before(span.end, span.end_included, point, True)


@builtin("before(range1: range, range2: range)")
def _range_before(_state: State, left: Range, right: Range) -> _Truth:
    return _before(left.end, left.end_included, right.start, right.start_included)


@builtin("after(point1: point, point2: point)")
def _point_after_point(_state: State, left: Any, right: Any) -> _Truth:
    return _less(right, left)


@builtin("after(point: point, range: range)")
def _point_after(_state: State, point: Any, span: Range) -> _Truth:
    return _before(span.end, span.end_included, point, True)


@builtin("after(range: range, point: point)")
def _after_point(_state: State, span: Range, point: Any) -> _Truth:
    return _before(point, True, span.start, span.start_included)


@builtin("after(range1: range, range2: range)")
def _range_after(_state: State, left: Range, right: Range) -> _Truth:
    return _before(right.end, right.end_included, left.start, left.start_included)


@builtin("meets(range1: range, range2: range)")
def _meets(_state: State, left: Range, right: Range) -> _Truth:
    return both(left.end_included and right.start_included, equal(left.end, right.start))


@builtin("met by(range1: range, range2: range)")
def _met_by(state: State, left: Range, right: Range) -> _Truth:
    return _meets(state, right, left)


@builtin("overlaps(range1: range, range2: range)")
def _overlaps(state: State, left: Range, right: Range) -> _Truth:
    apart = either(_range_before(state, left, right), _range_before(state, right, left))
    return None if apart is None else not apart


@builtin("overlaps before(range1: range, range2: range)")
def _overlaps_before(_state: State, left: Range, right: Range) -> _Truth:
    starts_earlier = either(
        _less(left.start, right.start),
        both(left.start_included and not right.start_included, equal(left.start, right.start)),
    )
    reaches_in = either(
        _less(right.start, left.end),
        both(left.end_included and right.start_included, equal(left.end, right.start)),
    )
    ends_earlier = either(
        _less(left.end, right.end),
        both(right.end_included or not left.end_included, equal(left.end, right.end)),
    )
    return both(both(starts_earlier, reaches_in), ends_earlier)


@builtin("overlaps after(range1: range, range2: range)")
def _overlaps_after(_state: State, left: Range, right: Range) -> _Truth:
    starts_later = either(
        _less(right.start, left.start),
        both(right.start_included and not left.start_included, equal(left.start, right.start)),
    )
    starts_inside = either(
        _less(left.start, right.end),
        both(left.start_included and right.end_included, equal(left.start, right.end)),
    )
    ends_later = either(
        _less(right.end, left.end),
        both(left.end_included or not right.end_included, equal(left.end, right.end)),
    )
    return both(both(starts_later, starts_inside), ends_later)


@builtin("finishes(point: point, range: range)")
def _point_finishes(_state: State, point: Any, span: Range) -> _Truth:
    return both(span.end_included, equal(point, span.end))


@builtin("finishes(range1: range, range2: range)")
def _finishes(_state: State, left: Range, right: Range) -> _Truth:
    same_end = both(left.end_included is right.end_included, equal(left.end, right.end))
    return both(same_end, _not_after(right.start, right.start_included, left.start, left.start_included))


@builtin("finished by(range: range, point: point)")
def _finished_by_point(state: State, span: Range, point: Any) -> _Truth:
    return _point_finishes(state, point, span)


@builtin("finished by(range1: range, range2: range)")
def _finished_by(state: State, left: Range, right: Range) -> _Truth:
    return _finishes(state, right, left)


@builtin("includes(range: range, point: point)")
def _includes_point(_state: State, span: Range, point: Any) -> _Truth:
    return within(point, span)


@builtin("includes(range1: range, range2: range)")
def _includes(_state: State, outer: Range, inner: Range) -> _Truth:
    from_start = _not_after(outer.start, outer.start_included, inner.start, inner.start_included)
    to_end = either(
        _less(inner.end, outer.end),
        both(outer.end_included or not inner.end_included, equal(inner.end, outer.end)),
    )
    return both(from_start, to_end)


@builtin("during(point: point, range: range)")
def _point_during(_state: State, point: Any, span: Range) -> _Truth:
    return within(point, span)


@builtin("during(range1: range, range2: range)")
def _during(state: State, inner: Range, outer: Range) -> _Truth:
    return _includes(state, outer, inner)


@builtin("starts(point: point, range: range)")
def _point_starts(_state: State, point: Any, span: Range) -> _Truth:
    return both(span.start_included, equal(point, span.start))


@builtin("starts(range1: range, range2: range)")
def _starts(_state: State, left: Range, right: Range) -> _Truth:
    same_start = both(left.start_included is right.start_included, equal(left.start, right.start))
    within_end = either(
        _less(left.end, right.end),
        both(right.end_included or not left.end_included, equal(left.end, right.end)),
    )
    return both(same_start, within_end)


@builtin("started by(range: range, point: point)")
def _started_by_point(state: State, span: Range, point: Any) -> _Truth:
    return _point_starts(state, point, span)


@builtin("started by(range1: range, range2: range)")
def _started_by(state: State, left: Range, right: Range) -> _Truth:
    return _starts(state, right, left)


@builtin("coincides(point1: point, point2: point)")
def _points_coincide(_state: State, left: Any, right: Any) -> _Truth:
    return equal(left, right)


@builtin("coincides(range1: range, range2: range)")
def _coincides(_state: State, left: Range, right: Range) -> _Truth:
    return equal(left, right)
