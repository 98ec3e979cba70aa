"""Functions: their values, and calls by position and by name (DMN 1.5 §10.3.2.13.6 and 7)."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from bpmn.feel import syntax
from bpmn.feel.builtins import BUILTINS, Builtin
from bpmn.feel.errors import FeelLimitError
from bpmn.feel.reading import function_named
from bpmn.feel.state import State
from bpmn.feel.types import check_of, coerced
from bpmn.feel.values import FeelFunction, host_function, to_feel, type_name

if TYPE_CHECKING:
    from bpmn.feel.compiler import Compiler

_Closure = Callable[[tuple[Any, ...]], Any]

#: What one call of a function adds to the depth of an evaluation.
_CALL_DEPTH = 4


def function_value(
    names: Sequence[str], types: Sequence[syntax.TypeRef | None], body: _Closure, cost: int
) -> _Closure:
    """Return what makes a function value that keeps the variables around it."""
    checks = [None if kind is None else check_of(kind) for kind in types]
    typed = any(check is not None for check in checks)

    def make(env: tuple[Any, ...]) -> FeelFunction:
        captured = env

        def call(state: State, arguments: list[Any]) -> Any:
            if typed:
                arguments = [
                    argument if check is None else coerced(state, check, argument)
                    for check, argument in zip(checks, arguments, strict=True)
                ]
            owner: State = captured[0]
            if state is owner:
                return _run(state, (*captured, *arguments))
            visitor = owner.visited_by(state)
            try:
                return _run(visitor, (visitor, *captured[1:], *arguments))
            finally:
                state.take_back(visitor)

        return FeelFunction("function", names, call, parameter_types=types if typed else ())

    def _run(state: State, env: tuple[Any, ...]) -> Any:
        state.charge(cost + 1)
        state.depth += _CALL_DEPTH + cost
        if state.depth > state.limits.depth:
            raise FeelLimitError("feel.limit.depth", limit=state.limits.depth)
        try:
            return body(env)
        finally:
            state.depth -= _CALL_DEPTH + cost

    return make


def compile_call(compiler: "Compiler", node: syntax.Call) -> _Closure:
    """Compile a call with arguments by position; a built-in function is bound now, unless a variable hides it."""
    arguments = [compiler.compile(argument) for argument in node.arguments]
    count = len(arguments)
    builtin = _builtin(compiler, node.function)
    if builtin is not None:
        bound, name = builtin.bind(count), builtin.name

        def call_builtin(env: tuple[Any, ...]) -> Any:
            state: State = env[0]
            values = [argument(env) for argument in arguments]
            if state.functions is not None and name in state.functions:
                return invoke(state, function_named(state, name), values)
            return bound(state, values)

        return call_builtin
    function = _function(compiler, node.function)
    return lambda env: invoke(env[0], function(env), [argument(env) for argument in arguments])


def compile_named_call(compiler: "Compiler", node: syntax.NamedCall) -> _Closure:
    """Compile a call with arguments by name."""
    names = [name for name, _ in node.arguments]
    arguments = [compiler.compile(argument) for _, argument in node.arguments]
    builtin = _builtin(compiler, node.function)
    if builtin is not None:
        bound, known = builtin.bind_names(names), builtin.name

        def call_builtin(env: tuple[Any, ...]) -> Any:
            state: State = env[0]
            values = [argument(env) for argument in arguments]
            if state.functions is not None and known in state.functions:
                return _invoke_named(state, function_named(state, known), names, values)
            return bound(state, values)

        return call_builtin
    function = _function(compiler, node.function)

    return lambda env: _invoke_named(env[0], function(env), names, [argument(env) for argument in arguments])


def _invoke_named(state: State, function: FeelFunction | None, names: list[str], arguments: list[Any]) -> Any:
    """Call a function value by the names of its parameters; one that is left out is null."""
    if function is None:
        return None
    if function.variadic and function.name in BUILTINS and function.parameters:
        return BUILTINS[function.name].bind_names(names)(state, arguments)
    values = dict(zip(names, arguments, strict=True))
    unknown = [name for name in names if name not in function.parameters]
    if unknown or len(values) != len(names):
        return state.null("function.names", name=function.name, names=", ".join(unknown or names))
    return invoke(state, function, [values.get(parameter) for parameter in function.parameters])


def _builtin(compiler: "Compiler", function: syntax.Node) -> Builtin | None:
    """Return the built-in function that a name means: no variable of the expression has that name."""
    if not isinstance(function, syntax.Name) or compiler.lookup(function.name)[1] is not None:
        return None
    return BUILTINS.get(function.name)


def _function(compiler: "Compiler", function: syntax.Node) -> _Closure:
    """Compile what is called; a name of the context that is missing there is an unknown function."""
    if not isinstance(function, syntax.Name):
        compiled = compiler.compile(function)
        return lambda env: _checked(env[0], compiled(env))
    name = function.name
    if compiler.lookup(name) != ([], None):
        compiled = compiler.compile(function)
        builtin = BUILTINS.get(name)

        def find_local(env: tuple[Any, ...]) -> Any:
            value = compiled(env)
            if not isinstance(value, FeelFunction) and builtin is not None:
                return builtin.as_value()
            return _checked(env[0], value)

        return find_local
    compiler.free.add(name)

    def find(env: tuple[Any, ...]) -> Any:
        state: State = env[0]
        if state.functions is not None and name in state.functions:
            return function_named(state, name)
        try:
            value = state.values[name]
        except KeyError:
            return state.null("function.unknown", name=name)
        if callable(value) and not isinstance(value, FeelFunction):
            return host_function(name, value)
        return _checked(state, to_feel(value))

    return find


def _checked(state: State, value: Any) -> FeelFunction | None:
    if isinstance(value, FeelFunction):
        return value
    return state.null("function.not", type=type_name(value))


def invoke(state: State, function: FeelFunction | None, arguments: list[Any]) -> Any:
    """Call a function value; null with a reason when it is none or takes another number of arguments."""
    if function is None:
        return None
    if not function.variadic and len(arguments) != len(function.parameters):
        return state.null("function.count", name=function.name, count=len(arguments))
    return function.call(state, arguments)
