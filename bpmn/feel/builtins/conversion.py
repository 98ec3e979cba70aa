"""Conversion functions (DMN 1.5 §10.3.4.1, table 73) and boolean ``not`` (§10.3.4.2)."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal, DecimalException
from typing import Any

from bpmn.feel import temporal
from bpmn.feel.builtins.registry import builtin
from bpmn.feel.comparison import ordered
from bpmn.feel.errors import FeelError
from bpmn.feel.parser import parse_expression
from bpmn.feel.state import State
from bpmn.feel.syntax import Call, Literal, Name, RangeLiteral
from bpmn.feel.text import display
from bpmn.feel.values import DECIMAL128, Range, YearsMonths
from bpmn.feel.wide import (
    AnyDate,
    AnyMoment,
    AnyTime,
    Wide,
    date_of,
    kind_of,
    moment_of,
    nanosecond_of,
    time_of,
)

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_GROUPING = (" ", ",", ".")
_DECIMAL = (".", ",")


@builtin("date(from: string)")
def _date_of_text(state: State, text: str) -> AnyDate | None:
    value = temporal.parse_date(text)
    return value if value is not None else state.null("function.value", name="date")


@builtin("date(from: wide day)")
def _date_of_day(_state: State, day: AnyDate) -> AnyDate | None:
    return date_of(day.year, day.month, day.day)


@builtin("date(year: number, month: number, day: number)")
def _date_of_numbers(state: State, year: Decimal, month: Decimal, day: Decimal) -> AnyDate | None:
    value = date_of(int(year), int(month), int(day))
    return value if value is not None else state.null("function.value", name="date")


@builtin("date and time(date: wide day, time: wide time)")
def _date_and_time(_state: State, day: AnyDate, clock: AnyTime) -> AnyMoment:
    return moment_of(day, clock)


@builtin("date and time(from: string)")
def _date_and_time_of_text(state: State, text: str) -> AnyMoment | None:
    value = temporal.parse_date_time(text)
    return value if value is not None else state.null("function.value", name="date and time")


@builtin("date and time(from: wide day)")
def _date_and_time_of_day(_state: State, day: AnyDate) -> AnyMoment:
    return moment_of(day, day if isinstance(day, datetime | Wide) and kind_of(day) != "date" else time())


@builtin("date and time(date: date and time, timezone: string)")
def _date_and_time_in_zone(state: State, moment: datetime, zone: str) -> datetime | None:
    """The moment in another zone; a local one is taken to be of that zone."""
    where = temporal.zone_of(f"@{zone}") or (temporal.zone_of(zone) if zone[:1] in "+-Z" and zone else None)
    if where is None:
        return state.null("function.value", name="date and time")
    return moment.replace(tzinfo=where) if moment.tzinfo is None else moment.astimezone(where)


@builtin("time(from: string)")
def _time_of_text(state: State, text: str) -> AnyTime | None:
    value = temporal.parse_time(text)
    return value if value is not None else state.null("function.value", name="time")


@builtin("time(from: wide time)")
def _time_of_time(_state: State, clock: AnyTime) -> AnyTime:
    return clock


@builtin("time(from: wide day)")
def _time_of_day(_state: State, day: AnyDate) -> AnyTime | None:
    """The clock of a date and time; a date is midnight UTC (table 73)."""
    if not isinstance(day, datetime | Wide) or kind_of(day) == "date":
        return time(tzinfo=UTC)
    return time_of(day.hour, day.minute, day.second, nanosecond_of(day), day.tzinfo)


@builtin("time(hour: number, minute: number, second: number, offset?: duration|null)")
def _time_of_numbers(
    state: State,
    hour: Decimal,
    minute: Decimal,
    second: Decimal,
    offset: timedelta | YearsMonths | None = None,
) -> AnyTime | None:
    zone = temporal.zone_of_offset(offset) if isinstance(offset, timedelta) else None
    if (offset is not None and zone is None) or not 0 <= second < 60:
        return state.null("function.value", name="time")
    clock = time_of(int(hour), int(minute), int(second), int(second % 1 * 1_000_000_000), zone)
    return clock if clock is not None else state.null("function.value", name="time")


@builtin("duration(from: string)")
def _duration_of_text(state: State, text: str) -> timedelta | YearsMonths | None:
    value = temporal.parse_duration(text)
    return value if value is not None else state.null("function.value", name="duration")


@builtin("duration(from: duration)")
def _duration_of_duration(_state: State, value: timedelta | YearsMonths) -> timedelta | YearsMonths:
    return value


@builtin("number(from: number)")
def _number_of_number(_state: State, number: Decimal) -> Decimal:
    return number


@builtin("number(from: string)")
def _number_of_plain_text(state: State, text: str) -> Decimal | None:
    return _number(state, text)


@builtin("number(from: string, grouping separator: string|null, decimal separator: string|null)")
def _number_of_text(state: State, text: str, grouping: str | None, decimal: str | None) -> Decimal | None:
    if (grouping is not None and grouping not in _GROUPING) or (
        decimal is not None and decimal not in _DECIMAL
    ):
        return state.null("function.value", name="number")
    if grouping is not None and grouping == decimal:
        return state.null("function.value", name="number")
    if grouping is not None:
        text = text.replace(grouping, "")
    if decimal is not None:
        text = text.replace(decimal, ".")
    return _number(state, text)


def _number(state: State, text: str) -> Decimal | None:
    state.check_text(len(text))
    if _NUMBER.fullmatch(text) is None:
        return state.null("function.value", name="number")
    try:
        return DECIMAL128.create_decimal(text)
    except DecimalException:
        return state.null("function.value", name="number")


@builtin("string(from: any)")
def _string(state: State, value: Any) -> str | None:
    text = display(value, state)
    if text is not None:
        state.check_text(len(text))
    return text


@builtin("not(negand: any)")
def _not(_state: State, value: Any) -> bool | None:
    return not value if isinstance(value, bool) else None


@builtin("range(from: string)")
def _range(state: State, text: str) -> Range | None:
    """The range that *text* writes with literal endpoints: numbers, strings, ``@"…"`` or ``date("…")``."""
    try:
        tree = parse_expression(text)
    except FeelError:
        return state.null("function.value", name="range")
    if not isinstance(tree, RangeLiteral):
        return state.null("function.value", name="range")
    start, end = _endpoint(state, tree.start), _endpoint(state, tree.end)
    if ordered("<=", start, end) is not True:
        return state.null("function.value", name="range")
    return Range(start, end, tree.start_included, tree.end_included)


_LITERAL_FUNCTIONS: dict[str, Callable[[str], Any]] = {
    "date": temporal.parse_date,
    "time": temporal.parse_time,
    "date and time": temporal.parse_date_time,
    "duration": temporal.parse_duration,
}


def _endpoint(state: State, node: Any) -> Any:
    if isinstance(node, Literal):
        return node.value
    if not isinstance(node, Call) or not isinstance(node.function, Name) or len(node.arguments) != 1:
        return None
    argument = node.arguments[0]
    read = _LITERAL_FUNCTIONS.get(node.function.name)
    if read is None or not isinstance(argument, Literal) or not isinstance(argument.value, str):
        return None
    return read(argument.value)
