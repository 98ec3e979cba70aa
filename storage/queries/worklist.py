"""Pages of tasks that somebody narrowed down or put in another order, and what they can choose from.

The plain views, earliest due first, are read by `storage.queries.inbox` at a cost that does not grow with the
queues; a filter costs as much as what it has to look through.  Pages are cut by keyset on (order, id).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from storage.models import Counterparty, Definition, Instance, Task, TaskCandidate, User
from storage.queries.inbox import COUNTED, PAGE, InboxRow, Me
from storage.queries.search import holding

VIEWS = ("mine", "groups", "overdue", "today", "done")
DUES = ("overdue", "today", "week", "none")
SORTS = ("due", "newest", "priority")
URGENT = 50
"""A task above this priority is urgent."""
_NEVER_YEAR = 9000
_CHOSEN_FROM = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of tasks shows; empty means any."""

    view: str = "mine"
    text: str = ""
    process: str = ""
    step: str = ""
    group: str = ""
    due: str = ""
    urgent: bool = False
    sort: str = "due"

    @property
    def is_plain(self) -> bool:
        """Tell whether this is a view as it is, without filter or another order."""
        return self == Wanted(self.view) and self.view != "done"


@dataclass(frozen=True, slots=True)
class Days:
    """The borders of the reader's day."""

    now: datetime
    end_of_day: datetime


@dataclass(frozen=True, slots=True)
class WorkPage:
    rows: list[InboxRow]
    after: tuple[datetime | int, int] | None


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer: values that occur among the first tasks of the view."""

    processes: list[tuple[str, str, int]]  # key, name, a definition's id
    steps: list[tuple[str, int]]  # name, a definition's id
    groups: list[str]  # keys


def page(
    connection: Connection,
    me: Me,
    wanted: Wanted,
    days: Days,
    *,
    after: tuple[datetime | int, int] | None = None,
    limit: int = PAGE,
) -> WorkPage:
    """Return one page of the tasks that are wanted, in the order that is wanted."""
    key, descending = _order(wanted)
    query = (
        select(
            Task.id, Task.name, Task.due_at, Task.created_at, Task.priority, Task.assignee_id,
            User.name, User.name_en, Instance.id, Instance.number, Instance.subject, Instance.requester,
            Counterparty.name, Instance.amount, Instance.currency, Instance.stage,
            Definition.id, Definition.info, key,
        )
        .select_from(Task)
        .join(Instance, Instance.id == Task.instance_id)
        .join(Definition, Definition.id == Instance.definition_id)
        .outerjoin(Counterparty, Counterparty.id == Instance.counterparty_id)
        .outerjoin(User, User.id == Task.assignee_id)
        .where(*_conditions(me, wanted, days), *_beyond(after, key, descending))
        .order_by(key.desc() if descending else key, Task.id)
        .limit(limit + 1)
    )  # fmt: skip
    found = [tuple(row) for row in connection.execute(query)]
    rows = [InboxRow(*row[:-1]) for row in found[:limit]]
    more = len(found) > limit
    return WorkPage(rows, (found[limit - 1][-1], rows[-1].task_id) if more else None)


def counts(connection: Connection, me: Me, several: Mapping[int, Wanted], days: Days) -> dict[int, int]:
    """Return how many tasks each of several lists holds, in one statement; from COUNTED on it means «many»."""
    if not several:
        return {}
    columns = [
        select(func.count())
        .select_from(
            select(Task.id)
            .join(Instance, Instance.id == Task.instance_id)
            .join(Definition, Definition.id == Instance.definition_id)
            .where(*_conditions(me, wanted, days))
            .limit(COUNTED)
            .subquery()
        )
        .scalar_subquery()
        for wanted in several.values()
    ]
    return dict(zip(several, tuple(connection.execute(select(*columns)).one()), strict=True))


def choices(connection: Connection, me: Me, view: str, days: Days) -> Choices:
    """Return what the filters of a view offer."""
    first = (
        select(Task.id)
        .where(*_of_view(me, view, days))
        .limit(_CHOSEN_FROM)
        .subquery()
    )  # fmt: skip
    rows = connection.execute(
        select(Definition.key, Definition.name, Task.name, func.max(Definition.id))
        .select_from(Task)
        .join(first, first.c.id == Task.id)
        .join(Instance, Instance.id == Task.instance_id)
        .join(Definition, Definition.id == Instance.definition_id)
        .group_by(Definition.key, Definition.name, Task.name)
        .order_by(Definition.key, Task.name)
    ).all()
    processes = {key: (key, name, id_) for key, name, _, id_ in rows}
    steps = {step: (step, id_) for _, _, step, id_ in rows}
    groups = sorted(one[2:] for one in me.principals if one.startswith("g:"))
    return Choices(list(processes.values()), [steps[name] for name in sorted(steps)], groups)


def numbers(connection: Connection, task_ids: Collection[int]) -> dict[int, str]:
    """Return how people call the tasks: the number of the request, or its subject."""
    rows = connection.execute(
        select(Task.id, Instance.number, Instance.subject)
        .join(Instance, Instance.id == Task.instance_id)
        .where(Task.id.in_(task_ids))
    )
    return {task_id: number or subject for task_id, number, subject in rows}


def most_urgent(connection: Connection, me: Me, *, now: datetime, limit: int = 5) -> list[int]:
    """Return the queued tasks to take next: overdue first, then by priority, then by what is due first."""
    late = (TaskCandidate.due_at < now).label("late")
    query = (
        select(TaskCandidate.task_id, late, Task.priority, TaskCandidate.due_at)
        .join(Task, Task.id == TaskCandidate.task_id)
        .where(TaskCandidate.principal.in_(me.principals))
        .distinct()
        .order_by(late.desc(), Task.priority.desc(), TaskCandidate.due_at, TaskCandidate.task_id)
        .limit(limit)
    )
    return list(connection.scalars(query))


def _order(wanted: Wanted) -> tuple[Any, bool]:
    if wanted.view == "done":
        return Task.completed_at, True
    if wanted.sort == "newest":
        return Task.created_at, True
    return (Task.priority, True) if wanted.sort == "priority" else (Task.due_at, False)


def _beyond(
    after: tuple[datetime | int, int] | None, key: Any, descending: bool
) -> list[ColumnElement[bool]]:
    if after is None or isinstance(after[0], int) != (key is Task.priority):
        return []
    further = key < after[0] if descending else key > after[0]
    return [or_(further, and_(key == after[0], Task.id > after[1]))]


def _conditions(me: Me, wanted: Wanted, days: Days) -> list[ColumnElement[bool]]:
    where = _of_view(me, wanted.view, days) + holding(wanted.text)
    if wanted.process:
        where.append(Definition.key == wanted.process)
    if wanted.step:
        where.append(Task.name == wanted.step)
    if wanted.group:
        where.append(Task.id.in_(_queued(me).where(TaskCandidate.principal == f"g:{wanted.group}")))
    if wanted.urgent:
        where.append(Task.priority > URGENT)
    return where + _due(wanted.due, days)


def _of_view(me: Me, view: str, days: Days) -> list[ColumnElement[bool]]:
    if view == "done":
        return [Task.completed_by_id == me.user_id, Task.state == "completed"]
    held, queued = Task.assignee_id == me.user_id, Task.id.in_(_queued(me))
    whose = {"mine": held, "groups": queued}.get(view, or_(held, queued))
    return [Task.state == "open", whose, *_due(view if view in DUES else "", days)]


def _queued(me: Me) -> Select[Any]:
    return select(TaskCandidate.task_id).where(TaskCandidate.principal.in_(me.principals))


def _due(due: str, days: Days) -> list[ColumnElement[bool]]:
    if due == "overdue":
        return [Task.due_at < days.now]
    if due == "today":
        return [Task.due_at >= days.now, Task.due_at < days.end_of_day]
    if due == "week":
        return [Task.due_at < days.end_of_day + timedelta(days=6)]
    if due == "none":
        return [Task.due_at >= days.now.replace(year=_NEVER_YEAR, month=1, day=1)]
    return []
