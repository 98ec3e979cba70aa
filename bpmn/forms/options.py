"""The options of a choice: where they come from and how a posted text names one.

A choice's value is whatever its option holds (text, number, object); on the
page an option is named by a short text, its *token*.  Only a value that is
among the options is ever accepted.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bpmn.forms.evaluation import Evaluator
from bpmn.forms.numbers import to_decimal
from bpmn.forms.schema import Component

MAX_OPTIONS = 2_000


@dataclass(frozen=True, slots=True)
class Option:
    """One option: *token* in HTML, *label* before translation, *value* in the data."""

    token: str
    label: str
    value: Any


def resolve_options(
    component: Component, scope: Mapping[str, Any], evaluator: Evaluator
) -> tuple[Option, ...]:
    """Return the options of a choice: `valuesExpression`, else the variable `valuesKey`, else `values`."""
    if source := component.get("valuesExpression"):
        raw = evaluator.value(source.removeprefix("="), scope)
    elif path := component.get("valuesKey"):
        raw = _at(scope, path.split("."))
    else:
        raw = component.get("values")
    return tuple(make_options(raw if isinstance(raw, list | tuple) else ()))


def _at(scope: Mapping[str, Any], keys: list[str]) -> Any:
    value: Any = scope
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def make_options(raw: Iterable[Any]) -> Iterable[Option]:
    """Read options: objects with `value` and `label`, or bare scalars; repeated tokens are dropped."""
    seen: set[str] = set()
    for part in list(raw)[:MAX_OPTIONS]:
        named = isinstance(part, dict) and "value" in part
        value = part["value"] if named else part
        if value is None or (isinstance(part, dict) and not named):
            continue
        name = token(value)
        if name not in seen:
            seen.add(name)
            label = part.get("label") if named else None
            yield Option(name, name if label is None else str(label), value)


def token(value: Any) -> str:
    """Return the short text that names *value* in HTML."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    number = to_decimal(value)
    if number is not None:
        return f"{number.normalize():f}" if number else "0"
    if isinstance(value, list | dict):
        return json.dumps(value, default=str, ensure_ascii=False, sort_keys=True)
    return str(value)


def option_of(value: Any, options: Iterable[Option]) -> Option | None:
    """Return the option that holds *value*; numbers are equal by amount, a bool equals no number."""
    for option in options:
        if option.value == value and isinstance(option.value, bool) == isinstance(value, bool):
            return option
    return None


def option_named(name: str, options: Iterable[Option]) -> Option | None:
    """Return the option that a posted text names."""
    return next((option for option in options if option.token == name), None)


__all__ = ["Option", "make_options", "option_named", "option_of", "resolve_options", "token"]
