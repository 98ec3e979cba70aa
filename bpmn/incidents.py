"""What failed and waits for a person: try again, pass over, or say that it was done by hand.

Every act is one unit of work under the request's lock, and an incident is dealt with once: of two people one is
told that it was dealt with.  The idempotency key of a job stays the same, so what was done outside is not repeated.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from bpmn.actors import Actor
from bpmn.errors import EngineError, NotAllowed, NotFound
from bpmn.projection import event
from bpmn.retries import retries_of
from bpmn.runtime import Runtime
from bpmn.spiff import Workflow
from bpmn.spiff.errors import ExecutionError
from bpmn.start_timers import arm_next
from handlers.errors import UncertainEffect
from handlers.ledger import forget_uncertain
from storage.rows import IncidentRow, InstanceRow, JobRow
from storage.unit_of_work import UnitOfWork

_EVENTS = {"retried": "incident_retried", "skipped": "incident_skipped", "completed": "incident_completed"}


class Incidents:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def retry(self, *, incident_id: int, by: Actor) -> None:
        """Try again what failed.

        Raises:
            NotFound: there is no such incident, or it was dealt with already.
            NotAllowed: administrators only; or a task that nobody can do: it is to be handed to somebody.
            RequestEnded.
        """
        self._allow(by)
        now = self._runtime.now()
        with self._runtime.storage.unit_of_work() as uow:
            incident = self._open(uow, incident_id)
            if incident.kind == "assignment":
                raise NotAllowed("a task without anybody is handed to somebody", reason="incident.assign")
            if incident.kind == "element" and incident.token_id is not None:
                token_id = incident.token_id
                self._advance(uow, incident, lambda workflow: workflow.retry(token_id), "retried", by, now)
            else:
                self._lock(uow, incident)
                self._resolve(uow, incident, "retried", by, now)
                self._rearm(uow, incident, now)
            self._record(uow, incident, "retried", by, now)
            uow.after_commit(self._runtime.wake)

    def retry_some(self, *, incident_ids: Iterable[int], by: Actor) -> int:
        """Try these again, each by itself; return how many: those that cannot be are left as they are.

        Raises:
            NotAllowed: administrators only.
        """
        self._allow(by)
        count = 0
        for incident_id in incident_ids:
            try:
                self.retry(incident_id=incident_id, by=by)
            except (EngineError, ExecutionError):
                continue  # dealt with meanwhile, or its request ended
            count += 1
        return count

    def retry_alike(self, *, incident_id: int, by: Actor) -> int:
        """Try again everything that failed like this one, in the same process; return how many.

        Raises:
            NotFound: there is no such incident.
            NotAllowed: administrators only.
        """
        self._allow(by)
        with self._runtime.storage.reading() as uow:
            incident = uow.incidents.get(incident_id)
            if incident is None:
                raise NotFound("incident", incident_id)
            alike = uow.incidents.alike(incident)
        return self.retry_some(incident_ids=alike, by=by)

    def skip(self, *, incident_id: int, by: Actor, variables: Mapping[str, Any] | None = None) -> None:
        """Pass over what failed, as if it had been done and had returned *variables*.

        A message that is passed over is not delivered any more; a timer start waits for its next time.

        Raises: as `retry`.
        """
        self._pass("skipped", incident_id, by, variables)

    def complete(self, *, incident_id: int, by: Actor, variables: Mapping[str, Any] | None = None) -> None:
        """Say that a person has done what failed, and what it gave.

        Raises: as `retry`.
        """
        self._pass("completed", incident_id, by, variables)

    def _pass(self, how: str, incident_id: int, by: Actor, variables: Mapping[str, Any] | None) -> None:
        self._allow(by)
        now = self._runtime.now()
        with self._runtime.storage.unit_of_work() as uow:
            incident = self._open(uow, incident_id)
            job = uow.jobs.get(incident.job_id) if incident.job_id is not None else None
            if incident.token_id is not None and incident.instance_id is not None:
                token_id, values = incident.token_id, dict(variables or {})
                by_hand = how == "completed" and job is not None and job.kind in ("handler", "external")

                def command(workflow: Workflow) -> None:
                    if by_hand:
                        workflow.complete_job(token_id, values)
                    else:
                        workflow.skip(token_id, values)

                self._advance(uow, incident, command, how, by, now)
            else:
                self._lock(uow, incident)
                self._resolve(uow, incident, how, by, now)
                if job is not None:
                    self._drop(uow, job)
            self._record(uow, incident, how, by, now)
            uow.after_commit(self._runtime.wake)

    # -- inside --------------------------------------------------------------------------------------

    def _advance(
        self, uow: UnitOfWork, incident: IncidentRow, command: Any, how: str, by: Actor, now: datetime
    ) -> None:
        """Resolve the incident and act on its request in one step."""

        def resolve(unit: UnitOfWork, _: InstanceRow) -> None:
            self._resolve(unit, incident, how, by, now)

        instance = self._runtime.load_active(uow, incident.instance_id or 0)
        self._runtime.advance(uow, instance, command, by=by, now=now, prepare=resolve)

    def _lock(self, uow: UnitOfWork, incident: IncidentRow) -> None:
        """Lock the request first, as every step does: two units never wait for each other in a circle."""
        if incident.instance_id is not None:
            self._runtime.load(uow, incident.instance_id)

    @staticmethod
    def _rearm(uow: UnitOfWork, incident: IncidentRow, now: datetime) -> None:
        """Have the job run again; a person decides that an effect of unknown outcome did not happen."""
        job = uow.jobs.get(incident.job_id or 0)
        if job is None:
            return
        if incident.code == UncertainEffect.CODE:
            forget_uncertain(uow.connection, job.idempotency_key)
        uow.jobs.settle(job, state="waiting", due_at=now, retries_left=retries_of(job.retry), error=job.error)

    def _drop(self, uow: UnitOfWork, job: JobRow) -> None:
        """Take away a job that stands for no token: a delivery, a broadcast, a timer start."""
        if not uow.jobs.delete(job):
            raise NotFound("job", job.id)
        if job.kind == "message":
            uow.subscriptions.give_up_message((job.details or {})["message"])
        elif job.kind == "start_timer":
            arm_next(self._runtime, uow, job, now=self._runtime.now())

    @staticmethod
    def _resolve(uow: UnitOfWork, incident: IncidentRow, how: str, by: Actor, now: datetime) -> None:
        if not uow.incidents.resolve(incident.id, how=how, at=now, by_id=by.id):
            raise NotFound("open incident", incident.id)

    @staticmethod
    def _record(uow: UnitOfWork, incident: IncidentRow, how: str, by: Actor, now: datetime) -> None:
        data = {"element": incident.element_id, "code": incident.code}
        uow.history.add_events([event(incident.instance_id, _EVENTS[how], by=by, now=now, data=data)])

    @staticmethod
    def _allow(by: Actor) -> None:
        if not by.is_administrator:
            raise NotAllowed("only an administrator deals with incidents", reason="administrator.only")

    @staticmethod
    def _open(uow: UnitOfWork, incident_id: int) -> IncidentRow:
        incident = uow.incidents.get(incident_id)
        if incident is None or incident.state != "open":
            raise NotFound("open incident", incident_id)
        return incident
