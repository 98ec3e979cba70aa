"""Closures that read variables: only the names that an expression uses are taken from the context, once each."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from bpmn.feel.builtins import BUILTINS
from bpmn.feel.errors import FeelError
from bpmn.feel.paths import component
from bpmn.feel.state import State
from bpmn.feel.syntax import Name, Node
from bpmn.feel.values import host_function, number, to_feel

_Closure = Callable[[tuple[Any, ...]], Any]
_MISSING: Any = object()
_SMALL = 10**15


def mentions(node: Node, name: str) -> bool:
    """Tell whether *node* holds the name *name* anywhere."""
    pending = [node]
    while pending:
        part = pending.pop()
        if isinstance(part, Name) and part.name == name:
            return True
        pending.extend(part.children())
    return False


def local_name(index: int) -> _Closure:
    """Return what reads a variable of the expression itself."""
    return lambda env: env[index]


def item_name(items: list[int], name: str, rest: _Closure) -> _Closure:
    """Return what reads a name inside filters: a component of the innermost item that has it, else *rest*."""

    def read(env: tuple[Any, ...]) -> Any:
        for index in items:
            item = env[index]
            if type(item) is dict and name in item:
                return item[name]
        return rest(env)

    return read


def global_name(name: str) -> _Closure:
    """Return what reads a variable of the context; containers are converted once for an evaluation."""

    def read(env: tuple[Any, ...]) -> Any:
        state: State = env[0]
        try:
            value = state.values[name]
        except KeyError:
            return _absent(state, name)
        kind = type(value)
        if kind is str or kind is bool or value is None:
            return value
        if kind is int:
            return Decimal(value) if -_SMALL < value < _SMALL else number(value)
        return _converted(state, name, value)

    return read


def required_name(name: str) -> _Closure:
    """Return what reads a variable of the context that must be there.

    The closure raises FeelError (juel.name) when it is not.
    """
    read_global = global_name(name)

    def read(env: tuple[Any, ...]) -> Any:
        if name not in env[0].values:
            raise FeelError("juel.name", name=name)
        return read_global(env)

    return read


def _converted(state: State, key: Any, value: Any) -> Any:
    kind = type(value)
    if kind is int or kind is Decimal or kind is float:
        return number(value)
    if kind is str or kind is bool or value is None:
        return value
    if not isinstance(value, Mapping | list | tuple | set | frozenset):
        return to_feel(value)
    cache = state.converted
    if cache is None:
        cache = state.converted = {}
    found = cache.get(key, _MISSING)
    if found is _MISSING:
        found = cache[key] = to_feel(value)
    return found


def _absent(state: State, name: str) -> Any:
    function = function_named(state, name)
    return function if function is not None else state.null("name.unknown", name=name)


def function_named(state: State, name: str) -> Any:
    """Return the host function or built-in function *name* as a value; None when there is none."""
    functions = state.functions
    if functions is not None and name in functions:
        function = to_feel(functions[name])
        return host_function(name, functions[name]) if function is None else function
    builtin = BUILTINS.get(name)
    return None if builtin is None else builtin.as_value()


def global_path(root: str, names: tuple[str, ...]) -> _Closure:
    """Return what follows a path from a variable of the context and converts only the value at its end."""
    key = (root, *names)
    read_root = global_name(root)

    def read(env: tuple[Any, ...]) -> Any:
        state: State = env[0]
        value: Any = state.values.get(root, _MISSING)
        if value is _MISSING:
            value = read_root(env)
        for position, name in enumerate(names):
            if type(value) is dict or isinstance(value, Mapping):
                inner = value.get(name, _MISSING)
                if inner is _MISSING:
                    value = state.null("path.unknown", type="context", name=name)
                else:
                    value = inner
                continue
            value = _converted(state, key[: position + 1], value)
            for left in names[position:]:
                value = component(state, value, left)
            return value
        return _converted(state, key, value)

    return read
