"""Jobs: acquired, executed and settled in three transactions.

The handler runs between transactions; its result re-enters as a unit of work of its own, fenced by the job's
version: a worker that lost its lease changes nothing.  A timer fires and is deleted in one transaction.  A
failure is retried as drawn and then becomes an incident, never silence.
"""

import contextlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from bpmn import payloads
from bpmn.actors import Actor
from bpmn.delivery import deliver_kept, signal_one
from bpmn.environment import Environment
from bpmn.errors import EngineError, NotAllowed, NotFound, RequestEnded, WaitGone
from bpmn.leases import Leases
from bpmn.projection import event
from bpmn.retries import next_attempt_at
from bpmn.spiff import Workflow
from bpmn.spiff.errors import ExecutionError
from bpmn.start_timers import start_on_time
from handlers.errors import BpmnError, HandlerError
from storage.errors import DatabaseUnavailable
from storage.ids import new_id
from storage.repositories.external import ExternalJobs
from storage.repositories.job_details import change_details
from storage.rows import IncidentRow, InstanceRow, JobRow
from storage.unit_of_work import UnitOfWork

logger = logging.getLogger(__name__)

_MAX_TEXT = 2000


Beside = Callable[[UnitOfWork], None]
"""What is written in the same transaction as a job's outcome."""


Observer = Callable[[JobRow, str, float], None]
"""Is told of every job that was run: what became of it (done, failed, lost, put_off) and how many seconds it took."""


class LeaseLost(Exception):
    """Another worker has the job now, or it was closed; what this one did is not recorded."""


class Jobs(Leases):
    """Runs what this worker leased."""

    _observers: tuple[Observer, ...] = ()

    def observe(self, observer: Observer) -> None:
        """Have *observer* told of every job that this worker runs."""
        self._observers = (*self._observers, observer)

    # -- running -------------------------------------------------------------------------------------

    def run_due(self, limit: int = 50) -> int:
        """Acquire up to *limit* due jobs and run them one after the other; return how many there were."""
        rows = self.acquire(limit)
        self.execute_all(rows)
        return len(rows)

    def execute_all(self, rows: Sequence[JobRow], stopping: Callable[[], bool] = lambda: False) -> None:
        """Run leased jobs one after the other; what is not reached is given back for others.

        Raises: as `execute`; the leases of the rest end by themselves then.
        """
        left = list(rows)
        try:
            while left and not stopping():
                self.execute(left.pop(0))
            self._give_back(left)
        finally:
            self._let_go(left)

    def run_until_idle(self, most: int = 10_000) -> int:
        """Run due jobs until none is left; return how many ran."""
        total = 0
        while total < most:
            count = self.run_due()
            if count == 0:
                break
            total += count
        return total

    def execute(self, row: JobRow) -> None:
        """Run one leased job to its end: done, to be repeated, or an incident.

        Raises:
            DatabaseUnavailable: nothing is lost; the job runs again when its lease ends, no attempt counted.
        """
        begun_s, outcome = time.perf_counter(), "done"
        try:
            self._run(row)
        except LeaseLost:
            outcome = "lost"
            logger.warning("job lease lost", extra={"job_id": row.id})
        except DatabaseUnavailable as error:
            outcome = "put_off"
            logger.warning("job put off", extra={"job_id": row.id, "error": str(error)})
            self._put_off(row)
            raise
        except Exception as error:  # noqa: BLE001 (the one place where a failure becomes a retry)
            outcome = "failed"
            logger.warning("job failed", extra={"job_id": row.id, "error": str(error)})
            self.fail(row, error)
        finally:
            self._let_go([row])
            for observer in self._observers:
                observer(row, outcome, time.perf_counter() - begun_s)

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
        with self._runtime.storage.unit_of_work() as uow:
            if not start_on_time(self._runtime, uow, row, now=self._runtime.now()):
                raise LeaseLost

    def _deliver(self, row: JobRow) -> None:
        """Deliver a kept message, or leave it to whoever waits for it later; its job is done in any case."""

        def fence(unit: UnitOfWork) -> None:
            if not unit.jobs.delete(row):
                raise LeaseLost

        while True:
            with (
                contextlib.suppress(RequestEnded, WaitGone),  # somebody was faster: look again who waits
                self._runtime.storage.unit_of_work() as uow,
            ):
                message = uow.subscriptions.kept_message((row.details or {})["message"])
                open_still = message is not None and message["state"] == "waiting"
                if not open_still or not deliver_kept(
                    self._runtime, uow, message or {}, now=self._runtime.now(), beside=fence
                ):
                    fence(uow)
                return

    def _broadcast(self, row: JobRow) -> None:
        """Give a signal to each receiver in a unit that crosses it off: after a kill nobody gets it twice."""
        details = dict(row.details or {})
        payload = payloads.load(details["payload"].encode())
        now = self._runtime.now()
        while details["receivers"]:
            receiver, *others = details["receivers"]
            details = {**details, "receivers": others}
            signal_one(
                self._runtime, receiver, payload, by=Actor(id=None), now=now,
                beside=partial(_cross_off, row, details),
            )  # fmt: skip
            row.version += 1
        with self._runtime.storage.unit_of_work() as uow:
            if not uow.jobs.delete(row):
                raise LeaseLost

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
            if due_at is None and row.instance_id is not None:
                self._runtime.load(uow, row.instance_id)  # locked first, as in every step
            settled = uow.jobs.settle(
                row,
                state="waiting" if due_at is not None else "failed",
                due_at=due_at or now,
                retries_left=max(row.retries_left - 1, 0),
                error=message,
            )
            if not settled:
                logger.warning("job lease lost", extra={"job_id": row.id})
                return False
            if beside is not None:
                beside(uow)
            if due_at is not None:
                return True
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

    # -- by hand ---------------------------------------------------------------------------------------

    def change_due(self, *, job_id: int, due_at: datetime, by: Actor) -> None:
        """Move a waiting timer or job to another time.

        Raises:
            NotFound: it is not waiting any more.
            NotAllowed: administrators only.
        """
        if not by.is_administrator:
            raise NotAllowed("only an administrator moves timers", reason="administrator.only")
        with self._runtime.storage.unit_of_work() as uow:
            job = uow.jobs.get(job_id)
            if job is None or job.state != "waiting":
                raise NotFound("job", job_id)
            if not uow.jobs.settle(
                job, state="waiting", due_at=due_at, retries_left=job.retries_left, error=job.error
            ):
                raise NotFound("job", job_id)
            data = {"element": job.element_id, "from": job.due_at.isoformat(), "to": due_at.isoformat()}
            now = self._runtime.now()
            uow.history.add_events([event(job.instance_id, "timer_moved", by=by, now=now, data=data)])
            uow.after_commit(self._runtime.wake)


def _cross_off(row: JobRow, details: Mapping[str, Any], unit: UnitOfWork) -> None:
    if not change_details(unit.connection, row, details):
        raise LeaseLost


class _Uncaught(Exception):
    """Nobody in the diagram catches the error."""


class _Detached(dict[str, Any]):
    """A copy of the variables that outlives the connection they were read from."""


def _token(row: JobRow) -> int:
    assert row.token_id is not None
    return row.token_id
