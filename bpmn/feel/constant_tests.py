"""Comparisons with constants, as most conditions and cells of tables are: `amount > 100000`, `[1..9]`, `"VIP", "new"`.

They mean what every other comparison means, and leave to it whatever is not plainly a number or a text; the usual
case takes a fraction of the time.  Whole numbers are compared as Python's integers, which is exact.
"""

import operator
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from bpmn.feel.comparison import equal, ordered, within
from bpmn.feel.syntax import Literal, Node, OperatorRange
from bpmn.feel.values import Range, YearsMonths

ConstantTest: TypeAlias = Callable[[Any], bool | None]
Closure = Callable[[tuple[Any, ...]], Any]

_OPERATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}
_EXACT = 10**15
"""Integers below this are numbers of FEEL (34 digits) as they stand."""


def against_constant(
    symbol: str, variable: str | None, left: Closure, constant: Any, general: Closure
) -> Closure:
    """Return what compares *left* with *constant*; *general* is what any other comparison does.

    *variable* is the name in the context that *left* reads and nothing else, None for anything else.
    """
    operation, kind = _OPERATIONS[symbol], type(constant)
    if kind is Decimal and variable is not None:
        whole = constant == constant.to_integral_value() and abs(constant) < _EXACT
        limit = int(constant) if whole else constant

        def compare_number(env: tuple[Any, ...]) -> Any:
            try:
                value = env[0].values[variable]
            except KeyError:
                return general(env)
            if type(value) is int and -_EXACT < value < _EXACT:
                return operation(value, limit)
            return general(env)

        return compare_number
    if kind is not Decimal and kind is not str:
        return general

    def compare(env: tuple[Any, ...]) -> Any:
        value = left(env)
        return operation(value, constant) if type(value) is kind else general(env)

    return compare


_DIRECT = frozenset({bool, str, Decimal, date, timedelta, YearsMonths})
_TESTED = _DIRECT | {time, datetime}


def constant_test(tests: Sequence[Node], *, negated: bool) -> ConstantTest | None:
    """Return what decides folded unary tests; None unless all of them compare with constants of one type.

    For values of another type, and where two times do not compare, it returns None too: FEEL decides.
    """
    found = [_single(node) for node in tests]
    singles = [single for single in found if single is not None]
    if len(singles) < len(found) or len({kind for kind, _ in singles}) != 1:
        return None
    if len(singles) == 1 and not negated:
        return singles[0][1]

    def decide(value: Any) -> bool | None:
        results = [single(value) for _, single in singles]
        if True in results:
            return not negated
        return None if None in results else negated

    return decide


def _single(node: Node) -> tuple[type, ConstantTest] | None:
    """Return one test with the type of its constant; None when it is not a comparison with one."""
    symbol = "="
    if isinstance(node, OperatorRange):
        symbol, node = node.operator, node.operand
    if not isinstance(node, Literal):
        return None
    constant = node.value
    if isinstance(constant, Range):
        return _in_range(constant) if symbol == "=" else None
    kind = type(constant)
    if kind not in _TESTED or (kind is bool and symbol not in ("=", "!=")):
        return None
    if kind in _DIRECT:
        operation = _OPERATIONS[symbol]
        return kind, lambda value: operation(value, constant) if type(value) is kind else None
    if symbol == "=":
        return kind, lambda value: equal(value, constant) if type(value) is kind else None
    if symbol == "!=":
        return None
    return kind, lambda value: ordered(symbol, value, constant) if type(value) is kind else None


def _in_range(constant: Range) -> tuple[type, ConstantTest] | None:
    low, high = constant.start, constant.end
    kind = type(low)
    if type(high) is not kind or kind not in _TESTED or kind is bool:
        return None
    if kind not in _DIRECT:
        return kind, lambda value: within(value, constant) if type(value) is kind else None
    if constant.start_included and constant.end_included:
        return kind, lambda value: low <= value <= high if type(value) is kind else None
    above = operator.ge if constant.start_included else operator.gt
    below = operator.le if constant.end_included else operator.lt
    return kind, lambda value: above(value, low) and below(value, high) if type(value) is kind else None
