"""Comparisons with a constant, as most conditions are: `amount > 100000`, `client.segment = "VIP"`.

They mean what every other comparison means, and leave to it whatever is not plainly a number or a text; the usual
case takes a fraction of the time.  Whole numbers are compared as Python's integers, which is exact.
"""

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

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
