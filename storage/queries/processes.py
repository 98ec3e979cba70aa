"""What the pages about processes read: versions, how many requests run on each, where they stand.

Every function takes a read-only connection, runs a constant number of statements and returns plain values.
"""

import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, distinct, func, literal, select, union_all

from storage.models import Definition, Deployment, Incident, Instance, Job, Resource, Subscription, Task, User

DURATION_SAMPLE = 500
"""So many of the last finished requests make the median duration of a process."""


@dataclass(frozen=True, slots=True)
class ProcessRow:
    """One process in the list: its versions at a glance and how it does."""

    key: str
    name: str
    info: dict[str, Any]
    definition_id: int  # of the version in force, or of the newest when none is
    active_version: int | None
    newest_version: int
    open_requests: int
    open_incidents: int
    median_s: float | None


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of a process."""

    definition_id: int
    version: int
    name: str
    state: str
    deployment_id: int
    created_at: datetime
    activated_at: datetime | None
    activated_by: str
    source: str
    note: str
    open_requests: int
    closed_requests: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How many requests of some versions stand at an element, and how many of them because of a failure."""

    element_id: str
    requests: int
    failed: int


@dataclass(frozen=True, slots=True)
class ProcessFigures:
    """The row of numbers above a process."""

    open_requests: int = 0
    overdue: int = 0
    incidents: int = 0
    closed_lately: int = 0
    median_s: float | None = None


@dataclass(frozen=True, slots=True)
class ResourceRow:
    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Startable:
    """A process in force as the start catalogue shows it."""

    key: str
    name: str
    definition_id: int
    info: dict[str, Any] = field(default_factory=dict)
    median_s: float | None = None


def list_processes(connection: Connection, *, now: datetime) -> list[ProcessRow]:
    """Return every process that was ever deployed, by name."""
    definitions = connection.execute(
        select(Definition.id, Definition.key, Definition.version, Definition.name, Definition.state, Definition.info)
        .order_by(Definition.key, Definition.version)
    ).all()  # fmt: skip
    running = _count_by_key(connection, Instance.state == "active")
    failing = dict(
        connection.execute(
            select(Definition.key, func.count(Incident.id))
            .join(Instance, Instance.id == Incident.instance_id)
            .join(Definition, Definition.id == Instance.definition_id)
            .where(Incident.state == "open")
            .group_by(Definition.key)
        ).all()
    )
    medians = median_durations(connection, now=now)
    versions: dict[str, list[Any]] = defaultdict(list)
    for row in definitions:
        versions[row.key].append(row)
    result = []
    for key, rows in versions.items():
        active = next((row for row in rows if row.state == "active"), None)
        shown = active or rows[-1]
        result.append(
            ProcessRow(
                key=key,
                name=shown.name or key,
                info=shown.info or {},
                definition_id=shown.id,
                active_version=active.version if active else None,
                newest_version=rows[-1].version,
                open_requests=running.get(key, 0),
                open_incidents=failing.get(key, 0),
                median_s=medians.get(key),
            )
        )
    return sorted(result, key=lambda row: row.name.casefold())


def startable(connection: Connection, *, now: datetime) -> list[Startable]:
    """Return the processes in force, by name; who may start which is not decided here."""
    medians = median_durations(connection, now=now)
    rows = connection.execute(
        select(Definition.id, Definition.key, Definition.name, Definition.info).where(
            Definition.state == "active"
        )
    ).all()
    found = [
        Startable(row.key, row.name or row.key, row.id, row.info or {}, medians.get(row.key)) for row in rows
    ]
    return sorted(found, key=lambda row: row.name.casefold())


def versions(connection: Connection, *, key: str) -> list[VersionRow]:
    """Return the versions of the process *key*, newest first; empty when there is no such process."""
    counts = (
        select(
            Instance.definition_id,
            func.sum(case((Instance.state == "active", 1), else_=0)).label("open"),
            func.sum(case((Instance.state != "active", 1), else_=0)).label("closed"),
        )
        .join(Definition, Definition.id == Instance.definition_id)
        .where(Definition.key == key)
        .group_by(Instance.definition_id)
        .subquery()
    )
    rows = connection.execute(
        select(
            Definition,
            Deployment.source,
            Deployment.note,
            User.name.label("by"),
            counts.c.open,
            counts.c.closed,
        )
        .join(Deployment, Deployment.id == Definition.deployment_id)
        .outerjoin(User, User.id == Definition.activated_by_id)
        .outerjoin(counts, counts.c.definition_id == Definition.id)
        .where(Definition.key == key)
        .order_by(Definition.version.desc())
    ).all()
    return [
        VersionRow(
            definition_id=row.id,
            version=row.version,
            name=row.name or key,
            state=row.state,
            deployment_id=row.deployment_id,
            created_at=row.created_at,
            activated_at=row.activated_at,
            activated_by=row.by or "",
            source=row.source,
            note=row.note,
            open_requests=int(row.open or 0),
            closed_requests=int(row.closed or 0),
        )
        for row in rows
    ]


def figures(connection: Connection, *, key: str, now: datetime) -> ProcessFigures:
    """Return the numbers of all versions of *key* together; "lately" is the last 30 days."""
    mine = select(Definition.id).where(Definition.key == key).scalar_subquery()
    row = connection.execute(
        select(
            func.sum(case((Instance.state == "active", 1), else_=0)).label("open"),
            func.sum(case(((Instance.state == "active") & (Instance.due_at < now), 1), else_=0)).label(
                "overdue"
            ),
            func.sum(case((Instance.ended_at >= now - timedelta(days=30), 1), else_=0)).label("closed"),
        ).where(Instance.definition_id.in_(mine))
    ).one()
    incidents = connection.execute(
        select(func.count(Incident.id))
        .join(Instance, Instance.id == Incident.instance_id)
        .where(Incident.state == "open", Instance.definition_id.in_(mine))
    ).scalar_one()
    medians = median_durations(connection, now=now, key=key)
    return ProcessFigures(
        int(row.open or 0), int(row.overdue or 0), incidents, int(row.closed or 0), medians.get(key)
    )


def standings(connection: Connection, *, definition_ids: list[int]) -> list[Standing]:
    """Return where the open requests of *definition_ids* stand.

    A request that waits at several elements counts at each; one that waits at an element for several reasons
    (a task with an incident) counts once, as failed.
    """
    waits = union_all(
        *(
            select(table.instance_id, table.element_id, literal(0).label("bad"))
            .join(Instance, Instance.id == table.instance_id)
            .where(Instance.definition_id.in_(definition_ids), Instance.state == "active", *conditions)
            for table, conditions in (
                (Task, [Task.state == "open"]),
                (Job, []),
                (Subscription, []),
            )
        ),
        select(Incident.instance_id, Incident.element_id, literal(1))
        .join(Instance, Instance.id == Incident.instance_id)
        .where(
            Instance.definition_id.in_(definition_ids), Instance.state == "active", Incident.state == "open"
        ),
    ).subquery()
    rows = connection.execute(
        select(
            waits.c.element_id,
            func.count(distinct(waits.c.instance_id)).label("requests"),
            func.count(distinct(case((waits.c.bad == 1, waits.c.instance_id)))).label("failed"),
        ).group_by(waits.c.element_id)
    ).all()
    return [Standing(row.element_id, row.requests, row.failed) for row in rows]


def resources(connection: Connection, *, deployment_id: int) -> list[ResourceRow]:
    """Return the files of a deployment with their sizes in bytes, by path."""
    rows = connection.execute(
        select(Resource.path, func.length(Resource.content).label("size"))
        .where(Resource.deployment_id == deployment_id)
        .order_by(Resource.path)
    ).all()
    return [ResourceRow(row.path, row.size) for row in rows]


def resource(connection: Connection, *, deployment_id: int, path: str) -> bytes | None:
    """Return one file of a deployment byte for byte, or None."""
    found = connection.execute(
        select(Resource.content).where(Resource.deployment_id == deployment_id, Resource.path == path)
    ).scalar_one_or_none()
    return None if found is None else bytes(found)


def median_durations(connection: Connection, *, now: datetime, key: str | None = None) -> dict[str, float]:
    """Return the median seconds from start to end of the requests finished in the last 90 days, by process."""
    query = (
        select(Definition.key, Instance.created_at, Instance.ended_at)
        .join(Definition, Definition.id == Instance.definition_id)
        .where(Instance.state == "completed", Instance.ended_at >= now - timedelta(days=90))
        .order_by(Instance.ended_at.desc())
        .limit(DURATION_SAMPLE * (1 if key else 10))
    )
    if key:
        query = query.where(Definition.key == key)
    durations: dict[str, list[float]] = defaultdict(list)
    for row in connection.execute(query):
        durations[row.key].append((row.ended_at - row.created_at).total_seconds())
    return {process: statistics.median(values) for process, values in durations.items()}


def _count_by_key(connection: Connection, condition: Any) -> dict[str, int]:
    rows = connection.execute(
        select(Definition.key, func.count(Instance.id))
        .join(Definition, Definition.id == Instance.definition_id)
        .where(condition)
        .group_by(Definition.key)
    )
    return dict(rows.all())
