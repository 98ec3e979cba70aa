"""Numeric functions (DMN 1.5 §10.3.4.5, table 78)."""

import decimal
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bpmn.feel.arithmetic import duration_of, seconds_of
from bpmn.feel.builtins.registry import builtin
from bpmn.feel.state import State
from bpmn.feel.values import DECIMAL128, YearsMonths

_MIN_SCALE, _MAX_SCALE = -6111, 6176
#: Rounding works on any stored number, so it may need more digits than a result keeps.
_WIDE = decimal.Context(prec=13_000, Emin=-13_000, Emax=13_000, traps=[decimal.InvalidOperation])


def rounded(state: State, name: str, number: Decimal, scale: Decimal, rounding: str) -> Decimal | None:
    """Return *number* with *scale* decimals; null when the scale is outside -6111 to 6176."""
    places = int(scale)
    if not _MIN_SCALE <= places <= _MAX_SCALE:
        return state.null("function.argument", name=name, parameter="scale", type=f"{places}")
    if number.as_tuple().exponent >= -places:  # type: ignore[operator]  # finite: the exponent is a number
        return number
    try:
        quantum = Decimal((0, (1,), -places))
        return DECIMAL128.plus(number.quantize(quantum, rounding=rounding, context=_WIDE))
    except decimal.DecimalException:
        return state.null("number.range", operator=name)


@builtin("decimal(n: number, scale: number)")
def _decimal(state: State, number: Decimal, scale: Decimal) -> Decimal | None:
    return rounded(state, "decimal", number, scale, decimal.ROUND_HALF_EVEN)


@builtin("floor(n: number, scale?: number)")
def _floor(state: State, number: Decimal, scale: Decimal = Decimal()) -> Decimal | None:
    return rounded(state, "floor", number, scale, decimal.ROUND_FLOOR)


@builtin("ceiling(n: number, scale?: number)")
def _ceiling(state: State, number: Decimal, scale: Decimal = Decimal()) -> Decimal | None:
    return rounded(state, "ceiling", number, scale, decimal.ROUND_CEILING)


@builtin("round up(n: number, scale?: number)")
def _round_up(state: State, number: Decimal, scale: Decimal = Decimal()) -> Decimal | None:
    return rounded(state, "round up", number, scale, decimal.ROUND_UP)


@builtin("round down(n: number, scale?: number)")
def _round_down(state: State, number: Decimal, scale: Decimal = Decimal()) -> Decimal | None:
    return rounded(state, "round down", number, scale, decimal.ROUND_DOWN)


@builtin("round half up(n: number, scale?: number)")
def _round_half_up(state: State, number: Decimal, scale: Decimal = Decimal()) -> Decimal | None:
    return rounded(state, "round half up", number, scale, decimal.ROUND_HALF_UP)


@builtin("round half down(n: number, scale?: number)")
def _round_half_down(state: State, number: Decimal, scale: Decimal = Decimal()) -> Decimal | None:
    return rounded(state, "round half down", number, scale, decimal.ROUND_HALF_DOWN)


@builtin("abs(n: number)", "abs(n: duration)")
def _abs(_state: State, value: Any) -> Any:
    if isinstance(value, YearsMonths):
        return YearsMonths(abs(value.total_months))
    return abs(value) if isinstance(value, timedelta) else DECIMAL128.abs(value)


@builtin("modulo(dividend: number, divisor: number)")
def _modulo(state: State, dividend: Decimal, divisor: Decimal) -> Decimal | None:
    """dividend - divisor * floor(dividend / divisor): the sign is that of the divisor."""
    if not divisor:
        return state.null("number.division_by_zero")
    try:
        remainder = DECIMAL128.remainder(dividend, divisor)
    except decimal.DecimalException:
        return state.null("number.range", operator="modulo")
    if remainder and (remainder < 0) is not (divisor < 0):
        remainder = DECIMAL128.add(remainder, divisor)
    return remainder


@builtin("sqrt(number: number)")
def _sqrt(state: State, number: Decimal) -> Decimal | None:
    return state.null("number.range", operator="sqrt") if number < 0 else DECIMAL128.sqrt(number)


@builtin("log(number: number)")
def _log(state: State, number: Decimal) -> Decimal | None:
    return state.null("number.range", operator="log") if number <= 0 else DECIMAL128.ln(number)


@builtin("exp(number: number)")
def _exp(state: State, number: Decimal) -> Decimal | None:
    try:
        return DECIMAL128.exp(number)
    except decimal.DecimalException:
        return state.null("number.range", operator="exp")


@builtin("odd(number: number)")
def _odd(_state: State, number: Decimal) -> bool:
    return number == number.to_integral_value() and _remainder_of_two(number) == 1


@builtin("even(number: number)")
def _even(_state: State, number: Decimal) -> bool:
    return number == number.to_integral_value() and _remainder_of_two(number) == 0


def _remainder_of_two(number: Decimal) -> Decimal:
    return abs(_WIDE.remainder(number, Decimal(2)))


def average(total: Any, count: int) -> Any:
    """Return *total* / *count* for a number or a duration."""
    if isinstance(total, timedelta):
        return duration_of(DECIMAL128.divide(seconds_of(total), Decimal(count)))
    if isinstance(total, YearsMonths):
        return YearsMonths(int(Decimal(total.total_months) / count))
    return DECIMAL128.divide(total, Decimal(count))
