"""`token`: what lets programs in, made and ended by an administrator."""

import re
from datetime import datetime
from pathlib import Path

import click

from web.commands.set_up import config_option, data_option, load, opened
from web.commands.speech import command, say, stop
from web.commands.speech import gettext as _

_NAME = re.compile(r"[\w .@-]{1,60}")
_TOPIC = re.compile(r"[A-Za-z0-9._:/-]{0,100}\*?")


@click.group("token", help="Tokens of programs that call the API. | Токены программ.")
def token() -> None: ...


@token.command("create", help="Make a token; its secret is shown once. | Создать токен.")
@click.argument("name")
@click.option(
    "--topic",
    "topics",
    multiple=True,
    help="Topic whose jobs it may do; may end in * and be repeated. | Тема заданий.",
)
@click.option("--metrics", is_flag=True, help="It may read /metrics. | Чтение /metrics.")
@click.option("--days", type=click.IntRange(1, 3650), help="How long it is valid. | Срок в днях.")
@config_option
@data_option
@command
def create(
    name: str, topics: tuple[str, ...], metrics: bool, days: int | None, config_path: Path | None, data: Path | None
) -> None:  # fmt: skip
    from web.api import tokens

    if not _NAME.fullmatch(name):
        stop(_("A name has letters, digits, spaces and . @ - _, at most 60"))
    for topic in topics:
        if not topic or not _TOPIC.fullmatch(topic):
            stop(_("%(topic)s is not a topic", topic=topic))
    scopes = [*(["jobs"] if topics else []), *(["metrics"] if metrics else [])]
    if not scopes:
        stop(_("Say what it is for: --topic TOPIC or --metrics"))
    with opened(load(config_path, data)) as services:
        try:
            secret = tokens.create(
                services.storage, name=name, scopes=scopes, topics=topics, now=services.now(), days=days
            )
        except tokens.NameTaken:
            stop(_("There is already a token called %(name)s", name=name))
    say(secret)
    click.echo(_("Keep it now: it cannot be shown again."), err=True)


@token.command("list", help="List tokens. | Показать токены.")
@config_option
@data_option
@command
def listed(config_path: Path | None, data: Path | None) -> None:
    from web.api import tokens

    with opened(load(config_path, data)) as services:
        now, lines = services.now(), tokens.listed(services.storage)
    for line in lines:
        if line.revoked_at is not None:
            state = _("revoked %(when)s", when=_day(line.revoked_at))
        elif line.expires_at is not None and line.expires_at <= now:
            state = _("expired %(when)s", when=_day(line.expires_at))
        elif line.used_at is not None:
            state = _("used %(when)s", when=_day(line.used_at))
        else:
            state = _("never used")
        say(f"{line.name}\t{', '.join(line.scopes)}\t{', '.join(line.topics)}\t{state}")
    if not lines:
        say(_("There are no tokens yet: marshrut token create NAME --topic TOPIC"))


@token.command("revoke", help="End a token at once. | Отозвать токен.")
@click.argument("name")
@config_option
@data_option
@command
def revoke(name: str, config_path: Path | None, data: Path | None) -> None:
    from web.api import tokens

    with opened(load(config_path, data)) as services:
        if not tokens.revoke(services.storage, name=name, now=services.now()):
            stop(_("There is no token %(name)s in force", name=name))
    say(_("The token %(name)s is revoked", name=name))


def _day(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC")
