"""Functions on lists (DMN 1.5 §10.3.4.4, table 76) and ``sort`` (§10.3.4.6, table 79)."""

import functools
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bpmn.feel.arithmetic import OPERATIONS
from bpmn.feel.builtins.numbers import average
from bpmn.feel.builtins.registry import builtin, builtin_of_any_count
from bpmn.feel.comparison import equal, ordered
from bpmn.feel.state import State
from bpmn.feel.values import DECIMAL128, FeelFunction, YearsMonths, type_name

_add = OPERATIONS["+"]
_multiply = OPERATIONS["*"]


@builtin("list contains(list: list, element: any)")
def _list_contains(state: State, items: list[Any], element: Any) -> bool:
    state.charge(len(items))
    return any(equal(item, element, state) is True for item in items)


@builtin("count(list: list)")
def _count(_state: State, items: list[Any]) -> Decimal:
    return Decimal(len(items))


def _extreme(state: State, name: str, symbol: str, items: list[Any]) -> Any:
    state.charge(len(items))
    if not items:
        return None
    best = items[0]
    if ordered(symbol, best, best) is None:
        return state.null("function.argument", name=name, parameter="list", type=type_name(best))
    for item in items[1:]:
        better = ordered(symbol, item, best)
        if better is None:
            return state.null("function.argument", name=name, parameter="list", type=type_name(item))
        if better:
            best = item
    return best


@builtin("min(list...: items)")
def _min(state: State, items: list[Any]) -> Any:
    return _extreme(state, "min", "<", items)


@builtin("max(list...: items)")
def _max(state: State, items: list[Any]) -> Any:
    return _extreme(state, "max", ">", items)


def _total(state: State, name: str, items: list[Any]) -> Any:
    """Return the sum of numbers or of durations of one kind; null for no items or another kind."""
    state.charge(len(items))
    if not items:
        return None
    for item in items:
        if type(item) is not type(items[0]) or not isinstance(item, Decimal | timedelta | YearsMonths):
            return state.null("function.argument", name=name, parameter="list", type=type_name(item))
    total = items[0]
    for item in items[1:]:
        total = _add(state, total, item)
    return total


def _numbers(state: State, name: str, items: list[Any]) -> list[Decimal] | None:
    state.charge(len(items))
    for item in items:
        if not isinstance(item, Decimal):
            return state.null("function.argument", name=name, parameter="list", type=type_name(item))
    return items


@builtin("sum(list...: items)")
def _sum(state: State, items: list[Any]) -> Any:
    return _total(state, "sum", items)


@builtin("mean(list...: items)")
def _mean(state: State, items: list[Any]) -> Any:
    total = _total(state, "mean", items)
    return None if total is None else average(total, len(items))


@builtin("product(list...: items)")
def _product(state: State, items: list[Any]) -> Any:
    numbers = _numbers(state, "product", items)
    if not numbers:
        return None
    product: Any = Decimal(1)
    for item in numbers:
        product = _multiply(state, product, item)
    return product


@builtin("median(list...: items)")
def _median(state: State, items: list[Any]) -> Any:
    numbers = _numbers(state, "median", items)
    if not numbers:
        return None
    numbers = sorted(numbers)
    middle = len(numbers) // 2
    if len(numbers) % 2:
        return numbers[middle]
    return DECIMAL128.divide(DECIMAL128.add(numbers[middle - 1], numbers[middle]), Decimal(2))


@builtin("stddev(list...: items)")
def _stddev(state: State, items: list[Any]) -> Any:
    """The standard deviation of a sample: divided by one less than the number of items."""
    numbers = _numbers(state, "stddev", items)
    if numbers is None or len(numbers) < 2:
        return state.null("function.value", name="stddev")
    count = Decimal(len(numbers))
    total = functools.reduce(DECIMAL128.add, numbers)
    mean = DECIMAL128.divide(total, count)
    squares = [DECIMAL128.power(DECIMAL128.subtract(number, mean), Decimal(2)) for number in numbers]
    return DECIMAL128.sqrt(DECIMAL128.divide(functools.reduce(DECIMAL128.add, squares), count - 1))


@builtin("mode(list...: items)")
def _mode(state: State, items: list[Any]) -> Any:
    numbers = _numbers(state, "mode", items)
    if numbers is None:
        return None
    counts: dict[Decimal, int] = {}
    for number in numbers:
        counts[number] = counts.get(number, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(number for number, count in counts.items() if count == most)


@builtin("all(list...: items)")
def _all(state: State, items: list[Any]) -> bool | None:
    state.charge(len(items))
    if any(item is False for item in items):
        return False
    return True if all(item is True for item in items) else state.null("function.value", name="all")


@builtin("any(list...: items)")
def _any(state: State, items: list[Any]) -> bool | None:
    state.charge(len(items))
    if any(item is True for item in items):
        return True
    return False if all(item is False for item in items) else state.null("function.value", name="any")


def _index(position: Decimal, size: int) -> int | None:
    """Return the Python index of a FEEL position (from 1, or from -1 at the end); None when it is outside."""
    index = int(position)
    if 1 <= index <= size:
        return index - 1
    return size + index if -size <= index <= -1 else None


@builtin("sublist(list: list, start position: number, length?: number)")
def _sublist(state: State, items: list[Any], start: Decimal, length: Decimal | None = None) -> Any:
    index = _index(start, len(items))
    if index is None:
        return state.null("filter.index", index=start, size=len(items))
    end = len(items) if length is None else index + int(length)
    if length is not None and (length < 1 or end > len(items)):
        return state.null("function.value", name="sublist")
    state.check_items(end - index)
    return items[index:end]


@builtin_of_any_count("append", 1)
def _append(state: State, items: Any, *more: Any) -> list[Any] | None:
    if items is None:
        return state.null("function.argument", name="append", parameter="list", type="null")
    if not isinstance(items, list):
        items = [items]
    state.check_items(len(items) + len(more))
    return [*items, *more]


@builtin_of_any_count("concatenate", 1)
def _concatenate(state: State, *lists: Any) -> list[Any] | None:
    result: list[Any] = []
    for items in lists:
        if items is None:
            return state.null("function.argument", name="concatenate", parameter="list", type="null")
        result.extend(items if isinstance(items, list) else [items])
        state.check_items(len(result))
    return result


@builtin("insert before(list: list, position: number, newItem: any)")
def _insert_before(state: State, items: list[Any], position: Decimal, item: Any) -> Any:
    index = _index(position, len(items))
    if index is None:
        return state.null("filter.index", index=position, size=len(items))
    state.check_items(len(items) + 1)
    return [*items[:index], item, *items[index:]]


@builtin("remove(list: list, position: number)")
def _remove(state: State, items: list[Any], position: Decimal) -> Any:
    index = _index(position, len(items))
    if index is None:
        return state.null("filter.index", index=position, size=len(items))
    state.check_items(len(items))
    return [*items[:index], *items[index + 1 :]]


@builtin("list replace(list: list, position: number, newItem: any)")
def _list_replace(state: State, items: list[Any], position: Decimal, item: Any) -> Any:
    index = _index(position, len(items))
    if index is None:
        return state.null("filter.index", index=position, size=len(items))
    state.check_items(len(items))
    return [*items[:index], item, *items[index + 1 :]]


@builtin("list replace(list: list, match: function, newItem: any)")
def _list_replace_matches(state: State, items: list[Any], match: FeelFunction, item: Any) -> Any:
    if not match.variadic and len(match.parameters) != 2:
        return state.null("function.count", name="match", count=2)
    state.check_items(len(items))
    result: list[Any] = []
    for old in items:
        matched = match.call(state, [old, item])
        if not isinstance(matched, bool):
            return state.null("condition.type", type=type_name(matched))
        result.append(item if matched else old)
    return result


@builtin("reverse(list: list)")
def _reverse(state: State, items: list[Any]) -> list[Any]:
    state.check_items(len(items))
    return items[::-1]


@builtin("index of(list: list, match: any)")
def _index_of(state: State, items: list[Any], match: Any) -> list[Decimal]:
    state.charge(len(items))
    return [Decimal(index) for index, item in enumerate(items, 1) if equal(item, match, state) is True]


def distinct(state: State, items: list[Any]) -> list[Any]:
    """Return the items without those equal to an earlier one."""
    result: list[Any] = []
    seen: set[tuple[type, Any]] = set()
    for item in items:
        if isinstance(item, str | Decimal | bool) or item is None:
            state.charge(1)
            key = (type(item), item)
            if key in seen:
                continue
            seen.add(key)
        else:
            state.charge(len(result) + 1)
            if any(equal(item, other, state) is True for other in result):
                continue
        result.append(item)
    return result


@builtin("distinct values(list: list)")
def _distinct_values(state: State, items: list[Any]) -> list[Any]:
    return distinct(state, items)


@builtin_of_any_count("union", 1)
def _union(state: State, *lists: Any) -> list[Any] | None:
    together = _concatenate(state, *lists)
    return None if together is None else distinct(state, together)


@builtin("flatten(list: list)")
def _flatten(state: State, items: list[Any]) -> list[Any]:
    result: list[Any] = []
    pending = [iter(items)]
    while pending:
        for item in pending[-1]:
            state.charge(1)
            if isinstance(item, list):
                pending.append(iter(item))
                break
            result.append(item)
        else:
            pending.pop()
    state.check_items(len(result))
    return result


@builtin("partition(list: list, size: number)")
def _partition(state: State, items: list[Any], size: Decimal) -> Any:
    step = int(size)
    if step < 1:
        return state.null("function.value", name="partition")
    state.check_items(len(items))
    return [items[start : start + step] for start in range(0, len(items), step)]


@builtin("sort(list: list, precedes?: function)")
def _sort(state: State, items: list[Any], precedes: FeelFunction | None = None) -> Any:
    """Sort stably by *precedes*, or in the natural order of numbers, strings, dates and durations."""
    state.check_items(len(items))
    if precedes is not None and not precedes.variadic and len(precedes.parameters) != 2:
        return state.null("function.count", name="precedes", count=2)
    failed = False

    def compare(left: Any, right: Any) -> int:
        nonlocal failed
        state.charge(1)
        if precedes is not None:
            first, second = precedes.call(state, [left, right]), None
            if first is not True:
                second = precedes.call(state, [right, left])
        else:
            first, second = ordered("<", left, right), ordered("<", right, left)
        if not isinstance(first, bool) or not (first or isinstance(second, bool)):
            failed = True
        return -1 if first is True else int(second is True)

    result = sorted(items, key=functools.cmp_to_key(compare))
    return state.null("function.value", name="sort") if failed else result
