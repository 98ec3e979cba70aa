"""Jobs that programs elsewhere fetch, and what they answered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, text, update

from storage.models import ExternalOutcome, Job
from storage.repositories.jobs import COLUMNS
from storage.rows import JobRow
from storage.statements import table_of

_JOBS = table_of(Job)
_OUTCOMES = table_of(ExternalOutcome)


class ExternalJobs:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def any_due(self, topics: Sequence[str], *, now: datetime) -> bool:
        """Tell whether there is anything to lend."""
        return self._connection.execute(self._due(topics, now).limit(1)).first() is not None

    def lend(
        self, topics: Sequence[str], *, now: datetime, owner: str, until: datetime, count: int
    ) -> list[JobRow]:
        """Lease up to *count* due jobs of these topics, the most urgent first; their version rises."""
        found = (
            self._due(topics, now)
            .order_by(_JOBS.c.priority.desc(), _JOBS.c.due_at, _JOBS.c.id)
            .limit(count)
            .with_for_update(skip_locked=True)
        )
        rows = [JobRow(*row) for row in self._connection.execute(found)]
        if rows:
            self._connection.execute(
                update(_JOBS)
                .where(_JOBS.c.id.in_([row.id for row in rows]))
                .values(
                    state="leased", lease_owner=owner, lease_until=until,
                    attempt=_JOBS.c.attempt + 1, version=_JOBS.c.version + 1,
                )
            )  # fmt: skip
        for row in rows:
            row.state, row.lease_owner, row.lease_until = "leased", owner, until
            row.attempt, row.version = row.attempt + 1, row.version + 1
        return rows

    def hand_over(self, row: JobRow) -> bool:
        """Make a leased job of ours one that others fetch; False if the lease was lost."""
        done = self._connection.execute(
            update(_JOBS)
            .where(_JOBS.c.id == row.id, _JOBS.c.version == row.version)
            .values(
                kind="external", state="waiting", lease_owner=None, lease_until=None, version=row.version + 1
            )
        )
        return done.rowcount == 1

    def outcome(self, job_id: int, lease: int) -> tuple[str, str, dict[str, Any]] | None:
        """Return who answered under a lease, what act it was and what was replied."""
        found = self._connection.execute(
            select(_OUTCOMES.c.worker, _OUTCOMES.c.act, _OUTCOMES.c.answer).where(
                _OUTCOMES.c.job_id == job_id, _OUTCOMES.c.lease == lease
            )
        ).first()
        return None if found is None else (found.worker, found.act, found.answer)

    def record(self, row: JobRow, *, worker: str, act: str, answer: dict[str, Any], at: datetime) -> None:
        """Remember what was replied, for a repeat."""
        self._connection.execute(
            insert(_OUTCOMES).values(
                job_id=row.id, lease=row.version, worker=worker, act=act, answer=answer, at=at
            )
        )

    def forget(self, *, before: datetime) -> int:
        """Forget old replies; return how many there were."""
        return self._connection.execute(delete(_OUTCOMES).where(_OUTCOMES.c.at < before)).rowcount

    @staticmethod
    def _due(topics: Sequence[str], now: datetime) -> Any:
        return select(*COLUMNS).where(
            text("job.kind = 'external'"),
            _JOBS.c.handler.in_(topics),
            or_(
                (_JOBS.c.state == "waiting") & (_JOBS.c.due_at <= now),
                (_JOBS.c.state == "leased") & (_JOBS.c.lease_until <= now),
            ),
        )
