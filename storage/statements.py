"""Core statements compiled once and run on the driver's cursor: the hot path.

SQLAlchemy compiles a statement and converts its values; everything between is skipped, which makes a
statement three to five times cheaper (docs/adr records the measurement).
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any, cast

from sqlalchemy import ClauseElement, Connection, Dialect, SelectBase, Table, bindparam, insert
from sqlalchemy.sql.elements import BindParameter

from storage.models.base import Base


class _Compiled:
    def __init__(self, clause: ClauseElement, dialect: Dialect) -> None:
        compiled = clause.compile(dialect=dialect)
        self.sql = str(compiled)
        binds: Mapping[str, BindParameter[Any]] = compiled.binds  # type: ignore[attr-defined]
        names = list(compiled.positiontup or []) if compiled.positional else list(binds)  # type: ignore[attr-defined]
        self.positional: bool = bool(compiled.positional)  # type: ignore[attr-defined]
        self.params: list[tuple[str, str, Callable[[Any], Any] | None, Any]] = []
        for name in names:
            bind = binds[name]
            convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
            fixed = bind.value if not bind.required and bind.callable is None else None
            self.params.append((name, bind.key, convert, fixed))
        self.results: list[Callable[[Any], Any] | None] = []
        if isinstance(clause, SelectBase):
            self.results = [
                column.type.dialect_impl(dialect).result_processor(dialect, None)
                for column in clause.selected_columns
            ]

    def bind(self, values: Mapping[str, Any]) -> Any:
        bound = []
        for _, key, convert, fixed in self.params:
            value = values.get(key, fixed)
            bound.append(convert(value) if convert is not None else value)
        if self.positional:
            return tuple(bound)
        return {name: value for (name, *_), value in zip(self.params, bound, strict=True)}


class Statement:
    """A statement with named parameters; compiled once per dialect, shared by all threads."""

    def __init__(self, clause: ClauseElement) -> None:
        self._clause = clause
        self._compiled: dict[str, _Compiled] = {}
        self._lock = threading.Lock()

    def _for(self, connection: Connection) -> _Compiled:
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            with self._lock:
                compiled = self._compiled.setdefault(dialect.name, _Compiled(self._clause, dialect))
        return compiled

    def run(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """Execute once and return the number of rows it touched."""
        compiled = self._for(connection)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(compiled.sql, compiled.bind(values))
            return cursor.rowcount
        finally:
            cursor.close()

    def run_many(self, connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """Execute for every row in one call; nothing happens without rows."""
        compiled = self._for(connection)
        bound = [compiled.bind(row) for row in rows]
        if not bound:
            return
        cursor = connection.connection.cursor()
        try:
            if len(bound) == 1:
                cursor.execute(compiled.sql, bound[0])
            else:
                cursor.executemany(compiled.sql, bound)
        finally:
            cursor.close()

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[list[Any]]:
        """Execute a SELECT and return its rows with converted values."""
        compiled = self._for(connection)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(compiled.sql, compiled.bind(values))
            found = cursor.fetchall()
        finally:
            cursor.close()
        return [
            [
                cast(value) if cast is not None else value
                for cast, value in zip(compiled.results, row, strict=True)
            ]
            for row in found
        ]


def table_of(model: type[Base]) -> Table:
    """The table of a model."""
    return cast(Table, model.__table__)


def insert_of(table: Table, row_class: type) -> Statement:
    """An INSERT of every field of a row class into its table."""
    return Statement(insert(table).values({field.name: bindparam(field.name) for field in fields(row_class)}))


def values_of(row: Any) -> dict[str, Any]:
    """The fields of a row object by name, without copying what they hold."""
    return {name: getattr(row, name) for name in row.__slots__}
