"""Values as JSON that people and programs can read: the notation of explanations and of the command line.

Dates, times, durations, ranges and functions are strings in FEEL's own notation, with a leading ``@"…"``
where FEEL has one.  A number that a JSON number cannot hold exactly is a string of its digits.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bpmn import feel

_TEXT, _ITEMS, _DEPTH = 200, 20, 5
_WHOLE = 2**53


def to_json(value: Any) -> Any:
    """Return *value* as a structure of dicts, lists, strings, numbers, booleans and None."""
    if value is None or isinstance(value, (bool, str, int)):
        return value
    if isinstance(value, (float, Decimal)):
        return _number(value)
    if isinstance(value, Mapping):
        return {key: to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if isinstance(value, feel.FeelFunction):
        return f"function({', '.join(value.parameters)})"
    return feel.to_string(value)


def brief(value: Any, depth: int = 0) -> Any:
    """Return *value* as JSON for people to glance at: long texts and lists, and deep parts, are cut."""
    kind = type(value)
    if kind is Decimal or kind is int or kind is bool or value is None:
        return to_json(value)
    if isinstance(value, str):
        return value if len(value) <= _TEXT else f"{value[:_TEXT]}…"
    if isinstance(value, (Mapping, list)) and depth >= _DEPTH:
        return "…"
    if isinstance(value, Mapping):
        return {key: brief(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        cut = [brief(item, depth + 1) for item in value[:_ITEMS]]
        return cut if len(value) <= _ITEMS else [*cut, f"… {len(value)}"]
    return to_json(value)


def _number(value: float | Decimal) -> int | float | str:
    if type(value) is Decimal and value == value.to_integral_value() and abs(value) < _WHOLE:
        return int(value)
    exact = feel.to_variable(feel.to_feel(value))
    if not isinstance(exact, Decimal):
        return exact if isinstance(exact, int) else str(value)
    near = float(exact)
    return near if Decimal(repr(near)) == exact else format(exact, "f")


def from_json(value: Any) -> Any:
    """Return the variables that a JSON document means: strings of the form ``@"…"`` are FEEL's literals.

    Raises:
        feel.FeelError: such a string is not a literal of FEEL.
    """
    if isinstance(value, str) and value.startswith('@"') and value.endswith('"'):
        result = feel.compile(value).run({})
        return value if result.value is None else feel.to_variable(result.value)
    if isinstance(value, dict):
        return {key: from_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [from_json(item) for item in value]
    return value
