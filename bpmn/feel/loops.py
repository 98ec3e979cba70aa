"""``for``, ``some``, ``every`` and filters (DMN 1.5 §10.3.2.13.2, §10.3.2.14).

Every round is charged with the number of parts of its body, so nested loops end at the limit of steps.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bpmn.feel import syntax
from bpmn.feel.reading import mentions
from bpmn.feel.state import State
from bpmn.feel.values import Range, type_name

if TYPE_CHECKING:
    from bpmn.feel.compiler import Compiler

_Closure = Callable[[tuple[Any, ...]], Any]
_Domain = Callable[[tuple[Any, ...]], Iterable[Any] | None]
_Rounds = Callable[[tuple[Any, ...]], Iterator[tuple[Any, ...] | None]]


def span(state: State, start: Any, end: Any) -> Iterable[Any] | None:
    """Return the whole numbers or dates from *start* to *end*, up or down; null for anything else."""
    if isinstance(start, Decimal) and isinstance(end, Decimal):
        if start == start.to_integral_value() and end == end.to_integral_value():
            return _numbers(state, start, end)
    elif _is_date(start) and _is_date(end):
        return _dates(state, start, end)
    state.null("iteration.type", type=f"{type_name(start)}..{type_name(end)}")
    return None


def _is_date(value: Any) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _numbers(state: State, start: Decimal, end: Decimal) -> Iterator[Decimal]:
    step = 1 if start <= end else -1
    value = start
    while True:
        yield value
        if value == end:
            return
        following = value + step
        if following == value:
            state.null("number.range", operator="'..'")
            return
        value = following


def _dates(_state: State, start: date, end: date) -> Iterator[date]:
    step = timedelta(days=1 if start <= end else -1)
    value = start
    while value != end:
        yield value
        value += step
    yield value


def _domain(compiler: "Compiler", node: syntax.Node) -> tuple[_Domain, int]:
    if isinstance(node, syntax.Span):
        start, first_cost = compiler.inside(node.start)
        end, second_cost = compiler.inside(node.end)
        return (lambda env: span(env[0], start(env), end(env))), first_cost + second_cost
    values, cost = compiler.inside(node)

    def items(env: tuple[Any, ...]) -> Iterable[Any] | None:
        value = values(env)
        if isinstance(value, list):
            return value
        if isinstance(value, Range):
            return _range_items(env[0], value)
        if value is None:
            env[0].null("iteration.type", type="null")
            return None
        return [value]

    return items, cost


def _range_items(state: State, value: Range) -> Iterable[Any] | None:
    items = span(state, value.start, value.end)
    if items is None or value.negated:
        return None
    start_skipped, end_skipped = not value.start_included, not value.end_included
    return (
        item
        for item in items
        if not (start_skipped and item == value.start) and not (end_skipped and item == value.end)
    )


def _rounds(compiler: "Compiler", iterators: tuple[tuple[str, syntax.Node], ...]) -> tuple[_Rounds, int]:
    """Compile iterators and bring their variables into scope; the caller takes them out again.

    The rounds yield one environment for each combination, or None and nothing more when a domain is null.
    """
    domains: list[tuple[_Domain, int]] = []
    for name, node in iterators:
        domains.append(_domain(compiler, node))
        compiler.scope.append(("variable", name))
    last = len(domains) - 1

    def rounds(env: tuple[Any, ...], level: int = 0) -> Iterator[tuple[Any, ...] | None]:
        domain, cost = domains[level]
        state: State = env[0]
        state.charge(cost)
        items = domain(env)
        if items is None:
            yield None
            return
        for item in items:
            state.charge(1)
            if level == last:
                yield (*env, item)
            else:
                yield from rounds((*env, item), level + 1)

    return rounds, len(domains)


def compile_for(compiler: "Compiler", node: syntax.For) -> _Closure:
    """Compile ``for``: a list of the results; null when a domain is null."""
    rounds, variables = _rounds(compiler, node.iterators)
    uses_partial = mentions(node.body, "partial")
    extra = [("variable", "partial")] if uses_partial else []
    body, cost = compiler.inside(node.body, *extra)
    del compiler.scope[len(compiler.scope) - variables :]

    def run(env: tuple[Any, ...]) -> list[Any] | None:
        state: State = env[0]
        results: list[Any] = []
        for inner in rounds(env):
            if inner is None:
                return None
            state.charge(cost)
            if uses_partial:
                state.charge(len(results) // 16)
                inner = (*inner, list(results))
            results.append(body(inner))
        state.check_items(len(results))
        return results

    return run


def compile_quantified(compiler: "Compiler", node: syntax.Quantified) -> _Closure:
    """Compile ``some`` and ``every``: the three-valued or and and of the conditions."""
    rounds, variables = _rounds(compiler, node.iterators)
    condition, cost = compiler.inside(node.condition)
    del compiler.scope[len(compiler.scope) - variables :]
    decisive = node.kind == "some"

    def run(env: tuple[Any, ...]) -> bool | None:
        state: State = env[0]
        result: bool | None = not decisive
        for inner in rounds(env):
            if inner is None:
                return None
            state.charge(cost)
            value = condition(inner)
            if value is decisive:
                return decisive
            if not isinstance(value, bool):
                result = None
                if value is not None:
                    state.null("condition.type", type=type_name(value))
        return result

    return run


def compile_filter(compiler: "Compiler", node: syntax.Filter) -> _Closure:
    """Compile ``list[condition]``: an item by its position, or the items for which the condition holds."""
    base = compiler.compile(node.base)
    condition, cost = compiler.inside(node.condition, ("item", ""))

    def select(env: tuple[Any, ...]) -> Any:
        value = base(env)
        state: State = env[0]
        if value is None:
            return state.null("operator.type", operator="[]", type="null")
        items = value if isinstance(value, list) else [value]
        first = condition((*env, items[0] if items else None))
        if isinstance(first, Decimal):
            return _at(state, items, first)
        return matching(env, items, first)

    def matching(env: tuple[Any, ...], items: list[Any], first: Any) -> list[Any] | None:
        state: State = env[0]
        if first is not None and not isinstance(first, bool):
            return state.null("filter.type", type=type_name(first))
        selected = items[:1] if first is True else []
        for item in items[1:]:
            state.charge(cost + 1)
            if condition((*env, item)) is True:
                selected.append(item)
        return selected

    return select


def _at(state: State, items: list[Any], position: Decimal) -> Any:
    index = int(position)
    if 1 <= index <= len(items):
        return items[index - 1]
    if -len(items) <= index <= -1:
        return items[index]
    return state.null("filter.index", index=position, size=len(items))
