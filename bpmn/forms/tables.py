"""The read-only table of form-js: columns given or computed, rows from a data source."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bpmn.forms.evaluation import Evaluator
from bpmn.forms.numbers import CURRENCY_SIGNS, format_number, to_decimal
from bpmn.forms.tree import Node

MAX_TABLE_ROWS = 500
MAX_TABLE_COLUMNS = 30


@dataclass(frozen=True, slots=True)
class Column:
    """A column: which key of a row it shows, under which label."""

    key: str
    label: str


def table_columns(node: Node, evaluator: Evaluator) -> list[Column]:
    """Return the columns: `columnsExpression` if there is one, else `columns`."""
    source = node.component.get("columnsExpression")
    raw = evaluator.property(source, node.scope or {}) if source else node.component.get("columns", [])
    columns = []
    for part in (raw if isinstance(raw, list) else [])[:MAX_TABLE_COLUMNS]:
        if isinstance(part, Mapping) and isinstance(part.get("key"), str):
            columns.append(Column(part["key"], str(part.get("label") or part["key"])))
    return columns


def table_rows(node: Node, evaluator: Evaluator) -> tuple[list[list[str]], list[bool]]:
    """Return the cells as texts, and for each column whether it holds only numbers."""
    columns = table_columns(node, evaluator)
    source = str(node.component.get("dataSource", ""))
    data = evaluator.value(source.removeprefix("="), node.scope or {}) if source else None
    rows = [
        row for row in (data if isinstance(data, list) else [])[:MAX_TABLE_ROWS] if isinstance(row, Mapping)
    ]
    cells = [[_cell(row.get(column.key), column, evaluator) for column in columns] for row in rows]
    return cells, [_is_numeric([row.get(column.key) for row in rows]) for column in columns]


def _cell(value: Any, column: Column, evaluator: Evaluator) -> str:
    """Return the text of a cell; in a column whose label ends with a currency sign numbers are amounts."""
    if to_decimal(value) is not None and column.label.endswith(CURRENCY_SIGNS):
        return format_number(value, language=evaluator.language, digits=2)
    return evaluator.show(value)


def _is_numeric(values: list[Any]) -> bool:
    present = [value for value in values if value is not None]
    return bool(present) and all(to_decimal(value) is not None for value in present)
