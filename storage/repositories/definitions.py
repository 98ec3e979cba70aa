"""Locks on the versions of processes."""

from sqlalchemy import Connection, bindparam, select

from storage.models import Definition
from storage.statements import Statement, table_of

_TABLE = table_of(Definition)
_HOLD = Statement(select(_TABLE.c.id).where(_TABLE.c.id == bindparam("wanted")).with_for_update(read=True))
_LOCK_KEY = Statement(
    select(_TABLE.c.id).where(_TABLE.c.key == bindparam("wanted")).order_by(_TABLE.c.id).with_for_update()
)


def hold_definition(connection: Connection, definition_id: int) -> None:
    """Keep a version as it is, in force or not, until this unit ends."""
    _HOLD.rows(connection, {"wanted": definition_id})


def lock_versions(connection: Connection, key: str) -> None:
    """Let nobody else change which version of a process is in force until this unit ends."""
    _LOCK_KEY.rows(connection, {"wanted": key})
