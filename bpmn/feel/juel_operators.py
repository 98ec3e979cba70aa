"""The operators of JUEL on FEEL values, with its coercions (JSR 245, chapters 1.7, 1.8 and 1.18).

Beside a number, a string that writes one counts as that number and null counts as 0; beside a
boolean, a string counts as true when it says "true".  Comparisons always give true or false.
"""

import decimal
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from bpmn.feel.arithmetic import OPERATIONS, negate
from bpmn.feel.comparison import equal, ordered
from bpmn.feel.state import State
from bpmn.feel.values import DECIMAL128, type_name

_MAX_DIGITS = 400


def as_boolean(state: State, value: Any) -> bool:
    """Return what a condition makes of *value*; what has no truth value is false, with a reason."""
    if isinstance(value, bool):
        return value
    if value is None:
        return False
    if isinstance(value, str):
        return value.casefold() == "true"
    state.null("condition.type", type=type_name(value))
    return False


def _as_number(value: Any) -> Any:
    """Return the number that a string writes or null stands for; anything else as it is."""
    if value is None or value == "":
        return Decimal(0)
    if isinstance(value, str) and len(value) <= _MAX_DIGITS:
        try:
            parsed = DECIMAL128.create_decimal(value.strip())
        except decimal.DecimalException:
            return value
        return parsed if parsed.is_finite() else value
    return value


def _paired(left: Any, right: Any) -> tuple[Any, Any]:
    """Coerce two operands of a comparison to one kind."""
    if isinstance(left, bool) or isinstance(right, bool):
        if isinstance(left, str):
            left = left.casefold() == "true"
        if isinstance(right, str):
            right = right.casefold() == "true"
    elif isinstance(left, Decimal) and isinstance(right, str):
        right = _as_number(right)
    elif isinstance(right, Decimal) and isinstance(left, str):
        left = _as_number(left)
    return left, right


def same(state: State, left: Any, right: Any) -> bool:
    """Return ``left == right``: null equals only null, and values of different kinds differ."""
    if left is None or right is None:
        return left is right
    return equal(*_paired(left, right), state) is True


def _compare(symbol: str) -> Callable[[State, Any, Any], bool]:
    def compare(state: State, left: Any, right: Any) -> bool:
        if left is None or right is None:
            return left is right and symbol in ("<=", ">=")
        first, second = _paired(left, right)
        result = ordered(symbol, first, second)
        if result is None:
            state.null("operator.types", operator=f"'{symbol}'", left=type_name(left), right=type_name(right))
        return result is True

    return compare


def _calculate(symbol: str) -> Callable[[State, Any, Any], Any]:
    operation = OPERATIONS[symbol]

    def calculate(state: State, left: Any, right: Any) -> Any:
        return operation(state, _as_number(left), _as_number(right))

    return calculate


def _remainder(state: State, left: Any, right: Any) -> Any:
    """The remainder of Java: it has the sign of the dividend."""
    dividend, divisor = _as_number(left), _as_number(right)
    if not isinstance(dividend, Decimal) or not isinstance(divisor, Decimal):
        return state.null("operator.types", operator="'%'", left=type_name(left), right=type_name(right))
    if not divisor:
        return state.null("number.division_by_zero")
    try:
        return DECIMAL128.remainder(dividend, divisor)
    except decimal.DecimalException:
        return state.null("number.range", operator="'%'")


def minus(state: State, value: Any) -> Any:
    """Return ``-value``."""
    return negate(state, _as_number(value))


#: operator -> code
BINARY: dict[str, Callable[[State, Any, Any], Any]] = {
    "=": same,
    "!=": lambda state, left, right: not same(state, left, right),
    **{symbol: _compare(symbol) for symbol in ("<", "<=", ">", ">=")},
    **{symbol: _calculate(symbol) for symbol in ("+", "-", "*", "/")},
    "%": _remainder,
}
