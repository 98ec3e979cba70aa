"""What a step on a task reads before it acts: its instance, locked, the task, and what else there is to look after.

One statement on SQLite, where the unit is the only writer.  On PostgreSQL the lock comes first and the rest is read
under it, for a statement sees what was committed before it began.
"""

from dataclasses import dataclass, fields

from sqlalchemy import Boolean, Connection, bindparam, exists, func, select, type_coerce

from storage.models import Incident, Instance, Task, TaskDraft
from storage.rows import InstanceRow, TaskRow
from storage.statements import Statement, constant, table_of

_INSTANCE, _TASK = table_of(Instance), table_of(Task)
_DRAFT, _INCIDENT = table_of(TaskDraft), table_of(Incident)
_INSTANCE_COLUMNS = [_INSTANCE.c[field.name] for field in fields(InstanceRow)]
_TASK_COLUMNS = [_TASK.c[field.name] for field in fields(TaskRow)]
_WIDTH = len(_TASK_COLUMNS)
_FLAGS = [
    type_coerce(exists().where(_DRAFT.c.task_id == _TASK.c.id), Boolean).label("drafts"),
    type_coerce(
        exists().where(
            _INCIDENT.c.instance_id == _TASK.c.instance_id,
            func.coalesce(_INCIDENT.c.state, constant("none")) == constant("open"),
        ),
        Boolean,
    ).label("incidents"),
]
_OWNER = select(_TASK.c.instance_id).where(_TASK.c.id == bindparam("key")).scalar_subquery()
_LOCK = Statement(select(*_INSTANCE_COLUMNS).where(_INSTANCE.c.id == _OWNER).with_for_update(of=_INSTANCE))
_READ = Statement(select(*_TASK_COLUMNS, *_FLAGS).where(_TASK.c.id == bindparam("key")))
_BOTH = Statement(
    select(*_TASK_COLUMNS, *_FLAGS, *_INSTANCE_COLUMNS)
    .join_from(_TASK, _INSTANCE, _INSTANCE.c.id == _TASK.c.instance_id)
    .where(_TASK.c.id == bindparam("key"))
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A task and its locked instance; whether anybody's draft or an open incident is there."""

    task: TaskRow
    instance: InstanceRow
    drafts: bool
    incidents: bool


def load_of_task(connection: Connection, task_id: int) -> Loaded | None:
    """Lock the instance of a task and read both; nobody else writes them until the unit ends."""
    key = {"key": task_id}
    if connection.dialect.name == "sqlite":
        rows = _BOTH.rows(connection, key)
        if not rows:
            return None
        row, instance = rows[0][: _WIDTH + 2], InstanceRow(*rows[0][_WIDTH + 2 :])
    else:
        locked, rows = _LOCK.rows(connection, key), _READ.rows(connection, key)
        if not locked or not rows:
            return None
        row, instance = rows[0], InstanceRow(*locked[0])
    return Loaded(TaskRow(*row[:_WIDTH]), instance, bool(row[_WIDTH]), bool(row[_WIDTH + 1]))
