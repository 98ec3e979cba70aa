"""Expressions of a diagram: FEEL (`=…`), JUEL (`${…}`), Python or literal text, compiled once with the diagram.

Which it is, docs/expressions.md says.

An expression reads only the names it uses from the scope's sheet.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, Protocol

from bpmn import feel
from bpmn.scripts import ScriptFailed, prepare
from bpmn.scripts import problems as script_problems
from bpmn.spiff.errors import ExecutionError
from handlers.errors import BpmnError

#: What the host offers to FEEL beside its own functions (`bpmn.environment.host_functions`).
HOST_FUNCTIONS = frozenset({"business hours after", "business days after", "request number", "now"})
_VALUE = "value_of_the_expression"


class Environment(Protocol):
    """The part of the services that an expression needs."""

    @property
    def now(self) -> datetime:
        """The time of the unit."""
        ...

    @property
    def functions(self) -> Mapping[str, Callable[..., Any]]:
        """Host functions."""
        ...


class ExpressionFailed(ExecutionError):
    """An expression could not be evaluated, or gave what its place cannot use."""

    code = "expression.failed"


@dataclass(frozen=True)
class Expression:
    """A compiled expression; `language` is "feel", "juel", "python" or "literal", `names` what it may read."""

    source: str
    language: str
    names: frozenset[str]
    _compiled: Any = None

    @property
    def literal(self) -> str | None:
        """The text, when it is one."""
        return self.source if self.language == "literal" else None

    def evaluate(self, scope: Mapping[str, Any], environment: Environment) -> Any:
        """Return the value as a variable.

        Raises:
            ExpressionFailed: with the reason.
        """
        return self.explain(scope, environment)[0]

    def explain(self, scope: Mapping[str, Any], environment: Environment) -> tuple[Any, list[str]]:
        """Return the value and the reasons why something in it became null.

        «Today» and times without a zone are those of the environment's `zone`, where it has one (else UTC).
        """
        if self._compiled is None:
            return self.source, []
        zone: tzinfo = getattr(environment, "zone", None) or UTC
        try:
            result = self._compiled.run(scope, functions=environment.functions, now=_local(environment))
        except feel.FeelError as error:
            raise ExpressionFailed(f"{self.source}: {error}", code=error.code, source=self.source) from error
        return feel.to_variable(result.value, zone=zone), list(result.reasons)

    def test(self, scope: Mapping[str, Any], environment: Environment) -> bool:
        """Return a truth value; anything but true or false is an error, never silently false."""
        if self._compiled is not None:
            try:
                made = self._compiled.evaluate(
                    scope, functions=environment.functions, now=_local(environment)
                )
            except feel.FeelError:
                made = None  # told below
            if made is True or made is False:
                return bool(made)
        value, reasons = self.explain(scope, environment)
        if value is True or value is False:
            return value
        if self.language == "literal" and self.source in ("true", "false"):
            return self.source == "true"
        why = f" ({'; '.join(reasons)})" if reasons else ""
        raise ExpressionFailed(
            f"the condition {self.source!r} is {_shown(value)}, neither true nor false{why}",
            code="condition.not_boolean",
            source=self.source,
        )


class ExpressionRefused(ValueError):
    """The text of an expression cannot be compiled; carries the message in both languages."""

    def __init__(self, source: str, message_ru: str, message_en: str) -> None:
        super().__init__(f"{source}: {message_en}")
        self.source, self.message_ru, self.message_en = source, message_ru, message_en


def _local(environment: Environment) -> datetime:
    """Return the moment of an environment in its zone, which it may keep ready as `local_now`."""
    ready: datetime | None = getattr(environment, "local_now", None)
    if ready is not None:
        return ready
    return environment.now.astimezone(getattr(environment, "zone", None) or UTC)


def _shown(value: Any) -> str:
    text = "null" if value is None else repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def compile_text(text: str) -> Expression:
    """Compile an attribute or a body: `=…` is FEEL, a text with `${` or `#{` JUEL, all else literal.

    Raises:
        ExpressionRefused.
    """
    stripped = text.strip()
    if stripped.startswith("="):
        return compile_feel(stripped[1:])
    if "${" in text or "#{" in text:
        return compile_juel(text)
    return Expression(text, "literal", frozenset())


def compile_condition(text: str) -> Expression:
    """Compile a condition: FEEL unless it contains `${` or `#{`; a leading `=` is allowed."""
    stripped = text.strip()
    if stripped.startswith("="):
        return compile_feel(stripped[1:])
    if "${" in stripped or "#{" in stripped:
        return compile_juel(stripped)
    return compile_feel(stripped)


def compile_feel(source: str) -> Expression:
    """Compile FEEL."""
    source = source.strip()
    try:
        compiled = feel.compile(source)
    except feel.FeelError as error:
        raise ExpressionRefused(source, error.message("ru"), error.message("en")) from error
    return Expression(source, "feel", frozenset(compiled.names), compiled)


@dataclass(frozen=True)
class PythonExpression(Expression):
    """A Python expression of a SpiffWorkflow diagram, evaluated in the sandbox."""

    def explain(self, scope: Mapping[str, Any], environment: Environment) -> tuple[Any, list[str]]:
        """Return the value; there are never reasons.

        Raises:
            ExpressionFailed: the expression failed, took too long, or no scripts run here (timer starts).
        """
        sandbox = getattr(environment, "scripts", None)
        if sandbox is None:
            raise ExpressionFailed(f"{self.source}: Python cannot be used here", source=self.source)
        try:
            made = sandbox.run(f"{_VALUE} = (\n{self.source}\n)", scope, now=environment.now)
        except ScriptFailed as error:
            raise ExpressionFailed(f"{self.source}: {error}", code=error.code, source=self.source) from error
        except BpmnError as error:
            raise ExpressionFailed(f"{self.source}: {error.message}", source=self.source) from error
        if _VALUE not in made:
            raise ExpressionFailed(f"{self.source} gives something that is no data", source=self.source)
        return made[_VALUE], []

    def test(self, scope: Mapping[str, Any], environment: Environment) -> bool:
        """Return the truth of the value as Python and SpiffWorkflow see it."""
        return bool(self.explain(scope, environment)[0])


def compile_python(source: str) -> Expression:
    """Compile a Python expression for the sandbox.

    Raises:
        ExpressionRefused: it is no expression, or uses what the sandbox lacks.
    """
    source = source.strip()
    try:
        ast.parse(f"(\n{source}\n)", mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        ru, en = "это не выражение Python", "this is not a Python expression"
        raise ExpressionRefused(source, f"{ru}: {error}", f"{en}: {error}") from error
    for problem in script_problems(f"(\n{source}\n)", "", ""):
        raise ExpressionRefused(source, problem.message_ru, problem.message_en)
    return PythonExpression(source, "python", prepare(f"(\n{source}\n)").reads)


def compile_juel(source: str) -> Expression:
    """Compile JUEL by translation to FEEL."""
    from bpmn.feel import juel

    try:
        compiled = juel.compile(source)
    except feel.FeelError as error:
        raise ExpressionRefused(source, error.message("ru"), error.message("en")) from error
    return Expression(source, "juel", frozenset(compiled.names), compiled)
