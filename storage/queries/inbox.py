"""What the inbox reads: counters and pages of open tasks, earliest due first.

Nothing touches engine state.  Pages are cut by keyset on (due, id); one statement per page, one for counters.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    Subquery,
    and_,
    func,
    or_,
    select,
    union,
)

from storage.models import Counterparty, Definition, Instance, Task, TaskCandidate, User

PAGE = 50
COUNTED = 1000
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
    """Return how many tasks each view holds; from COUNTED on it only means «many»."""
    columns = [_counted(me, view, now, end_of_day).label(view) for view in VIEWS]
    return Counters(*tuple(connection.execute(select(*columns)).one()))


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
    chosen = _first(me, view, now, end_of_day, after, limit + 1)
    query = (
        select(
            Task.id, Task.name, Task.due_at, Task.created_at, Task.priority, Task.assignee_id,
            User.name, User.name_en, Instance.id, Instance.number, Instance.subject, Instance.requester,
            Counterparty.name, Instance.amount, Instance.currency, Instance.stage,
            Definition.id, Definition.info,
        )
        .join(chosen, chosen.c.id == Task.id)
        .join(Instance, Instance.id == Task.instance_id)
        .join(Definition, Definition.id == Instance.definition_id)
        .outerjoin(Counterparty, Counterparty.id == Instance.counterparty_id)
        .outerjoin(User, User.id == Task.assignee_id)
        .order_by(Task.due_at, Task.id)
        .limit(limit + 1)
    )  # fmt: skip
    rows = [InboxRow(*tuple(row)) for row in connection.execute(query)]
    more = len(rows) > limit
    rows = rows[:limit]
    return InboxPage(rows, (rows[-1].due_at, rows[-1].task_id) if more else None)


def _first(
    me: Me, view: str, now: datetime, end_of_day: datetime, after: tuple[datetime, int] | None, limit: int
) -> Subquery:
    """Select at most *limit* tasks from each index range that the view is made of, and merge them.

    So a page costs the same however long the queues are.
    """
    parts: list[Any] = []
    if view != "groups":
        parts.append(
            select(Task.id, Task.due_at)
            .where(
                Task.state == "open", Task.assignee_id == me.user_id,
                *_range(view, Task.due_at, now, end_of_day), *_beyond(after, Task.due_at, Task.id),
            )
            .order_by(Task.due_at, Task.id)
        )  # fmt: skip
    if view != "mine":
        due, task_id = TaskCandidate.due_at, TaskCandidate.task_id
        parts += [
            select(task_id.label("id"), due)
            .where(
                TaskCandidate.principal == principal,
                *_range(view, due, now, end_of_day), *_beyond(after, due, task_id),
            )
            .order_by(due, task_id)
            for principal in me.principals
        ]  # fmt: skip
    limited = [select(part.limit(limit).subquery().c.id) for part in parts]
    return union(*limited).subquery()


def _range(view: str, due: Any, now: datetime, end_of_day: datetime) -> list[ColumnElement[bool]]:
    if view == "overdue":
        return [due < now]
    return [due >= now, due < end_of_day] if view == "today" else []


def _beyond(after: tuple[datetime, int] | None, due: Any, task_id: Any) -> list[ColumnElement[bool]]:
    if after is None:
        return []
    return [due >= after[0], or_(due > after[0], and_(due == after[0], task_id > after[1]))]


def _counted(me: Me, view: str, now: datetime, end_of_day: datetime) -> ScalarSelect[int]:
    """Count a view's tasks in the indexes of work, held and queued, and stop at COUNTED."""
    parts: list[Any] = []
    if view != "groups":
        parts.append(_held(me, *_range(view, Task.due_at, now, end_of_day)))
    if view != "mine":
        parts.append(_queued(me, *_range(view, TaskCandidate.due_at, now, end_of_day)))
    limited = [select(part.limit(COUNTED).subquery().c[0]) for part in parts]
    return select(func.count()).select_from(union(*limited).subquery()).scalar_subquery()


def _held(me: Me, *more: ColumnElement[bool]) -> Select[Any]:
    return select(Task.id).where(Task.state == "open", Task.assignee_id == me.user_id, *more)


def _queued(me: Me, *more: ColumnElement[bool]) -> Select[Any]:
    return select(TaskCandidate.task_id).where(TaskCandidate.principal.in_(me.principals), *more).distinct()
