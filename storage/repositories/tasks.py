"""User tasks and the queue of those that nobody holds."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime

from sqlalchemy import BigInteger, Connection, bindparam, case, delete, select, update

from storage.models import Task, TaskCandidate, TaskDraft
from storage.rows import CandidateRow, TaskRow
from storage.statements import OneOf, Statement, constant, insert_of, table_of

_TABLE = table_of(Task)
_QUEUE = table_of(TaskCandidate)
_COLUMNS = [_TABLE.c[field.name] for field in fields(TaskRow)]

_INSERT = insert_of(_TABLE, TaskRow)
_GET = Statement(select(*_COLUMNS).where(_TABLE.c.id == bindparam("key")))
_OPEN_OF = Statement(
    select(*_COLUMNS).where(
        _TABLE.c.instance_id == bindparam("instance_id"), _TABLE.c.state == constant("open")
    )
)
_CLOSE = Statement(
    update(_TABLE)
    .where(
        _TABLE.c.instance_id == bindparam("of_instance"),
        OneOf(_TABLE.c.token_id, "tokens"),
        _TABLE.c.state == constant("open"),
    )
    .values(
        state=case(
            (OneOf(_TABLE.c.token_id, "completed"), constant("completed")), else_=constant("cancelled")
        ),
        completed_at=bindparam("at"),
        completed_by_id=case((OneOf(_TABLE.c.token_id, "completed"), bindparam("by_id", type_=BigInteger))),
    )
)
_HOLD = Statement(
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("key"), _TABLE.c.state == constant("open"))
    .values(assignee_id=bindparam("holder_id"), claimed_at=bindparam("at"))
)
_OF_TOKENS = select(_TABLE.c.id).where(
    _TABLE.c.instance_id == bindparam("of_instance"), OneOf(_TABLE.c.token_id, "tokens")
)
_UNQUEUE_TOKENS = Statement(delete(_QUEUE).where(_QUEUE.c.task_id.in_(_OF_TOKENS.scalar_subquery())))
_UNQUEUE = Statement(delete(_QUEUE).where(_QUEUE.c.task_id == bindparam("key")))
_ENQUEUE = insert_of(_QUEUE, CandidateRow)
_DRAFTS = table_of(TaskDraft)
_DROP_DRAFTS = Statement(delete(_DRAFTS).where(_DRAFTS.c.task_id == bindparam("key")))


class Tasks:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def insert(self, rows: list[TaskRow]) -> None:
        """Write new tasks and put those that nobody holds into the queue."""
        _INSERT.run(self._connection, rows)
        self.enqueue([row for row in rows if row.assignee_id is None])

    def get(self, task_id: int) -> TaskRow | None:
        rows = _GET.rows(self._connection, {"key": task_id})
        return TaskRow(*rows[0]) if rows else None

    def open_of(self, instance_id: int) -> list[TaskRow]:
        rows = _OPEN_OF.rows(self._connection, {"instance_id": instance_id})
        return [TaskRow(*row) for row in rows]

    def enqueue(self, rows: Iterable[TaskRow]) -> None:
        candidates = [
            CandidateRow(principal, row.due_at, row.id)
            for row in rows
            for principal in dict.fromkeys(row.principals())
        ]
        _ENQUEUE.run(self._connection, candidates)

    def unqueue(self, task_id: int) -> None:
        _UNQUEUE.run(self._connection, {"key": task_id})

    def hold(self, task_id: int, holder_id: int | None, *, at: datetime | None) -> bool:
        """Set who holds an open task; False if it is open no longer."""
        values = {"key": task_id, "holder_id": holder_id, "at": at}
        return _HOLD.run(self._connection, values) == 1

    def close(
        self,
        instance_id: int,
        *,
        at: datetime,
        completed: list[int] | None = None,
        by_id: int | None = None,
        cancelled: list[int] | None = None,
    ) -> None:
        """End the open tasks of these tokens, completed by a person or cancelled, and take them out of the queue."""
        tokens = (completed or []) + (cancelled or [])
        if tokens:
            values = {"of_instance": instance_id, "tokens": tokens, "completed": completed or []}
            _UNQUEUE_TOKENS.send(self._connection, values)
            _CLOSE.send(self._connection, values | {"at": at, "by_id": by_id})

    def drop_drafts(self, task_id: int) -> None:
        _DROP_DRAFTS.send(self._connection, {"key": task_id})
