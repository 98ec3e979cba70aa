"""Scenario files, checked key by key: what is misspelt is refused with its line, never ignored."""

import difflib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bpmn import feel
from bpmn.dmn.json_values import from_json
from bpmn.scenarios.documents import Located, LocatedList, read_document
from bpmn.scenarios.model import Scenario, ScenarioUnreadable, Step
from bpmn.spiff.timers import TimerUnreadable, parse_date, parse_duration

SUFFIXES = (".scenario.yaml", ".scenario.yml", ".scenario.json")
ZONE = ZoneInfo("Europe/Moscow")
DEFAULT_NOW = datetime(2026, 1, 12, 9, tzinfo=ZONE).astimezone(UTC)
"""The virtual clock of a scenario that names no time: a Monday morning."""

STATES = ("active", "completed", "error_ended", "terminated", "cancelled")
MAX_STEPS = 2_000
Check = Callable[["_Place", Any], Any]


class _Place:
    """Where a value stands, for messages."""

    def __init__(self, file: str, path: str, line: int | None) -> None:
        self.file, self.path, self.line = file, path, line

    def refuse(self, ru: str, en: str) -> ScenarioUnreadable:
        where = f"{self.path}: " if self.path else ""
        return ScenarioUnreadable(self.file, self.line, where + ru, where + en)

    def inside(self, key: str, line: int | None) -> "_Place":
        return _Place(self.file, f"{self.path}.{key}" if self.path else key, line or self.line)


def read_scenario(file: str, content: bytes) -> Scenario:
    """Read a scenario; *file* is how messages call it.

    Raises:
        ScenarioUnreadable.
    """
    place = _Place(file, "", None)
    body = _fields(place, read_document(file, content), _SCENARIO)
    if "steps" not in body:
        raise place.refuse("нет шагов (steps)", "there are no steps")
    return Scenario(
        file=file,
        name=body.get("name") or file,
        process=body.get("process"),
        files=tuple(body.get("files", ())),
        now=body.get("now", DEFAULT_NOW),
        manual=body.get("jobs") == "manual",
        groups=body.get("groups"),
        steps=body["steps"],
    )


# ---------------------------------------------------------------- kinds of values
def _fields(place: _Place, value: Any, known: Mapping[str, Check]) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Located):
        raise place.refuse("нужны пары «ключ: значение»", "pairs of key and value are needed")
    found = {}
    for key, item in value.items():
        inner = place.inside(key, value.line_of(key))
        if key not in known:
            near = difflib.get_close_matches(key, list(known), n=1)
            names = ", ".join(known)
            raise inner.refuse(
                f"такого ключа нет{f'; может быть, {near[0]}?' if near else f'; есть {names}'}",
                f"there is no such key{f'; did you mean {near[0]}?' if near else f'; there are {names}'}",
            )
        found[key] = known[key](inner, item)
    return found


def _text(place: _Place, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float) or value == "":
        raise place.refuse("нужен текст", "a text is needed")
    return str(value)


def _texts(place: _Place, value: Any) -> list[str]:
    items = value if isinstance(value, LocatedList) else [value]
    return [_text(place, item) for item in items]


def _texts_or_count(place: _Place, value: Any) -> list[str] | int:
    if isinstance(value, int) and not isinstance(value, bool):
        if value < 0:
            raise place.refuse("число не может быть отрицательным", "a count cannot be negative")
        return value
    return _texts(place, value) if value is not None else []


def _count(place: _Place, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise place.refuse("нужно целое число не меньше нуля", "a whole number from zero on is needed")
    return value


def _counts(place: _Place, value: Any) -> dict[str, int]:
    if not isinstance(value, Located):
        raise place.refuse("нужны пары «элемент: число»", "pairs of element and number are needed")
    return {key: _count(place.inside(key, value.line_of(key)), item) for key, item in value.items()}


def _value(place: _Place, value: Any) -> Any:
    """A variable's value: dates without a zone are the organisation's, `@"…"` is FEEL's notation."""
    if isinstance(value, Mapping):
        return {key: _value(place, item) for key, item in value.items()}
    if isinstance(value, list):
        return [_value(place, item) for item in value]
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=ZONE)
    try:
        return from_json(value)
    except feel.FeelError as error:
        raise place.refuse(
            f"«{value}» не читается как значение FEEL", f"{value!r} is no FEEL value"
        ) from error


def _values(place: _Place, value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Located):
        raise place.refuse("нужны пары «переменная: значение»", "pairs of variable and value are needed")
    return {key: _value(place.inside(key, value.line_of(key)), item) for key, item in value.items()}


def _moment(place: _Place, value: Any) -> datetime:
    if isinstance(value, str):
        try:
            return parse_date(value, ZONE)
        except TimerUnreadable:
            value = None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if not isinstance(value, datetime):
        raise place.refuse(
            "нужны дата и время, например 2026-06-10T09:00:00+03:00",
            "a date and time is needed, such as 2026-06-10T09:00:00+03:00",
        )
    return (value if value.tzinfo else value.replace(tzinfo=ZONE)).astimezone(UTC)


def _duration(place: _Place, value: Any) -> str:
    try:
        if isinstance(value, str) and parse_duration(value).positive:
            return value
    except TimerUnreadable:
        pass
    raise place.refuse(
        "нужна длительность по ISO 8601, например PT48H", "an ISO 8601 duration is needed, such as PT48H"
    )


def _choice(*words: str) -> Check:
    def check(place: _Place, value: Any) -> str:
        if value not in words:
            raise place.refuse(f"нужно одно из: {', '.join(words)}", f"one of {', '.join(words)} is needed")
        return str(value)

    return check


def _incident(place: _Place, value: Any) -> bool | str | None:
    if value is None or isinstance(value, bool):
        return value
    return _text(place, value)


def _waits(place: _Place, value: Any) -> dict[str, list[str]] | list[str]:
    if isinstance(value, Located):
        return _fields(place, value, dict.fromkeys(("messages", "signals", "timers", "elements"), _texts))
    return _texts(place, value)


def _assignees(place: _Place, value: Any) -> dict[str, list[str | None]] | list[str | None]:
    def names(where: _Place, item: Any) -> list[str | None]:
        items = item if isinstance(item, LocatedList) else [item]
        return [None if one is None else _text(where, one) for one in items]

    if isinstance(value, Located):
        return {key: names(place.inside(key, value.line_of(key)), item) for key, item in value.items()}
    return names(place, value)


def _groups(place: _Place, value: Any) -> dict[str, tuple[str, ...]]:
    if value is None:
        return {}
    if not isinstance(value, Located):
        raise place.refuse("нужны пары «группа: [участники]»", "pairs of a group and its members are needed")
    return {
        key: tuple(_texts(place.inside(key, value.line_of(key)), item if item is not None else LocatedList()))
        for key, item in value.items()
    }


def _body(known: Mapping[str, Check], *ways: Iterable[str]) -> Check:
    """A step with these keys; of the *ways* exactly one must be there, if any are named."""

    def check(place: _Place, value: Any) -> dict[str, Any]:
        found = _fields(place, value, known)
        wanted = [tuple(way) for way in ways]
        if wanted and sum(any(key in found for key in way) for way in wanted) != 1:
            names = " | ".join("/".join(way) for way in wanted)
            raise place.refuse(f"нужно ровно одно из: {names}", f"exactly one of {names} is needed")
        return found

    return check


def _needing(known: Mapping[str, Check], *needed: str, apart: tuple[str, ...] = ()) -> Check:
    """A step with these keys, the *needed* among them; of those *apart* no two together."""

    def check(place: _Place, value: Any) -> dict[str, Any]:
        found = _fields(place, value, known)
        for key in needed:
            if key not in found:
                raise place.refuse(f"не хватает ключа {key}", f"the key {key} is missing")
        both = [key for key in apart if key in found]
        if len(both) > 1:
            raise place.refuse(f"вместе не бывают: {', '.join(both)}", f"not together: {', '.join(both)}")
        return found

    return check


_STEPS: Mapping[str, Check] = {
    "start": _needing(
        {
            "variables": _values,
            "message": _text,
            "payload": _values,
            "signal": _text,
            "process": _text,
            "as": _text,
        },
        apart=("message", "signal"),
    ),
    "expect": _body(
        {
            "tasks": _texts_or_count,
            "task_ids": _texts_or_count,
            "waiting_for": _waits,
            "adhoc": _texts_or_count,
            "jobs": _texts_or_count,
            "variables": _values,
            "assignees": _assignees,
            "visited": _counts,
            "incident": _incident,
            "state": _choice(*STATES),
        }
    ),
    "complete": _body({"task": _text, "any": _count, "as": _text, "variables": _values}),
    "job": _needing(
        {
            "element": _text,
            "result": _values,
            "fail": _text,
            "error": _text,
            "message": _text,
            "variables": _values,
        },
        "element",
        apart=("result", "fail", "error"),
    ),
    "message": _needing({"name": _text, "correlation": _values, "payload": _values}, "name"),
    "signal": _needing({"name": _text, "payload": _values}, "name"),
    "trigger": _needing({"element": _text, "payload": _values}, "element"),
    "adhoc": _body({"activity": _text, "complete": _text}, ("activity",), ("complete",)),
    "advance": _duration,
}


def _steps(place: _Place, value: Any) -> tuple[Step, ...]:
    if not isinstance(value, LocatedList) or not value:
        raise place.refuse("нужен список шагов", "a list of steps is needed")
    if len(value) > MAX_STEPS:
        raise place.refuse(f"шагов больше {MAX_STEPS}", f"there are more than {MAX_STEPS} steps")
    found = []
    for index, (item, line) in enumerate(zip(value, value.lines, strict=True)):
        inner = _Place(place.file, f"steps[{index}]", line or place.line)
        if not isinstance(item, Located) or len(item) != 1:
            raise inner.refuse(
                f"шаг — это одно из: {', '.join(_STEPS)}", f"a step is one of {', '.join(_STEPS)}"
            )
        found.append(_step(inner, index, item))
    return tuple(found)


def _step(place: _Place, index: int, item: Located) -> Step:
    body = _fields(place, item, _STEPS)
    ((kind, value),) = body.items()
    if kind == "complete" and ("task" not in value and "any" not in value):
        raise place.refuse("нужен ключ task или any", "the key task or any is needed")
    return Step(index, kind, value, item.line_of(kind) or place.line)


_SCENARIO: Mapping[str, Check] = {
    "name": _text,
    "process": _text,
    "files": _texts,
    "now": _moment,
    "jobs": _choice("auto", "manual"),
    "groups": _groups,
    "steps": _steps,
    "description": _text,
}


def advanced(now: datetime, duration: str) -> datetime:
    """Return the clock after a step `advance`.

    Raises:
        TimerUnreadable: beyond what a date can be.
    """
    moment = parse_duration(duration).after(now, ZONE)
    if moment > datetime.max.replace(tzinfo=UTC) - timedelta(days=366):
        raise TimerUnreadable("duration", duration)
    return moment
