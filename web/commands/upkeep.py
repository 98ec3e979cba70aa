"""`db` and `user`: the schema and the people, kept from the command line."""

import secrets
import sys
from pathlib import Path

import click
from sqlalchemy import select

from web.commands.set_up import config_option, data_option, load, opened
from web.commands.speech import REFUSED, command, say, stop
from web.commands.speech import gettext as _

ROLES = ("employee", "analyst", "administrator")
SHORTEST_PASSWORD = 8


@click.group("db", help="The database. | База данных.")
def db() -> None: ...


@db.command("upgrade", help="Bring the schema to this version. | Обновить схему.")
@config_option
@data_option
@command
def upgrade(config_path: Path | None, data: Path | None) -> None:
    from storage import schema
    from storage.database import Storage

    config = load(config_path, data)
    storage = Storage(config.database_url, config.files_dir)
    before = schema.current(storage)
    schema.upgrade(storage)
    after = schema.current(storage)
    storage.close()
    said = _("The schema is up to date: %(revision)s", revision=after)
    say(
        said
        if before == after
        else _("The schema was upgraded: %(before)s → %(after)s", before=before or "—", after=after)
    )


@db.command("check", help="Say whether the schema fits. | Проверить схему.")
@config_option
@data_option
@click.pass_context
@command
def check(context: click.Context, config_path: Path | None, data: Path | None) -> None:
    from storage import schema
    from storage.database import Storage

    config = load(config_path, data)
    storage = Storage(config.database_url, config.files_dir)
    now, needed = schema.current(storage), schema.newest()
    storage.close()
    if now == needed:
        say(_("The schema is up to date: %(revision)s", revision=now))
        return
    say(
        _(
            "The schema is %(now)s, this version needs %(needed)s: run marshrut db upgrade",
            now=now or "—",
            needed=needed,
        )
    )
    context.exit(REFUSED)


@click.group("user", help="People who sign in. | Пользователи.")
def user() -> None: ...


@user.command("add", help="Add a person. | Добавить человека.")
@click.argument("email")
@click.option("--name", required=True, help="Full name. | Имя и фамилия.")
@click.option(
    "--role", "roles", multiple=True, type=click.Choice(ROLES), help="May be repeated. | Можно повторять."
)
@click.option("--group", "groups", multiple=True, help="Key of a group. | Ключ группы.")
@click.option("--position", default="", help="Position. | Должность.")
@click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input. | Пароль из ввода."
)
@config_option
@data_option
@command
def add(
    email: str, name: str, roles: tuple[str, ...], groups: tuple[str, ...], position: str,
    password_stdin: bool, config_path: Path | None, data: Path | None,
) -> None:  # fmt: skip
    from storage.ids import new_id
    from storage.models import Group, Role, User
    from web.identity import hash_password

    address = _address(email)
    password = _password(password_stdin)
    with opened(load(config_path, data)) as services, services.storage.unit_of_work() as uow:
        session = uow.session
        if session.scalar(select(User).where(User.email == address)) is not None:
            stop(_("There is already a person with the address %(email)s", email=address))
        found = list(session.scalars(select(Group).where(Group.key.in_(groups))))
        missing = sorted(set(groups) - {group.key for group in found})
        if missing:
            stop(_("There is no group %(key)s", key=missing[0]))
        known = {role.name: role for role in session.scalars(select(Role))}
        for role_name in roles or ("employee",):
            if role_name not in known:
                known[role_name] = Role(id=new_id(), name=role_name)
                session.add(known[role_name])
        session.add(
            User(
                id=new_id(), email=address, name=name, position=position, password=hash_password(password),
                fs_uniquifier=secrets.token_hex(16), created_at=services.now(),
                roles=[known[role_name] for role_name in roles or ("employee",)], groups=found,
            )
        )  # fmt: skip
    say(_("%(name)s can sign in as %(email)s", name=name, email=address))


@user.command("password", help="Set a person's password. | Задать пароль.")
@click.argument("email")
@click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input. | Пароль из ввода."
)
@config_option
@data_option
@command
def password(email: str, password_stdin: bool, config_path: Path | None, data: Path | None) -> None:
    from storage.models import User
    from web.identity import hash_password

    address = _address(email)
    with opened(load(config_path, data)) as services, services.storage.unit_of_work() as uow:
        person = uow.session.scalar(select(User).where(User.email == address))
        if person is None:
            stop(_("There is no person with the address %(email)s", email=address))
        person.password = hash_password(_password(password_stdin))
        person.fs_uniquifier = secrets.token_hex(16)
        person.failed_sign_ins = 0
    say(_("The password is set; sessions of %(email)s are ended", email=address))


@user.command("list", help="List people. | Показать пользователей.")
@config_option
@data_option
@command
def people(config_path: Path | None, data: Path | None) -> None:
    from storage.queries.people import people as query

    with opened(load(config_path, data)) as services, services.storage.read() as connection:
        rows = query(connection)
    for row in rows:
        off = _("switched off")
        note = "" if row.active else f" ({off})"
        say(f"{row.email}\t{row.name}{note}\t{', '.join(row.roles)}\t{', '.join(row.groups)}")
    if not rows:
        say(_("There is nobody yet: marshrut user add EMAIL --name NAME --role administrator"))


def _address(email: str) -> str:
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(email, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        stop(_("%(email)s is not an e-mail address", email=email))


def _password(from_stdin: bool) -> str:
    if from_stdin:
        given = sys.stdin.readline().rstrip("\r\n")
    else:
        given = click.prompt(_("Password"), hide_input=True, confirmation_prompt=_("Password again"))
    if len(given) < SHORTEST_PASSWORD:
        stop(_("The password needs at least %(count)d characters", count=SHORTEST_PASSWORD))
    return given
