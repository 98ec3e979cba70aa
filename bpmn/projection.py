"""From the engine's journal to rows: what a step opened and closed, in the step's own transaction.

Nothing compares all open tokens: a step costs the same with five open tasks as with a thousand.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson

from bpmn import journal, payloads
from bpmn.actors import Actor
from bpmn.changes import kept
from bpmn.correlation import matches, normalised
from bpmn.retries import retries_of
from bpmn.spiff import Workflow
from storage.ids import new_id
from storage.rows import (
    NEVER,
    ActivityRow,
    EventRow,
    IncidentRow,
    InstanceRow,
    JobRow,
    SubscriptionRow,
    TaskRow,
)
from storage.unit_of_work import UnitOfWork

MESSAGE_TTL_S = 7 * 24 * 3600
_TASKS = {"userTask", "manualTask"}
_JOBS = {
    "serviceTask",
    "sendTask",
    "businessRuleTask",
    "scriptTask",
    "intermediateThrowEvent",
    "endEvent",
}
_WAITS = {
    "receiveTask",
    "intermediateCatchEvent",
    "boundaryEvent",
    "eventBasedGateway",
    "subProcess",
    "startEvent",
}


@dataclass(frozen=True, slots=True)
class Done:
    """What somebody did at a token, for its activity record."""

    actor_id: int | None


@dataclass
class Changes:
    """The rows that one journal asks for."""

    tasks: list[tuple[journal.TaskOpened, TaskRow]] = field(default_factory=list)
    jobs: list[JobRow] = field(default_factory=list)
    subscriptions: list[SubscriptionRow] = field(default_factory=list)
    incidents: list[IncidentRow] = field(default_factory=list)
    activities: list[ActivityRow] = field(default_factory=list)
    closed_tasks: dict[str, list[int]] = field(default_factory=dict)
    closed_jobs: list[int] = field(default_factory=list)
    closed_waits: list[int] = field(default_factory=list)
    cancelled: list[int] = field(default_factory=list)
    unparked: list[int] = field(default_factory=list)
    stage: str | None = None


def read(workflow: Workflow, instance: InstanceRow, *, now: datetime, done: Mapping[int, Done]) -> Changes:
    """Sort the workflow's journal into rows and move the request along its route."""
    changes = read_journal(workflow, instance.id, now=now, done=done)
    if changes.stage is not None:
        instance.stage = changes.stage
    return changes


def write(
    uow: UnitOfWork,
    instance: InstanceRow,
    workflow: Workflow,
    changes: Changes,
    *,
    now: datetime,
    done: Mapping[int, Done],
    incidents: bool = True,
) -> list[TaskRow]:
    """Write the rows of a journal, the instance's own row being there; return the tasks that were opened.

    `incidents`: whether any may be open that the step closes.
    """
    people = _people(uow, [entry.assignee for entry, _ in changes.tasks if entry.assignee])
    for entry, row in changes.tasks:
        _assign(entry, row, people, changes, now)
    completed = changes.closed_tasks.get("completed", [])
    ended = [done[token] for token in completed if token in done]
    uow.tasks.close(
        instance.id,
        at=now,
        completed=completed,
        by_id=ended[0].actor_id if ended else None,
        cancelled=changes.closed_tasks.get("cancelled"),
    )
    uow.jobs.delete_tokens(instance.id, changes.closed_jobs + changes.closed_waits)
    uow.subscriptions.delete_tokens(instance.id, changes.closed_waits)
    if incidents:
        uow.incidents.resolve_tokens(
            instance.id, changes.unparked, how="retried", at=now, closed=changes.cancelled
        )
    changes.jobs += _kept_messages(uow, changes.subscriptions, instance.id, now)
    changes.jobs += _thrown(uow, workflow.journal, instance.id, now)
    rows = [row for _, row in changes.tasks]
    uow.tasks.insert(rows)
    uow.jobs.insert(changes.jobs)
    uow.subscriptions.insert(changes.subscriptions)
    uow.incidents.insert(changes.incidents)
    uow.history.add_activities(changes.activities)
    return rows


def read_journal(workflow: Workflow, instance_id: int, *, now: datetime, done: Mapping[int, Done]) -> Changes:
    """Sort the journal into rows; what was opened and closed in one step leaves only its activity record."""
    changes = Changes()
    opened: dict[int, list[Any]] = {}
    decisions: dict[int, Any] = {}
    written: dict[int, list[journal.Wrote]] = {}
    for entry in workflow.journal:
        match entry:
            case journal.TaskOpened() | journal.JobOpened() | journal.TimerOpened():
                opened.setdefault(entry.token_id, []).append(entry)
                _move_stage(workflow, entry.element_id, changes)
            case journal.MessageOpened() | journal.SignalOpened() | journal.ConditionOpened():
                opened.setdefault(entry.token_id, []).append(entry)
                _move_stage(workflow, entry.element_id, changes)
            case journal.Wrote():
                written.setdefault(entry.token_id, []).append(entry)
            case journal.Decided():
                decisions[entry.token_id] = entry.explanation
            case journal.Parked():
                changes.incidents.append(_incident(entry, instance_id, now))
            case journal.Unparked():
                changes.unparked.append(entry.token_id)
            case journal.Closed():
                opened.pop(entry.token_id, None)
                if not workflow.is_new(entry.token_id):  # only a token of an earlier step has rows
                    _close(entry, changes)
                if entry.outcome == "completed":
                    _move_stage(workflow, entry.element_id, changes)
                wrote = written.pop(entry.token_id, ())
                changes.activities.append(
                    _activity(entry, instance_id, now, done.get(entry.token_id), decisions, wrote)
                )
    for entries in opened.values():
        for entry in entries:
            _open(entry, instance_id, now, changes)
    return changes


def _move_stage(workflow: Workflow, element_id: str, changes: Changes) -> None:
    for model in (workflow.model, *workflow.model.siblings.values()):
        element = model.elements.get(element_id)
        if element is not None:
            changes.stage = element.properties.get("stage") or changes.stage
            return


def _open(entry: Any, instance_id: int, now: datetime, changes: Changes) -> None:
    match entry:
        case journal.TaskOpened():
            row = TaskRow(
                id=new_id(),
                instance_id=instance_id,
                token_id=entry.token_id,
                element_id=entry.element_id,
                name=entry.name,
                form=entry.form,
                state="open",
                assignee_id=None,
                candidate_groups=list(entry.candidate_groups),
                candidate_users=list(entry.candidate_users),
                priority=entry.priority,
                due_at=entry.due_at or NEVER,
                created_at=now,
            )
            changes.tasks.append((entry, row))
        case journal.JobOpened():
            changes.jobs.append(
                _job(
                    "external" if entry.external else "handler",
                    instance_id,
                    entry.token_id,
                    entry.element_id,
                    due_at=now,
                    now=now,
                    handler=entry.handler,
                    priority=entry.priority,
                    retry=entry.retry,
                )
            )
        case journal.TimerOpened():
            changes.jobs.append(
                _job(
                    "timer",
                    instance_id,
                    entry.token_id,
                    entry.element_id,
                    due_at=entry.due_at,
                    now=now,
                    details={"repeats_left": entry.repeats_left},
                )
            )
        case journal.MessageOpened():
            changes.subscriptions.append(
                _subscription("message", entry, entry.name, instance_id, now, normalised(entry.correlation))
            )
        case journal.SignalOpened():
            changes.subscriptions.append(_subscription("signal", entry, entry.name, instance_id, now))
        case journal.ConditionOpened():
            changes.subscriptions.append(
                _subscription("conditional", entry, ",".join(sorted(entry.reads)), instance_id, now)
            )


def _close(entry: journal.Closed, changes: Changes) -> None:
    if entry.outcome != "completed":
        changes.cancelled.append(entry.token_id)
    if entry.element_type in _TASKS:
        changes.closed_tasks.setdefault(entry.outcome, []).append(entry.token_id)
    elif entry.element_type in _JOBS:
        changes.closed_jobs.append(entry.token_id)
    elif entry.element_type in _WAITS:
        changes.closed_waits.append(entry.token_id)


def _job(
    kind: str,
    instance_id: int,
    token_id: int | None,
    element_id: str,
    *,
    due_at: datetime,
    now: datetime,
    handler: str | None = None,
    priority: int = 50,
    retry: str | None = None,
    details: dict[str, Any] | None = None,
) -> JobRow:
    job_id = new_id()
    return JobRow(
        id=job_id,
        kind=kind,
        instance_id=instance_id,
        definition_id=None,
        token_id=token_id,
        element_id=element_id,
        handler=handler,
        state="waiting",
        due_at=due_at,
        priority=priority,
        attempt=0,
        retries_left=retries_of(retry),
        retry=retry,
        details=details,
        idempotency_key=f"{instance_id}:{token_id}" if handler else f"{kind}:{job_id}",
        created_at=now,
    )


def _subscription(
    kind: str,
    entry: Any,
    name: str,
    instance_id: int,
    now: datetime,
    correlation: dict[str, Any] | None = None,
) -> SubscriptionRow:
    return SubscriptionRow(
        id=new_id(),
        kind=kind,
        name=name,
        correlation=correlation or {},
        instance_id=instance_id,
        token_id=entry.token_id,
        definition_id=None,
        element_id=entry.element_id,
        created_at=now,
    )


def _incident(entry: journal.Parked, instance_id: int, now: datetime) -> IncidentRow:
    return IncidentRow(
        id=new_id(),
        instance_id=instance_id,
        job_id=None,
        token_id=entry.token_id,
        element_id=entry.element_id,
        kind="element",
        code=entry.code,
        message=entry.message,
        state="open",
        created_at=now,
    )


def _activity(
    entry: journal.Closed,
    instance_id: int,
    now: datetime,
    done: Done | None,
    decisions: Mapping[int, Any],
    wrote: Iterable[journal.Wrote],
) -> ActivityRow:
    data = kept(wrote)
    if entry.token_id in decisions:
        data["decision"] = decisions[entry.token_id]
    if entry.via:
        data["via"] = entry.via
    return ActivityRow(
        id=new_id(),
        instance_id=instance_id,
        token_id=entry.token_id,
        element_id=entry.element_id,
        element_type=entry.element_type,
        outcome=entry.outcome,
        opened_at=entry.opened_at,
        closed_at=now,
        actor_id=done.actor_id if done is not None else None,
        data=_plain(data) or None,
    )


def _plain(data: dict[str, Any]) -> Any:
    """JSON of the data: values that JSON lacks become texts."""
    return orjson.loads(orjson.dumps(data, default=str, option=orjson.OPT_NON_STR_KEYS)) if data else None


def _people(uow: UnitOfWork, emails: Iterable[str]) -> dict[str, int]:
    wanted = list(dict.fromkeys(emails))
    return uow.people.ids(wanted) if wanted else {}


def _assign(
    entry: journal.TaskOpened,
    row: TaskRow,
    people: Mapping[str, int],
    changes: Changes,
    now: datetime,
) -> None:
    """Give the task to its assignee; an unknown one is an incident, and the task stays where groups see it."""
    if not entry.assignee:
        if not row.candidate_groups and not row.candidate_users:
            changes.incidents.append(_nobody(row, "task.nobody", "nobody is named to do this task", now))
        return
    row.assignee_id = people.get(entry.assignee)
    if row.assignee_id is not None:
        row.claimed_at = now
        return
    changes.incidents.append(
        _nobody(row, "task.unknown_assignee", f"there is no active user {entry.assignee!r}", now)
    )


def _nobody(row: TaskRow, code: str, message: str, now: datetime) -> IncidentRow:
    return IncidentRow(
        id=new_id(),
        instance_id=row.instance_id,
        job_id=None,
        token_id=row.token_id,
        element_id=row.element_id,
        kind="assignment",
        code=code,
        message=message,
        state="open",
        created_at=now,
    )


def _kept_messages(
    uow: UnitOfWork, subscriptions: list[SubscriptionRow], instance_id: int, now: datetime
) -> list[JobRow]:
    """A delivery for every kept message that one of the new waits is for."""
    found: dict[int, JobRow] = {}
    waits = [row for row in subscriptions if row.kind == "message"]
    for message in uow.subscriptions.waiting_messages([row.name for row in waits]):
        for row in waits:
            if row.name == message["name"] and matches(row.correlation, message["correlation"]):
                details = {"message": message["id"]}
                job = _job("message", instance_id, None, row.element_id, due_at=now, now=now, details=details)
                found.setdefault(message["id"], job)
    return list(found.values())


def _thrown(uow: UnitOfWork, entries: Iterable[Any], instance_id: int, now: datetime) -> list[JobRow]:
    """Messages and signals for other instances leave with the transaction, as jobs."""
    jobs = []
    for entry in entries:
        if isinstance(entry, journal.MessageThrown):
            message_id = keep_message(
                uow, entry.name, entry.correlation, entry.payload, now=now, ttl_s=MESSAGE_TTL_S
            )
            details: dict[str, Any] = {"message": message_id}
            jobs.append(_job("message", instance_id, None, "", due_at=now, now=now, details=details))
        elif isinstance(entry, journal.SignalThrown):
            receivers = [
                row.id
                for row in uow.subscriptions.named("signal", entry.name)
                if row.instance_id != instance_id
            ]
            if receivers:
                payload = payloads.dump(entry.payload).decode()
                details = {"receivers": receivers, "payload": payload}
                jobs.append(_job("signal", instance_id, None, "", due_at=now, now=now, details=details))
    return jobs


def keep_message(
    uow: UnitOfWork,
    name: str,
    correlation: Mapping[str, Any],
    payload: Mapping[str, Any],
    *,
    now: datetime,
    ttl_s: float | None,
    message_id: str | None = None,
    state: str = "waiting",
    instance_id: int | None = None,
) -> int:
    """Record a message; one that waits is delivered when somebody begins to wait for it."""
    row_id = new_id()
    uow.subscriptions.put_message(
        {
            "id": row_id,
            "name": name,
            "correlation": normalised(correlation),
            "payload": payloads.dump(payload),
            "message_id": message_id,
            "state": state,
            "instance_id": instance_id,
            "created_at": now,
            "expires_at": None if ttl_s is None else now + timedelta(seconds=ttl_s),
        }
    )
    return row_id


def event(
    instance_id: int | None, kind: str, *, by: Actor, now: datetime, data: dict[str, Any] | None = None
) -> EventRow:
    """A line of the timeline."""
    return EventRow(new_id(), instance_id, kind, now, by.id, by.name if by.id is None else "", data or {})
