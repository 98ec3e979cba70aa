"""The rows of long works about versions: begun, done item by item by a job, stopped, looked at.

A slice of work takes a second or so, then the job gives its place to others and comes back.  What is done is
done: a killed process goes on with the next item.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from bpmn.actors import Actor
from bpmn.errors import NotAllowed, NotFound
from bpmn.projection import event
from storage.ids import new_id
from storage.models import Definition, Instance, User, VersionRun, VersionRunItem
from storage.rows import JobRow
from storage.unit_of_work import UnitOfWork

WAITING = "waiting"
ENDED = frozenset({"done", "cancelled", "undone"})


@dataclass(frozen=True, slots=True)
class Item:
    """What became of one request."""

    instance_id: int
    number: str
    subject: str
    state: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """A work as a page shows it; `counts` are its items by state."""

    id: int
    kind: str
    key: str
    state: str
    from_id: int | None
    to_id: int
    total: int
    counts: Mapping[str, int]
    data: Mapping[str, Any]
    created_at: datetime
    ended_at: datetime | None
    by: str = ""

    @property
    def done(self) -> int:
        """How many items are through."""
        return self.total - self.counts.get(WAITING, 0)

    @property
    def running(self) -> bool:
        return self.state not in ENDED


def ensure_administrator(by: Actor) -> None:
    """Raises NotAllowed."""
    if not by.is_administrator:
        raise NotAllowed("only an administrator changes versions", reason="administrator.only")


def open_run(
    uow: UnitOfWork,
    *,
    kind: str,
    from_id: int | None,
    to_id: int,
    items: Iterable[tuple[int, str, dict[str, Any]]],
    data: dict[str, Any],
    by: Actor,
    now: datetime,
) -> int:
    """Write a work with its items (request, state, what is known) and the job that does it; return its id."""
    run_id = new_id()
    key = uow.connection.execute(select(Definition.key).where(Definition.id == to_id)).scalar_one()
    rows = [
        {"run_id": run_id, "instance_id": instance_id, "state": state, "data": known, "blob": None}
        for instance_id, state, known in items
    ]
    uow.connection.execute(
        insert(VersionRun).values(
            id=run_id, kind=kind, key=key, from_definition_id=from_id, to_definition_id=to_id, state="running",
            total=len(rows), data=data, created_at=now, created_by_id=by.id, ended_at=None,
        )
    )  # fmt: skip
    if rows:
        uow.connection.execute(insert(VersionRunItem), rows)
    open_job(uow, kind, {"run": run_id}, now=now)
    return run_id


def open_job(
    uow: UnitOfWork,
    kind: str,
    details: dict[str, Any],
    *,
    now: datetime,
    due_at: datetime | None = None,
    definition_id: int | None = None,
) -> None:
    """Write a job that `Jobs.background` does."""
    job_id = new_id()
    uow.jobs.insert(
        [
            JobRow(
                id=job_id, kind=kind, instance_id=None, definition_id=definition_id, token_id=None, element_id="",
                handler=None, state="waiting", due_at=due_at or now, priority=50, attempt=0, retries_left=3,
                retry=None, details=details, idempotency_key=f"{kind}:{job_id}", created_at=now,
            )
        ]
    )  # fmt: skip


def get(connection: Connection, run_id: int) -> Run:
    """Return a work with its progress.  Raises NotFound."""
    found = _runs(connection, VersionRun.id == run_id)
    if not found:
        raise NotFound("work", run_id)
    return found[0]


def recent(connection: Connection, *, key: str, kind: str, limit: int = 5) -> list[Run]:
    """Return the latest works of a process, newest first."""
    return _runs(connection, VersionRun.key == key, VersionRun.kind == kind, limit=limit)


def _runs(connection: Connection, *conditions: Any, limit: int = 1) -> list[Run]:
    rows = connection.execute(
        select(VersionRun.__table__, User.name.label("by"))
        .outerjoin(User, User.id == VersionRun.created_by_id)
        .where(*conditions)
        .order_by(VersionRun.created_at.desc(), VersionRun.id.desc())
        .limit(limit)
    ).all()
    counts: dict[int, Counter[str]] = {row.id: Counter() for row in rows}
    if rows:
        counted = connection.execute(
            select(VersionRunItem.run_id, VersionRunItem.state, func.count())
            .where(VersionRunItem.run_id.in_(list(counts)))
            .group_by(VersionRunItem.run_id, VersionRunItem.state)
        )
        for run_id, state, count in counted:
            counts[run_id][state] = count
    return [
        Run(
            row.id, row.kind, row.key, row.state, row.from_definition_id, row.to_definition_id, row.total,
            counts[row.id], row.data or {}, row.created_at, row.ended_at, row.by or "",
        )
        for row in rows
    ]  # fmt: skip


def items(connection: Connection, run_id: int, *, states: Iterable[str] = (), limit: int = 200) -> list[Item]:
    """Return what became of the requests, by number."""
    query = (
        select(
            VersionRunItem.instance_id, Instance.number, Instance.subject, VersionRunItem.state, VersionRunItem.data
        )
        .join(Instance, Instance.id == VersionRunItem.instance_id)
        .where(VersionRunItem.run_id == run_id)
        .order_by(Instance.number)
        .limit(limit)
    )  # fmt: skip
    if states:
        query = query.where(VersionRunItem.state.in_(list(states)))
    return [Item(row[0], row[1] or "", row[2], row[3], row[4] or {}) for row in connection.execute(query)]


def item(connection: Connection, run_id: int, instance_id: int) -> Item:
    """Return what became of one request.  Raises NotFound."""
    row = connection.execute(
        select(
            VersionRunItem.instance_id, Instance.number, Instance.subject, VersionRunItem.state, VersionRunItem.data
        )
        .join(Instance, Instance.id == VersionRunItem.instance_id)
        .where(VersionRunItem.run_id == run_id, VersionRunItem.instance_id == instance_id)
    ).first()  # fmt: skip
    if row is None:
        raise NotFound("request of this work", instance_id)
    return Item(row[0], row[1] or "", row[2], row[3], row[4] or {})


def next_of(connection: Connection, run_id: int, state: str, count: int) -> list[int]:
    """Return requests whose items are in this state."""
    return list(
        connection.scalars(
            select(VersionRunItem.instance_id)
            .where(VersionRunItem.run_id == run_id, VersionRunItem.state == state)
            .order_by(VersionRunItem.instance_id)
            .limit(count)
        )
    )


def settle_item(
    uow: UnitOfWork,
    run_id: int,
    instance_id: int,
    state: str,
    data: dict[str, Any],
    blob: bytes | None = None,
) -> None:
    """Write what became of a request."""
    uow.connection.execute(
        update(VersionRunItem)
        .where(VersionRunItem.run_id == run_id, VersionRunItem.instance_id == instance_id)
        .values(state=state, data=data, blob=blob)
    )


def set_state(uow: UnitOfWork, run_id: int, state: str, *, now: datetime, seen: Iterable[str]) -> bool:
    """Change the state of a work that is in one of *seen*; False if it is in another by now."""
    result = uow.connection.execute(
        update(VersionRun)
        .where(VersionRun.id == run_id, VersionRun.state.in_(list(seen)))
        .values(state=state, ended_at=now if state in ENDED else None)
    )
    return bool(result.rowcount)


def go_on(uow: UnitOfWork, job: JobRow, *, now: datetime, finished: bool) -> None:
    """Give the job back for its next slice, or delete it."""
    if finished:
        uow.jobs.delete(job)
    else:
        uow.jobs.settle(job, state="waiting", due_at=now, retries_left=job.retries_left, error=None)


def record(
    uow: UnitOfWork, kind: str, by: Actor, now: datetime, instance_id: int | None = None, **data: Any
) -> None:
    """Write to the audit, or to the history of a request."""
    uow.history.add_events([event(instance_id, kind, by=by, now=now, data=data)])


Background = Callable[[JobRow], None]
