"""Running requests that no row says anything will happen to; and the figures that monitors read."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from storage.models import Definition, Incident, Instance, Job, Mail, Subscription, Task


@dataclass(frozen=True, slots=True)
class Silent:
    """A running request without an open task, job, wait or incident."""

    instance_id: int
    number: str
    subject: str
    process_key: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Figures:
    """What the system has to do now."""

    requests: int
    tasks: int
    jobs: dict[tuple[str, str], int]  # (kind, state): count
    due: dict[str, int]  # by who does them: "executor" or "external"
    oldest_due_at: dict[str, datetime]
    incidents: dict[str, int]  # by code
    letters: int


def silent(connection: Connection, *, limit: int) -> list[Silent]:
    """Return running requests to which nothing can happen, as far as rows tell; the longest silent first."""
    found = (
        select(Instance.id, Instance.number, Instance.subject, Definition.key, Instance.updated_at)
        .join(Definition, Definition.id == Instance.definition_id)
        .where(
            Instance.state == "active",
            ~select(Task.id).where(Task.instance_id == Instance.id, Task.state == "open").exists(),
            ~select(Job.id).where(Job.instance_id == Instance.id, Job.state != "failed").exists(),
            ~select(Subscription.id).where(Subscription.instance_id == Instance.id).exists(),
            ~select(Incident.id)
            .where(Incident.instance_id == Instance.id, Incident.state == "open")
            .exists(),
        )
        .order_by(Instance.updated_at, Instance.id)
        .limit(limit)
    )
    return [
        Silent(row.id, row.number or "", row.subject, row.key, row.updated_at)
        for row in connection.execute(found)
    ]


def figures(connection: Connection, *, now: datetime) -> Figures:
    """Return the figures of this moment."""
    jobs = connection.execute(select(Job.kind, Job.state, func.count()).group_by(Job.kind, Job.state))
    external = (Job.kind == "external").label("external")
    due = connection.execute(
        select(external, func.count().label("total"), func.min(Job.due_at).label("oldest"))
        .where(Job.state == "waiting", Job.due_at <= now)
        .group_by(external)
    ).all()
    who = {True: "external", False: "executor"}
    incidents = connection.execute(
        select(Incident.code, func.count()).where(Incident.state == "open").group_by(Incident.code)
    )
    return Figures(
        requests=_count(connection, Instance.id, Instance.state == "active"),
        tasks=_count(connection, Task.id, Task.state == "open"),
        jobs={(kind, state): count for kind, state, count in jobs},
        due={who[bool(row.external)]: row.total for row in due},
        oldest_due_at={who[bool(row.external)]: row.oldest for row in due},
        incidents={code: count for code, count in incidents},  # noqa: C416 (rows become plain pairs)
        letters=_count(connection, Mail.id, Mail.sent_at.is_(None)),
    )


def _count(connection: Connection, column: object, condition: object) -> int:
    return connection.execute(select(func.count(column)).where(condition)).scalar_one()  # type: ignore[arg-type]
