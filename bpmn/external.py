"""Jobs that programs elsewhere do: fetched under a lease, answered with its number.

A lease that another program took over, or whose job is no longer wanted, changes nothing and is said so.  The
same answer under the same lease is accepted twice and has its effect once: a program that did not hear the
reply simply repeats.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bpmn.actors import Actor
from bpmn.errors import Conflict, EngineError
from bpmn.jobs import Jobs, LeaseLost
from bpmn.runtime import Runtime
from bpmn.spiff.errors import ExecutionError
from handlers.errors import BpmnError, HandlerError
from storage.repositories.external import ExternalJobs
from storage.rows import JobRow
from storage.unit_of_work import UnitOfWork

logger = logging.getLogger(__name__)

KEEP_ANSWERS = timedelta(days=7)
LONGEST_LEASE_S = 24 * 3600
_NOBODY = Actor(id=None, name="")


class LeaseGone(Conflict):
    """The answer came too late or from somebody else; nothing was changed.

    `state`: "taken" (another program has the job now), "gone" (it was done, or the request went another way),
    "answered" (under this lease something else was answered before).
    """

    code = "job.lease_gone"

    def __init__(self, job_id: int, state: str) -> None:
        super().__init__(f"job {job_id}: the lease is {state}", state=state)
        self.state = state


@dataclass(frozen=True, slots=True)
class Fetched:
    """A job with what its program needs; `lease` goes into every answer."""

    row: JobRow
    number: str
    subject: str
    process_key: str
    process_version: int
    element_name: str
    parameters: Mapping[str, Any]
    variables: Mapping[str, Any]

    @property
    def lease(self) -> int:
        return self.row.version


class Reported(HandlerError):
    """A program elsewhere says that it could not do the job."""

    def __init__(self, message: str, *, retryable: bool) -> None:
        super().__init__("external.failed", message, retryable=retryable)


class External:
    def __init__(self, runtime: Runtime, jobs: Jobs) -> None:
        self._runtime, self._jobs = runtime, jobs

    def waiting(self, topics: Sequence[str]) -> bool:
        """Tell whether `fetch` would find something; no lock, no write."""
        with self._runtime.storage.reading() as uow:
            return ExternalJobs(uow.connection).any_due(topics, now=self._runtime.now())

    def fetch(
        self,
        *,
        topics: Sequence[str],
        owner: str,
        most: int,
        lease_s: float,
        variables: Iterable[str] = (),
    ) -> list[Fetched]:
        """Lease up to *most* due jobs of *topics* to *owner* for *lease_s* seconds.

        Each comes with its evaluated input parameters and the *variables* asked for.  A job whose parameters
        cannot be evaluated becomes an incident and is not given out.
        """
        if not self.waiting(topics):
            return []
        now = self._runtime.now()
        with self._runtime.storage.unit_of_work() as uow:
            rows = ExternalJobs(uow.connection).lend(
                topics, now=now, owner=owner, until=now + timedelta(seconds=lease_s), count=most
            )
        wanted = tuple(variables)
        return [found for row in rows if (found := self._described(row, wanted)) is not None]

    def complete(
        self, *, job_id: int, lease: int, owner: str, variables: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Record that the job is done and run the request on.  Raises LeaseGone, ExecutionError."""
        answer = {"outcome": "completed"}

        def act(row: JobRow) -> dict[str, Any]:
            self._jobs.finish(row, variables, self._recorded(row, owner, "complete", answer))
            return answer

        return self._once(job_id, lease, owner, "complete", act)

    def fail(
        self,
        *,
        job_id: int,
        lease: int,
        owner: str,
        message: str,
        retries: int | None = None,
        retry_after_s: int | None = None,
    ) -> dict[str, Any]:
        """Give the job back: it is repeated as drawn, or as *retries* and *retry_after_s* say, or an incident.

        Raises: LeaseGone.
        """

        def act(row: JobRow) -> dict[str, Any]:
            planned = replace(
                row,
                retries_left=row.retries_left if retries is None else retries,
                retry=row.retry if retry_after_s is None else f"PT{retry_after_s}S",
            )
            return self._failed(row, planned, owner, "fail", Reported(message, retryable=True))

        return self._once(job_id, lease, owner, "fail", act)

    def throw(
        self, *, job_id: int, lease: int, owner: str, error: str, message: str, variables: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Hand a business error to the diagram; where nobody catches it, the job becomes an incident.

        Raises: LeaseGone, ExecutionError.
        """
        answer = {"outcome": "caught"}

        def act(row: JobRow) -> dict[str, Any]:
            try:
                self._jobs.throw(
                    row,
                    BpmnError(error, message, dict(variables)),
                    self._recorded(row, owner, "error", answer),
                )
            except HandlerError as uncaught:
                return self._failed(row, row, owner, "error", uncaught)
            return answer

        return self._once(job_id, lease, owner, "error", act)

    def extend(self, *, job_id: int, lease: int, owner: str, lease_s: float) -> datetime:
        """Prolong the lease to *lease_s* seconds from now and return its end.  Raises LeaseGone."""
        until = self._runtime.now() + timedelta(seconds=lease_s)
        with self._runtime.storage.unit_of_work() as uow:
            row = uow.jobs.get(job_id)
            if row is None or not _held(row, lease, owner) or not uow.jobs.renew(row, until=until):
                raise self._gone(uow, job_id, lease)
        return until

    def forget(self) -> int:
        """Forget replies that nobody will ask for again; return how many."""
        with self._runtime.storage.unit_of_work() as uow:
            return ExternalJobs(uow.connection).forget(before=self._runtime.now() - KEEP_ANSWERS)

    # -- inside --------------------------------------------------------------------------------------

    def _once(
        self, job_id: int, lease: int, owner: str, act: str, do: Callable[[JobRow], dict[str, Any]]
    ) -> dict[str, Any]:
        """Do it under the lease; where it was done before, return what was replied then."""
        with self._runtime.storage.reading() as uow:
            row = uow.jobs.get(job_id)
            if row is None or not _held(row, lease, owner):
                return self._replied(uow, job_id, lease, owner, act)
        try:
            return do(row)
        except LeaseLost:
            with self._runtime.storage.reading() as uow:
                return self._replied(uow, job_id, lease, owner, act)

    def _replied(self, uow: UnitOfWork, job_id: int, lease: int, owner: str, act: str) -> dict[str, Any]:
        before = ExternalJobs(uow.connection).outcome(job_id, lease)
        if before is None or before[0] != owner:
            raise self._gone(uow, job_id, lease)
        if before[1] != act:
            raise LeaseGone(job_id, "answered")
        return before[2]

    @staticmethod
    def _gone(uow: UnitOfWork, job_id: int, lease: int) -> LeaseGone:
        row = uow.jobs.get(job_id)
        taken = row is not None and row.kind == "external" and row.version != lease and row.state == "leased"
        return LeaseGone(job_id, "taken" if taken else "gone")

    def _failed(
        self, row: JobRow, planned: JobRow, owner: str, act: str, error: HandlerError
    ) -> dict[str, Any]:
        answer: dict[str, Any] = {}

        def record(uow: UnitOfWork) -> None:
            after = uow.jobs.get(row.id)
            if after is not None and after.state == "waiting":
                answer.update(
                    outcome="retry", due_at=after.due_at.isoformat(), retries_left=after.retries_left
                )
            else:
                answer.update(outcome="incident")
            self._recorded(row, owner, act, answer)(uow)

        if not self._jobs.fail(planned, error, record):
            raise LeaseLost
        return answer

    def _recorded(
        self, row: JobRow, owner: str, act: str, answer: dict[str, Any]
    ) -> Callable[[UnitOfWork], None]:
        def record(uow: UnitOfWork) -> None:
            ExternalJobs(uow.connection).record(
                row, worker=owner, act=act, answer=answer, at=self._runtime.now()
            )

        return record

    def _described(self, row: JobRow, wanted: tuple[str, ...]) -> Fetched | None:
        try:
            with self._runtime.peek(row.instance_id or 0, by=_NOBODY) as (instance, bundle, workflow):
                token = row.token_id or 0
                parameters = workflow.parameters(token)
                visible = workflow.variables_of(token)
                element = next(
                    (
                        model.elements[row.element_id]
                        for model in (workflow.model, *workflow.model.siblings.values())
                        if row.element_id in model.elements
                    ),
                    None,
                )
                return Fetched(
                    row=row,
                    number=instance.number or "",
                    subject=instance.subject,
                    process_key=bundle.definition.key,
                    process_version=bundle.definition.version,
                    element_name=(element.name if element is not None else "") or row.element_id,
                    parameters=parameters,
                    variables={name: visible[name] for name in wanted if name in visible},
                )
        except (ExecutionError, EngineError, HandlerError) as error:
            logger.warning("external job not given out", extra={"job_id": row.id, "error": str(error)})
            self._jobs.fail(row, error)
            return None


def _held(row: JobRow, lease: int, owner: str) -> bool:
    return row.state == "leased" and row.version == lease and row.lease_owner == owner
