"""One evaluation: its variables, clock, limits and the reasons of its nulls."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bpmn.feel.errors import FeelLimitError, Reason

_MAX_REASONS = 20
_CHARACTERS_PER_STEP = 64
_LOOK_EVERY = 250
_MAX_RESULT_NESTING = 100


@dataclass(frozen=True, slots=True)
class Limits:
    """What one evaluation may use up.

    A step is a part of an expression evaluated inside a loop or a function, an item that a built-in function
    looks at, or 64 characters of text.  ``depth`` counts nested parts over nested calls of functions.
    ``seconds`` are processor time of the thread, so a busy machine refuses no honest expression.
    """

    steps: int = 100_000
    depth: int = 300
    text: int = 1_000_000
    items: int = 100_000
    seconds: float = 0.08


DEFAULT_LIMITS = Limits()


class State:
    """What the closures of a running expression share."""

    __slots__ = (
        "_clock",
        "_deadline",
        "_next_look",
        "converted",
        "depth",
        "functions",
        "limits",
        "reasons",
        "steps",
        "types",
        "values",
    )

    def __init__(
        self,
        values: Mapping[str, Any],
        functions: Mapping[str, Callable[..., Any]] | None,
        now: datetime | None,
        limits: Limits,
        types: Mapping[str, Callable[[Any], bool]] | None,
    ) -> None:
        self.values = values
        self.functions = functions
        self.limits = limits
        self.types = types
        self.converted: dict[Any, Any] | None = None
        self.reasons: list[Reason] | None = None
        self.steps = 0
        self.depth = 0
        self._clock = now
        self._deadline = 0.0
        self._next_look = min(_LOOK_EVERY, limits.steps + 1)

    def now(self) -> datetime:
        """Return the moment of this evaluation: the same however often it is asked for."""
        if self._clock is None:
            self._clock = datetime.now(UTC)
        return self._clock

    def null(self, code: str, **values: Any) -> Any:
        """Record why a value is null, and return that null."""
        if self.reasons is None:
            self.reasons = []
        if len(self.reasons) < _MAX_REASONS:
            self.reasons.append(Reason(code, **values))
        return None

    def charge(self, steps: int) -> None:
        """Count *steps* of work.

        Raises:
            FeelLimitError: more than the limit, or the time is over.
        """
        self.steps += steps
        if self.steps >= self._next_look:
            self._look()

    def _look(self) -> None:
        if self.steps > self.limits.steps:
            raise FeelLimitError("feel.limit.steps", limit=self.limits.steps)
        now = time.thread_time()
        if not self._deadline:
            self._deadline = now + self.limits.seconds
        elif now > self._deadline:
            raise FeelLimitError("feel.limit.time", limit=self.limits.seconds)
        self._next_look = min(self.steps + _LOOK_EVERY, self.limits.steps + 1)

    def check_text(self, length: int) -> None:
        """Count the work of making a text of *length* characters.

        Raises:
            FeelLimitError: the text would be longer than the limit.
        """
        if length > self.limits.text:
            raise FeelLimitError("feel.limit.text", limit=self.limits.text)
        self.charge(length // _CHARACTERS_PER_STEP + 1)

    def check_items(self, count: int) -> None:
        """Count the work of making a list of *count* items.

        Raises:
            FeelLimitError: the list would be longer than the limit.
        """
        if count > self.limits.items:
            raise FeelLimitError("feel.limit.items", limit=self.limits.items)
        self.charge(count + 1)

    def check_result(self, value: Any) -> None:
        """Refuse a result that those who store or print it could not handle.

        Raises:
            FeelLimitError: it holds more than five times as many parts as a list may or as many characters as a
                string may, or nests deeper than 100.
        """
        left, characters = self.limits.items * 5, self.limits.text * 5
        level, depth = [value], 0
        while level:
            depth += 1
            if depth > _MAX_RESULT_NESTING:
                raise FeelLimitError("feel.limit.nesting", limit=_MAX_RESULT_NESTING)
            deeper: list[Any] = []
            for container in level:
                left -= len(container)
                if left < 0:
                    raise FeelLimitError("feel.limit.items", limit=self.limits.items * 5)
                items = container.values() if isinstance(container, dict) else container
                deeper += [item for item in items if type(item) is list or type(item) is dict]
                characters -= sum([len(item) for item in items if type(item) is str])
                if characters < 0:
                    raise FeelLimitError("feel.limit.text", limit=self.limits.text * 5)
            level = deeper

    def visited_by(self, caller: "State") -> "State":
        """Return a state that reads the variables of this one and spends the limits of *caller*."""
        visitor = State(self.values, self.functions, self._clock, caller.limits, self.types)
        visitor.converted = self.converted
        visitor.steps, visitor.depth = caller.steps, caller.depth
        visitor._deadline, visitor._next_look = caller._deadline, caller._next_look
        return visitor

    def take_back(self, visitor: "State") -> None:
        """Take over what *visitor* spent and the reasons that it recorded."""
        self.steps, self._next_look, self._deadline = visitor.steps, visitor._next_look, visitor._deadline
        if visitor.reasons:
            self.reasons = [*(self.reasons or ()), *visitor.reasons][:_MAX_REASONS]
