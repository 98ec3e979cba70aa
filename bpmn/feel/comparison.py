"""Equality, order and membership with three-valued logic (DMN 1.5 §10.3.2.13, tables 51 to 54).

Times and dates with times are equal when they agree to the second, as the kit of the standard has it;
their order sees fractions.

None is the third value: the operands are null or of kinds that do not compare.
"""

import operator
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from bpmn.feel.state import State
from bpmn.feel.temporal import as_utc
from bpmn.feel.values import Range, YearsMonths
from bpmn.feel.wide import Wide, position

_SECOND_NS = 1_000_000_000
_PLAIN = frozenset({Decimal, str, bool, date, timedelta, YearsMonths})
_ORDERED = frozenset({Decimal, str, date, timedelta, YearsMonths})
_BASES: tuple[type, ...] = (bool, str, Decimal, datetime, date, time, timedelta, list, dict)

ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def equal(left: Any, right: Any, state: State | None = None) -> bool | None:
    """Tell whether two values are equal; None when they are of different kinds.

    Every item of a container is charged to *state*: lists that share their items may be larger than they look.
    """
    if left is None or right is None:
        return left is right
    if type(left) is Wide or type(right) is Wide:
        return _wide_order("=", left, right)
    kind = _kind(left)
    if kind is not _kind(right):
        return None
    if kind in _PLAIN:
        return bool(left == right)
    if kind is list:
        return _equal_lists(left, right, state)
    if kind is dict:
        return _equal_contexts(left, right, state)
    if kind is datetime:
        if (left.tzinfo is None) is not (right.tzinfo is None):
            return None
        return as_utc(left).replace(microsecond=0) == as_utc(right).replace(microsecond=0)
    if kind is time:
        return _equal_times(left, right)
    if kind is Range:
        return _equal_ranges(left, right)
    return left is right


def _kind(value: Any) -> type:
    """Return the type of a FEEL value; subclasses (an enumeration of strings) count as their base."""
    kind = type(value)
    if kind in _PLAIN or kind is Range:
        return kind
    for base in _BASES:
        if isinstance(value, base):
            return base
    return kind


def _equal_lists(left: list[Any], right: list[Any], state: State | None) -> bool | None:
    if state is not None:
        state.charge(4 * len(left) + 4)
    if len(left) != len(right):
        return False
    return _all(equal(first, second, state) for first, second in zip(left, right, strict=True))


def _equal_contexts(left: dict[str, Any], right: dict[str, Any], state: State | None) -> bool | None:
    if state is not None:
        state.charge(4 * len(left) + 4)
    if left.keys() != right.keys():
        return False
    return _all(equal(value, right[key], state) for key, value in left.items())


def _all(results: Any) -> bool | None:
    unknown = False
    for result in results:
        if result is False:
            return False
        unknown = unknown or result is None
    return None if unknown else True


def _equal_times(left: time, right: time) -> bool | None:
    """Compare hour, minute, second and offset, fractions do not count."""
    if left.tzinfo == right.tzinfo:
        return left.replace(microsecond=0, tzinfo=None) == right.replace(microsecond=0, tzinfo=None)
    left_s, right_s = _seconds(left), _seconds(right)
    if left_s is None or right_s is None:
        return None
    return left_s // 1 == right_s // 1


def _seconds(value: time) -> Decimal | None:
    """Return the seconds of a time since midnight UTC; None when its offset is not known."""
    offset = value.utcoffset()
    if offset is None:
        return None
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    return Decimal(seconds - int(offset.total_seconds())) + Decimal(value.microsecond) / 1_000_000


def _equal_ranges(left: Range, right: Range) -> bool | None:
    same_shape = (left.start_included, left.end_included, left.operator) == (
        right.start_included,
        right.end_included,
        right.operator,
    )
    return _all((same_shape, equal(left.start, right.start), equal(left.end, right.end)))


def ordered(symbol: str, left: Any, right: Any) -> bool | None:
    """Return ``left < right`` (or <=, >, >=); None when the two do not compare."""
    kind = type(left)
    if kind is type(right) and kind in _ORDERED:
        return ORDER[symbol](left, right)
    if left is None or right is None:
        return None
    if type(left) is Wide or type(right) is Wide:
        return _wide_order(symbol, left, right)
    kind = _kind(left)
    if kind is not _kind(right):
        return None
    if kind in _ORDERED:
        return ORDER[symbol](left, right)
    if kind is datetime:
        if (left.tzinfo is None) is not (right.tzinfo is None):
            return None
        return ORDER[symbol](as_utc(left), as_utc(right))
    if kind is time:
        return _ordered_times(symbol, left, right)
    return None


def _ordered_times(symbol: str, left: time, right: time) -> bool | None:
    if left.tzinfo == right.tzinfo:
        return ORDER[symbol](left.replace(tzinfo=None), right.replace(tzinfo=None))
    left_s, right_s = _seconds(left), _seconds(right)
    if left_s is None or right_s is None:
        return None
    return ORDER[symbol](left_s, right_s)


def _wide_order(symbol: str, left: Any, right: Any) -> bool | None:
    """Compare two dates or times of which Python's types cannot hold one."""
    if not isinstance(left, date | time | Wide) or not isinstance(right, date | time | Wide):
        return None
    first, second = position(left), position(right)
    if first is None or second is None or first[:2] != second[:2]:
        return None
    if symbol != "=":
        return ORDER[symbol](first[2], second[2])
    unit = 1 if first[0] == "date" else _SECOND_NS
    return first[2] // unit == second[2] // unit


def both(left: Any, right: Any) -> bool | None:
    """Return the three-valued ``and``; what is not a boolean counts as null."""
    if left is False or right is False:
        return False
    return True if left is True and right is True else None


def either(left: Any, right: Any) -> bool | None:
    """Return the three-valued ``or``; what is not a boolean counts as null."""
    if left is True or right is True:
        return True
    return False if left is False and right is False else None


def within(value: Any, tested: Range) -> bool | None:
    """Tell whether *value* lies in a range; None when it does not compare with the endpoints."""
    if tested.negated:
        same = equal(value, tested.start)
        return None if same is None else not same
    if value is None:
        return None
    result: bool | None = True
    if tested.start is not None:
        result = ordered(">=" if tested.start_included else ">", value, tested.start)
    if tested.end is not None:
        result = both(result, ordered("<=" if tested.end_included else "<", value, tested.end))
    return result


def satisfies(value: Any, tested: Any, state: State | None = None) -> bool | None:
    """Tell whether *value* fits a test value: lies in a range, is in a list, or equals it (§10.3.2.13.3)."""
    if isinstance(tested, Range):
        if isinstance(value, Range):
            return equal(value, tested)
        return within(value, tested)
    if isinstance(tested, list):
        if isinstance(value, list) and equal(value, tested, state) is True:
            return True
        return _any_satisfied(value, tested, state)
    return equal(value, tested, state)


def _any_satisfied(value: Any, tested: list[Any], state: State | None) -> bool:
    if state is not None:
        state.charge(len(tested))
    for item in tested:
        if isinstance(item, Range) and not isinstance(value, Range):
            if within(value, item) is True:
                return True
        elif equal(value, item, state) is True:
            return True
    return False
