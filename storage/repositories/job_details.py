"""What a job remembers between its units."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, update

from storage.models import Job
from storage.rows import JobRow
from storage.statements import Statement, table_of

_TABLE = table_of(Job)
_CHANGE = Statement(
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("key"), _TABLE.c.version == bindparam("seen"))
    .values(details=bindparam("new_details"), version=_TABLE.c.version + 1)
)


def change_details(connection: Connection, row: JobRow, details: Mapping[str, Any]) -> bool:
    """Write what is left to do and raise the job's version; False if the lease was lost."""
    values = {"key": row.id, "seen": row.version, "new_details": dict(details)}
    return _CHANGE.run(connection, values) == 1
