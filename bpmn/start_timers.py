"""Timer starts: a job of the version in force, which begins a request and waits for its next time.

The version's row is locked before its job: a start and a change of the version in force never pass each other, so
no version starts anything after it was taken out of force.
"""

from datetime import datetime

from bpmn.actors import Actor
from bpmn.environment import host_functions
from bpmn.runtime import Runtime
from bpmn.starting import begin
from bpmn.starts import next_start
from storage.ids import new_id
from storage.repositories.definitions import hold_definition
from storage.rows import InstanceRow, JobRow
from storage.unit_of_work import UnitOfWork


def start_on_time(runtime: Runtime, uow: UnitOfWork, row: JobRow, *, now: datetime) -> bool:
    """Begin the request of a leased timer start and arm the next one; False if the job is no longer ours.

    Then nothing is to be committed.
    """
    hold_definition(uow.connection, row.definition_id or 0)
    bundle = runtime.bundles.of_definition(uow.connection, row.definition_id or 0)
    ours: list[bool] = []

    def go_on(unit: UnitOfWork, _: InstanceRow) -> None:
        hold_definition(unit.connection, row.definition_id or 0)
        ours.append(unit.jobs.delete(row))
        arm_next(runtime, unit, row, now=now)

    begin(
        runtime,
        uow,
        bundle,
        variables={},
        by=Actor(id=None),
        now=now,
        start_id=row.element_id,
        message_id=row.idempotency_key,
        beside=go_on,
    )
    return bool(ours) and ours[-1]


def arm_next(runtime: Runtime, uow: UnitOfWork, row: JobRow, *, now: datetime) -> None:
    """Write the job of the time after *row*'s, if there is one."""
    bundle = runtime.bundles.of_definition(uow.connection, row.definition_id or 0)
    start = next(start for start in bundle.model.starts if start.element_id == row.element_id)
    if start.timer is None:
        return
    details = row.details or {}
    index = int(details.get("index", 0)) + 1
    due = next_start(
        start.timer,
        now=now,
        index=index,
        functions=host_functions(runtime, now),
        zone=runtime.zone,
        anchor=datetime.fromisoformat(details["anchor"]),
    )
    if due is not None:
        uow.jobs.insert([new_job(row.definition_id or 0, row.element_id, due, index, details["anchor"], now)])


def new_job(
    definition_id: int, element_id: str, due_at: datetime, index: int, anchor: str, now: datetime
) -> JobRow:
    """The job of a version's *index*-th timer start (from 0)."""
    job_id = new_id()
    return JobRow(
        id=job_id,
        kind="start_timer",
        instance_id=None,
        definition_id=definition_id,
        token_id=None,
        element_id=element_id,
        handler=None,
        state="waiting",
        due_at=due_at,
        priority=50,
        attempt=0,
        retries_left=3,
        retry=None,
        details={"index": index, "anchor": anchor},
        idempotency_key=f"start_timer:{job_id}",
        created_at=now,
    )
