"""`marshrut`: the product from the command line.

Exit codes: 0 done, 1 refused, 2 a file, an option or a setting cannot be read.  Help is in both languages; what
a command says follows MARSHRUT_LANGUAGE or the terminal's locale.
"""

import sys

import click
import orjson

from web.commands import backups, checking, exporting, processes, scenarios, serving, tokens, upkeep
from web.commands.speech import REFUSED, command, language
from web.commands.speech import gettext as _


@click.group(
    help="Marshrut: an organisation's requests, run as BPMN diagrams. | Маршрут: заявки организации по схемам BPMN.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(package_name="marshrut", message="Marshrut %(version)s")
def main() -> None: ...


for made in (
    serving.demo,
    serving.serve,
    serving.worker,
    processes.deploy,
    processes.lint,
    exporting.export,
    scenarios.scenario,
    upkeep.db,
    upkeep.user,
    checking.check,
    backups.backup,
    backups.restore,
    tokens.token,
):
    main.add_command(made)


@main.group("dmn", help="Decisions. | Решения.")
def dmn() -> None: ...


@dmn.command("evaluate", help="Evaluate a decision. | Вычислить решение.")
@click.argument("file")
@click.option("--decision", required=True, help="Name or id. | Имя или id.")
@click.option(
    "--input", "source", required=True, help="JSON file, or - for standard input. | Файл JSON или -."
)
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
@command
def evaluate(context: click.Context, file: str, decision: str, source: str, as_json: bool) -> None:
    from bpmn.dmn import evaluate_cli

    stdin = sys.stdin
    code, text = evaluate_cli.run(
        file=file, decision=decision, input=source, as_json=as_json, language=language(), stdin=stdin
    )
    click.echo(text, err=bool(code) and not as_json)
    context.exit(code)


@main.command("bench", help="Measure speed on this machine. | Измерить скорость.")
@click.option("--json", "as_json", is_flag=True)
@click.option("--full", is_flag=True, help="More and larger requests. | Больше и крупнее заявки.")
@click.option("--short", is_flag=True, help="A few requests only. | Лишь несколько заявок.")
@click.option("--postgres", help="Address of an empty database. | Адрес пустой базы данных.")
@click.pass_context
@command
def bench(context: click.Context, as_json: bool, full: bool, short: bool, postgres: str | None) -> None:
    from web.benchmark import measure

    instances, turns = (10, 30) if short else (200, None)
    results = measure.run(instances=instances, turns=turns, full=full, postgres=postgres)
    if as_json:
        listed = {"results": [result.as_json() for result in results]}
        click.echo(orjson.dumps(listed, option=orjson.OPT_INDENT_2).decode())
    else:
        for result in results:
            mark = _("meets") if result.ok else _("misses")
            click.echo(f"{result.name}: {result.value:.2f} ({mark} {result.target}) {result.note}".rstrip())
    if not all(result.ok for result in results):
        context.exit(REFUSED)


def _utf8() -> None:
    """Speak UTF-8 whatever the terminal's encoding is, so that nothing fails on a letter."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")


_utf8()
if __name__ == "__main__":
    main()
