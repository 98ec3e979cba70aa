"""Dates and times as people type them, and as they are shown back.

`read_date` understands «7 дек», «07.12.2026», "Dec 7, 2026", ISO 8601, «завтра»,
«в пятницу», «через 3 дня»; `read_time` «14:30», «9», "2 pm"; `read_moment` a
date followed by a time.  What `format_*` prints is read back unchanged.  A
date without a year is the nearest one that is not half a year in the past.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_RU_MONTHS = ("янв", "фев", "мар", "апр", "ма", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
_EN_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_RU_SHOWN = (
    "янв.",
    "февр.",
    "марта",
    "апр.",
    "мая",
    "июня",
    "июля",
    "авг.",
    "сент.",
    "окт.",
    "нояб.",
    "дек.",
)
_EN_SHOWN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_RELATIVE = {
    "сегодня": 0, "завтра": 1, "послезавтра": 2, "вчера": -1, "позавчера": -2,
    "today": 0, "tomorrow": 1, "yesterday": -1,
}  # fmt: skip
_WEEKDAYS = (
    ("пн", "понедельник", "mon", "monday"),
    ("вт", "вторник", "tue", "tuesday"),
    ("ср", "среда", "среду", "wed", "wednesday"),
    ("чт", "четверг", "thu", "thursday"),
    ("пт", "пятница", "пятницу", "fri", "friday"),
    ("сб", "суббота", "субботу", "sat", "saturday"),
    ("вс", "воскресенье", "sun", "sunday"),
)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_NUMERIC = re.compile(r"(\d{1,2})[./\- ](\d{1,2})(?:[./\- ](\d{4}|\d{2}))?")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\s*([^\W\d_]{3,})\.?,?\s*(\d{4}|\d{2})?")
_MONTH_FIRST = re.compile(r"([^\W\d_]{3,})\.?\s*(\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(\d{4}|\d{2}))?")
_AFTER = re.compile(r"(?:через|in)\s+(\d{1,3})?\s*(дн|день|дня|day|недел|week)[^\W\d_]*")
_TIME = re.compile(
    r"(?:в\s+|at\s+)?(\d{1,2})(?:\s*(?:[:.]|ч\.?|h)\s*(\d{2})?(?::(\d{2}))?(?:\s*мин\.?)?)?\s*(am|pm|a\.m\.|p\.m\.)?"
)
_TIME_AT_END = re.compile(
    r"(?:[\s,]+(?:в\s+|at\s+)?|t)(\d{1,2}[:.]\d{2}(?::\d{2})?(?:\s*[ap]\.?m\.?)?|\d{1,2}\s*(?:am|pm|ч\.?))$"
)
_MAX_LENGTH = 60


def read_date(text: str, *, today: date, language: str, future: bool = False) -> date | None:
    """Read a typed date, None when it is not one.  *future*: a date without a year is never in the past."""
    words = _normal(text)
    if words is None:
        return None
    if match := _ISO.fullmatch(words):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    if (relative := _relative(words, today)) is not None:
        return relative
    if match := _NUMERIC.fullmatch(words):
        first, second = int(match[1]), int(match[2])
        month_first = "/" in words and language != "ru" and first <= 12
        day, month = (second, first) if month_first else (first, second)
        return _with_year(day, month, match[3], today, future)
    if match := _DAY_FIRST.fullmatch(words):
        return _with_year(int(match[1]), _month(match[2]), match[3], today, future)
    if match := _MONTH_FIRST.fullmatch(words):
        return _with_year(int(match[2]), _month(match[1]), match[3], today, future)
    return None


def read_time(text: str) -> time | None:
    """Read a typed time of day, None when it is not one."""
    words = _normal(text)
    if words is None:
        return None
    if re.fullmatch(r"\d{4}", words):
        return _time(int(words[:2]), int(words[2:]), 0)
    match = _TIME.fullmatch(words)
    if match is None:
        return None
    hour, half = int(match[1]), (match[4] or "").replace(".", "")
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return _time(hour, int(match[2] or 0), int(match[3] or 0))


def read_moment(
    text: str, *, today: date, zone: tzinfo, language: str, future: bool = False
) -> datetime | None:
    """Read a typed date and time of *zone*, returned in UTC; an ISO 8601 offset wins over *zone*."""
    stripped = text.strip()
    if len(stripped) > _MAX_LENGTH:
        return None
    if re.match(r"\d{4}-\d{2}-\d{2}[T ]\d{2}", stripped):
        try:
            moment = datetime.fromisoformat(stripped)
        except ValueError:
            return None
        return _to_utc(moment if moment.tzinfo else moment.replace(tzinfo=zone))
    words = _normal(text) or ""
    match = _TIME_AT_END.search(words)
    if match is None:
        return None
    day = read_date(words[: match.start()], today=today, language=language, future=future)
    hour = read_time(match[1])
    if day is None or hour is None:
        return None
    return _to_utc(datetime.combine(day, hour, tzinfo=zone))


def example(kind: str, now: datetime) -> date | time | datetime:
    """Return a value of two weeks on that shows how to type a date, a time or both (*kind* as in form-js)."""
    soon = now.replace(minute=30, second=0, microsecond=0) + timedelta(days=14)
    if kind == "datetime":
        return soon
    return soon.time() if kind == "time" else soon.date()


def format_date(value: date, language: str) -> str:
    """«7 дек. 2026» or "7 Dec 2026"."""
    months = _RU_SHOWN if language == "ru" else _EN_SHOWN
    return f"{value.day} {months[value.month - 1]} {value.year:04d}"


def format_time(value: time) -> str:
    """«14:30», with seconds only where there are any."""
    return value.strftime("%H:%M:%S" if value.second else "%H:%M")


def format_moment(value: datetime, zone: tzinfo, language: str) -> str:
    """«7 дек. 2026, 14:30» in *zone* (a local date-time stays as it is)."""
    local = value.astimezone(zone) if value.tzinfo else value
    return f"{format_date(local.date(), language)}, {format_time(local.time())}"


def _normal(text: str) -> str | None:
    words = " ".join(text.split()).lower().replace("ё", "е")
    if not words or len(words) > _MAX_LENGTH:
        return None
    return re.sub(r"(\d)\s*(?:года|год|г)\.?(?=$|[\s,])", r"\1", words)


def _relative(words: str, today: date) -> date | None:
    if words in _RELATIVE:
        return _shift(today, _RELATIVE[words])
    if match := _AFTER.fullmatch(words):
        days = int(match[1] or 1) * (7 if match[2] in ("недел", "week") else 1)
        return _shift(today, days)
    name = re.sub(r"^(?:во?|on)\s+", "", words).rstrip(".")
    for weekday, names in enumerate(_WEEKDAYS):
        if name in names:
            return _shift(today, (weekday - today.weekday() - 1) % 7 + 1)
    return None


def _shift(day: date, days: int) -> date | None:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None


def _month(word: str) -> int:
    """Return the number of a month from any of its Russian or English forms, 0 when it is none."""
    if word in ("май", "мая", "мае"):
        return 5
    for names in (_RU_MONTHS, _EN_MONTHS):
        for index, stem in enumerate(names):
            if index != 4 and word.startswith(stem):
                return index + 1
    return 5 if word == "may" else 0


def _with_year(day: int, month: int, year: str | None, today: date, future: bool) -> date | None:
    if year:
        return _date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    allowed_past = timedelta(days=0 if future else 180)
    for candidate in (_date(today.year, month, day), _date(today.year + 1, month, day)):
        if candidate is not None and candidate >= today - allowed_past:
            return candidate
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _time(hour: int, minute: int, second: int) -> time | None:
    try:
        return time(hour, minute, second)
    except ValueError:
        return None


def _to_utc(moment: datetime) -> datetime | None:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None
