"""Who signs in: an account with roles and groups, and the count of wrong passwords.

Two statements per account, whatever it belongs to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from storage.models import Group, Membership, Role, User, user_role


@dataclass(frozen=True, slots=True)
class AccountRow:
    id: int
    email: str
    name: str
    name_en: str
    position: str
    position_en: str
    password: str | None
    active: bool
    fs_uniquifier: str
    language: str
    theme: str
    density: str
    failed_sign_ins: int
    last_failed_sign_in_at: datetime | None
    roles: tuple[str, ...]
    groups: tuple[tuple[str, str, str], ...]  # key, Russian name, English name


def find_account(
    connection: Connection,
    *,
    fs_uniquifier: str | None = None,
    email: str | None = None,
    id: int | None = None,
) -> AccountRow | None:
    """Return the account, active or not; e-mail addresses are compared in lower case."""
    if fs_uniquifier is not None:
        where: ColumnElement[bool] = User.fs_uniquifier == fs_uniquifier
    elif email is not None:
        where = func.lower(User.email) == email.strip().lower()
    else:
        where = User.id == id
    found = _accounts(connection, where)
    return found[0] if found else None


def active_accounts(connection: Connection) -> list[AccountRow]:
    """Return everybody who may sign in, in the order they were made."""
    return _accounts(connection, User.active.is_(True))


def _accounts(connection: Connection, where: ColumnElement[bool]) -> list[AccountRow]:
    users = connection.execute(
        select(
            User.id, User.email, User.name, User.name_en, User.position, User.position_en, User.password,
            User.active, User.fs_uniquifier, User.language, User.theme, User.density,
            User.failed_sign_ins, User.last_failed_sign_in_at,
        ).where(where).order_by(User.id)
    ).all()  # fmt: skip
    ids = [user.id for user in users]
    roles = _collect(
        connection.execute(
            select(user_role.c.user_id, Role.name)
            .join(Role, Role.id == user_role.c.role_id)
            .where(user_role.c.user_id.in_(ids))
        ).all()
    )
    groups = _collect(
        connection.execute(
            select(Membership.user_id, Group.key, Group.name_ru, Group.name_en)
            .join(Group, Group.id == Membership.group_id)
            .where(Membership.user_id.in_(ids))
            .order_by(Group.id)
        ).all()
    )
    return [
        AccountRow(
            **user._asdict(),
            roles=tuple(name for (name,) in roles.get(user.id, ())),
            groups=tuple(groups.get(user.id, ())),
        )
        for user in users
    ]


def _collect(rows: Sequence[Sequence[object]]) -> dict[object, list[tuple]]:
    found: dict[object, list[tuple]] = {}
    for user_id, *values in rows:
        found.setdefault(user_id, []).append(tuple(values))
    return found
