"""Telling values of an input column: those that its cells mention, and values between and beside them."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Any

from bpmn import feel
from bpmn.dmn.model import Literal
from bpmn.dmn.plain_cells import plain_test, plain_value
from bpmn.dmn.types import BASE_TYPES, Type

#: Stands for "any text that no cell mentions".
OTHER = "\N{HORIZONTAL ELLIPSIS}"

#: Stands for any value of a column whose cells mention none.
ANYTHING = object()

_TEMPORAL = r'(?:@|(?:date and time|date|time|duration)\s*\(\s*)"[^"]*"(?:\s*\))?'
_LITERAL = re.compile(
    rf'\.\.|{_TEMPORAL}|"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|-?\.\d+|\btrue\b|\bfalse\b'
)
_SIMPLE = re.compile(r"(?:\s|,|\.\.|[\[\]()<>=?]|!=|\bnot\b|\bnull\b)*")


@lru_cache(maxsize=4096)
def compile_cell(text: str) -> Any:
    """Return the compiled unary tests; None when they are not FEEL or need other names than the input."""
    try:
        compiled = feel.compile(text, kind="unary")
    except feel.FeelError:
        return None
    return compiled if not compiled.names - {"?"} else None


def is_simple(text: str) -> bool:
    """Tell whether a cell only compares with literals, so that trying the values it mentions judges it fully."""
    return text in ("", "-") or _SIMPLE.fullmatch(_LITERAL.sub(" ", text)) is not None


@lru_cache(maxsize=4096)
def _literals(text: str) -> tuple[Any, ...]:
    found = []
    for piece in _LITERAL.findall(text):
        if piece == "..":
            continue
        try:
            plain = plain_value(piece)
            value = feel.compile(piece).evaluate({}) if plain is None else plain
        except feel.FeelError:
            continue
        if value is not None:
            found.append(value)
    return tuple(found)


class Probes:
    """The values to try in one column.

    `complete` when they judge every simple cell fully; `known` when the column has telling values at all.
    """

    def __init__(self, cells: Sequence[Literal], allowed: str | None, kind: Type, max_tests: int) -> None:
        texts = [cell.text for cell in cells]
        tests = None if allowed is None else compile_cell(allowed)
        mentioned = [value for text in [*texts, allowed or ""] for value in _literals(text)]
        mentioned += getattr(kind, "mentioned", ())
        candidates = _neighbours(_distinct(mentioned), kind)
        most = max_tests // max(1, len(set(texts)))
        self.complete = len(candidates) <= most
        self.known = bool(candidates)
        self.values = [
            value
            for value in candidates[:most]
            if kind.conforms(value) and (tests is None or tests.test(value, {}) is True)
        ]
        if not candidates:
            self.values = [ANYTHING]
        self._masks: dict[str, int | None] = {}

    def literals(self, text: str) -> tuple[Any, ...]:
        """Return the values that a cell mentions."""
        return _literals(text)

    def mask(self, text: str) -> int | None:
        """Return which values pass a cell, as bits; None when the cell cannot be judged."""
        if text not in self._masks:
            self._masks[text] = self._judge(text)
        return self._masks[text]

    def _judge(self, text: str) -> int | None:
        if text in ("", "-"):
            return (1 << len(self.values)) - 1
        if not self.known:
            return None
        plain = plain_test(text)
        compiled = None if plain is not None else compile_cell(text)
        if plain is None and compiled is None:
            return None
        mask = 0
        try:
            for place, value in enumerate(self.values):
                passes = None if plain is None else plain(value)
                if passes is None:
                    compiled = compiled or compile_cell(text)
                    passes = compiled.test(value, {}) is True
                if passes:
                    mask |= 1 << place
        except feel.FeelError:
            return None
        return mask


def _distinct(values: Iterable[Any]) -> list[Any]:
    return list({(type(feel.to_feel(value)), value): value for value in values if _hashable(value)}.values())


def _hashable(value: Any) -> bool:
    return not isinstance(value, list | dict)


def _neighbours(mentioned: list[Any], kind: Type) -> list[Any]:
    """Return *mentioned* with values between and beside them, those of one type in order."""
    found: list[Any] = []
    numbers = sorted(Decimal(value) for value in mentioned if _is_number(value))
    if numbers:
        found += _between(numbers, Decimal(1), lambda low, high: (low + high) / 2)
    texts = [value for value in mentioned if isinstance(value, str)]
    if texts:
        found += [*sorted(texts), OTHER]
    booleans = [value for value in mentioned if isinstance(value, bool)]
    if booleans or kind is BASE_TYPES["boolean"]:
        found += [True, False]
    days = sorted(value for value in mentioned if isinstance(value, date) and not isinstance(value, datetime))
    if days:
        found += _between(days, timedelta(days=1), lambda low, high: low + (high - low) // 2)
    for zoned in (False, True):
        moments = sorted(
            value
            for value in mentioned
            if isinstance(value, datetime) and (value.tzinfo is not None) is zoned
        )
        if moments:
            found += _between(moments, timedelta(seconds=1), lambda low, high: low + (high - low) / 2)
    durations = sorted(value for value in mentioned if isinstance(value, timedelta))
    if durations:
        found += _between(durations, timedelta(seconds=1), lambda low, high: low + (high - low) / 2)
    months = sorted(value.total_months for value in mentioned if isinstance(value, feel.YearsMonths))
    if months:
        found += [
            feel.YearsMonths(value) for value in _between(months, 1, lambda low, high: (low + high) // 2)
        ]
    found += [value for value in mentioned if isinstance(value, time)]
    return found


def _between(ordered: list[Any], step: Any, middle: Any) -> list[Any]:
    values: list[Any] = [ordered[0] - step]
    for low, high in pairwise(ordered):
        values.append(low)
        if low != high and middle(low, high) not in (low, high):
            values.append(middle(low, high))
    return [*values, ordered[-1], ordered[-1] + step]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
