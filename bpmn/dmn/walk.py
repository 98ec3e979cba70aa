"""Walk over boxed expressions."""

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
