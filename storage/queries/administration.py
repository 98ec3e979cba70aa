"""What the administrator's pages read: failures by cause, jobs and timers, health.

Every function takes a read-only connection, runs a constant number of statements and returns plain values.
Lists are cut by keyset: pass what identifies the last row of a page to get the next one.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from storage.models import Definition, Event, Incident, Instance, Job, Mail, Task


@dataclass(frozen=True, slots=True)
class Cause:
    """Open incidents that one thing explains: alike (`IncidentRow.signature`) and of the same process."""

    code: str
    element_id: str
    definition_id: int | None  # of the newest one's request
    process_key: str
    process_name: str
    version: int
    count: int
    first_at: datetime
    last_at: datetime
    sample_id: int  # the newest incident
    sample_message: str
    sample_instance_id: int | None
    sample_number: str


@dataclass(frozen=True, slots=True)
class IncidentRow:
    incident_id: int
    instance_id: int | None
    number: str
    subject: str
    definition_id: int | None
    element_id: str
    kind: str
    code: str
    message: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class JobRow:
    job_id: int
    kind: str
    handler: str
    element_id: str
    definition_id: int | None
    instance_id: int | None
    number: str
    subject: str
    state: str
    due_at: datetime
    attempt: int
    retries_left: int
    error: str


@dataclass(frozen=True, slots=True)
class JobGroup:
    """Waiting jobs of one element together."""

    kind: str
    handler: str
    element_id: str
    definition_id: int | None
    count: int
    next_at: datetime
    retrying: int


@dataclass(frozen=True, slots=True)
class Health:
    """The figures of the health page."""

    open_requests: int
    open_tasks: int
    open_incidents: int
    jobs_waiting: int
    jobs_due: int
    oldest_due_at: datetime | None  # of the jobs that should have run by now
    letters_unsent: int
    oldest_unsent_at: datetime | None
    steps_last_hour: int
    last_event_at: datetime | None


def causes(connection: Connection) -> list[Cause]:
    """Return the open incidents grouped by cause, the most frequent first."""
    grouped = (
        select(
            func.count(Incident.id).label("total"),
            func.min(Incident.created_at).label("first_at"),
            func.max(Incident.created_at).label("last_at"),
            func.max(Incident.id).label("sample_id"),
        )
        .outerjoin(Instance, Instance.id == Incident.instance_id)
        .outerjoin(Definition, Definition.id == Instance.definition_id)
        .where(Incident.state == "open")
        .group_by(Incident.signature, Definition.key)
        .subquery()
    )
    rows = connection.execute(
        select(
            grouped,
            Incident.code,
            Incident.element_id,
            Incident.message,
            Incident.instance_id,
            Instance.number,
            Instance.definition_id,
            Definition.key,
            Definition.name,
            Definition.version,
        )
        .join(Incident, Incident.id == grouped.c.sample_id)
        .outerjoin(Instance, Instance.id == Incident.instance_id)
        .outerjoin(Definition, Definition.id == Instance.definition_id)
        .order_by(grouped.c.total.desc(), grouped.c.last_at.desc())
    ).all()
    return [
        Cause(
            code=row.code,
            element_id=row.element_id,
            definition_id=row.definition_id,
            process_key=row.key or "",
            process_name=row.name or row.key or "",
            version=row.version or 0,
            count=row.total,
            first_at=row.first_at,
            last_at=row.last_at,
            sample_id=row.sample_id,
            sample_message=row.message,
            sample_instance_id=row.instance_id,
            sample_number=row.number or "",
        )
        for row in rows
    ]


def incidents(
    connection: Connection,
    *,
    code: str = "",
    element_id: str = "",
    before_id: int | None = None,
    limit: int = 50,
) -> list[IncidentRow]:
    """Return open incidents, newest first, of one cause where one is given."""
    query = (
        select(Incident, Instance.number, Instance.subject, Instance.definition_id)
        .outerjoin(Instance, Instance.id == Incident.instance_id)
        .where(Incident.state == "open")
    )
    if code:
        query = query.where(Incident.code == code)
    if element_id:
        query = query.where(Incident.element_id == element_id)
    if before_id is not None:
        query = query.where(Incident.id < before_id)
    return [
        IncidentRow(
            incident_id=row.id,
            instance_id=row.instance_id,
            number=row.number or "",
            subject=row.subject or "",
            definition_id=row.definition_id,
            element_id=row.element_id,
            kind=row.kind,
            code=row.code,
            message=row.message,
            created_at=row.created_at,
        )
        for row in connection.execute(query.order_by(Incident.id.desc()).limit(limit))
    ]


def jobs(
    connection: Connection,
    *,
    kind: str = "",
    element_id: str = "",
    after: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> list[JobRow]:
    """Return jobs by when they are due; *after* is the (due_at, id) of the last one of the page before."""
    query = (
        select(Job, Instance.number, Instance.subject, Instance.definition_id.label("of_instance"))
        .outerjoin(Instance, Instance.id == Job.instance_id)
        .order_by(Job.due_at, Job.id)
        .limit(limit)
    )
    if kind == "failed":
        query = query.where(Job.state == "failed")
    elif kind == "timer":
        query = query.where(Job.kind.in_(("timer", "start_timer")))
    elif kind:
        query = query.where(Job.kind == kind)
    if element_id:
        query = query.where(Job.element_id == element_id)
    if after is not None:
        due_at, job_id = after
        query = query.where(or_(Job.due_at > due_at, and_(Job.due_at == due_at, Job.id > job_id)))
    return [
        JobRow(
            job_id=row.id,
            kind=row.kind,
            handler=row.handler or "",
            element_id=row.element_id,
            definition_id=row.definition_id or row.of_instance,
            instance_id=row.instance_id,
            number=row.number or "",
            subject=row.subject or "",
            state=row.state,
            due_at=row.due_at,
            attempt=row.attempt,
            retries_left=row.retries_left,
            error=row.error or "",
        )
        for row in connection.execute(query)
    ]


def job_groups(connection: Connection, *, limit: int = 8) -> list[JobGroup]:
    """Return the waiting jobs by element, the soonest first."""
    definition_id = func.coalesce(Job.definition_id, Instance.definition_id).label("of_definition")
    rows = connection.execute(
        select(
            Job.kind,
            Job.handler,
            Job.element_id,
            definition_id,
            func.count(Job.id).label("total"),
            func.min(Job.due_at).label("next_at"),
            func.count(Job.error).label("retrying"),
        )
        .outerjoin(Instance, Instance.id == Job.instance_id)
        .where(Job.state.in_(("waiting", "leased")))
        .group_by(Job.kind, Job.handler, Job.element_id, definition_id)
        .order_by(func.min(Job.due_at))
        .limit(limit)
    )
    return [
        JobGroup(row.kind, row.handler or "", row.element_id, row.of_definition, row.total, row.next_at, row.retrying)
        for row in rows
    ]  # fmt: skip


def health(connection: Connection, *, now: datetime, hour_ago: datetime) -> Health:
    """Return the figures that say whether the system keeps up."""

    def count(column: InstrumentedAttribute[int], condition: ColumnElement[bool]) -> int:
        return connection.execute(select(func.count(column)).where(condition)).scalar_one()

    due = (Job.state == "waiting") & (Job.due_at <= now)
    job_row = connection.execute(
        select(
            func.count(Job.id).label("waiting"),
            func.count(Job.id).filter(due).label("due"),
            func.min(Job.due_at).filter(due).label("oldest"),
        ).where(Job.state.in_(("waiting", "leased")))
    ).one()
    mail_row = connection.execute(
        select(func.count(Mail.id).label("total"), func.min(Mail.created_at).label("oldest")).where(
            Mail.sent_at.is_(None)
        )
    ).one()
    event_row = connection.execute(
        select(
            func.count(Event.id).filter(Event.at >= hour_ago).label("lately"),
            func.max(Event.at).label("last"),
        )
    ).one()
    return Health(
        open_requests=count(Instance.id, Instance.state == "active"),
        open_tasks=count(Task.id, Task.state == "open"),
        open_incidents=count(Incident.id, Incident.state == "open"),
        jobs_waiting=job_row.waiting,
        jobs_due=job_row.due,
        oldest_due_at=job_row.oldest,
        letters_unsent=mail_row.total,
        oldest_unsent_at=mail_row.oldest,
        steps_last_hour=event_row.lately,
        last_event_at=event_row.last,
    )
