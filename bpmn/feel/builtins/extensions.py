"""Functions beyond the standard that diagrams of Camunda 8 (``zeebe:``) use; all give the same result when run again."""

from typing import Any

from bpmn.feel.builtins.lists import distinct
from bpmn.feel.builtins.registry import builtin
from bpmn.feel.comparison import equal
from bpmn.feel.state import State


@builtin("is defined(value: any)")
def _is_defined(_state: State, value: Any) -> bool:
    """Tell whether a variable or component is there and not null."""
    return value is not None


@builtin("get or else(value: any, default: any)")
def _get_or_else(_state: State, value: Any, default: Any) -> Any:
    return default if value is None else value


@builtin("is empty(list: items)", "is empty(value: context)", "is empty(value: string)")
def _is_empty(_state: State, value: Any) -> bool:
    return len(value) == 0


@builtin("is blank(string: string)")
def _is_blank(_state: State, text: str) -> bool:
    return not text.strip()


@builtin("duplicate values(list: list)")
def _duplicate_values(state: State, items: list[Any]) -> list[Any]:
    """Return each value that the list holds more than once, once."""
    repeated: list[Any] = []
    for index, item in enumerate(items):
        state.charge(index + 1)
        if any(equal(item, earlier, state) is True for earlier in items[:index]):
            repeated.append(item)
    return distinct(state, repeated)
