"""Instances and their large values."""

from dataclasses import fields
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from storage.errors import VersionConflict
from storage.failures import told
from storage.models import Instance, LargeValue
from storage.rows import InstanceRow
from storage.statements import Statement, insert_of, table_of, values_of

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
_VALUES = table_of(LargeValue)
_VALUE = Statement(
    select(_VALUES.c.content).where(
        _VALUES.c.instance_id == bindparam("instance_id"), _VALUES.c.hash == bindparam("hash")
    )
)
_PUT_VALUE = Statement(
    _VALUES.insert().values(
        instance_id=bindparam("instance_id"), hash=bindparam("hash"), content=bindparam("content")
    )
)


class Instances:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def insert(self, row: InstanceRow) -> None:
        _INSERT.run(self._connection, values_of(row))

    def load(self, instance_id: int) -> InstanceRow | None:
        """Load and lock: until this unit ends nobody else writes the instance."""
        rows = _LOAD.rows(self._connection, {"key": instance_id})
        return InstanceRow(*rows[0]) if rows else None

    def get(self, instance_id: int) -> InstanceRow | None:
        """Read without locking: to show, never to write."""
        rows = _READ.rows(self._connection, {"key": instance_id})
        return InstanceRow(*rows[0]) if rows else None

    def save(self, row: InstanceRow, *, at: datetime) -> None:
        """Write the row and raise its version.  Raises VersionConflict if somebody else wrote it."""
        row.updated_at = at
        values = values_of(row)
        values |= {"key": row.id, "seen": row.version, "raised": row.version + 1}
        if _SAVE.run(self._connection, values) != 1:
            raise VersionConflict("instance", row.id)
        row.version += 1

    def values(self, instance_id: int, hashes: list[str]) -> dict[str, bytes]:
        """Large variables by content hash; one statement each, since a step seldom needs more than one."""
        found = {}
        for digest in hashes:
            with told(self._connection.engine):  # read in the middle of a step
                rows = _VALUE.rows(self._connection, {"instance_id": instance_id, "hash": digest})
            found[digest] = bytes(rows[0][0])
        return found

    def put_values(self, instance_id: int, values: dict[str, bytes]) -> None:
        for digest, content in values.items():
            key = {"instance_id": instance_id, "hash": digest}
            if not _VALUE.rows(self._connection, key):
                _PUT_VALUE.run(self._connection, key | {"content": content})
