"""Jobs: due, leased, failed.  A finished job is a row that is gone; its trace is the activity record."""

from dataclasses import fields
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, or_, select, text, update

from storage.models import Job
from storage.rows import JobRow
from storage.statements import OneOf, Statement, insert_of, table_of

_TABLE = table_of(Job)
COLUMNS = [_TABLE.c[field.name] for field in fields(JobRow)]

#: What the executor itself runs; literal, so that both databases use the partial index.
_OURS = text("job.kind <> 'external'")

_RUNNABLE = or_(
    (_TABLE.c.state == "waiting") & (_TABLE.c.due_at <= bindparam("now")),
    (_TABLE.c.state == "leased") & (_TABLE.c.lease_until <= bindparam("now")),
)

_INSERT = insert_of(_TABLE, JobRow)
_GET = Statement(select(*COLUMNS).where(_TABLE.c.id == bindparam("key")))
#: Among so many that are due longest the most urgent go first: nobody urgent waits long, nobody else for ever.
_WINDOW = 100
_LONGEST_DUE = (
    select(_TABLE.c.id).where(_OURS, _RUNNABLE).order_by(_TABLE.c.due_at, _TABLE.c.id).limit(_WINDOW)
)
_DUE = (
    select(*COLUMNS)
    .where(_TABLE.c.id.in_(_LONGEST_DUE), _OURS, _RUNNABLE)
    .order_by(_TABLE.c.priority.desc(), _TABLE.c.due_at, _TABLE.c.id)
    .limit(bindparam("count"))
    .with_for_update(skip_locked=True)
)
_ACQUIRE = Statement(_DUE)
_ANY_DUE = Statement(select(_TABLE.c.id).where(_OURS, _RUNNABLE).limit(1))
_NEXT_DUE = Statement(
    select(_TABLE.c.due_at).where(_OURS, _TABLE.c.state == "waiting").order_by(_TABLE.c.due_at).limit(1)
)
_LEASE = Statement(
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("key"), _TABLE.c.version == bindparam("seen"))
    .values(
        state="leased",
        lease_owner=bindparam("owner"),
        lease_until=bindparam("until"),
        attempt=_TABLE.c.attempt + 1,
        version=_TABLE.c.version + 1,
    )
)
_RENEW = Statement(
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("key"), _TABLE.c.version == bindparam("seen"), _TABLE.c.state == "leased")
    .values(lease_until=bindparam("until"))
)
_OWNERS = Statement(select(_TABLE.c.lease_owner).where(_TABLE.c.state == "leased").distinct())
_RELEASE = Statement(
    update(_TABLE)
    .where(_TABLE.c.state == "leased", _TABLE.c.lease_owner == bindparam("owner"))
    .values(lease_until=bindparam("now"))
)
_WAIT = Statement(
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("key"), _TABLE.c.version == bindparam("seen"))
    .values(
        state=bindparam("new_state"),
        due_at=bindparam("new_due"),
        retries_left=bindparam("left"),
        error=bindparam("new_error"),
        lease_owner=None,
        lease_until=None,
        version=_TABLE.c.version + 1,
    )
)
_DELETE = Statement(
    delete(_TABLE).where(_TABLE.c.id == bindparam("key"), _TABLE.c.version == bindparam("seen"))
)
_DELETE_TOKENS = Statement(
    delete(_TABLE).where(_TABLE.c.instance_id == bindparam("of_instance"), OneOf(_TABLE.c.token_id, "tokens"))
)
_DELETE_STARTS = Statement(
    delete(_TABLE).where(_TABLE.c.definition_id == bindparam("of_definition"), _TABLE.c.kind == "start_timer")
)
_OF_INSTANCE = Statement(select(*COLUMNS).where(_TABLE.c.instance_id == bindparam("instance_id")))


class Jobs:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def insert(self, rows: list[JobRow]) -> None:
        _INSERT.run(self._connection, rows)

    def get(self, job_id: int) -> JobRow | None:
        rows = _GET.rows(self._connection, {"key": job_id})
        return JobRow(*rows[0]) if rows else None

    def of_instance(self, instance_id: int) -> list[JobRow]:
        return [JobRow(*row) for row in _OF_INSTANCE.rows(self._connection, {"instance_id": instance_id})]

    def any_due(self, *, now: datetime) -> bool:
        """Tell whether there is anything to acquire."""
        return bool(_ANY_DUE.rows(self._connection, {"now": now}))

    def next_due_at(self) -> datetime | None:
        """When the next waiting job is due."""
        rows = _NEXT_DUE.rows(self._connection, {})
        return rows[0][0] if rows else None

    def acquire(self, *, now: datetime, owner: str, until: datetime, count: int) -> list[JobRow]:
        """Lease up to *count* due jobs, the most urgent first, also those whose holder went silent."""
        rows = [JobRow(*row) for row in _ACQUIRE.rows(self._connection, {"now": now, "count": count})]
        _LEASE.run_many(
            self._connection,
            [{"key": row.id, "seen": row.version, "owner": owner, "until": until} for row in rows],
        )
        for row in rows:
            row.state, row.lease_owner, row.lease_until = "leased", owner, until
            row.attempt, row.version = row.attempt + 1, row.version + 1
        return rows

    def renew(self, row: JobRow, *, until: datetime) -> bool:
        """Prolong the lease; False if it was lost meanwhile."""
        values = {"key": row.id, "seen": row.version, "until": until}
        return _RENEW.run(self._connection, values) == 1

    def lease_owners(self) -> list[str]:
        """Who holds leases now."""
        return [owner for (owner,) in _OWNERS.rows(self._connection, {}) if owner]

    def release(self, owner: str, *, now: datetime) -> int:
        """End the leases of a holder that is gone, so that others acquire its jobs."""
        return _RELEASE.run(self._connection, {"owner": owner, "now": now})

    def settle(
        self, row: JobRow, *, state: str, due_at: datetime, retries_left: int, error: str | None
    ) -> bool:
        """Give a leased job back: to wait for its next attempt, or as failed.  False if the lease was lost."""
        values = {
            "key": row.id,
            "seen": row.version,
            "new_state": state,
            "new_due": due_at,
            "left": retries_left,
            "new_error": error,
        }
        return _WAIT.run(self._connection, values) == 1

    def delete(self, row: JobRow) -> bool:
        """Delete a job that is done; False if its lease was lost meanwhile."""
        return _DELETE.run(self._connection, {"key": row.id, "seen": row.version}) == 1

    def delete_tokens(self, instance_id: int, token_ids: list[int]) -> None:
        if token_ids:
            _DELETE_TOKENS.send(self._connection, {"of_instance": instance_id, "tokens": token_ids})

    def delete_starts(self, definition_id: int) -> None:
        _DELETE_STARTS.run(self._connection, {"of_definition": definition_id})
