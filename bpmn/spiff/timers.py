"""When a timer is due: ISO 8601 dates, durations and repetitions, and cron expressions.

Months are clamped to their last day (31 January + P1M = 28 February) and counted from the first date, so a
monthly cycle does not drift.  Days, weeks, months and years are steps of the wall clock in the zone of the
organisation (noon stays noon over a change to summer time); hours, minutes and seconds are exact.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any

from croniter import CroniterError, croniter

from bpmn.feel.values import YearsMonths
from bpmn.spiff.errors import ExecutionError

_DURATION = re.compile(
    r"(?P<sign>[+-])?P(?!$)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+(?:[.,]\d+)?)W)?"
    r"(?:(?P<days>\d+(?:[.,]\d+)?)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+(?:[.,]\d+)?)H)?(?:(?P<minutes>\d+(?:[.,]\d+)?)M)?(?:(?P<seconds>\d+(?:[.,]\d+)?)S)?)?",
    re.ASCII,
)
_REPEAT = re.compile(r"R(\d*)/(.+)", re.ASCII)

#: `repeats_left` of a cycle without end.
ENDLESS = -1


class TimerUnreadable(ExecutionError):
    """The text or value of a timer is no date, duration or cycle."""

    code = "timer.unreadable"

    def __init__(self, kind: str, value: Any) -> None:
        super().__init__(f"{value!r} is not a timer {kind}", kind=kind, value=str(value))


@dataclass(frozen=True, slots=True)
class Duration:
    """An ISO 8601 duration: months and days are calendar steps, `exact` is elapsed time."""

    months: int = 0
    days: int = 0
    exact: timedelta = timedelta(0)

    def after(self, start: datetime, zone: tzinfo = UTC, times: int = 1) -> datetime:
        """Return the time *times* durations after *start*, in UTC.

        Raises:
            TimerUnreadable: the result lies beyond the year 9999 or before the year 1.
        """
        try:
            moment = start.astimezone(zone)
            if self.months or self.days:
                wall = add_months(moment.replace(tzinfo=None), self.months * times)
                moment = (wall + timedelta(days=self.days * times)).replace(tzinfo=zone)
            return moment.astimezone(UTC) + self.exact * times
        except (OverflowError, ValueError) as error:
            raise TimerUnreadable("duration", self) from error

    @property
    def positive(self) -> bool:
        """Tell whether the duration moves forward."""
        return self.months > 0 or self.days > 0 or self.exact > timedelta(0)


@dataclass(frozen=True, slots=True)
class Cycle:
    """A repetition: `count` firings (None: endless) every `duration` from `start`, or a cron expression."""

    count: int | None
    duration: Duration | None = None
    start: datetime | None = None
    end: datetime | None = None
    cron: str | None = None

    def due(self, anchor: datetime, index: int, now: datetime, zone: tzinfo = UTC) -> datetime | None:
        """Return when firing *index* (from 0) of a cycle armed at *anchor* is due; None after its end.

        A cron expression fires next after *now*; missed cron firings are not made up.
        """
        if self.cron is not None:
            return _next_cron(self.cron, max(anchor, now), zone)
        assert self.duration is not None
        if self.start is not None:
            due = self.duration.after(self.start, zone, index) if index else self.start
        else:
            due = self.duration.after(anchor, zone, index + 1)
        return None if self.end is not None and due > self.end else due

    def after_missed(self, anchor: datetime, index: int, now: datetime, zone: tzinfo = UTC) -> int:
        """Return the number of the firing after *index*; an endless cycle does not make up for missed ones."""
        index += 1
        if self.count is not None or self.duration is None:
            return index
        if not self.duration.months and not self.duration.days:
            due = self.due(anchor, index, now, zone)
            if due is not None and due <= now:
                index += (now - due) // self.duration.exact + 1
            return index
        while (due := self.due(anchor, index, now, zone)) is not None and due <= now:
            index += 1
        return index


def add_months(moment: datetime, months: int) -> datetime:
    """Return *moment* moved by *months*, on the last day of the month where the day does not exist."""
    if not months:
        return moment
    index = moment.year * 12 + moment.month - 1 + months
    year, month = index // 12, index % 12 + 1
    if not 1 <= year <= 9999:
        raise OverflowError("year out of range")
    return moment.replace(year=year, month=month, day=min(moment.day, calendar.monthrange(year, month)[1]))


@lru_cache(1024)
def parse_duration(text: str) -> Duration:
    """Return an ISO 8601 duration such as `P1Y2M3DT4H5M6.5S` or `P2W`.

    Raises:
        TimerUnreadable.
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise TimerUnreadable("duration", text)
    part = {
        name: Decimal((value or "0").replace(",", "."))
        for name, value in match.groupdict().items()
        if name != "sign"
    }
    sign = -1 if match["sign"] == "-" else 1
    days = part["weeks"] * 7 + part["days"]
    whole = int(days)
    seconds = (days - whole) * 86400 + part["hours"] * 3600 + part["minutes"] * 60 + part["seconds"]
    try:
        exact = timedelta(microseconds=int(seconds * 1_000_000))
        return Duration(sign * int(part["years"] * 12 + part["months"]), sign * whole, sign * exact)
    except OverflowError as error:
        raise TimerUnreadable("duration", text) from error


def parse_date(text: str, zone: tzinfo = UTC) -> datetime:
    """Return an ISO 8601 date or date-time in UTC; without an offset it is a wall-clock time of *zone*.

    Raises:
        TimerUnreadable.
    """
    text = text.strip()
    try:
        if len(text) < 8 or not text[0].isdigit():
            raise ValueError
        return at(datetime.fromisoformat(text), zone)
    except (ValueError, OverflowError) as error:
        raise TimerUnreadable("date", text) from error


def at(moment: date | datetime, zone: tzinfo = UTC) -> datetime:
    """Return a date (its midnight) or a date-time as aware UTC."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC)


@lru_cache(1024)
def parse_cycle(text: str, zone: tzinfo = UTC) -> Cycle:
    """Return an ISO 8601 repetition (`R3/PT10M`, `R/start/duration`, `R/duration/end`, `R/start/end`) or cron.

    Cron has five fields, or six with seconds first.  With a `?` it is read as Quartz does: Sunday is day 1.

    Raises:
        TimerUnreadable.
    """
    text = text.strip()
    match = _REPEAT.fullmatch(text)
    if match is None:
        if text.startswith("P"):
            duration = parse_duration(text)
            if duration.positive:
                return Cycle(1, duration)
        return Cycle(None, cron=_cron(text))
    count = int(match[1]) if match[1] else None
    parts = match[2].split("/")
    start = end = duration_ = None
    if len(parts) == 1:
        duration_ = parse_duration(parts[0])
    elif len(parts) == 2 and parts[1].startswith(("P", "+P")):
        start, duration_ = parse_date(parts[0], zone), parse_duration(parts[1])
    elif len(parts) == 2 and parts[0].startswith(("P", "+P")):
        duration_, end = parse_duration(parts[0]), parse_date(parts[1], zone)
    elif len(parts) == 2:
        start, second = parse_date(parts[0], zone), parse_date(parts[1], zone)
        duration_ = Duration(exact=second - start)
    if duration_ is None or not duration_.positive or count == 0:
        raise TimerUnreadable("cycle", text)
    return Cycle(count, duration_, start, end)


def _cron(text: str) -> str:
    fields = text.split()
    quartz = "?" in text
    if len(fields) == 7 and fields[6] == "*":
        fields = fields[:6]
    if quartz and len(fields) == 6:
        days, separator, nth = fields[5].partition("#")
        days = re.sub(r"(?<![/\w])[1-7](?!\w)", lambda found: str(int(found[0]) - 1), days)
        fields[5] = days + separator + nth
    fields = ["*" if field == "?" else field for field in fields]
    normal = " ".join(fields)
    if len(fields) not in (5, 6) or not croniter.is_valid(normal, second_at_beginning=len(fields) == 6):
        raise TimerUnreadable("cycle", text)
    return normal


def _next_cron(cron: str, after: datetime, zone: tzinfo) -> datetime | None:
    local = after.astimezone(zone)
    try:
        rule = croniter(cron, local, second_at_beginning=len(cron.split()) == 6)
        return rule.get_next(datetime).astimezone(UTC)
    except CroniterError:
        return None


def duration_of(value: Any) -> Duration:
    """Return the duration that an expression gave: a FEEL duration or an ISO text.

    Raises:
        TimerUnreadable.
    """
    if isinstance(value, str):
        return parse_duration(value)
    if isinstance(value, YearsMonths):
        return Duration(months=value.total_months)
    if isinstance(value, timedelta):
        # a FEEL days-and-time duration of whole days is a calendar step, as P1D is
        return Duration(days=value.days, exact=value - timedelta(days=value.days))
    raise TimerUnreadable("duration", value)


def date_of(value: Any, zone: tzinfo = UTC) -> datetime:
    """Return the moment that an expression gave: a date, a date-time or an ISO text.

    Raises:
        TimerUnreadable.
    """
    if isinstance(value, date):
        return at(value, zone)
    if isinstance(value, str):
        return parse_date(value, zone)
    raise TimerUnreadable("date", value)
