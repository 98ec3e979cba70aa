"""What somebody was told: unread count, pages of the list, marking as read."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from storage.models import Instance, Notification

PAGE = 50


@dataclass(frozen=True, slots=True)
class NotificationRow:
    id: int
    title: str
    body: str
    created_at: datetime
    read_at: datetime | None
    instance_id: int | None
    number: str | None
    subject: str | None


@dataclass(frozen=True, slots=True)
class NotificationPage:
    rows: list[NotificationRow]
    before: int | None  # pass it to get the next page


def unread(connection: Connection, *, user_id: int) -> int:
    """Return how many notifications were not read."""
    return connection.execute(
        select(func.count())
        .select_from(Notification)
        .where(Notification.user_id == user_id, Notification.read_at.is_(None))
    ).scalar_one()


def page(connection: Connection, *, user_id: int, before: int | None = None) -> NotificationPage:
    """Return notifications, newest first."""
    query = (
        select(
            Notification.id, Notification.title, Notification.body, Notification.created_at,
            Notification.read_at, Notification.instance_id, Instance.number, Instance.subject,
        )
        .outerjoin(Instance, Instance.id == Notification.instance_id)
        .where(Notification.user_id == user_id)
        .order_by(Notification.id.desc())
        .limit(PAGE + 1)
    )  # fmt: skip
    if before is not None:
        query = query.where(Notification.id < before)
    rows = [NotificationRow(*row) for row in connection.execute(query)]
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    return NotificationPage(rows, rows[-1].id if more else None)


def mark_read(connection: Connection, *, user_id: int, now: datetime) -> None:
    """Mark everything of somebody as read."""
    connection.execute(
        update(Notification)
        .where(Notification.user_id == user_id, Notification.read_at.is_(None))
        .values(read_at=now)
    )
