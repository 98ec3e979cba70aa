"""Jobs: acquired, executed and settled in three transactions.

The handler runs between transactions; its result re-enters as a unit of work of its own, fenced by the job's
version: a worker that lost its lease changes nothing.  A timer fires and is deleted in one transaction.  A
failure is retried as drawn and then becomes an incident, never silence.
"""

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bpmn import payloads
from bpmn.actors import Actor
from bpmn.delivery import deliver_kept, signal_one
from bpmn.environment import Environment, host_functions
from bpmn.errors import EngineError, NotAllowed, NotFound
from bpmn.projection import event
from bpmn.retries import next_attempt_at, retries_of
from bpmn.runtime import Runtime
from bpmn.spiff import Workflow
from bpmn.spiff.errors import ExecutionError
from bpmn.starting import begin
from bpmn.starts import next_start
from handlers.errors import BpmnError, HandlerError, UncertainEffect
from handlers.ledger import forget_uncertain
from storage.ids import new_id
from storage.repositories.external import ExternalJobs
from storage.rows import IncidentRow, InstanceRow, JobRow
from storage.unit_of_work import UnitOfWork

logger = logging.getLogger(__name__)

LEASE_S = 30
HEARTBEAT_S = 8
_MAX_TEXT = 2000


Beside = Callable[[UnitOfWork], None]
"""What is written in the same transaction as a job's outcome."""


class LeaseLost(Exception):
    """Another worker has the job now, or it was closed; what this one did is not recorded."""


class Jobs:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._held: dict[int, JobRow] = {}
        self._lock = threading.Lock()

    # -- running -------------------------------------------------------------------------------------

    def run_due(self, limit: int = 50) -> int:
        """Acquire up to *limit* due jobs and run them one after the other; return how many there were."""
        rows = self.acquire(limit)
        for row in rows:
            self.execute(row)
        return len(rows)

    def run_until_idle(self, most: int = 10_000) -> int:
        """Run due jobs until none is left; return how many ran."""
        total = 0
        while total < most:
            count = self.run_due()
            if count == 0:
                break
            total += count
        return total

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
        with self._runtime.storage.unit_of_work() as uow:
            for row in rows:
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

    def execute(self, row: JobRow) -> None:
        """Run one leased job to its end: done, to be repeated, or an incident."""
        try:
            self._run(row)
        except LeaseLost:
            logger.warning("job lease lost", extra={"job_id": row.id})
        except Exception as error:  # noqa: BLE001 (the one place where a failure becomes a retry)
            logger.warning("job failed", extra={"job_id": row.id, "error": str(error)})
            self.fail(row, error)
        finally:
            with self._lock:
                self._held.pop(row.id, None)

    # -- outcomes of jobs that programs elsewhere did (`bpmn.external`) ---------------------------------

    def finish(self, row: JobRow, variables: Mapping[str, Any], beside: Beside) -> None:
        """Record that a leased job is done; raises LeaseLost."""
        self._step(row, lambda workflow: workflow.complete_job(_token(row), variables), beside)

    def throw(self, row: JobRow, error: BpmnError, beside: Beside) -> None:
        """Hand a leased job's outcome to the diagram; raises LeaseLost, HandlerError when nobody catches it."""
        self._business_error(row, error, beside)

    def _run(self, row: JobRow) -> None:
        match row.kind:
            case "handler":
                self._run_handler(row)
            case "timer":
                self._step(row, lambda workflow: workflow.fire(_token(row), {}))
            case "start_timer":
                self._run_start_timer(row)
            case "message":
                self._deliver(row)
            case "signal":
                self._broadcast(row)

    def _run_handler(self, row: JobRow) -> None:
        now = self._runtime.now()
        by = Actor(id=None, name="")
        with self._runtime.peek(row.instance_id or 0, by=by) as (instance, bundle, workflow):
            if instance.state != "active":
                raise LeaseLost
            parameters = workflow.parameters(_token(row))
            environment = Environment(
                runtime=self._runtime, uow=None, bundle=bundle, now=now, by=by, seed=row.id, request=instance
            )
            variables = _Detached(workflow.variables_of(_token(row)))
            handler = self._runtime.registry.get(row.handler or "")
            if handler.external:
                self._hand_over(row)
                return
            context = environment.handler_context(
                element_id=row.element_id,
                key=row.idempotency_key,
                variables=variables,
                open_unit=self._runtime.storage.unit_of_work,
            )
        try:
            result = handler.call(context, parameters)
        except BpmnError as error:
            self._business_error(row, error)
            return
        self._step(row, lambda workflow: workflow.complete_job(_token(row), result))

    def _hand_over(self, row: JobRow) -> None:
        """Leave to programs elsewhere what was written when the topic still had, or lacked, a handler here."""
        with self._runtime.storage.unit_of_work() as uow:
            if not ExternalJobs(uow.connection).hand_over(row):
                raise LeaseLost
            uow.after_commit(self._runtime.wake)

    def _business_error(self, row: JobRow, error: BpmnError, beside: Beside | None = None) -> None:
        """Throw a handler's outcome into the diagram; nobody there to catch it is an incident."""
        caught: list[bool] = []

        def command(workflow: Workflow) -> None:
            caught[:] = [
                workflow.fail_with_bpmn_error(_token(row), error.code, error.message, error.variables)
            ]
            if not caught[0]:
                raise _Uncaught

        try:
            self._step(row, command, beside)
        except _Uncaught:
            text = f"nobody catches the error {error.code!r}: {error.message}"
            raise HandlerError("error.uncaught", text, retryable=False, error=error.code) from error

    def _step(self, row: JobRow, command: Callable[[Workflow], None], beside: Beside | None = None) -> None:
        """Apply a job's outcome and delete the job, in one transaction."""
        now = self._runtime.now()
        with self._runtime.storage.unit_of_work() as uow:
            instance = self._runtime.load(uow, row.instance_id or 0)
            if instance.state != "active":
                raise LeaseLost

            def fence(unit: UnitOfWork, _: InstanceRow) -> None:
                if not unit.jobs.delete(row):
                    raise LeaseLost
                if beside is not None:
                    beside(unit)

            self._runtime.advance(uow, instance, command, by=Actor(id=None), now=now, prepare=fence)

    def _run_start_timer(self, row: JobRow) -> None:
        now = self._runtime.now()
        with self._runtime.storage.unit_of_work() as uow:
            if not uow.jobs.delete(row):
                raise LeaseLost
            bundle = self._runtime.bundles.of_definition(uow.connection, row.definition_id or 0)
            details = row.details or {}
            index = int(details.get("index", 0)) + 1
            start = next(start for start in bundle.model.starts if start.element_id == row.element_id)
            if start.timer is not None:
                due = next_start(
                    start.timer,
                    now=now,
                    index=index,
                    functions=host_functions(self._runtime, now),
                    zone=self._runtime.zone,
                    anchor=datetime.fromisoformat(details["anchor"]),
                )
                if due is not None:
                    job_id = new_id()
                    following = JobRow(
                        id=job_id,
                        kind="start_timer",
                        instance_id=None,
                        definition_id=row.definition_id,
                        token_id=None,
                        element_id=row.element_id,
                        handler=None,
                        state="waiting",
                        due_at=due,
                        priority=row.priority,
                        attempt=0,
                        retries_left=3,
                        retry=None,
                        details={**details, "index": index},
                        idempotency_key=f"start_timer:{job_id}",
                        created_at=now,
                    )
                    uow.jobs.insert([following])
            begin(
                self._runtime,
                uow, bundle, variables={}, by=Actor(id=None), now=now, start_id=row.element_id,
                message_id=row.idempotency_key,
            )  # fmt: skip

    def _deliver(self, row: JobRow) -> None:
        with self._runtime.storage.unit_of_work() as uow:
            if not uow.jobs.delete(row):
                raise LeaseLost
            message = uow.subscriptions.kept_message((row.details or {})["message"])
            if message is not None and message["state"] == "waiting":
                deliver_kept(self._runtime, uow, message, now=self._runtime.now())

    def _broadcast(self, row: JobRow) -> None:
        details = row.details or {}
        payload = payloads.load(details["payload"].encode())
        now = self._runtime.now()
        for receiver in details["receivers"]:
            signal_one(self._runtime, receiver, payload, by=Actor(id=None), now=now)
        with self._runtime.storage.unit_of_work() as uow:
            uow.jobs.delete(row)

    # -- failing -------------------------------------------------------------------------------------

    def fail(self, row: JobRow, error: Exception, beside: Beside | None = None) -> bool:
        """Give a leased job back for its next attempt, or make it an incident; a transaction of its own.

        Returns False when the lease was lost: nothing was changed.
        """
        now = self._runtime.now()
        retryable = getattr(error, "retryable", True) and not isinstance(error, EngineError | ExecutionError)
        code = getattr(error, "code", None) or type(error).__name__
        message = str(error)[:_MAX_TEXT] or type(error).__name__
        due_at = None
        if retryable:
            due_at = next_attempt_at(
                retry=row.retry, retries_left=row.retries_left, attempt=row.attempt, failed_at=now
            )
        with self._runtime.storage.unit_of_work() as uow:
            settled = uow.jobs.settle(
                row,
                state="waiting" if due_at is not None else "failed",
                due_at=due_at or now,
                retries_left=max(row.retries_left - 1, 0),
                error=message,
            )
            if settled and beside is not None:
                beside(uow)
            if not settled or due_at is not None:
                return settled
            uow.incidents.insert(
                [
                    IncidentRow(
                        id=new_id(),
                        instance_id=row.instance_id,
                        job_id=row.id,
                        token_id=row.token_id,
                        element_id=row.element_id,
                        kind="job",
                        code=str(code),
                        message=message,
                        state="open",
                        created_at=now,
                    )
                ]
            )
            return True

    # -- incidents -----------------------------------------------------------------------------------

    def retry(self, *, incident_id: int, by: Actor) -> None:
        """Try again what failed.

        Raises:
            NotFound: there is no such incident, or it was dealt with already.
            NotAllowed: administrators only.
        """
        self._allow(by)
        now = self._runtime.now()
        with self._runtime.storage.unit_of_work() as uow:
            incident = self._open_incident(uow, incident_id)
            data = {"element": incident.element_id, "code": incident.code}
            if incident.kind == "element" and incident.instance_id is not None:
                instance = self._runtime.load_active(uow, incident.instance_id)
                token_id = incident.token_id or 0
                self._runtime.advance(
                    uow, instance, lambda workflow: workflow.retry(token_id), by=by, now=now
                )
            elif incident.job_id is not None:
                self._rearm(uow, incident, now)
            uow.incidents.resolve(incident_id, how="retried", at=now, by_id=by.id)
            uow.history.add_events(
                [event(incident.instance_id, "incident_retried", by=by, now=now, data=data)]
            )
            uow.after_commit(self._runtime.wake)

    def retry_all(self, *, code: str, element_id: str, by: Actor) -> int:
        """Try again everything that failed at the same element for the same reason; return how many."""
        self._allow(by)
        with self._runtime.storage.reading() as uow:
            alike = uow.incidents.alike(code=code, element_id=element_id)
        for incident in alike:
            self.retry(incident_id=incident.id, by=by)
        return len(alike)

    def skip(self, *, incident_id: int, by: Actor, variables: Mapping[str, Any] | None = None) -> None:
        """Pass over what failed, as if it had been done and had returned *variables*.

        Raises: as `retry`.
        """
        self._allow(by)
        now = self._runtime.now()
        with self._runtime.storage.unit_of_work() as uow:
            incident = self._open_incident(uow, incident_id)
            if incident.instance_id is not None and incident.token_id is not None:
                instance = self._runtime.load_active(uow, incident.instance_id)
                token_id, values = incident.token_id, dict(variables or {})
                self._runtime.advance(
                    uow, instance, lambda workflow: workflow.skip(token_id, values), by=by, now=now
                )
            uow.incidents.resolve(incident_id, how="skipped", at=now, by_id=by.id)
            data = {"element": incident.element_id, "code": incident.code}
            uow.history.add_events(
                [event(incident.instance_id, "incident_skipped", by=by, now=now, data=data)]
            )

    def change_due(self, *, job_id: int, due_at: datetime, by: Actor) -> None:
        """Move a waiting timer or job to another time.

        Raises:
            NotFound: it is not waiting any more.
            NotAllowed: administrators only.
        """
        self._allow(by)
        with self._runtime.storage.unit_of_work() as uow:
            job = uow.jobs.get(job_id)
            if job is None or job.state != "waiting":
                raise NotFound("job", job_id)
            uow.jobs.settle(
                job, state="waiting", due_at=due_at, retries_left=job.retries_left, error=job.error
            )
            data = {"element": job.element_id, "from": job.due_at.isoformat(), "to": due_at.isoformat()}
            now = self._runtime.now()
            uow.history.add_events([event(job.instance_id, "timer_moved", by=by, now=now, data=data)])
            uow.after_commit(self._runtime.wake)

    @staticmethod
    def _rearm(uow: UnitOfWork, incident: IncidentRow, now: datetime) -> None:
        """Have the job run again; a person decides that an effect of unknown outcome did not happen."""
        job = uow.jobs.get(incident.job_id or 0)
        if job is None:
            return
        if incident.code == UncertainEffect.CODE:
            forget_uncertain(uow.connection, job.idempotency_key)
        uow.jobs.settle(job, state="waiting", due_at=now, retries_left=retries_of(job.retry), error=job.error)

    @staticmethod
    def _allow(by: Actor) -> None:
        if not by.is_administrator:
            raise NotAllowed("only an administrator deals with incidents", reason="administrator.only")

    @staticmethod
    def _open_incident(uow: UnitOfWork, incident_id: int) -> IncidentRow:
        incident = uow.incidents.get(incident_id)
        if incident is None or incident.state != "open":
            raise NotFound("open incident", incident_id)
        return incident


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


class _Uncaught(Exception):
    """Nobody in the diagram catches the error."""


class _Detached(dict[str, Any]):
    """A copy of the variables that outlives the connection they were read from."""


def _token(row: JobRow) -> int:
    assert row.token_id is not None
    return row.token_id
