"""What the inbox reads: counters and pages of open tasks, earliest due first.

Nothing touches engine state.  Pages are cut by keyset on (due, id); one statement per page, one for counters.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from storage.models import Counterparty, Definition, Instance, Task, TaskCandidate, User

PAGE = 50
VIEWS = ("mine", "groups", "overdue", "today")


@dataclass(frozen=True, slots=True)
class Me:
    """Whose inbox it is: the person and the queues they share."""

    user_id: int
    principals: tuple[str, ...]  # "g:<group key>", "u:<e-mail>"

    @classmethod
    def of(cls, user_id: int, email: str, groups: Iterable[str]) -> "Me":
        return cls(user_id, (f"u:{email}", *(f"g:{key}" for key in sorted(groups))))


@dataclass(frozen=True, slots=True)
class Counters:
    mine: int
    groups: int
    overdue: int
    today: int


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A task with what a row of two lines shows; names are in the process's source language."""

    task_id: int
    name: str
    due_at: datetime
    created_at: datetime
    priority: int
    assignee_id: int | None
    holder: str | None
    holder_en: str | None
    instance_id: int
    number: str | None
    subject: str
    requester: str
    counterparty: str | None
    amount: Decimal | None
    currency: str
    stage: str
    definition_id: int
    info: dict[str, Any]


@dataclass(frozen=True, slots=True)
class InboxPage:
    rows: list[InboxRow]
    after: tuple[datetime, int] | None  # pass it to get the next page


def counters(connection: Connection, me: Me, *, now: datetime, end_of_day: datetime) -> Counters:
    """Return how many tasks each view holds."""
    queries = {
        "mine": _ids(me, "mine", now, end_of_day),
        "groups": _ids(me, "groups", now, end_of_day),
        "overdue": _ids(me, "overdue", now, end_of_day),
        "today": _ids(me, "today", now, end_of_day),
    }
    columns = [
        select(func.count()).select_from(query.subquery()).scalar_subquery().label(name)
        for name, query in queries.items()
    ]
    return Counters(*connection.execute(select(*columns)).one())


def page(
    connection: Connection,
    me: Me,
    view: str,
    *,
    now: datetime,
    end_of_day: datetime,
    after: tuple[datetime, int] | None = None,
    limit: int = PAGE,
) -> InboxPage:
    """Return one page of a view, earliest due first."""
    where: list[ColumnElement[bool]] = [Task.id.in_(_ids(me, view, now, end_of_day))]
    if after is not None:
        where.append(or_(Task.due_at > after[0], and_(Task.due_at == after[0], Task.id > after[1])))
    query = (
        select(
            Task.id, Task.name, Task.due_at, Task.created_at, Task.priority, Task.assignee_id,
            User.name, User.name_en, Instance.id, Instance.number, Instance.subject, Instance.requester,
            Counterparty.name, Instance.amount, Instance.currency, Instance.stage,
            Definition.id, Definition.info,
        )
        .join(Instance, Instance.id == Task.instance_id)
        .join(Definition, Definition.id == Instance.definition_id)
        .outerjoin(Counterparty, Counterparty.id == Instance.counterparty_id)
        .outerjoin(User, User.id == Task.assignee_id)
        .where(*where)
        .order_by(Task.due_at, Task.id)
        .limit(limit + 1)
    )  # fmt: skip
    rows = [InboxRow(*tuple(row)) for row in connection.execute(query)]
    more = len(rows) > limit
    rows = rows[:limit]
    return InboxPage(rows, (rows[-1].due_at, rows[-1].task_id) if more else None)


def _ids(me: Me, view: str, now: datetime, end_of_day: datetime) -> Select[Any]:
    """Select the ids of a view's tasks from the two partial indexes of work: held, and queued."""
    if view == "mine":
        return _held(me)
    if view == "groups":
        return _queued(me)
    if view == "overdue":
        held, queued = _held(me, Task.due_at < now), _queued(me, TaskCandidate.due_at < now)
    else:
        held = _held(me, Task.due_at < end_of_day, Task.due_at >= now)
        queued = _queued(me, TaskCandidate.due_at < end_of_day, TaskCandidate.due_at >= now)
    return select(held.union(queued).subquery().c[0])


def _held(me: Me, *more: ColumnElement[bool]) -> Select[Any]:
    return select(Task.id).where(Task.state == "open", Task.assignee_id == me.user_id, *more)


def _queued(me: Me, *more: ColumnElement[bool]) -> Select[Any]:
    return select(TaskCandidate.task_id).where(TaskCandidate.principal.in_(me.principals), *more).distinct()
