"""From the syntax tree to nested closures: nothing of the tree is looked at when an expression runs.

A closure takes the environment, a tuple: first the ``State`` of the evaluation, then the
value of every variable that encloses it, outermost first.  So a variable is an index, an
inner scope is a longer tuple, and a function value keeps its tuple: a closure.
"""

from collections.abc import Callable
from typing import Any

from bpmn.feel import calls, juel_compiling, loops, reading, syntax, unary
from bpmn.feel.arithmetic import OPERATIONS, negate
from bpmn.feel.comparison import both, equal, ordered
from bpmn.feel.constant_tests import ConstantTest, against_constant
from bpmn.feel.errors import FeelLimitError
from bpmn.feel.folding import Folder
from bpmn.feel.paths import component
from bpmn.feel.syntax import Node
from bpmn.feel.text import to_string
from bpmn.feel.types import check_of
from bpmn.feel.values import Range, type_name

Closure = Callable[[tuple[Any, ...]], Any]

#: How deep a tree may be; chains of one operator count once.
MAX_TREE = 120


class Compiler:
    """Compiles one tree.

    Afterwards ``free`` holds the names that it may read from the context, ``assumed`` the built-in functions
    that were called meanwhile, and ``quick`` the test that unary tests amount to when all of them are constant.
    Without *folding* no function is called before the expression runs.
    """

    def __init__(self, *, folding: bool = True) -> None:
        self.free: set[str] = set()
        self.assumed: set[str] = set()
        self.quick: ConstantTest | None = None
        self._folder = Folder(self) if folding else None
        self.scope: list[tuple[str, str]] = [("state", "")]
        self._depth = 0
        self._count = 0

    def compile(self, node: Node) -> Closure:
        """Return the closure of *node* in the current scope.

        Raises:
            FeelLimitError: the tree is too deep.
        """
        self._depth += 1
        self._count += 1
        if self._depth > MAX_TREE:
            raise FeelLimitError("feel.limit.nesting", limit=MAX_TREE)
        node = self.fold(node)
        closure = _COMPILERS[type(node)](self, node)
        self._depth -= 1
        return closure

    def fold(self, node: Node) -> Node:
        """Return the literal that a constant part amounts to; any other part as it is."""
        return node if self._folder is None else self._folder.fold(node)

    def inside(self, node: Node, *variables: tuple[str, str]) -> tuple[Closure, int]:
        """Compile *node* with more variables in scope; return its closure and its number of parts."""
        before = self._count
        self.scope.extend(variables)
        closure = self.compile(node)
        del self.scope[len(self.scope) - len(variables) :]
        return closure, self._count - before

    # -- names ---------------------------------------------------------------------------------------

    def lookup(self, name: str) -> tuple[list[int], int | None]:
        """Return the filtered items that may have a component *name*, innermost first, and its variable."""
        items: list[int] = []
        for index in range(len(self.scope) - 1, 0, -1):
            kind, known = self.scope[index]
            if kind == "item":
                items.append(index)
                if name == "item":
                    return items, index
            elif known == name:
                return items, index
        return items, None

    def name(self, node: syntax.Name) -> Closure:
        """A variable: of this expression, of the item that is filtered, or of the context."""
        items, index = self.lookup(node.name)
        if index is None:
            self.free.add(node.name)
            rest = reading.global_name(node.name)
        else:
            rest = reading.local_name(index)
        return reading.item_name(items, node.name, rest) if items else rest

    def path(self, node: syntax.Path) -> Closure:
        """A component; a path from a variable of the context converts only what it ends at."""
        names = [node.name]
        base = node.base
        while isinstance(base, syntax.Path):
            names.append(base.name)
            base = base.base
        if isinstance(base, syntax.Name) and self.lookup(base.name) == ([], None):
            self.free.add(base.name)
            return reading.global_path(base.name, tuple(reversed(names)))
        inner = self.compile(node.base)
        name = node.name
        return lambda env: component(env[0], inner(env), name)

    # -- literals ------------------------------------------------------------------------------------

    def literal(self, node: syntax.Literal) -> Closure:
        value = node.value
        return lambda env: value

    def list_literal(self, node: syntax.ListLiteral) -> Closure:
        items = [self.compile(item) for item in node.items]
        return lambda env: [item(env) for item in items]

    def context_literal(self, node: syntax.ContextLiteral) -> Closure:
        entries: list[tuple[str, Closure]] = []
        size = len(self.scope)
        for key, value in node.entries:
            entries.append((key, self.compile(value)))
            self.scope.append(("variable", key))
        del self.scope[size:]

        def build(env: tuple[Any, ...]) -> Any:
            result: dict[str, Any] = {}
            for key, entry in entries:
                value = entry(env)
                if key in result:
                    return env[0].null("context.duplicate", name=key)
                result[key] = value
                env = (*env, value)
            return result

        return build

    def range_literal(self, node: syntax.RangeLiteral) -> Closure:
        start, end = self.compile(node.start), self.compile(node.end)
        start_included, end_included = node.start_included, node.end_included

        def build(env: tuple[Any, ...]) -> Range | None:
            low, high = start(env), end(env)
            if (low is None and high is None) or (
                low is not None and high is not None and ordered("<=", low, high) is not True
            ):
                return env[0].null("range.invalid", start=_short(low), end=_short(high))
            return Range(low, high, start_included and low is not None, end_included and high is not None)

        return build

    def operator_range(self, node: syntax.OperatorRange) -> Closure:
        operand, symbol = self.compile(node.operand), node.operator

        def build(env: tuple[Any, ...]) -> Range | None:
            value = operand(env)
            if symbol == "=":
                return Range(value, value, operator="=")
            if symbol == "!=":
                return Range(value, value, operator="!=")
            if value is None or ordered("<", value, value) is None:
                return env[0].null("operator.type", operator=f"'{symbol}'", type=type_name(value))
            if symbol[0] == "<":
                return Range(None, value, False, symbol == "<=", symbol)
            return Range(value, None, symbol == ">=", False, symbol)

        return build

    def function_literal(self, node: syntax.FunctionLiteral) -> Closure:
        depth = self._depth
        self._depth = 0
        names = [name for name, _ in node.parameters]
        body, cost = self.inside(node.body, *[("variable", name) for name in names])
        self._depth = depth
        return calls.function_value(names, [kind for _, kind in node.parameters], body, cost)

    def external(self, node: syntax.External) -> Closure:
        return lambda env: env[0].null("function.external")

    # -- operators -----------------------------------------------------------------------------------

    def chain(self, node: syntax.Chain) -> Closure:
        first = self.compile(node.first)
        rest = [(OPERATIONS[symbol], self.compile(operand)) for symbol, operand in node.rest]
        if len(rest) == 1:
            operation, operand = rest[0]
            return lambda env: operation(env[0], first(env), operand(env))

        def apply(env: tuple[Any, ...]) -> Any:
            value = first(env)
            for operation, operand in rest:
                value = operation(env[0], value, operand(env))
            return value

        return apply

    def binary(self, node: syntax.Binary) -> Closure:
        left, right = self.compile(node.left), self.compile(node.right)
        if node.operator in ("=", "!="):
            general = _equality(left, right, node.operator == "!=")
        else:
            general = _order(node.operator, left, right)
        constant = self.fold(node.right)
        if not isinstance(constant, syntax.Literal):
            return general
        plain = isinstance(node.left, syntax.Name) and self.lookup(node.left.name) == ([], None)
        variable = node.left.name if plain and isinstance(node.left, syntax.Name) else None
        return against_constant(node.operator, variable, left, constant.value, general)

    def logic(self, node: syntax.Logic) -> Closure:
        operands = [self.compile(operand) for operand in node.operands]
        decisive = node.operator == "or"

        def decide(env: tuple[Any, ...]) -> bool | None:
            result: bool | None = not decisive
            for operand in operands:
                value = operand(env)
                if value is decisive:
                    return decisive
                if not isinstance(value, bool):
                    result = None
                    if value is not None:
                        env[0].null("operator.type", operator=node.operator, type=type_name(value))
            return result

        if len(operands) != 2:
            return decide
        first, second = operands

        def decide_two(env: tuple[Any, ...]) -> bool | None:
            left = first(env)
            if left is decisive:
                return decisive
            right = second(env)
            if right is decisive or (isinstance(left, bool) and isinstance(right, bool)):
                return bool(right)
            for value in (left, right):
                if value is not None and not isinstance(value, bool):
                    env[0].null("operator.type", operator=node.operator, type=type_name(value))
            return None

        return decide_two

    def negation(self, node: syntax.Negation) -> Closure:
        operand = self.compile(node.operand)
        return lambda env: negate(env[0], operand(env))

    def between(self, node: syntax.Between) -> Closure:
        value, low, high = self.compile(node.value), self.compile(node.low), self.compile(node.high)

        def test(env: tuple[Any, ...]) -> bool | None:
            tested = value(env)
            return both(ordered(">=", tested, low(env)), ordered("<=", tested, high(env)))

        return test

    def contains(self, node: syntax.In) -> Closure:
        value = self.compile(node.value)
        tests = [unary.compile_test(self, test) for test in node.tests]

        def test(env: tuple[Any, ...]) -> bool | None:
            tested = value(env)
            return unary.any_true(one(env, tested) for one in tests)

        return test

    def instance_of(self, node: syntax.InstanceOf) -> Closure:
        value, check = self.compile(node.value), check_of(node.type)
        return lambda env: check(env[0], value(env))

    def conditional(self, node: syntax.If) -> Closure:
        condition, then, otherwise = (
            self.compile(node.condition),
            self.compile(node.then),
            self.compile(node.otherwise),
        )

        def choose(env: tuple[Any, ...]) -> Any:
            chosen = condition(env)
            if chosen is True:
                return then(env)
            if chosen is not False and chosen is not None:
                env[0].null("condition.type", type=type_name(chosen))
            return otherwise(env)

        return choose


def _short(value: Any) -> str:
    text = to_string(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


def _equality(left: Closure, right: Closure, inverted: bool) -> Closure:
    def compare(env: tuple[Any, ...]) -> bool | None:
        first, second = left(env), right(env)
        result = equal(first, second, env[0])
        if result is None:
            return unary.incomparable(env[0], "!=" if inverted else "=", first, second)
        return result is not inverted

    return compare


def _order(symbol: str, left: Closure, right: Closure) -> Closure:
    def compare(env: tuple[Any, ...]) -> bool | None:
        first, second = left(env), right(env)
        result = ordered(symbol, first, second)
        if result is None:
            return unary.incomparable(env[0], symbol, first, second)
        return result

    return compare


_COMPILERS: dict[type, Callable[[Compiler, Any], Closure]] = {
    syntax.Literal: Compiler.literal,
    syntax.Name: Compiler.name,
    syntax.Path: Compiler.path,
    syntax.ListLiteral: Compiler.list_literal,
    syntax.ContextLiteral: Compiler.context_literal,
    syntax.RangeLiteral: Compiler.range_literal,
    syntax.OperatorRange: Compiler.operator_range,
    syntax.FunctionLiteral: Compiler.function_literal,
    syntax.External: Compiler.external,
    syntax.Chain: Compiler.chain,
    syntax.Binary: Compiler.binary,
    syntax.Logic: Compiler.logic,
    syntax.Negation: Compiler.negation,
    syntax.Between: Compiler.between,
    syntax.In: Compiler.contains,
    syntax.InstanceOf: Compiler.instance_of,
    syntax.If: Compiler.conditional,
    syntax.AnyInput: unary.compile_any_input,
    syntax.UnaryTests: unary.compile_unary_tests,
    syntax.For: loops.compile_for,
    syntax.Quantified: loops.compile_quantified,
    syntax.Filter: loops.compile_filter,
    syntax.Call: calls.compile_call,
    syntax.NamedCall: calls.compile_named_call,
    **juel_compiling.COMPILERS,
}
