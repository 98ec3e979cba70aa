"""Which wait a message is meant for: strict, pure, the same for live and kept messages."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any


def normal(value: Any) -> Any:
    """A correlation value as it is stored and compared: numbers by value, everything else as text."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float, Decimal)):
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        return format(number.normalize(), "f")
    if isinstance(value, (date, time, timedelta)):
        return str(value)
    return value if isinstance(value, str) else str(value)


def normalised(correlation: Mapping[str, Any]) -> dict[str, Any]:
    return {key: normal(value) for key, value in correlation.items()}


def matches(wanted: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    """Tell whether a message with the keys *given* is meant for a wait for *wanted*.

    Every key of the wait must be given and equal, and null equals nothing.  A wait without keys takes only
    messages without keys: a message that names its receiver never reaches somebody else (BPMN 2.0 §8.4.2).
    """
    if not wanted:
        return not given
    return all(
        key in given and value is not None and normal(given[key]) == normal(value)
        for key, value in wanted.items()
    )
