"""Dates, times and durations as text: reading and writing (DMN 1.5 §10.3.2.3, XML Schema Part 2, ISO 8601).

Reading returns None for what is not such a text; what Python's types cannot hold is a ``Wide``
(durations are cut to microseconds).
"""

import re
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bpmn.feel.values import YearsMonths
from bpmn.feel.wide import AnyDate, AnyMoment, AnyTime, date_of, moment_of, nanosecond_of, time_of

_DATE = r"(-?(?:[1-9][0-9]{4,8}|[0-9]{4}))-([0-9]{2})-([0-9]{2})"
_TIME = r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?(Z|z|[+-][0-9]{2}:[0-9]{2}(?::[0-9]{2})?|@[A-Za-z0-9_+/-]+)?"
_IS_DATE = re.compile(_DATE)
_IS_TIME = re.compile(_TIME)
_IS_DATE_TIME = re.compile(f"{_DATE}T{_TIME}")
_IS_DAYS = re.compile(
    r"(-)?P(?:([0-9]+)D)?(?:T(?=[0-9.])(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)(?:\.([0-9]+))?S)?)?"
)
_IS_YEARS = re.compile(r"(-)?P(?:([0-9]+)Y)?(?:([0-9]+)M)?")
_MAX_TEXT = 64
_MAX_OFFSET = timedelta(hours=14)


def parse(text: str) -> AnyDate | AnyTime | AnyMoment | timedelta | YearsMonths | None:
    """Return the value of a text after ``@``, whichever kind it is."""
    if text[:1] in ("P", "-") and "P" in text[:2]:
        return parse_duration(text)
    if text[2:3] == ":":
        return parse_time(text)
    if "T" in text:
        return parse_date_time(text)
    return parse_date(text)


def parse_date(text: str) -> AnyDate | None:
    """Return the date of ``YYYY-MM-DD``."""
    match = _IS_DATE.fullmatch(text)
    return _date(match) if match else None


def parse_time(text: str) -> AnyTime | None:
    """Return the time of ``hh:mm:ss[.fraction][zone]``; naive when there is no zone."""
    match = _IS_TIME.fullmatch(text)
    return _time(*match.groups()) if match else None


def parse_date_time(text: str) -> AnyMoment | None:
    """Return the date and time of ``YYYY-MM-DDThh:mm:ss[.fraction][zone]``; a date alone means its midnight."""
    if "T" not in text:
        day = parse_date(text)
        return None if day is None else moment_of(day, time())
    match = _IS_DATE_TIME.fullmatch(text)
    if match is None:
        return None
    day, clock = _date(match), _time(*match.groups()[3:])
    if day is None or clock is None:
        return None
    return moment_of(day, clock)


def parse_duration(text: str) -> timedelta | YearsMonths | None:
    """Return the duration of ``PnYnM`` or ``PnDTnHnMnS``; both kinds at once are no FEEL value."""
    if len(text) > _MAX_TEXT or text[-1:] in ("P", "T"):
        return None
    match = _IS_YEARS.fullmatch(text)
    if match:
        sign, years, months = match.groups()
        total = int(years or 0) * 12 + int(months or 0)
        return YearsMonths(-total if sign else total)
    match = _IS_DAYS.fullmatch(text)
    if match is None:
        return None
    sign, days, hours, minutes, seconds, fraction = match.groups()
    try:
        duration = timedelta(
            days=int(days or 0),
            hours=int(hours or 0),
            minutes=int(minutes or 0),
            seconds=int(seconds or 0),
            microseconds=_microseconds(fraction),
        )
    except OverflowError:
        return None
    return -duration if sign else duration


def _microseconds(fraction: str | None) -> int:
    return int(fraction[:6].ljust(6, "0")) if fraction else 0


def _date(match: re.Match[str]) -> AnyDate | None:
    year, month, day = map(int, match.groups()[:3])
    return date_of(year, month, day)


def _time(hour: str, minute: str, second: str, fraction: str | None, zone: str | None) -> AnyTime | None:
    where = zone_of(zone) if zone else None
    if zone and where is None:
        return None
    nanosecond = int(fraction[:9].ljust(9, "0")) if fraction else 0
    return time_of(int(hour), int(minute), int(second), nanosecond, where)


def zone_of(text: str) -> tzinfo | None:
    """Return the zone of ``Z``, ``±hh:mm[:ss]`` or ``@Area/City``; None when there is no such zone."""
    if text in ("Z", "z"):
        return UTC
    if text.startswith("@"):
        return _named_zone(text[1:])
    hours, minutes, *seconds = map(int, text[1:].split(":"))
    if minutes > 59:
        return None
    offset = timedelta(hours=hours, minutes=minutes, seconds=sum(seconds))
    return zone_of_offset(-offset if text[0] == "-" else offset)


def zone_of_offset(offset: timedelta) -> tzinfo | None:
    """Return the fixed zone *offset* ahead of UTC; None when that is more than 14 hours."""
    if abs(offset) > _MAX_OFFSET:
        return None
    return timezone(offset) if offset else UTC


@lru_cache(maxsize=1024)
def _named_zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def format_date(value: AnyDate | AnyMoment) -> str:
    """Return ``YYYY-MM-DD``."""
    sign = "-" if value.year < 0 else ""
    return f"{sign}{abs(value.year):04d}-{value.month:02d}-{value.day:02d}"


def format_time(value: AnyTime | AnyMoment) -> str:
    """Return ``hh:mm:ss[.fraction][zone]`` without zeros at the end of the fraction."""
    text = f"{value.hour:02d}:{value.minute:02d}:{value.second:02d}"
    nanosecond = nanosecond_of(value)
    if nanosecond:
        text += f".{nanosecond:09d}".rstrip("0")
    return text + format_zone(value.tzinfo)


def format_zone(zone: tzinfo | None) -> str:
    """Return the zone as it is written: nothing, ``Z``, ``±hh:mm[:ss]`` or ``@Area/City``."""
    if zone is None:
        return ""
    if isinstance(zone, ZoneInfo):
        return f"@{zone.key}"
    offset = zone.utcoffset(None)
    if not offset:
        return "Z"
    seconds = int(offset.total_seconds())
    sign, seconds = ("-" if seconds < 0 else "+"), abs(seconds)
    text = f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}"
    return f"{text}:{seconds % 60:02d}" if seconds % 60 else text


def format_date_time(value: AnyMoment) -> str:
    """Return ``YYYY-MM-DDThh:mm:ss[.fraction][zone]``."""
    return f"{format_date(value)}T{format_time(value)}"


def format_duration(value: timedelta | YearsMonths) -> str:
    """Return the shortest ISO 8601 text: ``P1Y2M``, ``-P1DT2H``; nothing at all is ``P0M`` or ``PT0S``."""
    if isinstance(value, YearsMonths):
        years, months = divmod(abs(value.total_months), 12)
        text = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
        return ("-" if value.total_months < 0 else "") + "P" + (text or "0M")
    sign = "-" if value < timedelta(0) else ""
    value = abs(value)
    hours, rest = divmod(value.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    fraction = f".{value.microseconds:06d}".rstrip("0") if value.microseconds else ""
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    if seconds or fraction:
        clock += f"{seconds}{fraction}S"
    if not value:
        return "PT0S"
    return f"{sign}P" + (f"{value.days}D" if value.days else "") + (f"T{clock}" if clock else "")


def as_utc(value: datetime) -> datetime:
    """Return an aware date and time in UTC, a naive one unchanged; the edge years are clipped."""
    if value.tzinfo is None:
        return value
    try:
        return value.astimezone(UTC)
    except OverflowError:
        return value.replace(tzinfo=UTC)
