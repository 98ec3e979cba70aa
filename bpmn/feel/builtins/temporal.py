"""Functions of the calendar and the clock (DMN 1.5 §10.3.4.7 and §10.3.4.10, tables 80 and 83)."""

import calendar
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from bpmn.feel.builtins.registry import builtin
from bpmn.feel.comparison import equal
from bpmn.feel.state import State
from bpmn.feel.text import to_string
from bpmn.feel.values import YearsMonths, type_name
from bpmn.feel.wide import Wide

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@builtin("now()")
def _now(state: State) -> datetime:
    return state.now()


@builtin("today()")
def _today(state: State) -> date:
    return state.now().date()


@builtin("day of year(date: day)")
def _day_of_year(_state: State, day: date) -> Decimal:
    return Decimal(day.timetuple().tm_yday)


@builtin("day of week(date: day)")
def _day_of_week(_state: State, day: date) -> str:
    return _DAYS[day.weekday()]


@builtin("month of year(date: day)")
def _month_of_year(_state: State, day: date) -> str:
    return _MONTHS[day.month - 1]


@builtin("week of year(date: day)")
def _week_of_year(_state: State, day: date) -> Decimal:
    """The week as ISO 8601 counts."""
    return Decimal(day.isocalendar().week)


@builtin("last day of month(date: day)")
def _last_day_of_month(_state: State, day: date) -> date:
    return date(day.year, day.month, calendar.monthrange(day.year, day.month)[1])


@builtin("years and months duration(from: day, to: day)")
def _years_and_months_duration(_state: State, start: date, end: date) -> YearsMonths:
    """Whole months between two days, counted towards zero."""
    months = (end.year - start.year) * 12 + end.month - start.month
    first, last = _within_month(start), _within_month(end)
    if months > 0 and last < first:
        months -= 1
    elif months < 0 and last > first:
        months += 1
    return YearsMonths(months)


def _within_month(value: date) -> tuple[Any, ...]:
    clock = value.time() if isinstance(value, datetime) else time()
    return (value.day, clock)


@builtin("is(value1: any, value2: any)")
def _is(state: State, left: Any, right: Any) -> bool:
    """Tell whether both are the same value of the same kind, zones included (table 80)."""
    clocks = (time, datetime, Wide)
    if isinstance(left, clocks) and isinstance(right, clocks):
        return type_name(left) == type_name(right) and to_string(left) == to_string(right)
    return equal(left, right, state) is True


@builtin("is(value1: any)", "is(value2: any)")
def _is_null(_state: State, value: Any) -> bool:
    """The argument that was left out is null."""
    return value is None
