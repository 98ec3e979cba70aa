"""FEEL inside a form: properties (`=…`), templates (`{{…}}`), and the names they see.

An expression that fails gives null, as in form-js, so a page always renders;
`lint` is where its author hears of it.  One `Evaluator` serves one rendering
or one submission: one clock, one set of host functions.
"""

import time
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from bpmn import feel
from bpmn.forms.display import display
from bpmn.forms.templates import (
    MAX_OUTPUT,
    MAX_ROUNDS,
    Block,
    Insert,
    Part,
    TemplateRefused,
    parse_template,
)

MAX_EVALUATION_S = 5.0

Scope = ChainMap[str, Any]
Functions = Mapping[str, Callable[..., Any]]


class Without(Mapping[str, Any]):
    """A mapping seen without some of its names; nothing is copied, so it may be lazy."""

    def __init__(self, mapping: Mapping[str, Any], names: frozenset[str]) -> None:
        self._mapping, self._names = mapping, names

    def __getitem__(self, name: str) -> Any:
        if name in self._names:
            raise KeyError(name)
        return self._mapping[name]

    def __contains__(self, name: object) -> bool:
        return name not in self._names and name in self._mapping

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._mapping if name not in self._names)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def root_scope(data: dict[str, Any], variables: Mapping[str, Any], owned: frozenset[str]) -> Scope:
    """Names of the form itself over the variables; a variable that the form owns is seen only through *data*."""
    return ChainMap(data, Without(variables, owned))  # type: ignore[arg-type]


def row_scope(row: dict[str, Any], index: int, outer: Scope) -> Scope:
    """Names inside a row: its own values, `this`, `parent`, `i` (from 1), then everything outside."""
    return ChainMap(row, {"this": row, "parent": outer, "i": index + 1}, *outer.maps)


def odd_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names that FEEL must be told of: those that are not plain identifiers."""
    return tuple(sorted({name for name in names if isinstance(name, str) and not name.isidentifier()}))


class Evaluator:
    """Evaluates the expressions of one form at one moment."""

    def __init__(
        self,
        *,
        names: tuple[str, ...] = (),
        now: datetime | None = None,
        zone: tzinfo | None = None,
        language: str = "ru",
        functions: Functions | None = None,
    ) -> None:
        moment = now or datetime.now(UTC)
        self.zone: tzinfo = zone or moment.tzinfo or UTC
        self.now = moment.astimezone(self.zone)
        self.language = language
        self._names, self._functions = names, functions
        self._spent_s = 0.0

    @property
    def exhausted(self) -> bool:
        """Whether the expressions took so long together that the rest was not evaluated."""
        return self._spent_s > MAX_EVALUATION_S

    def value(self, source: str, scope: Mapping[str, Any]) -> Any:
        """Evaluate a FEEL expression to a variable value; null when it fails, or when the time is up."""
        if self.exhausted:
            return None
        started = time.perf_counter()
        try:
            expression = feel.compile(source, names=self._names)
            result = expression.evaluate(scope, functions=self._functions, now=self.now)
            return feel.to_variable(result, zone=self.zone)
        except feel.FeelError:
            return None
        finally:
            self._spent_s += time.perf_counter() - started

    def property(self, value: Any, scope: Mapping[str, Any]) -> Any:
        """Return a property: `=…` evaluated, anything else as it stands."""
        if isinstance(value, str) and value.startswith("="):
            return self.value(value[1:], scope)
        return value

    def text(self, value: Any, scope: Mapping[str, Any], escape: Callable[[str], str] | None = None) -> str:
        """Return a text property: `=…` evaluated, `{{…}}` filled in; inserted values pass through *escape*."""
        if not isinstance(value, str):
            return ""
        escape = escape or str
        if value.startswith("="):
            return escape(self.show(self.value(value[1:], scope)))
        if "{{" not in value:
            return value
        try:
            parts = parse_template(value)
        except TemplateRefused:
            return value
        return _Rendering(self, escape).render(parts, scope)[:MAX_OUTPUT]

    def show(self, value: Any) -> str:
        return display(value, language=self.language, zone=self.zone)


class _Rendering:
    """One rendering of a template; counts the rounds of its loops."""

    def __init__(self, evaluator: Evaluator, escape: Callable[[str], str]) -> None:
        self._evaluator, self._escape = evaluator, escape
        self._rounds = 0

    def render(self, parts: tuple[Part, ...], scope: Mapping[str, Any]) -> str:
        return "".join(self._part(part, scope) for part in parts)

    def _part(self, part: Part, scope: Mapping[str, Any]) -> str:
        if isinstance(part, str):
            return part
        value = self._evaluator.value(part.source, scope)
        if isinstance(part, Insert):
            return self._escape(self._evaluator.show(value))
        if part.kind == "if":
            return self.render(part.parts, scope) if value else ""
        return "".join(self._rounds_of(part, value, scope))

    def _rounds_of(self, block: Block, value: Any, scope: Mapping[str, Any]) -> Iterator[str]:
        for item in value if isinstance(value, list) else []:
            self._rounds += 1
            if self._rounds > MAX_ROUNDS:
                return
            own = item if isinstance(item, dict) else {}
            inner = ChainMap({"this": item, "parent": scope.get("this")}, own, scope)  # type: ignore[arg-type]
            yield self.render(block.parts, inner)
