"""Closures of the constructs that only JUEL has."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bpmn.feel import juel_methods, juel_operators, reading, syntax
from bpmn.feel.text import display

if TYPE_CHECKING:
    from bpmn.feel.compiler import Compiler

_Closure = Callable[[tuple[Any, ...]], Any]


def _empty(compiler: "Compiler", node: syntax.Empty) -> _Closure:
    operand = compiler.compile(node.operand)
    return lambda env: (value := operand(env)) is None or value in ("", [], {})


def _required_name(compiler: "Compiler", node: syntax.RequiredName) -> _Closure:
    compiler.free.add(node.name)
    return reading.required_name(node.name)


def _element(compiler: "Compiler", node: syntax.Element) -> _Closure:
    base, key = compiler.compile(node.base), compiler.compile(node.key)
    return lambda env: juel_methods.element(env[0], base(env), key(env))


def _method(compiler: "Compiler", node: syntax.Method) -> _Closure:
    base, name = compiler.compile(node.base), node.name
    arguments = [compiler.compile(argument) for argument in node.arguments]
    return lambda env: juel_methods.call(env[0], name, base(env), [argument(env) for argument in arguments])


def _java_operation(compiler: "Compiler", node: syntax.JavaOperation) -> _Closure:
    operation = juel_operators.BINARY[node.operator]
    left, right = compiler.compile(node.left), compiler.compile(node.right)
    return lambda env: operation(env[0], left(env), right(env))


def _java_minus(compiler: "Compiler", node: syntax.JavaMinus) -> _Closure:
    operand = compiler.compile(node.operand)
    return lambda env: juel_operators.minus(env[0], operand(env))


def _java_boolean(compiler: "Compiler", node: syntax.JavaBoolean) -> _Closure:
    operand = compiler.compile(node.operand)
    return lambda env: juel_operators.as_boolean(env[0], operand(env))


def _template(compiler: "Compiler", node: syntax.Template) -> _Closure:
    parts = [compiler.compile(part) for part in node.parts]

    def join(env: tuple[Any, ...]) -> str:
        texts = [display(part(env), env[0]) or "" for part in parts]
        env[0].check_text(sum(map(len, texts)))
        return "".join(texts)

    return join


#: node -> what compiles it
COMPILERS: dict[type, Callable[["Compiler", Any], _Closure]] = {
    syntax.Empty: _empty,
    syntax.RequiredName: _required_name,
    syntax.Element: _element,
    syntax.Method: _method,
    syntax.JavaOperation: _java_operation,
    syntax.JavaMinus: _java_minus,
    syntax.JavaBoolean: _java_boolean,
    syntax.Template: _template,
}
