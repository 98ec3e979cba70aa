"""Compare what a scenario expects with what there is, key by key."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from bpmn import feel
from bpmn.dmn.json_values import to_json
from bpmn.feel import YearsMonths, temporal
from bpmn.feel.comparison import equal
from bpmn.scenarios.observing import Names, OpenTask, OpenWait, View, plain

_TEMPORAL = (date, time, timedelta, YearsMonths)


@dataclass(frozen=True, slots=True)
class Finding:
    """One key of an expectation: what there is, and whether that is as expected."""

    key: str
    met: bool
    actual: Any


@dataclass(frozen=True, slots=True)
class Now:
    """What an expectation may ask about; `variables` and `adhoc` are read only when asked for."""

    view: View
    names: Names
    state: str | None
    variables: Callable[[], Mapping[str, Any]]
    adhoc: Callable[[], list[str]]


def check(expected: Mapping[str, Any], now: Now) -> list[Finding]:
    """Return a finding for each expected key."""
    return [_CHECKS[key](value, now, key) for key, value in expected.items()]


# ---------------------------------------------------------------- values
def same(expected: Any, actual: Any) -> bool:
    """Tell whether two values are equal as FEEL has it; a text may stand for a date, a time or a duration."""
    if isinstance(expected, str) and isinstance(actual, _TEMPORAL):
        return _temporal(expected, actual)
    if isinstance(actual, str) and isinstance(expected, _TEMPORAL):
        return _temporal(actual, expected)
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        return set(expected) == set(actual) and all(same(expected[key], actual[key]) for key in expected)
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(same, expected, actual))
    return bool(equal(feel.to_feel(expected), feel.to_feel(actual)))


def _temporal(text: str, value: Any) -> bool:
    read = temporal.parse(text)
    return read is not None and bool(equal(read, feel.to_feel(value)))


def same_many(wanted: Sequence[Any], found: Iterable[Iterable[Any]]) -> bool:
    """Tell whether two multisets agree, where each of *found* may be called by any of its names."""
    left = [list(names) for names in found]
    if len(left) != len(wanted):
        return False
    for depth in range(max(map(len, left), default=1)):
        names = Counter(entry[min(depth, len(entry) - 1)] for entry in left)
        if names == Counter(wanted):
            return True
    for word in sorted(wanted, key=lambda word: sum(word in names for names in left)):
        fitting = next((names for names in left if word in names), None)
        if fitting is None:
            return False
        left.remove(fitting)
    return True


# ---------------------------------------------------------------- keys
def _tasks(expected: list[str] | int, now: Now, key: str) -> Finding:
    open_tasks = now.view.tasks()
    names = [task.names[0] for task in open_tasks]
    if isinstance(expected, int):
        return Finding(key, len(open_tasks) == expected, names)
    met = same_many([plain(word) for word in expected], [task.names for task in open_tasks])
    return Finding(key, met, names)


def _task_ids(expected: list[str] | int, now: Now, key: str) -> Finding:
    return _ids(expected, [task.element_id for task in now.view.tasks()], key)


def _jobs(expected: list[str] | int, now: Now, key: str) -> Finding:
    found = now.view.jobs()
    if isinstance(expected, int):
        return Finding(key, len(found) == expected, found)
    met = same_many([plain(word) for word in expected], [(one, now.names.name(one)) for one in found])
    return Finding(key, met, found)


def _adhoc(expected: list[str] | int, now: Now, key: str) -> Finding:
    found = now.adhoc()
    if isinstance(expected, int):
        return Finding(key, len(found) == expected, found)
    met = same_many([plain(word) for word in expected], [(one, now.names.name(one)) for one in found])
    return Finding(key, met, found)


def _ids(expected: list[str] | int, found: list[str], key: str) -> Finding:
    met = len(found) == expected if isinstance(expected, int) else Counter(expected) == Counter(found)
    return Finding(key, met, found)


def _waiting_for(expected: Mapping[str, list[str]] | list[str], now: Now, key: str) -> Finding:
    waits = now.view.waits()
    if not isinstance(expected, Mapping):
        found = [wait.name for wait in waits if wait.kind in ("message", "signal")]
        return Finding(key, _subset(expected, [(name,) for name in found]), found)
    actual: dict[str, list[str]] = {}
    met = True
    for kind, wanted in expected.items():
        entries = _WAITS[kind](waits)
        actual[kind] = [names[0] for names in entries]
        met = met and _subset(wanted, [(*names, now.names.name(names[0])) for names in entries])
    return Finding(key, met, actual)


def _messages(waits: list[OpenWait]) -> list[tuple[str, ...]]:
    return [(wait.name,) for wait in waits if wait.kind == "message"]


def _signals(waits: list[OpenWait]) -> list[tuple[str, ...]]:
    return [(wait.name,) for wait in waits if wait.kind == "signal"]


def _timers(waits: list[OpenWait]) -> list[tuple[str, ...]]:
    return [(wait.element_id, wait.name) for wait in waits if wait.kind == "timer"]


def _elements(waits: list[OpenWait]) -> list[tuple[str, ...]]:
    return [(wait.element_id,) for wait in waits]


_WAITS: Mapping[str, Callable[[list[OpenWait]], list[tuple[str, ...]]]] = {
    "messages": _messages,
    "signals": _signals,
    "timers": _timers,
    "elements": _elements,
}


def _subset(wanted: Sequence[str], found: Iterable[Sequence[str]]) -> bool:
    left = list(found)
    for word in map(plain, wanted):
        fitting = next((names for names in left if word in map(plain, names)), None)
        if fitting is None:
            return False
        left.remove(fitting)
    return True


def _variables(expected: Mapping[str, Any], now: Now, key: str) -> Finding:
    variables = now.variables()
    actual = {name: variables.get(name) for name in expected}
    return Finding(key, all(same(expected[name], actual[name]) for name in expected), to_json(actual))


def _assignees(expected: Mapping[str, list[Any]] | list[Any], now: Now, key: str) -> Finding:
    open_tasks = now.view.tasks()
    if not isinstance(expected, Mapping):
        found = [task.assignee for task in open_tasks if task.assignee is not None]
        return Finding(key, Counter(expected) == Counter(found), found)
    actual: dict[str, Any] = {}
    met = True
    for name, wanted in expected.items():
        holders = [task.assignee for task in _named(open_tasks, name)]
        actual[name] = holders if len(holders) != 1 else holders[0]
        met = met and Counter(wanted) == Counter(holders)
    return Finding(key, met, actual)


def _named(tasks: Iterable[OpenTask], word: str) -> list[OpenTask]:
    return [task for task in tasks if plain(word) in task.names]


def _visited(expected: Mapping[str, int], now: Now, key: str) -> Finding:
    visits = now.view.visited()
    actual: dict[str, int | None] = {}
    for word in expected:
        ids = now.names.ids(word)
        actual[word] = sum(visits[element] for element in ids) if ids else None
    return Finding(key, actual == dict(expected), actual)


def _incident(expected: bool | str | None, now: Now, key: str) -> Finding:
    found = now.view.incidents()
    if isinstance(expected, str):
        met = any(expected in message for message in found)
    else:
        met = bool(found) is bool(expected)
    return Finding(key, met, found if len(found) != 1 else found[0])


def _state(expected: str, now: Now, key: str) -> Finding:
    return Finding(key, now.state == expected, now.state)


_CHECKS: Mapping[str, Callable[[Any, Now, str], Finding]] = {
    "tasks": _tasks,
    "task_ids": _task_ids,
    "waiting_for": _waiting_for,
    "adhoc": _adhoc,
    "jobs": _jobs,
    "variables": _variables,
    "assignees": _assignees,
    "visited": _visited,
    "incident": _incident,
    "state": _state,
}


def written(expected: Mapping[str, Any]) -> Any:
    """Return an expectation as JSON."""
    return to_json(dict(expected))
