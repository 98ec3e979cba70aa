"""What an element wrote, as the journal tells it: only what differs, and never more of it than a little.

The values of a step are not kept alive by its journal: they become JSON of bounded length at once.
"""

from collections.abc import Mapping
from typing import Any

from bpmn import journal
from bpmn.spiff.sheets import UNREAD, Sheet
from bpmn.spiff.token import Token
from bpmn.spiff.values import encode, escape_surrogates

MOST_TEXT = 1_000
MOST_PARTS = 200
MOST_NAMES = 60
_ABSENT, _LONG = object(), object()


def write(token: Token, sheet: Sheet, variables: Mapping[str, Any]) -> None:
    """Set variables through *sheet* and put on record what that changes."""
    values: dict[str, Any] = {}
    before: dict[str, Any] = {}
    long: list[str] = []
    for name, value in variables.items():
        old = sheet.glance(name, _ABSENT)
        sheet[name] = value
        new = sheet[name]
        if _same(old, new) or len(values) + len(long) >= MOST_NAMES:
            continue
        shown, replaced = _short(new), None if old is _ABSENT else _short(old)
        if shown is _LONG or replaced is _LONG:
            long.append(name)
            continue
        values[name] = shown
        if old is not _ABSENT:
            before[name] = replaced
    if values or long:
        token.top.record(journal.Wrote(token.id, values, before, tuple(long)))


def _same(one: Any, other: Any) -> bool:
    return one is other or (type(one) is type(other) and bool(one == other))


def _short(value: Any) -> Any:
    """Return the JSON form of a value, a long text cut; `_LONG` when it would be too long."""
    if isinstance(value, str) and len(value) > MOST_TEXT:
        value = f"{value[:MOST_TEXT]}…"
    if value is UNREAD or not _fits(value, [MOST_PARTS, MOST_TEXT + 1]):
        return _LONG
    return escape_surrogates(encode(value))


def _fits(value: Any, left: list[int]) -> bool:
    """Say whether a value stays within the parts and characters that are *left*; looks no further than that."""
    left[0] -= 1
    if isinstance(value, str | bytes):
        left[1] -= len(value)
    if left[0] < 0 or left[1] < 0:
        return False
    if isinstance(value, dict):
        return all(_fits(key, left) and _fits(part, left) for key, part in value.items())
    if isinstance(value, list):
        return all(_fits(part, left) for part in value)
    return True
