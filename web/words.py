"""Dates, durations, money and sizes as people say them.

Pure: the moment, the present and the language come in, a text goes out.  Spaces that must not break are
U+00A0, thousands are parted by the narrow U+202F.
"""

from datetime import date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal

NBSP, THIN = "\u00a0", "\u202f"

_MONTHS = {
    "ru": ["янв.", "февр.", "марта", "апр.", "мая", "июня", "июля", "авг.", "сент.", "окт.", "нояб.", "дек."],
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
}
_FULL_MONTHS = {
    "ru": [
        "января",
        "февраля",
        "марта",
        "апреля",
        "мая",
        "июня",
        "июля",
        "августа",
        "сентября",
        "октября",
        "ноября",
        "декабря",
    ],
    "en": [
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
    ],
}
_DAYS = {
    "ru": ["пн", "вт", "ср", "чт", "пт", "сб", "вс"],
    "en": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
}
_NEAR = {
    "ru": {-1: "вчера", 0: "сегодня", 1: "завтра"},
    "en": {-1: "yesterday", 0: "today", 1: "tomorrow"},
}
_UNITS = {
    "ru": {"minute": "мин", "hour": "ч", "second": "с", "day": ("день", "дня", "дней")},
    "en": {"minute": "min", "hour": "h", "second": "s", "day": ("day", "days", "days")},
}
_SYMBOLS = {"RUB": "₽", "USD": "$", "EUR": "€", "GBP": "£", "KZT": "₸", "BYN": "Br", "CNY": "¥"}

NEVER_YEAR = 9000
"""A time from this year on stands for «no deadline»."""


def plural(number: int, forms: tuple[str, str, str]) -> str:
    """Return the Russian form for *number*: (1 день, 2 дня, 5 дней)."""
    number = abs(number)
    if number % 10 == 1 and number % 100 != 11:
        return forms[0]
    if 2 <= number % 10 <= 4 and not 12 <= number % 100 <= 14:
        return forms[1]
    return forms[2]


def day(when: date, today: date, language: str) -> str:
    """Return «сегодня», «пн, 30 нояб.», «7 дек. 2025»: the weekday within half a year, else the year."""
    away = (when - today).days
    near = _NEAR[language].get(away)
    if near:
        return near
    month = _MONTHS[language][when.month - 1]
    if abs(away) <= 183:
        name = _DAYS[language][when.weekday()]
        return f"{name}, {when.day}{NBSP}{month}"
    return f"{when.day}{NBSP}{month}{NBSP}{when.year}"


def moment(when: datetime | None, now: datetime, zone: tzinfo, language: str) -> str:
    """Return «сегодня 14:30», «пн, 30 нояб.» farther off; empty for None and for «no deadline»."""
    if when is None or when.year >= NEVER_YEAR:
        return ""
    local, today = when.astimezone(zone), now.astimezone(zone).date()
    text = day(local.date(), today, language)
    if abs((local.date() - today).days) <= 1:
        return f"{text}{NBSP}{local:%H:%M}"
    return text


def exact(when: datetime | None, zone: tzinfo, language: str) -> str:
    """Return «23 ноября 2026, 16:30», for tooltips and print."""
    if when is None or when.year >= NEVER_YEAR:
        return ""
    local = when.astimezone(zone)
    return f"{local.day}{NBSP}{_FULL_MONTHS[language][local.month - 1]}{NBSP}{local.year}, {local:%H:%M}"


def clock(when: datetime, zone: tzinfo) -> str:
    """Return «16:30»."""
    return f"{when.astimezone(zone):%H:%M}"


def span(length: timedelta, language: str) -> str:
    """Return «1 ч 58 мин», «3 дня», «менее минуты»: two units at most, never negative."""
    minutes = int(abs(length).total_seconds() // 60)
    units = _UNITS[language]
    if minutes < 1:
        return "менее минуты" if language == "ru" else "under a minute"
    if minutes < 60:
        return f"{minutes}{NBSP}{units['minute']}"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        rest = f" {minutes}{NBSP}{units['minute']}" if minutes and hours < 10 else ""
        return f"{hours}{NBSP}{units['hour']}{rest}"
    days, hours = divmod(hours, 24)
    forms = units["day"]
    word = plural(days, forms) if language == "ru" else forms[0 if days == 1 else 1]  # type: ignore[arg-type]
    rest = f" {hours}{NBSP}{units['hour']}" if hours and days < 3 else ""
    return f"{days}{NBSP}{word}{rest}"


def number(value: Decimal | int, language: str, places: int | None = None) -> str:
    """Return «1 890 150,5»; English uses commas and a point."""
    exact_value = Decimal(value)
    if places is not None:
        exact_value = exact_value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{exact_value:,f}"
    if "." in text and places is None:
        text = text.rstrip("0").rstrip(".")
    if language == "ru":
        text = text.replace(",", THIN).replace(".", ",")
    return text


def money(value: Decimal | int | None, currency: str, language: str, *, places: int | None = None) -> str:
    """Return «486 200 ₽», with hundredths only where there are any; empty for None."""
    if value is None:
        return ""
    amount = Decimal(value)
    if places is None:
        places = 0 if amount == amount.to_integral_value() else 2
    text = number(amount, language, places)
    symbol = _SYMBOLS.get(currency or "RUB", currency)
    return (
        f"{text}{NBSP}{symbol}" if language == "ru" or len(symbol) > 1 or symbol == "₽" else f"{symbol}{text}"
    )


def size(count: int, language: str) -> str:
    """Return «184 КБ»: bytes in the unit that reads best (1 KB = 1000 bytes)."""
    names = ("Б", "КБ", "МБ", "ГБ") if language == "ru" else ("B", "KB", "MB", "GB")
    value, index = Decimal(count), 0
    while value >= 1000 and index < 3:
        value, index = value / 1000, index + 1
    places = 1 if index >= 2 and value < 10 else 0
    return f"{number(value, language, places)}{NBSP}{names[index]}"


def due_class(due_at: datetime | None, now: datetime, zone: tzinfo) -> str:
    """Return `is-late`, `is-soon` (the rest of today) or nothing."""
    if due_at is None or due_at.year >= NEVER_YEAR:
        return ""
    if due_at < now:
        return "is-late"
    return "is-soon" if due_at.astimezone(zone).date() == now.astimezone(zone).date() else ""


def initials(name: str) -> str:
    """Return «МП» for «Мария Петрова»."""
    parts = [part for part in name.replace("-", " ").split() if part[0].isalpha()]
    return "".join(part[0] for part in parts[:2]).upper() or "?"
