"""Where the keyboard goes on after a row was added or removed: into the new row, or to the next row's button."""

import re
from collections.abc import Collection, Iterator

from bpmn.forms.sources import ADD, REMOVE
from bpmn.forms.views import FieldView


def go_on(made: FieldView, pressed: Collection[str]) -> None:
    """Mark in the view of a list what gets the focus, if one of *pressed* changed its rows."""
    if ADD + made.name in pressed and made.list_rows:
        row = made.list_rows[-1]
        parts = row.cells or [part for line in row.lines for part in line]
        first = next(_controls(part for part in parts if part is not None), None)
        if first is not None:
            first.focus = True
        return
    removed = re.compile(re.escape(REMOVE + made.name) + r"\[([0-9]{1,4})\]")
    for match in filter(None, map(removed.fullmatch, pressed)):
        rows = [row for row in made.list_rows if row.remove_name]
        if rows:
            rows[min(int(match[1]), len(rows) - 1)].remove_focus = True
        else:
            made.add_focus = True


def _controls(parts: Iterator[FieldView]) -> Iterator[FieldView]:
    for part in parts:
        if part.kind == "group":
            yield from _controls(inner for line in part.lines for inner in line)
        elif part.input_like and not part.readonly:
            yield part
