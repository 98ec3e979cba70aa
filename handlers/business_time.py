"""Working time: deadlines that count only the hours in which people work.

A calendar joins a weekly schedule, the public holidays of a country (with moved days off and worked Saturdays),
short days and the organisation's own exceptions.  Everything is computed between aware moments, so a change of
the clocks is counted as it really passes.  Short days are the Russian rule (ТК РФ ст. 95): the working day
before a public holiday is an hour shorter, the day before a moved day off is not, and a worked Saturday takes
the length of the day it replaces.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal
from zoneinfo import ZoneInfo

import holidays

Interval = tuple[int, int]
"""Minutes from midnight: begin and end."""
DayKind = Literal["working", "holiday", "short"]

_LONGEST = timedelta(days=366 * 20)
_SHORT_DAYS_IN = frozenset({"RU"})
_MOVED = re.compile(r"перенесено с (\d{2})\.(\d{2})\.(\d{4})")
_SUBSTITUTE = "(выходной)"


class NoWorkingTime(ValueError):
    """A calendar has no working time within twenty years of a moment, or the answer lies beyond them."""


@dataclass(frozen=True)
class Schedule:
    """Working intervals by weekday (0 is Monday)."""

    week: Mapping[int, tuple[Interval, ...]]

    @classmethod
    def of(cls, weekdays: Iterable[int], *intervals: str) -> "Schedule":
        """Return a schedule with the same intervals ("09:00-13:00") on each of *weekdays*.

        Raises:
            ValueError: an interval is not of that form, ends before it begins, or overlaps another.
        """
        read = tuple(sorted(_interval(text) for text in intervals))
        for (_, end), (begin, _) in pairwise(read):
            if begin < end:
                raise ValueError("intervals of one day overlap")
        return cls(dict.fromkeys(weekdays, read))

    @classmethod
    def office(cls) -> "Schedule":
        """Monday to Friday, 9–18 with lunch at 13."""
        return cls.of(range(5), "09:00-13:00", "14:00-18:00")

    @classmethod
    def around_the_clock(cls) -> "Schedule":
        return cls.of(range(7), "00:00-24:00")


def _interval(text: str) -> Interval:
    match = re.fullmatch(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})", text.replace("–", "-").replace(" ", ""))
    if match is None:
        raise ValueError(f"an interval looks like 09:00-13:00, not {text!r}")
    hour, minute, end_hour, end_minute = map(int, match.groups())
    begin, end = hour * 60 + minute, end_hour * 60 + end_minute
    if minute > 59 or end_minute > 59 or not 0 <= begin < end <= 24 * 60:
        raise ValueError(f"not an interval of a day: {text!r}")
    return begin, end


@dataclass(frozen=True)
class PublicHolidays:
    """The days off of one country and year range, as `holidays` knows them."""

    off: frozenset[date]
    statutory: frozenset[date]  # the holidays themselves, not the days off moved or added because of them
    replaced: Mapping[date, date]  # worked Saturday -> the day off it was exchanged for


@lru_cache(maxsize=256)
def public_holidays(country: str, subdivision: str, year: int) -> PublicHolidays:
    """Return the public holidays of a year and the first days of the next.

    Raises:
        ValueError: `holidays` does not know the country.
    """
    try:
        known = holidays.country_holidays(
            country,
            subdiv=subdivision or None,
            years=[year, year + 1],
            language="ru" if country == "RU" else None,
        )
    except NotImplementedError as problem:
        raise ValueError(f"the holidays of {country} {subdivision} are not known") from problem
    replaced: dict[date, date] = {}
    statutory: set[date] = set()
    for day, name in known.items():
        moved = _MOVED.search(name)
        if moved is not None:
            replaced[date(int(moved[3]), int(moved[2]), int(moved[1]))] = day
        elif _SUBSTITUTE not in name:
            statutory.add(day)
    worked = {day: replaced.get(day, day) for day in known.weekend_workdays}
    return PublicHolidays(frozenset(known), frozenset(statutory), worked)


@dataclass(frozen=True)
class Calendar:
    """Working time of one place.  `country` "" means that no holidays apply."""

    schedule: Schedule = field(default_factory=Schedule.office)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Moscow"))
    country: str = "RU"
    subdivision: str = ""
    exceptions: Mapping[date, DayKind] = field(default_factory=dict)

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], *, zone: str, country: str) -> "Calendar":
        """Return the calendar of an organisation.

        Keys read: `time_zone`, `country`, `subdivision`, `business_hours` (texts like "09:00-13:00"),
        `weekdays` (0 is Monday), `calendar` (ISO date -> working | holiday | short).

        Raises:
            ValueError: an interval, a date or a kind of day is not understood.
        """
        hours = settings.get("business_hours") or ["09:00-13:00", "14:00-18:00"]
        exceptions: dict[date, DayKind] = {}
        for day, kind in dict(settings.get("calendar") or {}).items():
            if kind not in ("working", "holiday", "short"):
                raise ValueError(f"a day is working, holiday or short, not {kind!r}")
            exceptions[date.fromisoformat(day)] = kind
        return cls(
            schedule=Schedule.of(settings.get("weekdays") or range(5), *hours),
            zone=ZoneInfo(settings.get("time_zone") or zone),
            country=settings.get("country", country),
            subdivision=settings.get("subdivision", ""),
            exceptions=exceptions,
        )

    def __hash__(self) -> int:
        return id(self)

    def is_working_day(self, day: date) -> bool:
        return bool(self._minutes(day))

    def is_short_day(self, day: date) -> bool:
        """Return whether a day is an hour shorter than the schedule says."""
        kind = self.exceptions.get(day)
        if kind is not None:
            return kind == "short"
        if self.country not in _SHORT_DAYS_IN:
            return False
        known = public_holidays(self.country, self.subdivision, day.year)
        if day in known.off:
            return False
        stands_for = known.replaced.get(day, day)
        return stands_for + timedelta(days=1) in known.statutory

    def add_hours(self, moment: datetime, hours: Decimal | int | float) -> datetime:
        """Return the moment after so many working hours (before, if negative), in UTC.

        The end of a working day is reached rather than the beginning of the next; no hours at all lead to the
        moment itself or, outside working time, to the next working moment.

        Raises:
            NoWorkingTime: the answer is more than twenty years away.
            ValueError: the moment has no time zone.
        """
        moment = _aware(moment)
        seconds = Decimal(repr(hours) if isinstance(hours, float) else hours) * 3600
        rest = timedelta(seconds=int(seconds), microseconds=int(seconds % 1 * 1_000_000))
        if abs(rest) > _LONGEST:
            raise NoWorkingTime("more than twenty years of working time")
        return self._forward(moment, rest) if rest >= timedelta(0) else self._backward(moment, -rest)

    def _forward(self, moment: datetime, rest: timedelta) -> datetime:
        day = moment.astimezone(self.zone).date()
        limit = day + _LONGEST
        while day <= limit:
            for begin, end in self._intervals(day):
                start = max(begin, moment)
                if start >= end:
                    continue
                if rest <= end - start:
                    return start + rest
                rest -= end - start
            day += timedelta(days=1)
        raise NoWorkingTime("no such moment within twenty years")

    def _backward(self, moment: datetime, rest: timedelta) -> datetime:
        day = moment.astimezone(self.zone).date()
        limit = day - _LONGEST
        while day >= limit:
            for begin, end in reversed(self._intervals(day)):
                stop = min(end, moment)
                if stop <= begin:
                    continue
                if rest <= stop - begin:
                    return stop - rest
                rest -= stop - begin
            day -= timedelta(days=1)
        raise NoWorkingTime("no such moment within twenty years")

    def add_days(self, moment: datetime, days: Decimal | int) -> datetime:
        """Return the same time of day so many working days later, in UTC, drawn into that day's hours.

        Counting begins with the day after the moment (ГК РФ ст. 191), so Saturday and one day is Monday.

        Raises:
            NoWorkingTime, ValueError: as `add_hours`; or *days* is not a whole number.
        """
        moment = _aware(moment)
        if days != int(days):
            raise ValueError(f"working days are counted whole, not {days}")
        if days == 0:
            return self.add_hours(moment, 0)
        local = moment.astimezone(self.zone)
        step = timedelta(days=1 if days > 0 else -1)
        day, left, walked = local.date(), abs(int(days)), timedelta(0)
        while left:
            day += step
            walked += timedelta(days=1)
            if walked > _LONGEST:
                raise NoWorkingTime("no such day within twenty years")
            left -= self.is_working_day(day)
        intervals = self._intervals(day)
        wished = datetime.combine(day, local.time(), self.zone).astimezone(UTC)
        for begin, end in intervals:
            if wished <= end:
                return max(wished, begin)
        return intervals[-1][1]

    def between(self, begin: datetime, end: datetime) -> timedelta:
        """Return the working time from one moment to another; negative if they are in reverse order.

        Raises:
            NoWorkingTime: they are more than twenty years apart.
        """
        begin, end = _aware(begin), _aware(end)
        if end < begin:
            return -self.between(end, begin)
        if end - begin > _LONGEST:
            raise NoWorkingTime("more than twenty years apart")
        total = timedelta(0)
        day, last = begin.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        while day <= last:
            for opens, closes in self._intervals(day):
                total += max(min(closes, end) - max(opens, begin), timedelta(0))
            day += timedelta(days=1)
        return total

    def is_working(self, moment: datetime) -> bool:
        moment = _aware(moment)
        intervals = self._intervals(moment.astimezone(self.zone).date())
        index = bisect_right(intervals, moment, key=lambda interval: interval[0]) - 1
        return index >= 0 and moment < intervals[index][1]

    def _intervals(self, day: date) -> list[tuple[datetime, datetime]]:
        return [(self._at(day, begin), self._at(day, end)) for begin, end in self._minutes(day)]

    def _at(self, day: date, minutes: int) -> datetime:
        days, minutes = divmod(minutes, 24 * 60)
        wall = datetime.combine(day + timedelta(days=days), time(minutes // 60, minutes % 60), self.zone)
        return wall.astimezone(UTC)

    def _minutes(self, day: date) -> tuple[Interval, ...]:
        kind = self.exceptions.get(day)
        if kind == "holiday":
            return ()
        usual = self.schedule.week.get(day.weekday(), ())
        if kind is None and self.country:
            known = public_holidays(self.country, self.subdivision, day.year)
            if day in known.off:
                return ()
            if day in known.replaced:
                usual = usual or self.schedule.week.get(known.replaced[day].weekday(), ())
        if kind is not None:
            usual = usual or next(iter(self.schedule.week.values()), ())
        return _shortened(usual) if self.is_short_day(day) else usual


def _shortened(intervals: tuple[Interval, ...]) -> tuple[Interval, ...]:
    """Return a day without its last working hour."""
    rest, left = 60, list(intervals)
    while left and rest:
        begin, end = left.pop()
        cut = min(rest, end - begin)
        rest -= cut
        if end - cut > begin:
            left.append((begin, end - cut))
    return tuple(left)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"a moment with a time zone is expected, not {moment.isoformat()}")
    return moment.astimezone(UTC)


def around_the_clock(zone: str) -> Calendar:
    """Return a calendar in which every hour of every day is working time."""
    return Calendar(schedule=Schedule.around_the_clock(), zone=ZoneInfo(zone), country="")
