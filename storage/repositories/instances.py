"""Instances and their large values."""

from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Text, bindparam, select, update

from storage.errors import VersionConflict
from storage.failures import told
from storage.models import Instance, LargeValue
from storage.rows import InstanceRow, LargeValueRow
from storage.statements import Insert, OneOf, Sent, Statement, insert_of, table_of, values_of

_TABLE = table_of(Instance)
_COLUMNS = [_TABLE.c[field.name] for field in fields(InstanceRow)]
_FIXED = {"id", "definition_id", "version", "created_at", "started_by_id"}

_INSERT = insert_of(_TABLE, InstanceRow)
_LOAD = Statement(select(*_COLUMNS).where(_TABLE.c.id == bindparam("key")).with_for_update())
_READ = Statement(select(*_COLUMNS).where(_TABLE.c.id == bindparam("key")))
_SAVE = Statement(
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("key"), _TABLE.c.version == bindparam("seen"))
    .values(
        {column.name: bindparam(column.name) for column in _COLUMNS if column.name not in _FIXED}
        | {"version": bindparam("raised")}
    )
)
_INDEXED = ("state", "number", "business_key", "counterparty_id", "contact_id", "responsible_id")
"""What seldom changes and is dear to write: columns of indexes and foreign keys."""
_indexed = attrgetter(*_INDEXED)
_SAVE_REST = Statement(
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("key"), _TABLE.c.version == bindparam("seen"))
    .values(
        {
            column.name: bindparam(column.name)
            for column in _COLUMNS
            if column.name not in _FIXED and column.name not in _INDEXED
        }
        | {"version": bindparam("raised")}
    )
)
_VALUES = table_of(LargeValue)
_VALUE = Statement(
    select(_VALUES.c.hash, _VALUES.c.content).where(
        _VALUES.c.instance_id == bindparam("instance_id"), OneOf(_VALUES.c.hash, "hashes", Text)
    )
)
_PUT_VALUES = Insert(_VALUES, LargeValueRow.__slots__, ignore_known=True)


class Instances:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._read: dict[int, tuple[Any, ...]] = {}

    def remember(self, row: InstanceRow) -> InstanceRow:
        """Keep in mind what was read, so that only what changed is written."""
        self._read[row.id] = _indexed(row)
        return row

    def insert(self, row: InstanceRow) -> None:
        _INSERT.run(self._connection, [row])

    def load(self, instance_id: int) -> InstanceRow | None:
        """Load and lock: until this unit ends nobody else writes the instance."""
        rows = _LOAD.rows(self._connection, {"key": instance_id})
        return self.remember(InstanceRow(*rows[0])) if rows else None

    def get(self, instance_id: int) -> InstanceRow | None:
        """Read without locking: to show, never to write."""
        rows = _READ.rows(self._connection, {"key": instance_id})
        return InstanceRow(*rows[0]) if rows else None

    def save(self, row: InstanceRow, *, at: datetime) -> None:
        """Write the row and raise its version.  Raises VersionConflict if somebody else wrote it."""
        self.ensure_saved(row, self.send(row, at=at))

    def send(self, row: InstanceRow, *, at: datetime) -> Sent:
        """Write the row and raise its version; `ensure_saved` says whether that held."""
        row.updated_at = at
        values = values_of(row)
        values |= {"key": row.id, "seen": row.version, "raised": row.version + 1}
        row.version += 1
        statement = _SAVE_REST if self._read.get(row.id) == _indexed(row) else _SAVE
        self._read.pop(row.id, None)
        return statement.send(self._connection, values)

    @staticmethod
    def ensure_saved(row: InstanceRow, sent: Sent) -> None:
        """Raise VersionConflict if somebody else wrote the row."""
        if sent.touched() != 1:
            raise VersionConflict("instance", row.id)

    def values(self, instance_id: int, hashes: list[str]) -> dict[str, bytes]:
        """Large variables by content hash; those that are not there are left out."""
        with told(self._connection.engine):  # read in the middle of a step
            rows = _VALUE.rows(self._connection, {"instance_id": instance_id, "hashes": hashes})
        return {digest: bytes(content) for digest, content in rows}

    def put_values(self, instance_id: int, values: dict[str, bytes]) -> None:
        """Keep large variables; one that is there already stays."""
        rows = [LargeValueRow(instance_id, digest, content) for digest, content in values.items()]
        _PUT_VALUES.run(self._connection, rows)
