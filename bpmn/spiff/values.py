"""Variable values as JSON and back, losslessly.

Types that JSON lacks are written as `{"$": [kind, text]}`; a dictionary of the user that has the key "$" is
itself written as such a tag, so user data can never be mistaken for one.
"""

import base64
import math
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from bpmn.feel.values import YearsMonths
from bpmn.spiff.errors import ExecutionError

TAG = "$"
MAX_DEPTH = 100
_MAX_INT = 2**63 - 1
_PLAIN = frozenset({type(None), bool, str})


class ValueRefused(ExecutionError):
    """A variable got a value that cannot be stored."""

    code = "variable.not_storable"

    def __init__(self, path: str, kind: str) -> None:
        super().__init__(f"the variable {path!r} cannot hold a value of type {kind}", path=path, type=kind)


def storable(value: Any, path: str = "") -> Any:
    """Return *value* as the engine keeps it: containers copied, tuples as lists, subclasses as their base.

    Raises:
        ValueRefused: a type that values.md does not name, a key that is no text, nesting beyond 100 levels.
    """
    return value if type(value) in _PLAIN else _storable(value, path, 0)


def _storable(value: Any, path: str, depth: int) -> Any:
    kind = type(value)
    if kind in _KEPT:
        return value
    if depth > MAX_DEPTH:
        raise ValueRefused(path, "too deep nesting")
    if isinstance(value, dict):
        result = {}
        for key, item in value.items():
            if not isinstance(key, str):
                raise ValueRefused(path, f"dictionary with a key of type {type(key).__name__}")
            result[str(key)] = _storable(item, f"{path}.{key}" if path else key, depth + 1)
        return result
    if isinstance(value, list | tuple):
        return [_storable(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(value)]
    for base in (str, int, float):
        if isinstance(value, base):
            return base(value)
    raise ValueRefused(path, kind.__name__)


def encode(value: Any) -> Any:
    """Return the JSON form of a storable value."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is int:
        return value if -_MAX_INT <= value <= _MAX_INT else {TAG: ["i", str(value)]}
    if kind is float:
        return value if math.isfinite(value) else {TAG: ["f", repr(value)]}
    if kind is list:
        return [encode(item) for item in value]
    if kind is dict:
        if TAG in value:
            return {TAG: ["m", [[key, encode(item)] for key, item in value.items()]]}
        return {key: encode(item) for key, item in value.items()}
    writer = _WRITERS.get(kind)
    if writer is None:
        raise ValueRefused("", kind.__name__)
    return {TAG: writer(value)}


def decode(plain: Any) -> Any:
    """Return the value of a JSON form made by `encode`."""
    kind = type(plain)
    if kind is dict:
        if TAG in plain:
            tag, content = plain[TAG][0], plain[TAG][1:]
            return _READERS[tag](*content)
        return {key: decode(item) for key, item in plain.items()}
    if kind is list:
        return [decode(item) for item in plain]
    return plain


def escape_surrogates(plain: Any) -> Any:
    """Return a JSON form without lone surrogates, which UTF-8 cannot carry (rare: hostile or broken input)."""
    if isinstance(plain, str):
        try:
            plain.encode()
        except UnicodeEncodeError:
            return {TAG: ["s", base64.b64encode(plain.encode("utf-8", "surrogatepass")).decode()]}
        return plain
    if isinstance(plain, list):
        return [escape_surrogates(item) for item in plain]
    if isinstance(plain, dict):
        if any(_lone(key) for key in plain):
            raise ValueRefused("", "text with half a character in a key")
        return {key: escape_surrogates(item) for key, item in plain.items()}
    return plain


def _lone(text: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in text)


def _write_datetime(value: datetime) -> list[Any]:
    zone = value.tzinfo
    if isinstance(zone, ZoneInfo) and zone.key:
        return ["z", value.replace(tzinfo=None).isoformat(), zone.key, value.fold]
    return ["t", value.isoformat()]


def _read_zoned(text: str, zone: str, fold: int) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


def _write_time(value: time) -> list[Any]:
    zone = value.tzinfo
    if isinstance(zone, ZoneInfo) and zone.key:
        return ["h", value.replace(tzinfo=None).isoformat(), zone.key]
    return ["h", value.isoformat()]


def _read_time(text: str, zone: str | None = None) -> time:
    value = time.fromisoformat(text)
    return value.replace(tzinfo=ZoneInfo(zone)) if zone else value


_WRITERS: dict[type, Callable[[Any], list[Any]]] = {
    Decimal: lambda value: ["n", str(value)],
    date: lambda value: ["d", value.isoformat()],
    datetime: _write_datetime,
    time: _write_time,
    timedelta: lambda value: ["p", value.days, value.seconds, value.microseconds],
    YearsMonths: lambda value: ["y", value.total_months],
    bytes: lambda value: ["b", base64.b64encode(value).decode()],
}
_READERS: dict[str, Callable[..., Any]] = {
    "n": Decimal,
    "d": date.fromisoformat,
    "t": datetime.fromisoformat,
    "z": _read_zoned,
    "h": _read_time,
    "p": timedelta,
    "y": YearsMonths,
    "b": base64.b64decode,
    "i": int,
    "f": float,
    "m": lambda pairs: {key: decode(item) for key, item in pairs},
    "s": lambda text: base64.b64decode(text).decode("utf-8", "surrogatepass"),
}
_KEPT = frozenset({*_PLAIN, int, float, *_WRITERS})
