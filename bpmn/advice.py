"""What the modeler is told while somebody draws: is this expression right, when is this due, who would get it.

Nothing here changes anything; scripts are tried in the sandbox with the values that the author gives.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bpmn import dmn, feel, scripts
from bpmn.checks import check_bundle
from bpmn.environment import host_functions
from bpmn.known_names import known_names
from bpmn.lint.problem import Problem
from bpmn.runtime import Runtime
from bpmn.spiff import timers
from bpmn.spiff.errors import ExecutionError
from bpmn.spiff.expressions import ExpressionRefused, compile_condition, compile_text
from handlers.errors import BpmnError
from storage.queries import people

PLACES = ("condition", "text", "feel", "unary")
SHOWN_DATES = 3


@dataclass(frozen=True, slots=True)
class Checked:
    """`error` is empty for a good text; `line` and `column` count from 1; `unknown` are names nothing writes."""

    language: str
    error: str = ""
    line: int | None = None
    column: int | None = None
    names: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Times:
    """When something is due if it begins now: `error`, or the moments; `later`: an expression decides then."""

    error: str = ""
    dates: tuple[datetime, ...] = ()
    endless: bool = False
    later: bool = False


@dataclass(frozen=True, slots=True)
class Receivers:
    """Who would get a task today; `later` are expressions that only a request can answer."""

    people: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tried:
    """What a script made, or why it failed and in which line."""

    variables: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """What deployment would say of the files, and what can be named in them."""

    problems: list[Problem]
    variables: list[str]
    decisions: list[tuple[str, str]]  # id, name
    processes: list[tuple[str, str]]  # key, name


class Advice:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def check(self, files: Mapping[str, bytes]) -> Findings:
        """Check the files as deployment does."""
        bundle, problems = check_bundle(files, self._runtime.registry)
        if bundle is None:
            return Findings(problems, [], [], [])
        return Findings(
            problems,
            sorted(known_names(files, bundle).names),
            _decisions(files),
            [(key, model.name or key) for key, model in bundle.processes.items()],
        )

    def expression(self, text: str, *, place: str, known: frozenset[str], language: str) -> Checked:
        """Say whether *text* can stand in *place*, one of PLACES; *known* are the variables of the process."""
        stripped = text.strip()
        if not stripped:
            return Checked("literal")
        try:
            if (
                place == "unary"
                or place == "feel"
                or (stripped.startswith("=") or (place == "condition" and not re.search(r"[$#]\{", stripped)))
            ):
                return _feel(text, place, known, language)
            compiled = compile_condition(text) if place == "condition" else compile_text(text)
        except ExpressionRefused as error:
            return Checked("juel", error.message_ru if language == "ru" else error.message_en)
        names = tuple(sorted(compiled.names))
        return Checked(compiled.language, names=names, unknown=_unknown(names, known))

    def times(self, text: str, *, kind: str, language: str) -> Times:
        """Say when a date, duration or cycle (`kind`) comes if it begins now; "due" is a date or a duration."""
        now, zone = self._runtime.now(), self._runtime.zone
        text = text.strip()
        try:
            if text.startswith("=") or "${" in text:
                compiled = compile_text(text)
                value = compiled.evaluate({}, _Moment(now, host_functions(self._runtime, now), zone))
                if value is None:
                    return Times(later=True)
                return _after(value, kind, now, zone)
            return _after(text, kind, now, zone)
        except timers.TimerUnreadable:
            return Times(error=_UNREADABLE[kind][language != "ru"])
        except ExpressionRefused as error:
            return Times(error=error.message_ru if language == "ru" else error.message_en)
        except (ExecutionError, OverflowError):
            return Times(later=True)

    def receivers(self, *, assignee: str, groups: str, users: str, language: str) -> Receivers:
        """Say who would get a task with this assignment today."""
        with self._runtime.storage.read() as connection:
            everybody = {row.email: row for row in people.people(connection) if row.active}
            members = {row.key: row for row in people.groups(connection)}
        found: dict[str, None] = {}
        later: list[str] = []
        unknown: list[str] = []

        def name(email: str) -> None:
            row = everybody.get(email)
            if row is None:
                unknown.append(email)
            else:
                found[row.name if language == "ru" else row.name_en or row.name] = None

        for text in [assignee] if assignee.strip() else _parts(users) + _parts(groups):
            if text.startswith("=") or "${" in text:
                later.append(text)
            elif text in _parts(groups) and not assignee.strip():
                if text not in members:
                    unknown.append(text)
                for row in everybody.values():
                    if text in row.groups:
                        name(row.email)
            else:
                name(text)
        return Receivers(tuple(found), tuple(later), tuple(unknown))

    def try_script(
        self, source: str, *, script_format: str, variables: Mapping[str, Any], language: str
    ) -> Tried:
        """Run a script in the sandbox with the given variables; it changes nothing."""
        now = self._runtime.now()
        try:
            if script_format == "feel":
                value = compile_text(f"={source.strip().removeprefix('=')}").evaluate(
                    dict(variables), _Moment(now, host_functions(self._runtime, now), self._runtime.zone)
                )
                return Tried({"=": value})
            return Tried(self._runtime.scripts.run(source, variables, now=now))
        except scripts.ScriptFailed as error:
            return Tried(error=str(error), line=error.line)
        except BpmnError as error:
            return Tried(error=f"BpmnError: {error}")
        except ExpressionRefused as error:
            return Tried(error=error.message_ru if language == "ru" else error.message_en)
        except ExecutionError as error:
            return Tried(error=str(error))


@dataclass(frozen=True)
class _Moment:
    """The environment of an expression outside any request."""

    now: datetime
    functions: Mapping[str, Any]
    zone: Any


_UNREADABLE = {
    "date": (
        "Это не дата: нужно, например, 2026-12-31T10:00",
        "This is not a date: write, for example, 2026-12-31T10:00",
    ),
    "duration": (
        "Это не длительность: нужно, например, PT4H (четыре часа) или P2D (два дня)",
        "This is not a duration: write, for example, PT4H (four hours) or P2D (two days)",
    ),
    "cycle": (
        "Это не повторение: нужно, например, R3/PT1H или 0 9 * * 1",
        "This is not a repetition: write, for example, R3/PT1H or 0 9 * * 1",
    ),
    "due": (
        "Это не срок: нужна дата (2026-12-31), длительность (P2D) или выражение",
        "This is not a due date: write a date (2026-12-31), a duration (P2D) or an expression",
    ),
}


def _after(value: Any, kind: str, now: datetime, zone: Any) -> Times:
    if kind == "cycle":
        cycle = timers.parse_cycle(str(value), zone)
        due = (cycle.due(now, index, now, zone) for index in range(SHOWN_DATES))
        return Times(dates=tuple(moment for moment in due if moment is not None), endless=cycle.count is None)
    if kind == "duration" or (
        kind == "due" and (isinstance(value, timedelta) or str(value).lstrip("+-").startswith("P"))
    ):
        return Times(dates=(timers.duration_of(value).after(now, zone),))
    return Times(dates=(timers.date_of(value, zone),))


def _feel(text: str, place: str, known: frozenset[str], language: str) -> Checked:
    indent = len(text) - len(text.lstrip())
    source = text.strip()
    if source.startswith("=") and place != "unary":
        source, indent = source[1:], indent + 1
    try:
        compiled = feel.compile(source, names=known, kind="unary" if place == "unary" else "expression")
    except feel.FeelSyntaxError as error:
        column = error.column + (indent if error.line == 1 else 0)
        return Checked("feel", error.message(language), error.line, column)
    except feel.FeelError as error:
        return Checked("feel", error.message(language))
    names = tuple(sorted(name for name in compiled.names if name != "?"))
    return Checked("feel", names=names, unknown=_unknown(names, known))


def _unknown(names: tuple[str, ...], known: frozenset[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in known) if known else ()


def _parts(text: str) -> list[str]:
    text = text.strip()
    if text.startswith("=") or "${" in text:
        return [text]
    return [part.strip() for part in text.split(",") if part.strip()]


def _decisions(files: Mapping[str, bytes]) -> list[tuple[str, str]]:
    sources = {path: data for path, data in files.items() if path.endswith(".dmn")}
    found: list[tuple[str, str]] = []
    for data in sources.values():
        try:
            model = dmn.parse(data, imports=sources)
        except dmn.DmnError:
            continue
        found += [(decision.id, decision.name) for decision in model.decisions.values()]
    return found
