"""What the list of requests and the request card read: rows by filter, one request with its people.

Lists are newest change first, cut by keyset on (updated, id).  Constant numbers of statements.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, literal, or_, select
from sqlalchemy.orm import aliased

from storage.models import (
    Contact,
    Counterparty,
    Definition,
    Document,
    Group,
    Instance,
    Membership,
    Task,
    TaskCandidate,
    User,
)
from storage.queries.search import holding

PAGE = 50
_NEVER = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list shows; empty means any."""

    text: str = ""
    state: str = "open"  # open | closed | all
    status: str = ""
    responsible_id: int | None = None
    process: str = ""


@dataclass(frozen=True, slots=True)
class RequestLine:
    id: int
    number: str | None
    subject: str
    status: str
    stage: str
    state: str
    resolution: str
    requester: str
    counterparty: str | None
    amount: Decimal | None
    currency: str
    responsible: str | None
    responsible_en: str | None
    due_at: datetime | None  # the request's own, else of its most urgent open task
    created_at: datetime
    updated_at: datetime
    definition_id: int
    process: str
    info: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RequestPage:
    rows: list[RequestLine]
    before: tuple[datetime, int] | None  # pass it to get the next page


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer: values that occur."""

    statuses: list[str]
    people: list[tuple[int, str, str]]  # id, name, English name
    processes: list[tuple[str, str, int]]  # key, name, one definition's id


@dataclass(frozen=True, slots=True)
class RequestCard:
    """One request with the names of everybody around it."""

    id: int
    number: str | None
    subject: str
    status: str
    stage: str
    state: str
    resolution: str
    source: str
    language: str
    amount: Decimal | None
    currency: str
    due_at: datetime | None
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None
    definition_id: int
    process_key: str
    process: str
    version: int
    requester: str
    counterparty_id: int | None
    counterparty: str | None
    counterparty_inn: str | None
    contact: str | None
    contact_position: str | None
    contact_phone: str | None
    contact_email: str | None
    responsible_id: int | None
    responsible: str | None
    responsible_en: str | None


@dataclass(frozen=True, slots=True)
class Related:
    """Another request of the same client."""

    id: int
    number: str | None
    subject: str
    status: str
    state: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DocumentRow:
    id: int
    instance_id: int
    kind: str
    title: str
    number: str
    version: int
    state: str
    amount: Decimal | None
    file_hash: str | None
    file_name: str
    public: bool
    created_at: datetime


def page(
    connection: Connection,
    wanted: Filter,
    *,
    before: tuple[datetime, int] | None = None,
    limit: int = PAGE,
) -> RequestPage:
    """Return one page of requests, the latest change first."""
    where = _where(wanted)
    if before is not None:
        where.append(
            or_(
                Instance.updated_at < before[0],
                and_(Instance.updated_at == before[0], Instance.id < before[1]),
            )
        )
    next_due = (
        select(func.min(Task.due_at))
        .where(Task.instance_id == Instance.id, Task.state == "open", Task.due_at < _NEVER)
        .scalar_subquery()
    )
    query = (
        select(
            Instance.id, Instance.number, Instance.subject, Instance.status, Instance.stage, Instance.state,
            Instance.resolution, Instance.requester, Counterparty.name, Instance.amount, Instance.currency,
            User.name, User.name_en, func.coalesce(Instance.due_at, next_due), Instance.created_at,
            Instance.updated_at, Definition.id, Definition.name, Definition.info,
        )
        .join(Definition, Definition.id == Instance.definition_id)
        .outerjoin(Counterparty, Counterparty.id == Instance.counterparty_id)
        .outerjoin(User, User.id == Instance.responsible_id)
        .where(*where)
        .order_by(Instance.updated_at.desc(), Instance.id.desc())
        .limit(limit + 1)
    )  # fmt: skip
    rows = [RequestLine(*tuple(row)) for row in connection.execute(query)]
    more = len(rows) > limit
    rows = rows[:limit]
    return RequestPage(rows, (rows[-1].updated_at, rows[-1].id) if more else None)


def choices(connection: Connection) -> Choices:
    """Return the statuses, responsible people and processes that requests have."""
    statuses = connection.scalars(
        select(Instance.status).where(Instance.status != "").distinct().order_by(Instance.status)
    ).all()
    people = connection.execute(
        select(User.id, User.name, User.name_en)
        .where(User.id.in_(select(Instance.responsible_id).where(Instance.responsible_id.is_not(None))))
        .order_by(User.name)
    ).all()
    processes = connection.execute(
        select(Definition.key, func.max(Definition.name), func.max(Definition.id))
        .where(Definition.id.in_(select(Instance.definition_id)))
        .group_by(Definition.key)
        .order_by(Definition.key)
    ).all()
    return Choices(
        list(statuses),
        [(id_, name, name_en) for id_, name, name_en in people],
        [(key, name, id_) for key, name, id_ in processes],
    )


def card(connection: Connection, *, number: str | None = None, id: int | None = None) -> RequestCard | None:
    """Return a request by number or id."""
    responsible = aliased(User)
    where = Instance.number == number if number is not None else Instance.id == id
    row = connection.execute(
        select(
            Instance.id, Instance.number, Instance.subject, Instance.status, Instance.stage, Instance.state,
            Instance.resolution, Instance.source, Instance.language, Instance.amount, Instance.currency,
            Instance.due_at, Instance.created_at, Instance.updated_at, Instance.ended_at,
            Definition.id, Definition.key, Definition.name, Definition.version,
            Instance.requester, Instance.counterparty_id, Counterparty.name, Counterparty.inn,
            Contact.name, Contact.position, Contact.phone, Contact.email,
            Instance.responsible_id, responsible.name, responsible.name_en,
        )
        .join(Definition, Definition.id == Instance.definition_id)
        .outerjoin(Counterparty, Counterparty.id == Instance.counterparty_id)
        .outerjoin(Contact, Contact.id == Instance.contact_id)
        .outerjoin(responsible, responsible.id == Instance.responsible_id)
        .where(where)
    ).one_or_none()  # fmt: skip
    return None if row is None else RequestCard(*tuple(row))


def related(connection: Connection, request: RequestCard, *, limit: int = 10) -> list[Related]:
    """Return the latest other requests of the same client."""
    if request.counterparty_id is None:
        return []
    rows = connection.execute(
        select(
            Instance.id,
            Instance.number,
            Instance.subject,
            Instance.status,
            Instance.state,
            Instance.created_at,
        )
        .where(Instance.counterparty_id == request.counterparty_id, Instance.id != request.id)
        .order_by(Instance.id.desc())
        .limit(limit)
    )
    return [Related(*row) for row in rows]


def documents(connection: Connection, instance_id: int) -> list[DocumentRow]:
    """Return the documents of a request, newest first; a number whose file is still being made is among them."""
    return [
        DocumentRow(*tuple(row))
        for row in connection.execute(
            _DOCUMENT.where(Document.instance_id == instance_id).order_by(Document.id.desc())
        )
    ]


def who_may_take(connection: Connection, task_ids: list[int]) -> dict[int, list[tuple[str, str]]]:
    """Return the people behind the groups of queued tasks: (name, English name) by task."""
    if not task_ids:
        return {}
    rows = connection.execute(
        select(TaskCandidate.task_id, User.name, User.name_en)
        .join(Group, TaskCandidate.principal == literal("g:") + Group.key)
        .join(Membership, Membership.group_id == Group.id)
        .join(User, User.id == Membership.user_id)
        .where(TaskCandidate.task_id.in_(task_ids), User.active.is_(True))
        .order_by(User.name)
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for task_id, name, name_en in rows:
        found.setdefault(task_id, []).append((name, name_en or name))
    return found


def openable(
    connection: Connection, task_ids: list[int], *, user_id: int, principals: Collection[str]
) -> set[int]:
    """Return which of the open tasks somebody holds or may take."""
    if not task_ids:
        return set()
    held = select(Task.id).where(Task.id.in_(task_ids), Task.assignee_id == user_id)
    queued = select(TaskCandidate.task_id).where(
        TaskCandidate.task_id.in_(task_ids), TaskCandidate.principal.in_(principals)
    )
    return set(connection.scalars(held.union(queued)))


def document(connection: Connection, document_id: int) -> DocumentRow | None:
    row = connection.execute(_DOCUMENT.where(Document.id == document_id)).one_or_none()
    return None if row is None else DocumentRow(*tuple(row))


_DOCUMENT = select(
    Document.id, Document.instance_id, Document.kind, Document.title, Document.number, Document.version,
    Document.state, Document.amount, Document.file_hash, Document.file_name, Document.public,
    Document.created_at,
)  # fmt: skip


def _where(wanted: Filter) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if wanted.state == "open":
        where.append(Instance.state == "active")
    elif wanted.state == "closed":
        where.append(Instance.state != "active")
    if wanted.status:
        where.append(Instance.status == wanted.status)
    if wanted.responsible_id is not None:
        where.append(Instance.responsible_id == wanted.responsible_id)
    if wanted.process:
        where.append(Definition.key == wanted.process)
    return where + holding(wanted.text)
