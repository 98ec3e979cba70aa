"""`backup` and `restore`: the whole site in one file."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from web.commands.set_up import config_option, data_option, load
from web.commands.speech import UNREADABLE, command, say, stop
from web.commands.speech import gettext as _

if TYPE_CHECKING:
    from storage.backup import BackupRefused
    from web.config import Config


@click.command("backup", help="Write the whole site into one file while it works. | Резервная копия на ходу.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@config_option
@data_option
@command
def backup(file: Path, config_path: Path | None, data: Path | None) -> None:
    from datetime import UTC, datetime

    from storage import backup as backups
    from storage import schema
    from storage.database import Storage
    from web.condition import product_version

    config = load(config_path, data)
    storage = Storage(config.database_url, config.files_dir)
    try:
        if schema.current(storage) is None:
            stop(_("There is nothing to back up: the database is empty"))
        config.secret_key()
        report = backups.write(
            storage, file, now=datetime.now(UTC), version=product_version(), beside=_beside(config)
        )
    except backups.BackupRefused as error:
        _refused(error)
    finally:
        storage.close()
    say(_("%(file)s: %(rows)d rows, %(files)d files", file=file, rows=report.rows, files=report.files))
    if report.missing_files:
        say(_("%(count)d files were cleaned away meanwhile", count=report.missing_files))
    say(_("It holds secrets: keep it where the data folder would be safe."))


@click.command("restore", help="Fill an empty site from a backup. | Восстановить из копии.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--force", is_flag=True, help="Drop what is there. | Удалить то, что есть.")
@config_option
@data_option
@command
def restore(file: Path, force: bool, config_path: Path | None, data: Path | None) -> None:
    from storage import backup as backups
    from storage.database import Storage

    config = load(config_path, data)
    storage = Storage(config.database_url, config.files_dir)
    try:
        report = backups.restore(storage, file, force=force, beside=_beside(config))
    except backups.BackupRefused as error:
        _refused(error)
    finally:
        storage.close()
    made = report.made_at.strftime("%Y-%m-%d %H:%M UTC")
    say(
        _("Restored as of %(when)s: %(rows)d rows, %(files)d files", when=made, rows=report.rows, files=report.files)
    )  # fmt: skip


def _beside(config: "Config") -> dict[str, Path]:
    from web.config import KEY_FILE

    beside = {"mail": config.mail_dir}
    if not config.environment.get("MARSHRUT_SECRET_KEY"):
        beside[KEY_FILE] = config.data / KEY_FILE
    return beside


def _refused(error: "BackupRefused") -> None:
    texts = {
        "exists": _("%(path)s is there already", path=error.values.get("path", "")),
        "not_empty": _("This site is not empty; --force drops what is there. Nothing was changed."),
        "unreadable": _(
            "%(path)s is no backup or is damaged: %(reason)s. Nothing was changed.",
            path=error.values.get("path", ""), reason=error.values.get("reason", ""),
        ),
        "newer": _(
            "The backup was made by version %(version)s; this one is older. Nothing was changed.",
            version=error.values.get("product", ""),
        ),
    }  # fmt: skip
    stop(texts[error.code], UNREADABLE if error.code == "unreadable" else 1)
