"""Types of FEEL: ``instance of`` and the types of function parameters (DMN 1.5 §10.3.2.9)."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bpmn.feel.state import State
from bpmn.feel.syntax import TypeRef
from bpmn.feel.values import FeelFunction, Range, YearsMonths, type_name

#: Tells whether a value is of a type; None when the type is not known.
Check = Callable[[State, Any], bool | None]

_SIMPLE: dict[str, Callable[[Any], bool]] = {
    "Any": lambda value: value is not None,
    "Null": lambda value: value is None,
    "number": lambda value: isinstance(value, Decimal),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "date": lambda value: type_name(value) == "date",
    "time": lambda value: type_name(value) == "time",
    "date and time": lambda value: type_name(value) == "date and time",
    "dateTime": lambda value: type_name(value) == "date and time",
    "days and time duration": lambda value: isinstance(value, timedelta),
    "dayTimeDuration": lambda value: isinstance(value, timedelta),
    "years and months duration": lambda value: isinstance(value, YearsMonths),
    "yearMonthDuration": lambda value: isinstance(value, YearsMonths),
    "list": lambda value: isinstance(value, list),
    "context": lambda value: isinstance(value, dict),
    "range": lambda value: isinstance(value, Range),
    "function": lambda value: isinstance(value, FeelFunction),
}


def check_of(reference: TypeRef) -> Check:
    """Return what tells whether a value is of the type *reference*."""
    if reference.name == "list" and reference.parts:
        return _list_of(check_of(reference.parts[0][1]))
    if reference.name == "range" and reference.parts:
        return _range_of(check_of(reference.parts[0][1]))
    if reference.name == "context" and reference.parts:
        return _context_of({name: check_of(part) for name, part in reference.parts})
    if reference.name == "function" and reference.result is not None:
        return _function_of(reference)
    name = reference.name
    simple = _SIMPLE.get(name)
    if simple is None:
        return lambda state, value: _named(state, name, value)
    return lambda state, value: simple(value)


def _named(state: State, name: str, value: Any) -> bool | None:
    check = (state.types or {}).get(name)
    if check is None:
        return state.null("type.unknown", name=name)
    return check(value)


def _list_of(check: Check) -> Check:
    def is_list(state: State, value: Any) -> bool | None:
        if not isinstance(value, list):
            return False
        state.charge(len(value))
        return all(item is None or check(state, item) is True for item in value)

    return is_list


def _range_of(check: Check) -> Check:
    def is_range(state: State, value: Any) -> bool | None:
        if not isinstance(value, Range):
            return False
        endpoints = [endpoint for endpoint in (value.start, value.end) if endpoint is not None]
        return all(check(state, endpoint) is True for endpoint in endpoints)

    return is_range


def _context_of(checks: dict[str, Check]) -> Check:
    def is_context(state: State, value: Any) -> bool | None:
        if not isinstance(value, dict):
            return False
        state.charge(len(checks))
        return all(
            name in value and (value[name] is None or check(state, value[name]) is True)
            for name, check in checks.items()
        )

    return is_context


def _function_of(reference: TypeRef) -> Check:
    """A function fits when its declared types conform: parameters contravariantly, the result covariantly."""
    wanted = [part for _, part in reference.parts]

    def is_function(_state: State, value: Any) -> bool | None:
        if not isinstance(value, FeelFunction):
            return False
        if value.variadic and not value.parameter_types:
            return True
        if len(value.parameters) != len(wanted):
            return False
        declared = value.parameter_types or (None,) * len(wanted)
        parameters_fit = all(
            actual is None or conforms(part, actual) for part, actual in zip(wanted, declared, strict=True)
        )
        result = reference.result
        assert result is not None
        result_fits = value.result_type is None or conforms(value.result_type, result)
        return parameters_fit and result_fits

    return is_function


def conforms(narrow: TypeRef, wide: TypeRef) -> bool:
    """Tell whether every value of *narrow* is a value of *wide* (§10.3.2.9.2)."""
    if wide.name == "Any" or narrow == wide or narrow.name == "Null":
        return True
    if narrow.name != wide.name:
        return False
    if narrow.name == "context":
        parts = dict(narrow.parts)
        return all(name in parts and conforms(parts[name], part) for name, part in wide.parts)
    if narrow.name == "function" and narrow.result is not None and wide.result is not None:
        return (
            len(narrow.parts) == len(wide.parts)
            and all(
                conforms(theirs[1], ours[1]) for ours, theirs in zip(narrow.parts, wide.parts, strict=True)
            )
            and conforms(narrow.result, wide.result)
        )
    return len(narrow.parts) == len(wide.parts) and all(
        conforms(ours[1], theirs[1]) for ours, theirs in zip(narrow.parts, wide.parts, strict=True)
    )


def coerced(state: State, check: Check, value: Any) -> Any:
    """Return the argument as a parameter of a type takes it; null with a reason when it does not fit."""
    if value is None or check(state, value) is True:
        return value
    if isinstance(value, list) and len(value) == 1 and check(state, value[0]) is True:
        return value[0]
    if check(state, [value]) is True:
        return [value]
    return None
