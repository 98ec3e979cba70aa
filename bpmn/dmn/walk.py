"""Walk over boxed expressions, and over the texts in them."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from bpmn.dmn.model import (
    Conditional,
    Context,
    Expression,
    Filter,
    FunctionDefinition,
    Invocation,
    Iteration,
    ListExpression,
    Literal,
    Relation,
    Table,
)
from bpmn.feel import syntax
from bpmn.feel.parser import parse_expression, parse_unary_tests

_EXPRESSIONS = (
    Literal,
    Table,
    Context,
    ListExpression,
    Relation,
    Invocation,
    FunctionDefinition,
    Conditional,
    Filter,
    Iteration,
)


def expressions(top: Expression | None) -> Iterator[Expression]:
    """Yield *top* and every expression inside it, cells of tables included."""
    if top is None:
        return
    waiting: list[Any] = [top]
    while waiting:
        value = waiting.pop()
        if isinstance(value, _EXPRESSIONS):
            yield value
        if isinstance(value, tuple):
            waiting.extend(value)
        elif hasattr(value, "__dataclass_fields__"):
            waiting.extend(getattr(value, field.name) for field in fields(value))


def entry_names(expression: Expression | None) -> frozenset[str]:
    """Return the names of entries that the value of a boxed expression has, at any depth."""
    match expression:
        case Context():
            found: set[str] = set()
            for entry in expression.entries:
                if entry.variable is not None:
                    found.add(entry.variable.name)
                found |= entry_names(entry.expression)
            return frozenset(found)
        case Relation():
            return frozenset(column.name for column in expression.columns)
        case Table():
            return frozenset(output.name for output in expression.outputs if output.name)
        case ListExpression():
            return frozenset[str]().union(*map(entry_names, expression.items))
        case Filter():
            return entry_names(expression.source)
        case Iteration():
            return entry_names(expression.body)
        case Conditional():
            return entry_names(expression.then) | entry_names(expression.otherwise)
        case FunctionDefinition():
            return entry_names(expression.body)
        case _:
            return frozenset()


def names_outside_filters(source: str, kind: str, names: frozenset[str]) -> frozenset[str]:
    """Return the names that a text of FEEL mentions outside the conditions of filters."""
    parse = parse_unary_tests if kind == "unary" else parse_expression
    found: set[str] = set()
    waiting: list[syntax.Node] = [parse(source, names)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, syntax.Name):
            found.add(node.name)
        waiting.extend([node.base] if isinstance(node, syntax.Filter) else node.children())
    return frozenset(found)
