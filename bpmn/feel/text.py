"""Values as text: FEEL literals for people and files, and what ``string()`` returns."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from bpmn.feel.names import is_plain
from bpmn.feel.temporal import format_date, format_date_time, format_duration, format_time
from bpmn.feel.values import FeelFunction, Range, YearsMonths, to_feel

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_MAX_PLAIN_DIGITS = 40


def to_string(value: Any) -> str:
    """Return the FEEL literal of a value (or variable): strings in quotes, dates as ``@"…"``.

    Reading the literal again gives an equal value; functions have no literal and print as their head.
    """
    return _literal(to_feel(value))


def display(value: Any) -> str | None:
    """Return what ``string()`` makes of a FEEL value (DMN 1.5 table 74): strings and dates as they are.

    Null stays null.  Inside lists and contexts strings are in quotes and dates are not tagged.
    """
    if value is None or isinstance(value, str):
        return value
    temporal = _temporal(value)
    return temporal if temporal is not None else _literal(value, tag="")


def _temporal(value: Any) -> str | None:
    if isinstance(value, datetime):
        return format_date_time(value)
    if isinstance(value, date):
        return format_date(value)
    if isinstance(value, time):
        return format_time(value)
    if isinstance(value, timedelta | YearsMonths):
        return format_duration(value)
    return None


def number_text(value: Decimal) -> str:
    """Return a number without exponent and without zeros after its last significant decimal, if it fits."""
    if not value:
        return "0"
    text = format(value, "f") if abs(value.adjusted()) < _MAX_PLAIN_DIGITS else str(value)
    if "." in text and "E" not in text:
        text = text.rstrip("0").rstrip(".")
    return text


def quoted(text: str) -> str:
    """Return a string literal."""
    return f'"{text.translate(_ESCAPES)}"'


def _literal(value: Any, tag: str = "@") -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, str):
        return quoted(value)
    temporal = _temporal(value)
    if temporal is not None:
        return f'@"{temporal}"' if tag else quoted(temporal)
    if isinstance(value, list):
        return f"[{', '.join(_literal(item, tag) for item in value)}]"
    if isinstance(value, dict):
        entries = (f"{_key(key)}: {_literal(item, tag)}" for key, item in value.items())
        return f"{{{', '.join(entries)}}}"
    if isinstance(value, Range):
        return _range(value, tag)
    if isinstance(value, FeelFunction):
        return f"function({', '.join(value.parameters)})"
    return str(value)


def _key(key: str) -> str:
    return key if is_plain(key) else quoted(key)


def _range(value: Range, tag: str) -> str:
    if value.operator:
        endpoint = value.end if value.start is None else value.start
        return f"({value.operator} {_literal(endpoint, tag)})"
    opening, closing = "[" if value.start_included else "(", "]" if value.end_included else ")"
    return f"{opening}{_literal(value.start, tag)}..{_literal(value.end, tag)}{closing}"
