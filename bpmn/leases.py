"""Which jobs this worker holds: leased for a while, prolonged while they run, given back when it cannot run them.

A lease is fenced by the job's version, which every lending raises: whoever lost it changes nothing.
"""

import contextlib
import os
import secrets
import socket
import threading
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bpmn.runtime import Runtime
from storage.errors import DatabaseUnavailable
from storage.rows import JobRow

LEASE_S = 30
HEARTBEAT_S = 8
_PAUSE_S = 5


class Leases:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._held: dict[int, JobRow] = {}
        self._lock = threading.Lock()

    def acquire(self, limit: int = 50) -> list[JobRow]:
        """Lease due jobs to this worker; jobs whose worker went silent are due again."""
        now = self._runtime.now()
        if not self._anything_due(now):
            return []
        with self._runtime.storage.unit_of_work() as uow:
            rows = uow.jobs.acquire(
                now=now, owner=self._owner, until=now + timedelta(seconds=LEASE_S), count=limit
            )
        with self._lock:
            self._held.update((row.id, row) for row in rows)
        return rows

    def heartbeat(self) -> None:
        """Prolong the leases of what this worker is running; call it every HEARTBEAT_S seconds."""
        with self._lock:
            rows = list(self._held.values())
        if not rows:
            return
        until = self._runtime.now() + timedelta(seconds=LEASE_S)
        for row in rows:  # each by itself: a unit that holds one row never waits for another
            with self._runtime.storage.unit_of_work() as uow:
                uow.jobs.renew(row, until=until)

    def release_dead(self) -> int:
        """Take back at once what a killed process of this machine held; return how many jobs that were."""
        with self._runtime.storage.reading() as uow:
            owners = uow.jobs.lease_owners()
        dead = [owner for owner in owners if owner != self._owner and _is_dead(owner)]
        if not dead:
            return 0
        with self._runtime.storage.unit_of_work() as uow:
            return sum(uow.jobs.release(owner, now=self._runtime.now()) for owner in dead)

    def _anything_due(self, now: datetime) -> bool:
        with self._runtime.storage.reading() as uow:
            return uow.jobs.any_due(now=now)

    def _let_go(self, rows: Iterable[JobRow]) -> None:
        """Prolong these leases no longer."""
        with self._lock:
            for row in rows:
                self._held.pop(row.id, None)

    def _give_back(self, rows: Sequence[JobRow]) -> None:
        """Have jobs that were leased and not begun be due at once."""
        if rows:
            with self._runtime.storage.unit_of_work() as uow:
                for row in rows:
                    uow.jobs.settle(
                        row,
                        state="waiting",
                        due_at=row.due_at,
                        retries_left=row.retries_left,
                        error=row.error,
                    )

    def _put_off(self, row: JobRow) -> None:
        """Give a job back, no attempt counted; a database that refuses this too is left to the lease's end."""
        due_at = self._runtime.now() + timedelta(seconds=_PAUSE_S)
        with (
            contextlib.suppress(DatabaseUnavailable),
            self._runtime.storage.unit_of_work() as uow,
        ):
            uow.jobs.settle(
                row, state="waiting", due_at=due_at, retries_left=row.retries_left, error=row.error
            )


def _is_dead(owner: str) -> bool:
    """Tell whether the process that holds a lease ran on this machine and is gone."""
    host, _, rest = owner.partition(":")
    pid = rest.partition(":")[0]
    if host != socket.gethostname() or not pid.isdecimal():
        return False
    if int(pid) == os.getpid():
        return True  # the number came round: the holder was an earlier process
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
