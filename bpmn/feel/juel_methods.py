"""The methods of Java strings, lists and maps that JUEL expressions call, on FEEL values.

Positions count from 0 here, as they do in Java.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from bpmn.feel import text as texts
from bpmn.feel.comparison import equal, ordered
from bpmn.feel.state import State
from bpmn.feel.values import type_name

_Method = Callable[..., Any]


def element(state: State, base: Any, key: Any) -> Any:
    """Return ``base[key]``: an item from 0, an entry, or null with a reason."""
    if isinstance(base, list) and isinstance(key, Decimal) and 0 <= key < len(base):
        return base[int(key)]
    if isinstance(base, dict) and isinstance(key, str) and key in base:
        return base[key]
    return state.null("juel.index", key=texts.to_string(key)[:40], type=type_name(base))


def call(state: State, name: str, base: Any, arguments: list[Any]) -> Any:
    """Call the method *name* of *base*; null with a reason when that kind of value has no such method."""
    method = METHODS[name].get(_kind(base))
    if method is None or len(arguments) != _count(method):
        return state.null("juel.method", type=type_name(base), name=name)
    try:
        return method(base, *arguments)
    except (TypeError, ValueError, ArithmeticError, AttributeError, IndexError):
        return state.null("juel.method", type=type_name(base), name=name)


def _kind(value: Any) -> type:
    for kind in (str, list, dict):
        if isinstance(value, kind):
            return kind
    return object


def _count(method: _Method) -> int:
    return method.__code__.co_argcount - 1


def _any(method: _Method) -> dict[type, _Method]:
    return {str: method, list: method, dict: method, object: method}


def _contains(items: list[Any], value: Any) -> bool:
    return any(equal(item, value) is True for item in items)


def _index_of(items: list[Any], value: Any) -> Decimal:
    return Decimal(next((index for index, item in enumerate(items) if equal(item, value) is True), -1))


def _substring_from(value: str, start: Decimal) -> str:
    return _slice(value, int(start), len(value))


def _slice(value: str, start: int, end: int) -> str:
    if not 0 <= start <= end <= len(value):
        raise ValueError("the positions lie outside the string")
    return value[start:end]


def _compare(value: Any, other: Any) -> Decimal:
    if ordered("<", value, other) is None:
        raise ValueError("the values have no order")
    return Decimal(-1 if ordered("<", value, other) else int(value != other))


def _whole(value: Any) -> Decimal:
    return Decimal(int(value))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else texts.to_string(value)


def _component(value: dict[str, Any], name: str) -> Any:
    return value.get(name)


#: name -> kind of value -> code.  Overloads by the number of arguments have their own name: ``substring/2``.
METHODS: dict[str, dict[type, _Method]] = {
    "contains": {str: lambda value, part: part in value, list: _contains},
    "containsKey": {dict: lambda value, key: key in value},
    "containsValue": {dict: lambda value, item: _contains(list(value.values()), item)},
    "get": {list: lambda value, index: value[_position(index)], dict: _component},
    "isEmpty": dict.fromkeys((str, list, dict), lambda value: len(value) == 0),
    "isBlank": {str: lambda value: not value.strip()},
    "size": dict.fromkeys((list, dict), lambda value: Decimal(len(value))),
    "length": {str: lambda value: Decimal(len(value))},
    "equals": _any(lambda value, other: equal(value, other) is True),
    "equalsIgnoreCase": {
        str: lambda value, other: isinstance(other, str) and value.casefold() == other.casefold()
    },
    "startsWith": {str: lambda value, part: value.startswith(part)},
    "endsWith": {str: lambda value, part: value.endswith(part)},
    "toLowerCase": {str: lambda value: value.lower()},
    "toUpperCase": {str: lambda value: value.upper()},
    "trim": {str: lambda value: value.strip()},
    "indexOf": {str: lambda value, part: Decimal(value.find(part)), list: _index_of},
    "substring": {str: _substring_from},
    "substring/2": {str: lambda value, start, end: _slice(value, int(start), int(end))},
    "charAt": {str: lambda value, index: value[_position(index)]},
    "compareTo": _any(_compare),
    "toString": _any(_text),
    "intValue": {object: _whole},
    "longValue": {object: _whole},
    "doubleValue": {object: lambda value: value if isinstance(value, Decimal) else None},
    "keySet": {dict: lambda value: list(value)},
    "values": {dict: lambda value: list(value.values())},
    # the JSON values of Camunda Spin
    "prop": {dict: _component},
    "hasProp": {dict: lambda value, name: name in value},
    "elements": {list: lambda value: value},
    "value": _any(lambda value: value),
    "stringValue": {str: lambda value: value},
    "numberValue": {object: lambda value: value if isinstance(value, Decimal) else None},
    "boolValue": {object: lambda value: value if isinstance(value, bool) else None},
}


def _position(index: Any) -> int:
    position = int(index)
    if position < 0:
        raise ValueError("a position is negative")
    return position
