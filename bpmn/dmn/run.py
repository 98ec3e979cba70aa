"""One evaluation of a decision: its clock, its budget, and what it writes down to explain itself.

The budget holds over everything that one evaluation does, however deep functions
call each other: FEEL limits each expression, this limits their number, their
nesting and the time of all together.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from bpmn import feel
from bpmn.dmn.errors import DmnError, Reason
from bpmn.dmn.types import Type, convert

MAX_CALL_DEPTH = 30
MAX_EXPRESSIONS = 500_000
MAX_CALLS = 20_000
MAX_SECONDS = 2.0
MAX_RECORDS = 1_000

Values: TypeAlias = Mapping[str, Any]


class Scope(Mapping[str, Any]):
    """Names over outer names; reading never copies the outer ones."""

    __slots__ = ("_local", "_outer")

    def __init__(self, local: dict[str, Any], outer: Values) -> None:
        self._local, self._outer = local, outer

    def __getitem__(self, name: str) -> Any:
        if name in self._local:
            return self._local[name]
        return self._outer[name]

    def __contains__(self, name: object) -> bool:
        return name in self._local or name in self._outer

    def __iter__(self) -> Iterator[str]:
        yield from self._local
        yield from (name for name in self._outer if name not in self._local)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Undeclared(Mapping[str, Any]):
    """Variables of the caller that the model does not declare, as tables without input data read them.

    Names that the model declares are hidden: a decision sees them by its requirements only
    (DMN 1.5 §7.3.1).  What is read is written down as an input.
    """

    __slots__ = ("_declared", "_read", "_variables")

    def __init__(self, variables: Values, declared: frozenset[str], read: dict[str, Any]) -> None:
        self._variables, self._declared, self._read = variables, declared, read

    def __getitem__(self, name: str) -> Any:
        if name in self._declared:
            raise KeyError(name)
        value = self._variables[name]
        self._read[name] = value
        return value

    def __contains__(self, name: object) -> bool:
        return name not in self._declared and name in self._variables

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._variables if name not in self._declared)

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(slots=True)
class Run:
    """What all expressions of one evaluation share."""

    now: datetime
    functions: Mapping[str, Callable[..., Any]] | None = None
    reasons: list[str] = field(default_factory=list)
    inputs: dict[str, Any] = field(default_factory=dict)
    trace: list[dict[str, Any]] = field(default_factory=list)
    matched: list[dict[str, Any]] = field(default_factory=list)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    knowledge: dict[Any, feel.FeelFunction] = field(default_factory=dict)
    depth: int = 0
    _calls: int = 0
    _expressions: int = 0
    _next_look: int = 64
    _deadline: float = field(default_factory=lambda: time.monotonic() + MAX_SECONDS)

    def charge(self, place: str, amount: int = 1) -> None:
        """Count *amount* expressions, or work like theirs.

        Raises:
            DmnError: dmn.too_long.
        """
        self._expressions += amount
        if self._expressions > MAX_EXPRESSIONS:
            what = ("expressions", "выражений")
            raise DmnError("dmn.too_long", place, place=place, limit=MAX_EXPRESSIONS, what=what)
        if self._expressions >= self._next_look:
            self._next_look = self._expressions + 64
            self._look(place)

    def _look(self, place: str) -> None:
        if time.monotonic() > self._deadline:
            raise DmnError("dmn.too_long", place, place=place, limit=MAX_SECONDS, what=("seconds", "секунд"))

    def call(self, place: str, body: Callable[[], Any]) -> Any:
        """Run the body of a function one level deeper.

        Raises:
            DmnError: dmn.too_deep, dmn.too_long.
        """
        if self.depth >= MAX_CALL_DEPTH:
            raise DmnError("dmn.too_deep", place, place=place, limit=MAX_CALL_DEPTH)
        self._calls += 1
        if self._calls > MAX_CALLS:
            what = ("calls of functions", "вызовов функций")
            raise DmnError("dmn.too_long", place, place=place, limit=MAX_CALLS, what=what)
        self.depth += 1
        try:
            return body()
        finally:
            self.depth -= 1

    def null(self, code: str, place: str, **values: Any) -> Any:
        """Write down why a value is null, and return that null."""
        if len(self.reasons) < MAX_RECORDS:
            self.reasons.append(Reason(code, place, place=place, **values))
        return None

    def record(self, entry: dict[str, Any]) -> None:
        """Add an entry to the trace while it is short enough to be read."""
        if len(self.trace) < MAX_RECORDS:
            self.trace.append(entry)

    def match(self, entry: dict[str, Any]) -> None:
        """Add a rule that fired."""
        if len(self.matched) < MAX_RECORDS:
            self.matched.append(entry)


Evaluator: TypeAlias = Callable[[Values, Run], Any]


def as_type(value: Any, kind: Type, place: str, run: Run) -> Any:
    """Return *value* converted to *kind*; null with a reason when it cannot be."""
    converted, fits = convert(value, kind)
    if not fits:
        run.null("dmn.type", place, value=show(value), type=kind.name)
    return converted


def show(value: Any) -> str:
    """Return *value* in FEEL's notation, shortened for a message."""
    return shorten(feel.to_string(feel.to_feel(value)))


def shorten(text: str) -> str:
    """Return *text* on one line and at most 80 characters long."""
    text = " ".join(text.split())
    return text if len(text) <= 80 else text[:77] + "..."
