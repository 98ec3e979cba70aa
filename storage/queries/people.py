"""What the page about people reads: users with roles and groups, groups with members."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from storage.models import Group, Membership, Role, Task, User, user_role


@dataclass(frozen=True, slots=True)
class PersonRow:
    user_id: int
    name: str
    name_en: str
    email: str
    position: str
    position_en: str
    active: bool
    roles: tuple[str, ...]
    groups: tuple[str, ...]  # keys
    open_tasks: int


@dataclass(frozen=True, slots=True)
class GroupRow:
    group_id: int
    key: str
    name_ru: str
    name_en: str
    members: tuple[str, ...]


def people(connection: Connection) -> list[PersonRow]:
    """Return all users by name, with their roles, groups and how many tasks each holds."""
    users = connection.execute(
        select(User.id, User.name, User.name_en, User.email, User.position, User.position_en, User.active)
    ).all()
    roles: dict[int, list[str]] = {}
    for user_id, name in connection.execute(
        select(user_role.c.user_id, Role.name).join(Role, Role.id == user_role.c.role_id).order_by(Role.name)
    ):
        roles.setdefault(user_id, []).append(name)
    groups: dict[int, list[str]] = {}
    for user_id, key in connection.execute(
        select(Membership.user_id, Group.key)
        .join(Group, Group.id == Membership.group_id)
        .order_by(Group.name_ru)
    ):
        groups.setdefault(user_id, []).append(key)
    tasks = dict(
        connection.execute(
            select(Task.assignee_id, func.count(Task.id))
            .where(Task.state == "open", Task.assignee_id.is_not(None))
            .group_by(Task.assignee_id)
        ).all()
    )
    found = [
        PersonRow(*row, tuple(roles.get(row.id, ())), tuple(groups.get(row.id, ())), tasks.get(row.id, 0))
        for row in users
    ]
    return sorted(found, key=lambda person: person.name.casefold())


def groups(connection: Connection) -> list[GroupRow]:
    """Return all groups by name, each with the names of its members."""
    members: dict[int, list[str]] = {}
    for group_id, name in connection.execute(
        select(Membership.group_id, User.name).join(User, User.id == Membership.user_id).order_by(User.name)
    ):
        members.setdefault(group_id, []).append(name)
    rows = connection.execute(
        select(Group.id, Group.key, Group.name_ru, Group.name_en).order_by(Group.name_ru)
    )
    return [GroupRow(*row, tuple(members.get(row.id, ()))) for row in rows]
