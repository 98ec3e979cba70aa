"""The plainest cells without FEEL: texts, numbers, comparisons and ranges of numbers.

Most cells of real tables are such.  A test answers for null and for values of its own type and returns None
for others: then FEEL decides, so the meaning of a cell is FEEL's alone (a law in the tests).
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeAlias

PlainTest: TypeAlias = Callable[[Any], bool | None]

_NUMBER = r"-?(?:\d{1,16}(?:\.\d{1,16})?|\.\d{1,16})"
_TEXTS = re.compile(r'"[^"\\\n]*"(?:\s*,\s*"[^"\\\n]*")*')
_ONE_TEXT = re.compile(r'"([^"]*)"')
_COMPARISON = re.compile(rf"(<=|>=|<|>)?\s*({_NUMBER})")
_RANGE = re.compile(rf"([\[\](])\s*({_NUMBER})\s*\.\.\s*({_NUMBER})\s*([\[\])])")

_VALUE = re.compile(_NUMBER)

_COMPARE: dict[str | None, Callable[[Decimal], Callable[[Any], bool]]] = {
    None: lambda bound: lambda value: value == bound,
    "<": lambda bound: lambda value: value < bound,
    "<=": lambda bound: lambda value: value <= bound,
    ">": lambda bound: lambda value: value > bound,
    ">=": lambda bound: lambda value: value >= bound,
}


def plain_test(text: str) -> PlainTest | None:
    """Return the test of a plain cell; None when the cell is not plain."""
    if _TEXTS.fullmatch(text):
        return _one_of(frozenset(_ONE_TEXT.findall(text)))
    found = _COMPARISON.fullmatch(text)
    if found:
        return _of_numbers(_COMPARE[found[1]](Decimal(found[2])))
    found = _RANGE.fullmatch(text)
    if found and Decimal(found[2]) <= Decimal(found[3]):
        return _between(
            Decimal(found[2]), Decimal(found[3]), from_low=found[1] == "[", to_high=found[4] == "]"
        )
    return None


def _between(low: Decimal, high: Decimal, *, from_low: bool, to_high: bool) -> PlainTest:
    def test(value: Any) -> bool | None:
        if type(value) is not Decimal and type(value) is not int:
            return _unless_null(value)
        if value < low or value > high:
            return False
        return (from_low or value != low) and (to_high or value != high)

    return test


def plain_value(text: str) -> str | Decimal | None:
    """Return the value of a cell that is one text or one number; None when the cell is something else."""
    if _ONE_TEXT.fullmatch(text) and "\\" not in text and "\n" not in text:
        return text[1:-1]
    return Decimal(text) if _VALUE.fullmatch(text) else None


def _one_of(texts: frozenset[str]) -> PlainTest:
    return lambda value: value in texts if type(value) is str else _unless_null(value)


def _of_numbers(holds: Callable[[Any], bool]) -> PlainTest:
    return lambda value: holds(value) if type(value) is Decimal or type(value) is int else _unless_null(value)


def _unless_null(value: Any) -> bool | None:
    return False if value is None else None
