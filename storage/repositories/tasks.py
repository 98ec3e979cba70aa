"""User tasks and the queue of those that nobody holds."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, update

from storage.models import Task, TaskCandidate, TaskDraft
from storage.rows import TaskRow
from storage.statements import Statement, insert_of, table_of, values_of

_TABLE = table_of(Task)
_QUEUE = table_of(TaskCandidate)
_COLUMNS = [_TABLE.c[field.name] for field in fields(TaskRow)]

_INSERT = insert_of(_TABLE, TaskRow)
_GET = Statement(select(*_COLUMNS).where(_TABLE.c.id == bindparam("key")))
_OPEN_OF = Statement(
    select(*_COLUMNS).where(_TABLE.c.instance_id == bindparam("instance_id"), _TABLE.c.state == "open")
)
_CLOSE = Statement(
    update(_TABLE)
    .where(
        _TABLE.c.instance_id == bindparam("of_instance"),
        _TABLE.c.token_id == bindparam("of_token"),
        _TABLE.c.state == "open",
    )
    .values(
        state=bindparam("new_state"),
        completed_at=bindparam("at"),
        completed_by_id=bindparam("by_id"),
    )
)
_HOLD = Statement(
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("key"), _TABLE.c.state == "open")
    .values(assignee_id=bindparam("holder_id"), claimed_at=bindparam("at"))
)
_OF_TOKEN = select(_TABLE.c.id).where(
    _TABLE.c.instance_id == bindparam("of_instance"), _TABLE.c.token_id == bindparam("of_token")
)
_UNQUEUE_TOKEN = Statement(delete(_QUEUE).where(_QUEUE.c.task_id.in_(_OF_TOKEN.scalar_subquery())))
_UNQUEUE = Statement(delete(_QUEUE).where(_QUEUE.c.task_id == bindparam("key")))
_ENQUEUE = Statement(
    _QUEUE.insert().values(
        principal=bindparam("principal"), due_at=bindparam("due_at"), task_id=bindparam("task_id")
    )
)
_DRAFTS = table_of(TaskDraft)
_DROP_DRAFTS = Statement(delete(_DRAFTS).where(_DRAFTS.c.task_id == bindparam("key")))


class Tasks:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def insert(self, rows: list[TaskRow]) -> None:
        """Write new tasks and put those that nobody holds into the queue."""
        _INSERT.run_many(self._connection, [values_of(row) for row in rows])
        self.enqueue([row for row in rows if row.assignee_id is None])

    def get(self, task_id: int) -> TaskRow | None:
        rows = _GET.rows(self._connection, {"key": task_id})
        return TaskRow(*rows[0]) if rows else None

    def open_of(self, instance_id: int) -> list[TaskRow]:
        rows = _OPEN_OF.rows(self._connection, {"instance_id": instance_id})
        return [TaskRow(*row) for row in rows]

    def enqueue(self, rows: Iterable[TaskRow]) -> None:
        _ENQUEUE.run_many(
            self._connection,
            [
                {"principal": principal, "due_at": row.due_at, "task_id": row.id}
                for row in rows
                for principal in dict.fromkeys(row.principals())
            ],
        )

    def unqueue(self, task_id: int) -> None:
        _UNQUEUE.run(self._connection, {"key": task_id})

    def hold(self, task_id: int, holder_id: int | None, *, at: datetime | None) -> bool:
        """Set who holds an open task; False if it is open no longer."""
        values = {"key": task_id, "holder_id": holder_id, "at": at}
        return _HOLD.run(self._connection, values) == 1

    def close(
        self, instance_id: int, token_ids: list[int], *, state: str, at: datetime, by_id: int | None
    ) -> None:
        """End the open tasks of these tokens and take them out of the queue."""
        keys = [{"of_instance": instance_id, "of_token": token_id} for token_id in token_ids]
        _UNQUEUE_TOKEN.run_many(self._connection, keys)
        _CLOSE.run_many(
            self._connection, [key | {"new_state": state, "at": at, "by_id": by_id} for key in keys]
        )

    def drop_drafts(self, task_id: int) -> None:
        _DROP_DRAFTS.run(self._connection, {"key": task_id})
