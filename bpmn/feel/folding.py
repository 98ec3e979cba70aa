"""Constant parts of expressions, computed while they are compiled: `date("2026-01-01") + duration("P1D")`, `-5`, `[1..9]`.

Only what has the same value in every evaluation is folded: literals, the constructors of dates, times, durations
and numbers on them, their arithmetic and their ranges.  A part that is null stays as it is, so that every
evaluation records why.  A variable of the expression that bears the name of a function hides it; a function of the
host may replace one only later, so the names of the functions that were called are kept in ``assumed`` of the compiler.
"""

from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bpmn.feel import syntax
from bpmn.feel.arithmetic import OPERATIONS, negate
from bpmn.feel.builtins import BUILTINS
from bpmn.feel.comparison import ordered
from bpmn.feel.errors import FeelError
from bpmn.feel.state import DEFAULT_LIMITS, State
from bpmn.feel.syntax import Literal, Node
from bpmn.feel.values import Range, YearsMonths
from bpmn.feel.wide import Wide

if TYPE_CHECKING:
    from bpmn.feel.compiler import Compiler

#: Functions that make the same value of the same arguments, now and always, in a time that hardly depends on them.
PURE = frozenset({"date", "time", "date and time", "duration", "years and months duration", "number"})

_SCALARS = (bool, Decimal, date, time, timedelta, YearsMonths, Wide)
_LONGEST = 200


class Folder:
    """Folds the parts of one tree; each part is looked at once."""

    def __init__(self, compiler: "Compiler") -> None:
        self._compiler = compiler
        self._folded: dict[int, tuple[Node, Node]] = {}

    def fold(self, node: Node) -> Node:
        """Return the literal of the value of a constant part; any other part as it is."""
        compute = _COMPUTED.get(type(node))
        if compute is None:
            return node
        known = self._folded.get(id(node))
        if known is None:
            value = compute(self, node)
            known = self._folded[id(node)] = (node, node if value is None else Literal(value))
        return known[1]

    def _call(self, node: syntax.Call) -> Any:
        name = self._pure(node.function)
        arguments = [self.fold(argument) for argument in node.arguments]
        if name is None or not _all_literal(arguments):
            return None
        return self._assuming(name, BUILTINS[name].bind(len(arguments)), arguments)

    def _named_call(self, node: syntax.NamedCall) -> Any:
        name = self._pure(node.function)
        arguments = [self.fold(argument) for _, argument in node.arguments]
        if name is None or not _all_literal(arguments):
            return None
        bound = BUILTINS[name].bind_names([parameter for parameter, _ in node.arguments])
        return self._assuming(name, bound, arguments)

    def _pure(self, function: Node) -> str | None:
        """Return the name of a pure built-in function; None when the name means anything else here."""
        if not isinstance(function, syntax.Name) or function.name not in PURE:
            return None
        return function.name if self._compiler.lookup(function.name)[1] is None else None

    def _assuming(self, name: str, bound: Any, arguments: list[Node]) -> Any:
        value = _computed(bound, [_value(argument) for argument in arguments])
        if value is not None:
            self._compiler.assumed.add(name)
        return value

    def _chain(self, node: syntax.Chain) -> Any:
        operands = [self.fold(operand) for operand in (node.first, *(part for _, part in node.rest))]
        if len(operands) > _LONGEST or not _all_literal(operands):
            return None
        result = _value(operands[0])
        for (symbol, _), operand in zip(node.rest, operands[1:], strict=True):
            result = _computed(
                lambda state, values, s=symbol: OPERATIONS[s](state, *values), [result, _value(operand)]
            )
            if result is None:
                return None
        return result

    def _negation(self, node: syntax.Negation) -> Any:
        operand = self.fold(node.operand)
        if not isinstance(operand, Literal):
            return None
        return _computed(lambda state, values: negate(state, values[0]), [operand.value])

    def _range(self, node: syntax.RangeLiteral) -> Range | None:
        start, end = self.fold(node.start), self.fold(node.end)
        if not isinstance(start, Literal) or not isinstance(end, Literal):
            return None
        if ordered("<=", start.value, end.value) is not True:
            return None
        return Range(start.value, end.value, node.start_included, node.end_included)


def _all_literal(nodes: list[Node]) -> bool:
    return all(isinstance(node, Literal) for node in nodes)


def _value(node: Node) -> Any:
    assert isinstance(node, Literal)
    return node.value


def _computed(operation: Any, values: list[Any]) -> Any:
    """Return the value of a pure operation; None when it is null, exceeds a limit or is nothing to keep."""
    state = State({}, None, None, replace(DEFAULT_LIMITS, seconds=60.0), None)
    try:
        value = operation(state, values)
    except FeelError:
        return None
    return value if isinstance(value, _SCALARS) and not state.reasons else None


_COMPUTED: dict[type, Any] = {
    syntax.Call: Folder._call,
    syntax.NamedCall: Folder._named_call,
    syntax.Chain: Folder._chain,
    syntax.Negation: Folder._negation,
    syntax.RangeLiteral: Folder._range,
}
