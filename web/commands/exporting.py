"""`export`: write the folder of a version back, for Git."""

from pathlib import Path

import click

from web.commands.set_up import config_option, data_option, load, opened
from web.commands.speech import REFUSED, command, say
from web.commands.speech import gettext as _


@click.command(
    "export", help="Write the files of a version to a folder. | Выгрузить версию процесса в папку."
)
@click.argument("key")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--version", "number", type=int, help="Which; else the one in force. | Какую; иначе действующую."
)
@config_option
@data_option
@click.pass_context
@command
def export(
    context: click.Context,
    key: str,
    folder: Path,
    number: int | None,
    config_path: Path | None,
    data: Path | None,
) -> None:
    from storage.queries import processes as queries

    with opened(load(config_path, data)) as services:
        with services.storage.read() as connection:
            rows = queries.versions(connection, key=key)
        found = next(
            (row for row in rows if (row.version == number if number else row.state == "active")), None
        )
        if found is None:
            say(_("There is no such version of this process."))
            context.exit(REFUSED)
        files = services.engine.deployments.bundle(found.definition_id).deployment.files
    for path, content in sorted(files.items()):
        target = folder / path
        if not target.resolve().is_relative_to(folder.resolve()):
            say(_("Left out, it leads out of the folder: %(path)s", path=path))
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    say(_("Version %(number)d: %(count)d files", number=found.version, count=len(files)))
