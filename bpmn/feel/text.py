"""Values as text: FEEL literals for people and files, and what ``string()`` returns."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from bpmn.feel.errors import FeelLimitError
from bpmn.feel.names import is_plain
from bpmn.feel.state import DEFAULT_LIMITS, State
from bpmn.feel.temporal import format_date, format_date_time, format_duration, format_time
from bpmn.feel.values import FeelFunction, Range, YearsMonths, to_feel
from bpmn.feel.wide import Wide

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_MAX_PLAIN_DIGITS = 40


def to_string(value: Any) -> str:
    """Return the FEEL literal of a value (or variable): strings in quotes, dates as ``@"…"``.

    Reading the literal again gives an equal value; functions have no literal and print as their head.

    Raises:
        FeelLimitError: the text would be longer than a million characters.
    """
    return _Writer("@").write(to_feel(value))


def display(value: Any, state: State) -> str | None:
    """Return what ``string()`` makes of a FEEL value (DMN 1.5 table 74): strings and dates as they are.

    Null stays null.  Inside lists and contexts strings are in quotes and dates are not tagged.

    Raises:
        FeelLimitError: the text is too long for the limits of *state*.
    """
    if value is None or isinstance(value, str):
        return value
    temporal = _temporal(value)
    return temporal if temporal is not None else _Writer("", state).write(value)


def _temporal(value: Any) -> str | None:
    if isinstance(value, Wide):
        return _FORMATS[value.kind](value)
    if isinstance(value, datetime):
        return format_date_time(value)
    if isinstance(value, date):
        return format_date(value)
    if isinstance(value, time):
        return format_time(value)
    if isinstance(value, timedelta | YearsMonths):
        return format_duration(value)
    return None


_FORMATS: dict[str, Callable[[Any], str]] = {
    "date": format_date,
    "time": format_time,
    "date and time": format_date_time,
}


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


class _Writer:
    """Collects the pieces of one text and stops when it grows too long."""

    def __init__(self, tag: str, state: State | None = None) -> None:
        self._tag = tag
        self._state = state
        self._pieces: list[str] = []
        self._left = DEFAULT_LIMITS.text

    def write(self, value: Any) -> str:
        """Return the literal of *value*."""
        self._add(value)
        return "".join(self._pieces)

    def _put(self, piece: str) -> None:
        self._left -= len(piece)
        if self._state is not None:
            self._state.charge(2)
        if self._left < 0:
            raise FeelLimitError("feel.limit.text", limit=DEFAULT_LIMITS.text)
        self._pieces.append(piece)

    def _add(self, value: Any) -> None:
        if isinstance(value, list):
            self._put("[")
            for index, item in enumerate(value):
                self._put(", " if index else "")
                self._add(item)
            self._put("]")
        elif isinstance(value, dict):
            self._put("{")
            for index, (key, item) in enumerate(value.items()):
                self._put(f"{', ' if index else ''}{key if is_plain(key) else quoted(key)}: ")
                self._add(item)
            self._put("}")
        elif isinstance(value, Range):
            self._add_range(value)
        else:
            self._put(self._scalar(value))

    def _scalar(self, value: Any) -> str:
        if value is None:
            return "null"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, Decimal):
            return number_text(value)
        if isinstance(value, str):
            return quoted(value)
        if isinstance(value, FeelFunction):
            return f"function({', '.join(value.parameters)})"
        temporal = _temporal(value)
        return str(value) if temporal is None else f"{self._tag}{quoted(temporal)}"

    def _add_range(self, value: Range) -> None:
        if value.operator:
            self._put(f"({value.operator} ")
            self._add(value.end if value.start is None else value.start)
            self._put(")")
            return
        self._put("[" if value.start_included else "(")
        self._add(value.start)
        self._put("..")
        self._add(value.end)
        self._put("]" if value.end_included else ")")
