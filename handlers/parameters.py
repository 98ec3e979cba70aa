"""The types of handlers' parameters: their names for people, and the values they accept.

What an analyst's expression gives is brought to the annotated type where nothing is lost by it (7700000016
becomes "7700000016", "1 200,50" becomes an amount), and refused in plain words where something would be.
"""

import types
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, Union, get_args, get_origin


class NotAccepted(ValueError):
    """A value that does not fit its parameter; the text says what is expected."""


def type_name(annotation: Any) -> str:
    """Return the name of a type as the catalogue of the modeler shows it ("text", "list of number", ...)."""
    origin = get_origin(annotation)
    if origin is Literal:
        return "one of " + ", ".join(str(choice) for choice in get_args(annotation))
    if origin in (Union, types.UnionType):
        return " or ".join(type_name(part) for part in get_args(annotation) if part is not type(None))
    if origin is list or annotation is list:
        inner = get_args(annotation)
        return f"list of {type_name(inner[0])}" if inner and inner[0] is not Any else "list"
    if origin is dict or annotation is dict:
        return "context"
    return _NAMES.get(annotation, "any")


def choices(annotation: Any) -> list[Any]:
    """Return the values that a parameter is limited to, or nothing."""
    return list(get_args(annotation)) if get_origin(annotation) is Literal else []


def accept(annotation: Any, value: Any) -> Any:
    """Return *value* as the annotated type.

    Raises:
        NotAccepted: nothing of the type can be made of it.
    """
    origin = get_origin(annotation)
    if origin is Literal:
        return _accept_choice(annotation, value)
    if origin in (Union, types.UnionType):
        return _accept_any_of(annotation, value)
    if origin is list or annotation is list:
        return _accept_list(annotation, value)
    if origin is dict or annotation is dict:
        if not isinstance(value, Mapping):
            raise NotAccepted(f"a context (names with values) is expected, not {_shown(value)}")
        return dict(value)
    converter = _CONVERTERS.get(annotation)
    return converter(value) if converter else value


def _accept_choice(annotation: Any, value: Any) -> Any:
    known = get_args(annotation)
    if value in known:
        return value
    raise NotAccepted(f"one of {', '.join(map(str, known))} is expected, not {_shown(value)}")


def _accept_any_of(annotation: Any, value: Any) -> Any:
    parts = get_args(annotation)
    if value is None and type(None) in parts:
        return None
    plain = [part for part in parts if part is not type(None)]
    for part in plain:
        if isinstance(get_origin(part) or part, type) and isinstance(value, get_origin(part) or part):
            return accept(part, value)
    for part in plain:
        try:
            return accept(part, value)
        except NotAccepted:
            continue
    raise NotAccepted(f"{type_name(annotation)} is expected, not {_shown(value)}")


def _accept_list(annotation: Any, value: Any) -> list[Any]:
    inner = get_args(annotation)
    if value is None or value == "":
        return []
    values = list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value]
    return [accept(inner[0], item) for item in values] if inner else values


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, date)):
        raise NotAccepted(f"a text is expected, not {_shown(value)}")
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool):
        raise NotAccepted(f"a whole number is expected, not {_shown(value)}")
    number = _decimal(value)
    if number != number.to_integral_value():
        raise NotAccepted(f"a whole number is expected, not {_shown(value)}")
    return int(number)


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool):
        raise NotAccepted(f"a number is expected, not {_shown(value)}")
    if isinstance(value, (int, Decimal)):
        number = Decimal(value)
    elif isinstance(value, float):
        number = Decimal(repr(value))
    elif isinstance(value, str):
        plain = "".join(value.split()).replace("\N{NARROW NO-BREAK SPACE}", "").replace(",", ".")
        try:
            number = Decimal(plain)
        except InvalidOperation:
            raise NotAccepted(f"a number is expected, not {_shown(value)}") from None
    else:
        raise NotAccepted(f"a number is expected, not {_shown(value)}")
    if not number.is_finite():
        raise NotAccepted(f"a number is expected, not {_shown(value)}")
    return number


def _truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise NotAccepted(f"true or false is expected, not {_shown(value)}")


def _moment(value: Any) -> datetime:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise NotAccepted(
                f"a moment like 2026-06-10T12:00:00Z is expected, not {_shown(value)}"
            ) from None
    if not isinstance(value, datetime):
        raise NotAccepted(f"a moment is expected, not {_shown(value)}")
    if value.tzinfo is None:
        raise NotAccepted(f"a moment with a time zone is expected, not {_shown(value)}")
    return value


def _day(value: Any) -> date:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise NotAccepted(f"a date like 2026-06-10 is expected, not {_shown(value)}") from None
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise NotAccepted(f"a date is expected, not {_shown(value)}")


def _shown(value: Any) -> str:
    if value is None:
        return "nothing (null)"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


_NAMES: dict[Any, str] = {
    str: "text",
    int: "whole number",
    Decimal: "number",
    bool: "true or false",
    datetime: "moment",
    date: "date",
}
_CONVERTERS: dict[Any, Callable[[Any], Any]] = {
    str: _text,
    int: _whole,
    Decimal: _decimal,
    bool: _truth,
    datetime: _moment,
    date: _day,
}
