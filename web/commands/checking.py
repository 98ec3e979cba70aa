"""`check`: is the site in order?  For cron and monitors: 0 yes, 1 no."""

from pathlib import Path

import click

from web.commands.set_up import config_option, data_option, load, opened
from web.commands.speech import REFUSED, command, ngettext, say
from web.commands.speech import gettext as _


@click.command("check", help="Report requests to which nothing can happen. | Найти застрявшие заявки.")
@config_option
@data_option
@click.pass_context
@command
def check(context: click.Context, config_path: Path | None, data: Path | None) -> None:
    with opened(load(config_path, data)) as services:
        stuck = services.engine.watchdog.stuck()
    if not stuck:
        say(_("Every running request waits for something that can happen."))
        return
    say(ngettext(
        "%(num)d request runs, but nothing can happen to it:", "%(num)d requests run, but nothing can happen to them:",
        len(stuck),
    ))  # fmt: skip
    for request in stuck:
        since = request.updated_at.strftime("%Y-%m-%d %H:%M UTC")
        say(f"  {request.number}\t{request.process_key}\t{since}\t{request.subject}")
    context.exit(REFUSED)
