"""Core statements compiled once and run on the driver's cursor: the hot path.

SQLAlchemy compiles a statement and converts its values; everything between is skipped, which makes a
statement three to five times cheaper (docs/adr records the measurement).  However many rows are written or named,
it is one statement: rows of one table go out in one INSERT, keys in one list.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    ClauseElement,
    ColumnElement,
    Connection,
    Dialect,
    SelectBase,
    String,
    Table,
    bindparam,
    literal_column,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.types import NullType, TypeEngine

from storage.models.base import Base
from storage.types import Listed

Convert = Callable[[Any], Any]
Item = type[TypeEngine[Any]]
MOST_ROWS = 200
"""Rows of one INSERT; more go out in several."""


class _Compiled:
    def __init__(self, clause: ClauseElement, dialect: Dialect) -> None:
        compiled = clause.compile(dialect=dialect)
        self.sql = str(compiled)
        binds: Mapping[str, BindParameter[Any]] = compiled.binds  # type: ignore[attr-defined]
        self.positional: bool = bool(compiled.positional)  # type: ignore[attr-defined]
        self.names = list(compiled.positiontup or []) if self.positional else list(binds)  # type: ignore[attr-defined]
        self.params: list[tuple[str, Any]] = []
        self.converts: list[tuple[int, Convert]] = []
        for index, name in enumerate(self.names):
            bind = binds[name]
            fixed = bind.value if not bind.required and bind.callable is None else None
            self.params.append((bind.key, fixed))
            convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if convert is not None:
                self.converts.append((index, convert))
        self.casts: list[tuple[int, Convert]] = []
        if isinstance(clause, SelectBase):
            for index, column in enumerate(clause.selected_columns):
                cast_ = column.type.dialect_impl(dialect).result_processor(dialect, None)
                if cast_ is not None:
                    self.casts.append((index, cast_))

    def bind(self, values: Mapping[str, Any]) -> Any:
        bound = [values.get(key, fixed) for key, fixed in self.params]
        for index, convert in self.converts:
            bound[index] = convert(bound[index])
        return bound if self.positional else dict(zip(self.names, bound, strict=True))


class Sent:
    """A statement on its way; inside `pipeline` it may not have arrived yet."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def touched(self) -> int:
        """Return the number of rows it touched; asked once, after the pipeline."""
        count: int = self._cursor.rowcount
        self._cursor.close()
        return count


class Statement:
    """A statement with named parameters; compiled once per dialect, shared by all threads."""

    def __init__(self, clause: ClauseElement) -> None:
        self._clause = clause
        self._compiled: dict[str, _Compiled] = {}
        self._lock = threading.Lock()

    def _for(self, dialect: Dialect) -> _Compiled:
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            with self._lock:
                compiled = self._compiled.setdefault(dialect.name, _Compiled(self._clause, dialect))
        return compiled

    def send(self, connection: Connection, values: Mapping[str, Any]) -> Sent:
        """Execute once; what came of it is asked later."""
        compiled = self._for(connection.dialect)
        cursor = connection.connection.cursor()
        cursor.execute(compiled.sql, compiled.bind(values))
        return Sent(cursor)

    def run(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """Execute once and return the number of rows it touched; not inside a pipeline."""
        return self.send(connection, values).touched()

    def run_many(self, connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """Execute for every row, one after the other; nothing happens without rows."""
        compiled = self._for(connection.dialect)
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
        compiled = self._for(connection.dialect)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(compiled.sql, compiled.bind(values))
            found = cursor.fetchall()
        finally:
            cursor.close()
        rows = [list(row) for row in found]
        for row in rows:
            for index, convert in compiled.casts:
                row[index] = convert(row[index])
        return rows


class Insert:
    """An INSERT of row objects: all rows in one statement."""

    def __init__(self, table: Table, names: Sequence[str], *, ignore_known: bool = False) -> None:
        """*ignore_known*: a row that is there already stays as it is."""
        self._table, self._names, self._ignore_known = table, list(names), ignore_known
        get = attrgetter(*names)
        self._get: Callable[[Any], tuple[Any, ...]] = get if len(names) > 1 else lambda row: (get(row),)
        self._converts: dict[str, list[tuple[int, Convert]]] = {}
        self._texts: dict[tuple[str, int], str] = {}

    def run(self, connection: Connection, rows: Sequence[Any]) -> None:
        """Insert *rows*; nothing happens without any."""
        for begin in range(0, len(rows), MOST_ROWS):
            self._insert(connection, rows[begin : begin + MOST_ROWS])

    def _insert(self, connection: Connection, rows: Sequence[Any]) -> None:
        dialect = connection.dialect
        converts = self._converts.get(dialect.name)
        if converts is None:
            converts = self._converts.setdefault(dialect.name, self._converters(dialect))
        bound: list[Any] = []
        width = len(self._names)
        for row in rows:
            bound += self._get(row)
        for base in range(0, len(bound), width):
            for index, convert in converts:
                bound[base + index] = convert(bound[base + index])
        cursor = connection.connection.cursor()
        try:
            cursor.execute(self._text(dialect, len(rows)), bound)
        finally:
            cursor.close()

    def _converters(self, dialect: Dialect) -> list[tuple[int, Convert]]:
        found: list[tuple[int, Convert]] = []
        for index, name in enumerate(self._names):
            convert = self._table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
            if convert is not None:
                found.append((index, convert))
        return found

    def _text(self, dialect: Dialect, count: int) -> str:
        known = self._texts.get((dialect.name, count))
        if known is None:
            preparer = dialect.identifier_preparer
            columns = ", ".join(preparer.quote(name) for name in self._names)
            mark = "?" if dialect.name == "sqlite" else "%s"
            row = f"({', '.join([mark] * len(self._names))})"
            known = f"INSERT INTO {preparer.format_table(self._table)} ({columns}) VALUES {', '.join([row] * count)}"  # noqa: S608
            if self._ignore_known:
                known += " ON CONFLICT DO NOTHING"
            self._texts[dialect.name, count] = known
        return known


class OneOf(ColumnElement[Any]):
    """Whether a column holds one of the values of a list, which is one parameter however long it is.

    Without the type Boolean, for which SQLAlchemy would add «= 1» on SQLite: that hides the column from its index.
    """

    inherit_cache = False
    type = NullType()

    def __init__(self, column: ColumnElement[Any], name: str, item: Item = BigInteger) -> None:
        self.column, self.values = column, bindparam(name, type_=Listed(item))


@compiles(OneOf)
def _one_of_array(element: OneOf, compiler: SQLCompiler, **kw: Any) -> str:
    return f"{compiler.process(element.column, **kw)} = ANY ({compiler.process(element.values, **kw)})"


@compiles(OneOf, "sqlite")
def _one_of_json(element: OneOf, compiler: SQLCompiler, **kw: Any) -> str:
    column, values = compiler.process(element.column, **kw), compiler.process(element.values, **kw)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 (both are made by the compiler)


def constant(text: str) -> ColumnElement[str]:
    """A word that stands in the statement itself.

    SQLite compiles a statement anew each time a parameter is bound that a partial index may depend on
    (sqlite.org/c3ref/prepare.html): for `state = ?` that costs more than running it.
    """
    if not text.isalpha():
        raise ValueError(f"{text!r} is no plain word")
    return literal_column(f"'{text}'", String)


def table_of(model: type[Base]) -> Table:
    """The table of a model."""
    return cast(Table, model.__table__)


def insert_of(table: Table, row_class: type) -> Insert:
    """An INSERT of every field of a row class into its table."""
    return Insert(table, [field.name for field in fields(row_class)])


def values_of(row: Any) -> dict[str, Any]:
    """The fields of a row object by name, without copying what they hold."""
    return {name: getattr(row, name) for name in row.__slots__}
