"""The rows of a request that moves to another version: taken along, and put back.

Nothing is deleted that only changes its name: a task keeps its row and so its draft and its holder, a timer its
due time, a failed job its incident.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from bpmn.bundles import LoadedBundle
from bpmn.errors import NotFound
from bpmn.retries import retries_of
from bpmn.spiff import Plan, Readdressed
from bpmn.version_runs import Run
from storage.models import Incident, Instance, Job, Subscription, Task, VersionRunItem
from storage.rows import InstanceRow, JobRow, SubscriptionRow, TaskRow
from storage.unit_of_work import UnitOfWork

_MOMENTS = ("due_at", "created_at", "lease_until")
_TASK = ("element_id", "name", "form", "priority", "candidate_groups", "candidate_users")
_JOB = ("element_id", "handler", "retry", "kind")


@dataclass
class Moved:
    """A request as it will be in the new version."""

    old: LoadedBundle
    new: LoadedBundle
    plan: Plan
    state: bytes = b""
    values: Mapping[str, bytes] = field(default_factory=dict)
    closed: list[Any] = field(default_factory=list)
    tasks: Mapping[int, Readdressed] = field(default_factory=dict)


def rows_before(uow: UnitOfWork, instance: InstanceRow) -> dict[str, Any]:
    """Return what `put_back` needs, fit for JSON."""
    return {
        "stage": instance.stage,
        "jobs": [asdict(row) for row in uow.jobs.of_instance(instance.id)],
        "subscriptions": [asdict(row) for row in uow.subscriptions.of_instance(instance.id)],
        "incidents": [
            {"id": row.id, "element_id": row.element_id}
            for row in uow.connection.execute(
                select(Incident.id, Incident.element_id).where(
                    Incident.instance_id == instance.id, Incident.state == "open"
                )
            )
        ],
        "tasks": [
            {"id": row.id, **{name: getattr(row, name) for name in _TASK}}
            for row in uow.tasks.open_of(instance.id)
        ],
    }


def take_along(uow: UnitOfWork, instance: InstanceRow, moved: Moved) -> None:
    """Give a loaded request its new state and version, and its rows their new names."""
    uow.instances.put_values(instance.id, dict(moved.values))
    instance.blob = moved.state
    _set_definition(uow, instance, moved.new.definition.id)
    places = {move.token_id: move.target_id for move in moved.plan.moves if move.target_id is not None}
    for token_id, target in places.items():
        _rename(uow, instance.id, token_id, target)
    for job in uow.jobs.of_instance(instance.id):
        there = places.get(job.token_id or 0)
        if job.handler is not None and there is not None:
            _hand_over(uow, job, moved.new, there)
    for task in uow.tasks.open_of(instance.id):
        if task.token_id in moved.tasks:
            _readdress(uow, task, moved.tasks[task.token_id])
    instance.stage = _stage(instance.stage, moved, places)


def put_back(
    uow: UnitOfWork, instance: InstanceRow, run: Run, before: dict[str, Any], *, now: datetime
) -> None:
    """Give a request back the state, the version and the rows that it had."""
    blob = uow.connection.execute(
        select(VersionRunItem.blob).where(
            VersionRunItem.run_id == run.id, VersionRunItem.instance_id == instance.id
        )
    ).scalar_one()
    if blob is None or run.from_id is None:
        raise NotFound("earlier state of the request", instance.id)
    _jobs_back(uow, instance.id, [JobRow(**_moments(row)) for row in before["jobs"]])
    _subscriptions_back(
        uow, instance.id, [SubscriptionRow(**_moments(row)) for row in before["subscriptions"]]
    )
    for row in before["incidents"]:
        uow.connection.execute(
            update(Incident)
            .where(Incident.id == row["id"])
            .values(element_id=row["element_id"], state="open", resolved_at=None, resolution="")
        )
    known = {row["id"]: row for row in before["tasks"]}
    for task in uow.tasks.open_of(instance.id):
        if task.id in known:
            _change_task(uow, task, {name: known[task.id][name] for name in _TASK})
    instance.blob, instance.stage = bytes(blob), before["stage"]
    _set_definition(uow, instance, run.from_id)
    uow.instances.save(instance, at=now)


def _set_definition(uow: UnitOfWork, instance: InstanceRow, definition_id: int) -> None:
    instance.definition_id = definition_id
    uow.connection.execute(
        update(Instance).where(Instance.id == instance.id).values(definition_id=definition_id)
    )


def _rename(uow: UnitOfWork, instance_id: int, token_id: int, target: str) -> None:
    for model in (Task, Job, Subscription, Incident):
        conditions = [
            model.instance_id == instance_id,
            model.token_id == token_id,
            model.element_id != target,
        ]
        if model in (Task, Incident):
            conditions.append(model.state == "open")
        uow.connection.execute(update(model).where(*conditions).values(element_id=target))


def _hand_over(uow: UnitOfWork, job: JobRow, new: LoadedBundle, target: str) -> None:
    """Have a waiting job run the handler of the new version; one that has failed keeps its count of attempts."""
    element = new.model.elements.get(target)
    if element is None or element.handler is None:
        return
    values: dict[str, Any] = {}
    if element.handler != job.handler:
        # what programs elsewhere do is handed over to them by the executor
        values |= {"handler": element.handler, "kind": "handler"}
    if element.retry != job.retry:
        values |= {"retry": element.retry, "retries_left": retries_of(element.retry)}
    if values and job.state == "waiting":
        uow.connection.execute(update(Job).where(Job.id == job.id).values(**values))


def _readdress(uow: UnitOfWork, task: TaskRow, one: Readdressed) -> None:
    """Give a task what the new version draws differently; whoever holds it keeps it."""
    values: dict[str, Any] = {}
    for name in ("name", "form", "priority"):
        if getattr(one.old, name) != getattr(one.new, name):
            values[name] = getattr(one.new, name)
    for name in ("candidate_groups", "candidate_users"):
        if getattr(one.old, name) != getattr(one.new, name):
            values[name] = list(getattr(one.new, name))
    if values:
        _change_task(uow, task, values)


def _change_task(uow: UnitOfWork, task: TaskRow, values: dict[str, Any]) -> None:
    queue_before = (task.candidate_groups, task.candidate_users)
    for name, value in values.items():
        setattr(task, name, value)
    uow.connection.execute(update(Task).where(Task.id == task.id).values(**values))
    if task.assignee_id is None and (task.candidate_groups, task.candidate_users) != queue_before:
        uow.tasks.unqueue(task.id)
        uow.tasks.enqueue([task])


def _stage(stage: str, moved: Moved, places: Mapping[int, str]) -> str:
    """The stop on the route: of the element where the request stands, where that has another name now."""
    for move in moved.plan.moves:
        target = places.get(move.token_id)
        old = moved.old.model.elements.get(move.element_id)
        new = moved.new.model.elements.get(target) if target is not None else None
        if old is not None and new is not None and old.properties.get("stage", "") == stage:
            return new.properties.get("stage") or stage
    return stage


def _jobs_back(uow: UnitOfWork, instance_id: int, before: list[JobRow]) -> None:
    now_there = {row.id for row in uow.jobs.of_instance(instance_id)}
    kept = {row.id for row in before}
    uow.connection.execute(delete(Job).where(Job.instance_id == instance_id, Job.id.not_in(sorted(kept))))
    uow.jobs.insert([row for row in before if row.id not in now_there])
    for row in before:
        if row.id in now_there:
            values = {name: getattr(row, name) for name in _JOB}
            uow.connection.execute(update(Job).where(Job.id == row.id).values(**values))


def _subscriptions_back(uow: UnitOfWork, instance_id: int, before: list[SubscriptionRow]) -> None:
    now_there = {row.id for row in uow.subscriptions.of_instance(instance_id)}
    kept = {row.id for row in before}
    uow.connection.execute(
        delete(Subscription).where(
            Subscription.instance_id == instance_id, Subscription.id.not_in(sorted(kept))
        )
    )
    uow.subscriptions.insert([row for row in before if row.id not in now_there])
    for row in before:
        if row.id in now_there:
            uow.connection.execute(
                update(Subscription).where(Subscription.id == row.id).values(element_id=row.element_id)
            )


def _moments(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(value) if name in _MOMENTS and isinstance(value, str) else value
        for name, value in row.items()
    }
