"""Components of values: ``context.key``, ``list.key`` and the properties of table 65 (DMN 1.5 §10.3.2.11)."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from bpmn.feel.arithmetic import seconds_of
from bpmn.feel.state import State
from bpmn.feel.values import Range, YearsMonths, type_name
from bpmn.feel.wide import Wide, nanosecond_of

_Property = Callable[[Any], Any]


def _offset(value: Any) -> Any:
    return value.utcoffset()


def _zone(value: Any) -> str | None:
    return value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None


def _second(value: Any) -> Decimal:
    nanosecond = nanosecond_of(value)
    return (
        Decimal(value.second) + Decimal(nanosecond) / 1_000_000_000 if nanosecond else Decimal(value.second)
    )


def _seconds_part(value: timedelta, unit_s: int, next_unit_s: int | None) -> Decimal:
    """Return how many whole units are left over from the next larger one, with the sign of the duration."""
    total = abs(int(seconds_of(value)))
    count = (total if next_unit_s is None else total % next_unit_s) // unit_s
    return Decimal(-count if value < timedelta(0) else count)


_DATE: dict[str, _Property] = {
    "year": lambda value: Decimal(value.year),
    "month": lambda value: Decimal(value.month),
    "day": lambda value: Decimal(value.day),
    "weekday": lambda value: Decimal(value.isoweekday()),
}
_TIME: dict[str, _Property] = {
    "hour": lambda value: Decimal(value.hour),
    "minute": lambda value: Decimal(value.minute),
    "second": _second,
    "time offset": _offset,
    "timezone": _zone,
}
_WIDE: dict[str, dict[str, _Property]] = {"date": _DATE, "time": _TIME, "date and time": _DATE | _TIME}
_PROPERTIES: tuple[tuple[type, dict[str, _Property]], ...] = (
    (datetime, _DATE | _TIME),
    (date, _DATE),
    (time, _TIME),
    (
        timedelta,
        {
            "days": lambda value: _seconds_part(value, 86_400, None),
            "hours": lambda value: _seconds_part(value, 3600, 86_400),
            "minutes": lambda value: _seconds_part(value, 60, 3600),
            "seconds": lambda value: _seconds_part(value, 1, 60),
        },
    ),
    (
        YearsMonths,
        {"years": lambda value: Decimal(value.years), "months": lambda value: Decimal(value.months)},
    ),
    (
        Range,
        {
            "start": lambda value: value.start,
            "end": lambda value: value.end,
            "start included": lambda value: value.start_included,
            "end included": lambda value: value.end_included,
        },
    ),
)


def component(state: State, value: Any, name: str) -> Any:
    """Return the component *name* of a value, of each item for a list; null with a reason when there is none."""
    if type(value) is dict:
        if name in value:
            return value[name]
        return state.null("path.unknown", type="context", name=name)
    if isinstance(value, list):
        state.check_items(len(value))
        return [component(state, item, name) for item in value]
    if isinstance(value, Wide):
        read = _WIDE[value.kind].get(name)
        return read(value) if read is not None else state.null("path.unknown", type=value.kind, name=name)
    for kind, properties in _PROPERTIES:
        if isinstance(value, kind):
            read = properties.get(name)
            if read is not None:
                return read(value)
            break
    return state.null("path.unknown", type=type_name(value), name=name)
