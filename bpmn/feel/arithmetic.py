"""Arithmetic of FEEL: exact decimals of 34 digits, strings, dates and durations (DMN 1.5 tables 57 to 61).

Wrong operands never raise: the result is null and the state records why.
A moment plus a duration moves on the time line: across a change of
daylight-saving time an aware date and time keeps its zone, not its clock.
"""

import calendar
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, DecimalException, DivisionByZero
from typing import Any

from bpmn.feel.state import State
from bpmn.feel.temporal import as_utc
from bpmn.feel.values import DECIMAL128, YearsMonths, type_name
from bpmn.feel.wide import Wide, narrow

_DAY = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)
_MILLION = Decimal(1_000_000)
_MAX_MONTHS = 12 * 10**12

Operation = Callable[[State, Any, Any], Any]


def seconds_of(duration: timedelta) -> Decimal:
    """Return a days and time duration in seconds, exactly."""
    return DECIMAL128.divide(Decimal(duration // _MICROSECOND), _MILLION)


def duration_of(seconds: Decimal) -> timedelta:
    """Return the duration of *seconds*; raises OverflowError beyond Python's range."""
    return timedelta(microseconds=int(DECIMAL128.multiply(seconds, _MILLION)))


def add_months(day: date, months: int) -> date:
    """Return a date or date and time *months* later, on the last day of a shorter month.

    Raises:
        ValueError: the year would leave 1 to 9999.
    """
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= years <= 9999:
        raise ValueError(f"year {years} is out of range")
    last = calendar.monthrange(years, month + 1)[1]
    return day.replace(year=years, month=month + 1, day=min(day.day, last))


def add_duration(moment: datetime, duration: timedelta) -> datetime:
    """Return the moment *duration* later on the time line, in the same zone."""
    if moment.tzinfo is None:
        return moment + duration
    return (as_utc(moment) + duration).astimezone(moment.tzinfo)


def add_to_date(day: date, duration: timedelta) -> date:
    """Return the date on which midnight of *day* plus *duration* falls."""
    return day + timedelta(days=duration // _DAY)


def add_to_time(clock: time, duration: timedelta) -> time:
    """Return the time of day *duration* later, going round at midnight."""
    moment = datetime.combine(date(2000, 1, 1), clock.replace(tzinfo=None)) + duration % _DAY
    return moment.time().replace(tzinfo=clock.tzinfo)


def difference(left: date, right: date) -> timedelta | None:
    """Return the time between two dates or dates and times; None when only one of them has a zone.

    A date counts as its midnight in UTC (§10.3.2.9.4).
    """
    if type(left) is date and type(right) is date:
        return left - right
    first, second = _moment(left), _moment(right)
    if (first.tzinfo is None) is not (second.tzinfo is None):
        return None
    return as_utc(first) - as_utc(second)


def _moment(value: date) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, time(), tzinfo=UTC)


def _subtract_times(left: time, right: time) -> timedelta | None:
    if left.tzinfo == right.tzinfo:
        offset = timedelta()
    else:
        left_offset, right_offset = left.utcoffset(), right.utcoffset()
        if left_offset is None or right_offset is None:
            return None
        offset = left_offset - right_offset
    day = date(2000, 1, 1)
    naive = datetime.combine(day, left.replace(tzinfo=None)) - datetime.combine(
        day, right.replace(tzinfo=None)
    )
    return naive - offset


def _months(count: int) -> YearsMonths:
    if abs(count) > _MAX_MONTHS:
        raise OverflowError("a years and months duration is out of range")
    return YearsMonths(count)


def _swap(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda left, right: operation(right, left)


def _scale(duration: timedelta, factor: Decimal) -> timedelta:
    return duration_of(DECIMAL128.multiply(seconds_of(duration), factor))


def _scale_months(duration: YearsMonths, factor: Decimal) -> YearsMonths:
    return _months(int(DECIMAL128.multiply(Decimal(duration.total_months), factor)))


_Table = dict[tuple[type, type], Callable[[Any, Any], Any]]

_ADD: _Table = {
    (timedelta, timedelta): lambda left, right: left + right,
    (YearsMonths, YearsMonths): lambda left, right: _months(left.total_months + right.total_months),
    (date, timedelta): add_to_date,
    (date, YearsMonths): lambda day, duration: add_months(day, duration.total_months),
    (datetime, timedelta): add_duration,
    (datetime, YearsMonths): lambda moment, duration: add_months(moment, duration.total_months),
    (time, timedelta): add_to_time,
}
_ADD |= {(right, left): _swap(operation) for (left, right), operation in _ADD.items() if left is not right}

_SUBTRACT: _Table = {
    (timedelta, timedelta): lambda left, right: left - right,
    (YearsMonths, YearsMonths): lambda left, right: _months(left.total_months - right.total_months),
    (date, timedelta): lambda day, duration: add_to_date(day, -duration),
    (date, YearsMonths): lambda day, duration: add_months(day, -duration.total_months),
    (datetime, timedelta): lambda moment, duration: add_duration(moment, -duration),
    (datetime, YearsMonths): lambda moment, duration: add_months(moment, -duration.total_months),
    (time, timedelta): lambda clock, duration: add_to_time(clock, -duration),
    (date, date): difference,
    (datetime, datetime): difference,
    (date, datetime): difference,
    (datetime, date): difference,
    (time, time): _subtract_times,
}

_MULTIPLY: _Table = {
    (timedelta, Decimal): _scale,
    (YearsMonths, Decimal): _scale_months,
    (Decimal, timedelta): _swap(_scale),
    (Decimal, YearsMonths): _swap(_scale_months),
}

_DIVIDE: _Table = {
    (timedelta, Decimal): lambda duration, by: duration_of(DECIMAL128.divide(seconds_of(duration), by)),
    (YearsMonths, Decimal): lambda duration, by: _months(
        int(DECIMAL128.divide(Decimal(duration.total_months), by))
    ),
    (timedelta, timedelta): lambda left, right: DECIMAL128.divide(seconds_of(left), seconds_of(right)),
    (YearsMonths, YearsMonths): lambda left, right: DECIMAL128.divide(
        Decimal(left.total_months), Decimal(right.total_months)
    ),
}

_NONE: _Table = {}


def _operation(symbol: str, decimals: Callable[[Decimal, Decimal], Decimal], table: _Table) -> Operation:
    def apply(state: State, left: Any, right: Any) -> Any:
        if type(left) is Decimal and type(right) is Decimal:
            try:
                return decimals(left, right)
            except DivisionByZero:
                return state.null("number.division_by_zero")
            except DecimalException:
                if symbol == "/" and not right:
                    return state.null("number.division_by_zero")
                return state.null("number.range", operator=f"'{symbol}'")
        if symbol == "+" and isinstance(left, str) and isinstance(right, str):
            state.check_text(len(left) + len(right))
            return left + right
        if isinstance(left, Wide) or isinstance(right, Wide):
            left, right = _near(left), _near(right)
            if left is None or right is None:
                return state.null("temporal.range", operator=f"'{symbol}'")
        operation = table.get((type(left), type(right)))
        if operation is None:
            return state.null(
                "operator.types", operator=f"'{symbol}'", left=type_name(left), right=type_name(right)
            )
        try:
            result = operation(left, right)
        except DivisionByZero:
            return state.null("number.division_by_zero")
        except (OverflowError, ValueError, DecimalException):
            return state.null("temporal.range", operator=f"'{symbol}'")
        if result is None:
            return state.null(
                "operator.types", operator=f"'{symbol}'", left=type_name(left), right=type_name(right)
            )
        return result

    return apply


def _near(value: Any) -> Any:
    return narrow(value) if isinstance(value, Wide) else value


def _power(left: Decimal, right: Decimal) -> Decimal:
    return DECIMAL128.power(left, right)


OPERATIONS: dict[str, Operation] = {
    "+": _operation("+", DECIMAL128.add, _ADD),
    "-": _operation("-", DECIMAL128.subtract, _SUBTRACT),
    "*": _operation("*", DECIMAL128.multiply, _MULTIPLY),
    "/": _operation("/", DECIMAL128.divide, _DIVIDE),
    "**": _operation("**", _power, _NONE),
}


def negate(state: State, value: Any) -> Any:
    """Return the number or duration with the other sign."""
    if type(value) is Decimal:
        return DECIMAL128.minus(value)
    if isinstance(value, timedelta | YearsMonths):
        return -value
    return state.null("operator.type", operator="'-'", type=type_name(value))
