"""Where the values of a form come from: nowhere yet, an HTML post, or JSON.

A source answers two questions for the tree of fields: what was entered under a
name (`entry`), and which rows a list has (`rows`).  `None` means "nothing was
said about it": the field then keeps the value it had.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bpmn.forms.entries import Entry, read_json, read_posted
from bpmn.forms.evaluation import Evaluator
from bpmn.forms.messages import Problem, problem
from bpmn.forms.schema import Component

MAX_ROWS = 200
ROW_MARK, ROWS_MARK = "_row", "_rows"
ADD, REMOVE = "_add:", "_remove:"
MISSING = object()


@dataclass(frozen=True, slots=True)
class RowSource:
    """A row: under which index its values were sent (None: it is new), and which stored row it continues."""

    read_index: int | None
    origin: int | None


Rows = tuple[list[RowSource], Problem | None]


class Nothing:
    """Nothing was entered yet: every field shows what the process has."""

    def entry(self, component: Component, name: str, evaluator: Evaluator) -> Entry | None:
        return None

    def texts(self, name: str) -> list[str] | None:
        return None

    def rows(self, component: Component, name: str, stored: int | None) -> Rows:
        count = component.get("defaultRepetitions", 1) if stored is None else stored
        return [
            RowSource(None, index if stored is not None else None)
            for index in range(min(max(count, 0), MAX_ROWS))
        ], None


@dataclass(slots=True)
class Posted(Nothing):
    """The fields of an HTML post.  Pressed `_add:` and `_remove:` buttons change the rows."""

    fields: Mapping[str, list[str]]
    _indexes: dict[str, set[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.fields:
            for match in re.finditer(r"\[([0-9]{1,4})\]", name):
                self._indexes.setdefault(name[: match.start()], set()).add(int(match[1]))

    def entry(self, component: Component, name: str, evaluator: Evaluator) -> Entry | None:
        texts = self.fields.get(name)
        return None if texts is None else read_posted(component, list(texts), evaluator)

    def texts(self, name: str) -> list[str] | None:
        texts = self.fields.get(name)
        return None if texts is None else list(texts)

    def rows(self, component: Component, name: str, stored: int | None) -> Rows:
        may_change = bool(component.get("allowAddRemove", True))
        if f"{name}.{ROWS_MARK}" not in self.fields and name not in self._indexes:
            return Nothing.rows(self, component, name, stored)
        if not may_change:
            default, _ = Nothing.rows(self, component, name, stored)
            return [RowSource(index, row.origin) for index, row in enumerate(default)], None
        rows = self._sent_rows(name, stored or 0)
        rows = [row for row in rows if f"{REMOVE}{name}[{row.read_index}]" not in self.fields]
        if ADD + name in self.fields:
            rows.append(RowSource(None, None))
        if len(rows) > MAX_ROWS:
            return rows[:MAX_ROWS], problem("rows.too_many", n=MAX_ROWS)
        return rows, None

    def _sent_rows(self, name: str, stored: int) -> list[RowSource]:
        """Rows in the order of their indexes; each stored row is continued at most once."""
        rows: list[RowSource] = []
        taken: set[int] = set()
        for index in sorted(self._indexes.get(name, ()))[: MAX_ROWS + 1]:
            mark = (self.fields.get(f"{name}[{index}].{ROW_MARK}") or [""])[-1]
            origin = int(mark) if re.fullmatch(r"[0-9]{1,4}", mark) else None
            if origin is not None and (origin >= stored or origin in taken):
                origin = None
            if origin is not None:
                taken.add(origin)
            rows.append(RowSource(index, origin))
        return rows


class Json(Nothing):
    """Values sent by a program; records which names were understood, so that the rest can be refused."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def at(self, name: str) -> Any:
        """Return the value at a dotted name with row indexes, `MISSING` where there is none."""
        value: Any = self._values
        for part in re.findall(r"[^.\[\]]+|\[[0-9]+\]", name):
            if part.startswith("["):
                index = int(part[1:-1])
                value = value[index] if isinstance(value, list) and index < len(value) else MISSING
            else:
                value = value.get(part, MISSING) if isinstance(value, Mapping) else MISSING
            if value is MISSING:
                return MISSING
        return value

    def entry(self, component: Component, name: str, evaluator: Evaluator) -> Entry | None:
        value = self.at(name)
        return None if value is MISSING else read_json(component, value, evaluator)

    def rows(self, component: Component, name: str, stored: int | None) -> Rows:
        value = self.at(name)
        if value is MISSING:
            return super().rows(component, name, stored)
        if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
            return [], problem("type.list")
        if not component.get("allowAddRemove", True) and len(value) != len(
            super().rows(component, name, stored)[0]
        ):
            return super().rows(component, name, stored)[0], problem("fixed")
        if len(value) > MAX_ROWS:
            return [], problem("rows.too_many", n=MAX_ROWS)
        return list(self._continued(value, stored or 0)), None

    def _continued(self, rows: list[Any], stored: int) -> Iterator[RowSource]:
        """Rows continue the stored ones named by their `_row`, or by place when none was added or removed."""
        taken: set[int] = set()
        for index, row in enumerate(rows):
            origin = row.get(ROW_MARK, index if len(rows) == stored else None)
            known = isinstance(origin, int) and not isinstance(origin, bool) and 0 <= origin < stored
            if not known or origin in taken:
                origin = None
            else:
                taken.add(origin)
            yield RowSource(index, origin)


Source = Nothing
