"""Dates and times that Python's types cannot hold: years outside 1 to 9999, fractions finer than microseconds.

DMN 1.5 §10.3.2.3.4 takes them from XML Schema.  Such values are read, written, taken apart and
compared exactly; arithmetic and other functions work on them as far as Python's types reach.
"""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TypeAlias

_MAX_YEAR = 999_999_999
_SECOND = 1_000_000_000
_DAY_S = 86_400

#: The last year whose calendar and zones Python knows, and one with the same calendar for every far year.
_FIRST, _LAST, _CYCLE = 1, 9999, 400


_Zone: TypeAlias = tzinfo


@dataclass(frozen=True, slots=True)
class Wide:
    """A date, time, or date and time beyond Python's types; *kind* is its FEEL type."""

    kind: str
    year: int = 0
    month: int = 1
    day: int = 1
    hour: int = 0
    minute: int = 0
    second: int = 0
    nanosecond: int = 0
    tzinfo: _Zone | None = None

    @property
    def microsecond(self) -> int:
        """The fraction of the second, cut to microseconds."""
        return self.nanosecond // 1000

    def utcoffset(self) -> timedelta | None:
        """Return the offset from UTC; None without a zone, and for a time whose zone depends on the date."""
        if self.tzinfo is None:
            return None
        if self.kind == "time":
            return self.tzinfo.utcoffset(None)
        clock = time(self.hour, self.minute, self.second, tzinfo=self.tzinfo)
        return datetime.combine(date(_known_year(self.year), self.month, self.day), clock).utcoffset()

    def isoweekday(self) -> int:
        """Return the day of the week: Monday is 1."""
        return date(_known_year(self.year), self.month, self.day).isoweekday()


AnyDate: TypeAlias = date | Wide
AnyTime: TypeAlias = time | Wide
AnyMoment: TypeAlias = datetime | Wide


def _known_year(year: int) -> int:
    """Return *year*, or a year near Python's end of time with the same calendar."""
    if _FIRST <= year <= _LAST:
        return year
    return year % _CYCLE + (9600 - _CYCLE if year > _LAST else _CYCLE)


def _exists(year: int, month: int, day: int) -> bool:
    if abs(year) > _MAX_YEAR or not 1 <= month <= 12:
        return False
    return 1 <= day <= calendar.monthrange(_known_year(year), month)[1]


def date_of(year: int, month: int, day: int) -> AnyDate | None:
    """Return the date; None when there is no such day or its year has more than nine digits."""
    if not _exists(year, month, day):
        return None
    if _FIRST <= year <= _LAST:
        return date(year, month, day)
    return Wide("date", year, month, day)


def time_of(hour: int, minute: int, second: int, nanosecond: int, zone: tzinfo | None) -> AnyTime | None:
    """Return the time of day; None when there is no such time."""
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60 and 0 <= nanosecond < _SECOND):
        return None
    if nanosecond % 1000:
        return Wide("time", 0, 1, 1, hour, minute, second, nanosecond, zone)
    return time(hour, minute, second, nanosecond // 1000, tzinfo=zone)


def moment_of(day: AnyDate | AnyMoment, clock: AnyTime | AnyMoment) -> AnyMoment:
    """Return the date and time of the day of one value and the clock and zone of another."""
    nanosecond = nanosecond_of(clock)
    if _FIRST <= day.year <= _LAST and nanosecond % 1000 == 0:
        at = time(clock.hour, clock.minute, clock.second, nanosecond // 1000, tzinfo=clock.tzinfo)
        return datetime.combine(date(day.year, day.month, day.day), at)
    return Wide(
        "date and time",
        day.year,
        day.month,
        day.day,
        clock.hour,
        clock.minute,
        clock.second,
        nanosecond,
        clock.tzinfo,
    )


def nanosecond_of(clock: AnyTime | AnyMoment) -> int:
    """Return the fraction of the second in nanoseconds."""
    return clock.nanosecond if isinstance(clock, Wide) else clock.microsecond * 1000


def narrow(value: Wide) -> date | time | datetime | None:
    """Return the value in Python's types, cut to microseconds; None when its year does not fit."""
    if value.kind == "time":
        return time(value.hour, value.minute, value.second, value.microsecond, tzinfo=value.tzinfo)
    if value.kind == "date" or not _FIRST <= value.year <= _LAST:
        return None
    clock = time(value.hour, value.minute, value.second, value.microsecond, tzinfo=value.tzinfo)
    return datetime.combine(date(value.year, value.month, value.day), clock)


def position(value: date | time | datetime | Wide) -> tuple[str, bool, int] | None:
    """Return where a value lies: its kind, whether it has a zone, and nanoseconds (in UTC when it has).

    None for a time whose offset depends on the date.
    """
    kind = kind_of(value)
    if kind == "date":
        assert not isinstance(value, time)
        return kind, False, _days(value.year, value.month, value.day)
    assert isinstance(value, time | datetime | Wide)
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    if not isinstance(value, time) and kind == "date and time":
        seconds += _days(value.year, value.month, value.day) * _DAY_S
    if value.tzinfo is not None:
        offset = value.utcoffset()
        if offset is None:
            return None
        seconds -= offset // timedelta(seconds=1)
    return kind, value.tzinfo is not None, seconds * _SECOND + nanosecond_of(value)


def kind_of(value: date | time | datetime | Wide) -> str:
    """Return the FEEL type of a date or time."""
    if isinstance(value, Wide):
        return value.kind
    if isinstance(value, datetime):
        return "date and time"
    return "date" if isinstance(value, date) else "time"


def _days(year: int, month: int, day: int) -> int:
    """Return the number of a day in the proleptic Gregorian calendar."""
    known = _known_year(year)
    cycles = (year - known) // _CYCLE
    return date(known, month, day).toordinal() + cycles * 146_097
