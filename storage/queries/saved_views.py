"""Named lists of tasks: one's own, and those that a colleague shares with a group."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, or_, select

from storage.ids import new_id
from storage.models import Group, SavedView

MOST = 30
"""How many lists one person keeps."""
SHOWN = 50


@dataclass(frozen=True, slots=True)
class NamedView:
    id: int
    name: str
    token: str
    owner_id: int
    group_key: str | None


def visible(connection: Connection, *, user_id: int, groups: Collection[str]) -> list[NamedView]:
    """Return the lists that somebody has, by name."""
    rows = connection.execute(
        _NAMED.where(or_(SavedView.owner_id == user_id, Group.key.in_(groups)))
        .order_by(SavedView.name, SavedView.id)
        .limit(SHOWN)
    )
    return [NamedView(*row) for row in rows]


def add(
    connection: Connection, *, owner_id: int, name: str, token: str, group_key: str, now: datetime
) -> bool:
    """Keep a list under a name; the owner's list of that name is replaced.  False: there are too many."""
    connection.execute(delete(SavedView).where(SavedView.owner_id == owner_id, SavedView.name == name))
    count = connection.scalar(
        select(func.count()).select_from(SavedView).where(SavedView.owner_id == owner_id)
    )
    if (count or 0) >= MOST:
        return False
    group_id = connection.scalar(select(Group.id).where(Group.key == group_key)) if group_key else None
    connection.execute(
        insert(SavedView).values(
            id=new_id(), owner_id=owner_id, group_id=group_id, name=name, token=token, created_at=now
        )
    )
    return True


def remove(connection: Connection, view_id: int, *, owner_id: int) -> NamedView | None:
    """Forget one's own list; return what it was."""
    row = connection.execute(
        _NAMED.where(SavedView.id == view_id, SavedView.owner_id == owner_id)
    ).one_or_none()
    if row is None:
        return None
    connection.execute(delete(SavedView).where(SavedView.id == view_id))
    return NamedView(*row)


_NAMED = select(SavedView.id, SavedView.name, SavedView.token, SavedView.owner_id, Group.key).outerjoin(
    Group, Group.id == SavedView.group_id
)
