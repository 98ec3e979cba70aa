"""How values read on a page: one way for templates, tables, computed fields and read-only fields."""

from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any

from bpmn.forms.dates import format_date, format_moment, format_time
from bpmn.forms.messages import say
from bpmn.forms.numbers import format_money, format_number

MAX_LIST = 100


def display(
    value: Any,
    *,
    language: str,
    zone: tzinfo,
    money: str | None = None,
    digits: int | None = None,
    grouping: bool = False,
) -> str:
    """Return *value* as a person of *language* reads it; null is empty, a list is its parts by commas."""
    match value:
        case None:
            return ""
        case bool():
            return say("word.yes" if value else "word.no", language)
        case int() | float() | Decimal():
            if money:
                return format_money(value, money, language=language)
            return format_number(
                value, language=language, digits=digits, grouping=grouping or digits is not None
            )
        case datetime():
            return format_moment(value, zone, language)
        case date():
            return format_date(value, language)
        case time():
            return format_time(value)
        case timedelta():
            return _duration(value, language)
        case list() | tuple():
            parts = (display(part, language=language, zone=zone) for part in value[:MAX_LIST])
            return ", ".join(filter(None, parts))
        case dict():
            named = value.get("label") or value.get("name") or ""
            return named if isinstance(named, str) else ""
    return str(value)


def _duration(value: timedelta, language: str) -> str:
    hours, rest = divmod(abs(int(value.total_seconds())), 3600)
    days, hours = divmod(hours, 24)
    units = ("дн.", "ч", "мин") if language == "ru" else ("d", "h", "min")
    parts = [f"{n}\u00a0{unit}" for n, unit in zip((days, hours, rest // 60), units, strict=True) if n]
    return ("\u2212" if value < timedelta() else "") + (" ".join(parts) or f"0\u00a0{units[2]}")
