"""Tests of a value: those of cells of decision tables and of the right side of ``in`` (DMN 1.5 §7.3.6, §10.3.2.8)."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

from bpmn.feel import reading, syntax
from bpmn.feel.comparison import equal, ordered, satisfies
from bpmn.feel.constant_tests import constant_test
from bpmn.feel.state import State
from bpmn.feel.syntax import Node
from bpmn.feel.values import type_name

if TYPE_CHECKING:
    from bpmn.feel.compiler import Compiler

_Closure: TypeAlias = Callable[[tuple[Any, ...]], Any]
_Test: TypeAlias = Callable[[tuple[Any, ...], Any], bool | None]

#: The name under which unary tests see the value that they test.
INPUT = "?"


def compile_test(compiler: "Compiler", node: Node) -> _Test:
    """Return what tells whether a value fits one test of ``in``."""
    if isinstance(node, syntax.OperatorRange):
        return _operator_test(compiler, node)
    expression = compiler.compile(node)
    return lambda env, value: satisfies(value, expression(env), env[0])


def _operator_test(compiler: "Compiler", node: syntax.OperatorRange) -> _Test:
    operand, symbol = compiler.compile(node.operand), node.operator
    if symbol == "=":
        return lambda env, value: equal(value, operand(env), env[0])
    if symbol == "!=":
        return lambda env, value: _inverted(equal(value, operand(env), env[0]))

    def test(env: tuple[Any, ...], value: Any) -> bool | None:
        bound = operand(env)
        result = ordered(symbol, value, bound)
        return incomparable(env[0], symbol, value, bound) if result is None else result

    return test


def compile_any_input(compiler: "Compiler", node: syntax.AnyInput) -> _Closure:
    return lambda env: True


def compile_unary_tests(compiler: "Compiler", node: syntax.UnaryTests) -> _Closure:
    index = compiler.lookup(INPUT)[1]
    assert index is not None
    tests = [_unary_test(compiler, test) for test in node.tests]
    negated = node.negated
    compiler.quick = constant_test([_folded(compiler, test) for test in node.tests], negated=negated)

    def decide(env: tuple[Any, ...]) -> bool | None:
        value = env[index]
        result = any_true(one(env, value) for one in tests)
        return _inverted(result) if negated else result

    return decide


def _folded(compiler: "Compiler", node: Node) -> Node:
    """Fold a test: the operand of a comparison, or all of it."""
    if isinstance(node, syntax.OperatorRange):
        return syntax.OperatorRange(node.operator, compiler.fold(node.operand))
    return compiler.fold(node)


def _unary_test(compiler: "Compiler", node: Node) -> _Test:
    """A test with ``?`` decides itself; a boolean about something else decides for other inputs."""
    if isinstance(node, syntax.OperatorRange):
        return _operator_test(compiler, node)
    expression = compiler.compile(node)
    if reading.mentions(node, INPUT):

        def decide(env: tuple[Any, ...], value: Any) -> bool | None:
            result = expression(env)
            return result if isinstance(result, bool) or result is None else satisfies(value, result, env[0])

        return decide

    def fit(env: tuple[Any, ...], value: Any) -> bool | None:
        tested = expression(env)
        if isinstance(tested, bool) and not isinstance(value, bool | list):
            return tested
        return satisfies(value, tested, env[0])

    return fit


def _inverted(value: bool | None) -> bool | None:
    return None if value is None else not value


def any_true(results: Iterable[bool | None]) -> bool | None:
    """Return the three-valued ``or`` of *results*."""
    unknown = False
    for result in results:
        if result is True:
            return True
        unknown = unknown or result is None
    return None if unknown else False


def incomparable(state: State, symbol: str, left: Any, right: Any) -> Any:
    """Return the null of a comparison of two values that do not compare."""
    return state.null("operator.types", operator=f"'{symbol}'", left=type_name(left), right=type_name(right))
