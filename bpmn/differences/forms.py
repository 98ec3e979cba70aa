"""Forms, field by field: a field is known by its key, a part without one by its id."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from bpmn.differences.diagrams import Setting

_UNSEEN = frozenset({"id", "layout", "components", "key"})
_MAX_DEPTH = 30


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One part of a form; `how` is added, removed, changed or reordered."""

    key: str
    label: str
    type: str
    how: str
    settings: tuple[Setting, ...] = ()


def compare_forms(old: bytes | None, new: bytes | None) -> tuple[FieldChange, ...]:
    """Compare two form-js definitions.  Raises ValueError where one cannot be read."""
    before, after = _read(old), _read(new)
    kept_before = [key for key in before if key in after]
    kept_after = [key for key in after if key in before]
    found = []
    for key, part in after.items():
        if key not in before:
            found.append(_change(key, part, "added"))
            continue
        settings = _settings(before[key], part)
        if settings:
            found.append(_change(key, part, "changed", settings))
        elif kept_before.index(key) != kept_after.index(key):
            found.append(_change(key, part, "reordered"))
    found += [_change(key, part, "removed") for key, part in before.items() if key not in after]
    return tuple(found)


def _change(key: str, part: dict[str, Any], how: str, settings: tuple[Setting, ...] = ()) -> FieldChange:
    label = str(part.get("label") or part.get("text") or "")
    return FieldChange(key, label, str(part.get("type") or ""), how, settings)


def _read(content: bytes | None) -> dict[str, dict[str, Any]]:
    if content is None:
        return {}
    form = orjson.loads(content)
    if not isinstance(form, dict):
        raise ValueError("a form is an object")
    return dict(_parts(form.get("components"), "", 0))


def _parts(components: Any, path: str, depth: int) -> Iterator[tuple[str, dict[str, Any]]]:
    if not isinstance(components, list) or depth > _MAX_DEPTH:
        return
    for number, part in enumerate(components):
        if not isinstance(part, dict):
            continue
        name = str(part.get("key") or part.get("path") or part.get("id") or number)
        own = f"{path}.{name}" if path else name
        yield own, part
        inner = own if part.get("key") or part.get("path") else path
        yield from _parts(part.get("components"), inner, depth + 1)


def _settings(old: dict[str, Any], new: dict[str, Any]) -> tuple[Setting, ...]:
    before, after = dict(_flat(old, "", 0)), dict(_flat(new, "", 0))
    return tuple(
        Setting("form", name, before.get(name, ""), after.get(name, ""))
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    )


def _flat(value: dict[str, Any], path: str, depth: int) -> Iterator[tuple[str, str]]:
    for name, one in value.items():
        if not depth and name in _UNSEEN:
            continue
        own = f"{path}.{name}" if path else name
        if isinstance(one, dict) and depth < _MAX_DEPTH:
            yield from _flat(one, own, depth + 1)
        elif isinstance(one, str):
            yield own, one
        else:
            yield own, orjson.dumps(one, option=orjson.OPT_SORT_KEYS).decode()
