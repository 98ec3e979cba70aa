"""Functions on contexts (DMN 1.5 §10.3.4.12, table 85)."""

from typing import Any

from bpmn.feel.builtins.registry import builtin
from bpmn.feel.state import State


@builtin("get value(m: context, key: string)")
def _get_value(state: State, context: dict[str, Any], key: str) -> Any:
    if key not in context:
        return state.null("path.unknown", type="context", name=key)
    return context[key]


@builtin("get value(context: context, keys: items)")
def _get_value_by_path(state: State, context: dict[str, Any], keys: list[Any]) -> Any:
    value: Any = context
    for key in keys:
        if not isinstance(value, dict) or key not in value:
            return state.null("path.unknown", type="context", name=key)
        value = value[key]
    return value if keys else state.null("function.value", name="get value")


@builtin("get entries(m: context)")
def _get_entries(state: State, context: dict[str, Any]) -> list[dict[str, Any]]:
    state.charge(len(context))
    return [{"key": key, "value": value} for key, value in context.items()]


@builtin("context(entries: list)")
def _context(state: State, entries: list[Any]) -> dict[str, Any] | None:
    state.charge(len(entries))
    result: dict[str, Any] = {}
    for entry in entries:
        if not isinstance(entry, dict) or "value" not in entry or not isinstance(entry.get("key"), str):
            return state.null("function.value", name="context")
        if entry["key"] in result:
            return state.null("context.duplicate", name=entry["key"])
        result[entry["key"]] = entry["value"]
    return result


@builtin("context put(context: context, key: string, value: any)")
def _context_put(state: State, context: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    state.charge(len(context))
    return {**context, key: value}


@builtin("context put(context: context, keys: items, value: any)")
def _context_put_path(state: State, context: dict[str, Any], keys: list[Any], value: Any) -> Any:
    if not keys or not all(isinstance(key, str) for key in keys):
        return state.null("function.value", name="context put")
    state.charge(len(context))
    changed = dict(context)
    inner = changed
    for key in keys[:-1]:
        below = inner.get(key)
        if not isinstance(below, dict):
            return state.null("path.unknown", type="context", name=key)
        state.charge(len(below))
        inner[key] = below = dict(below)
        inner = below
    inner[keys[-1]] = value
    return changed


@builtin("context merge(contexts: list)")
def _context_merge(state: State, contexts: list[Any]) -> dict[str, Any] | None:
    result: dict[str, Any] = {}
    for context in contexts:
        if not isinstance(context, dict):
            return state.null("function.value", name="context merge")
        state.charge(len(context) + 1)
        result.update(context)
    return result
