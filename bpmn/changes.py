"""What activities changed, on record: written by the projection, read by whoever shows the history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bpmn.journal import Wrote
from bpmn.spiff.values import decode


@dataclass(frozen=True, slots=True)
class Change:
    """One variable.  *new*: nothing was replaced; *long*: the values were too long to be kept."""

    name: str
    before: Any
    after: Any
    new: bool
    long: bool


def kept(entries: Iterable[Wrote]) -> dict[str, Any]:
    """Return what the writes of one token leave on record, as JSON; empty when nothing differs in the end."""
    values: dict[str, Any] = {}
    before: dict[str, Any] = {}
    long: dict[str, None] = {}
    for entry in entries:
        for name, value in entry.values.items():
            if name not in values and name in entry.before:
                before[name] = entry.before[name]
            values[name] = value
        long.update(dict.fromkeys(entry.long))
    for name in long:
        values.pop(name, None)
        before.pop(name, None)
    for name in [name for name in before if before[name] == values[name]]:
        del values[name], before[name]
    found = {"values": values, "before": before, "long": list(long)}
    return {key: part for key, part in found.items() if part}


def read(data: Mapping[str, Any] | None) -> list[Change]:
    """Return the changes of a record that `kept` made, in the order of writing."""
    data = data or {}
    values, before = data.get("values") or {}, data.get("before") or {}
    found = [
        Change(name, decode(before.get(name)), decode(value), name not in before, long=False)
        for name, value in values.items()
    ]
    return found + [Change(name, None, None, new=False, long=True) for name in data.get("long") or ()]
