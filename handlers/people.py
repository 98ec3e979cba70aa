"""Who works here, as handlers ask it: persons by e-mail, members of groups in a stable order."""

from sqlalchemy import Connection, select

from storage.models import Group, Membership, User


class Person:
    """An active user."""

    __slots__ = ("email", "id", "language", "name", "name_en")

    def __init__(self, id: int, email: str, name: str, name_en: str, language: str) -> None:
        self.id, self.email, self.name, self.name_en, self.language = id, email, name, name_en, language


_COLUMNS = (User.id, User.email, User.name, User.name_en, User.language)


def person_by_email(connection: Connection, email: str) -> Person | None:
    """Return the active user with an address, however its letters are cased."""
    row = connection.execute(
        select(*_COLUMNS).where(User.email == email.strip().lower(), User.active.is_(True))
    ).first()
    return Person(*row) if row else None


def person_by_id(connection: Connection, user_id: int | None) -> Person | None:
    """Return an active user."""
    if user_id is None:
        return None
    row = connection.execute(select(*_COLUMNS).where(User.id == user_id, User.active.is_(True))).first()
    return Person(*row) if row else None


def members(connection: Connection, group: str) -> list[Person]:
    """Return the active members of a group by key, in the order of their ids."""
    rows = connection.execute(
        select(*_COLUMNS)
        .join(Membership, Membership.user_id == User.id)
        .join(Group, Group.id == Membership.group_id)
        .where(Group.key == group, User.active.is_(True))
        .order_by(User.id)
    )
    return [Person(*row) for row in rows]


def group_exists(connection: Connection, group: str) -> bool:
    return connection.execute(select(Group.id).where(Group.key == group)).first() is not None
