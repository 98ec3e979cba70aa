"""`scenario run`: play executable examples of processes, for people and for CI."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import orjson

from bpmn.scenarios import Report, Runner, ScenarioResult, coverage
from web.commands.speech import REFUSED, UNREADABLE, command, language, say
from web.commands.speech import gettext as _

_SHOWN = 12


@click.group("scenario", help="Executable examples of processes. | Сценарии процессов.")
def scenario() -> None: ...


@scenario.command(
    "run",
    help="Play scenarios: files *.scenario.yaml or folders with them. 0 all pass, 1 one fails, 2 one cannot be read."
    " | Выполнить сценарии.",
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
@command
def run(context: click.Context, paths: tuple[Path, ...], as_json: bool) -> None:
    from bpmn.engine import ProcessEngine

    with _quiet(), Runner(ProcessEngine) as runner:
        report = runner.run_paths(paths)
    if as_json:
        document = report.as_json(language())
        say(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
    else:
        _tell(report)
    if report.unreadable or not report.scenarios:
        context.exit(UNREADABLE)
    if report.failed:
        context.exit(REFUSED)


@contextmanager
def _quiet() -> Iterator[None]:
    """Log no failing job: it is a step of a scenario, and told as such."""
    logger = logging.getLogger("bpmn.jobs")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def _tell(report: Report) -> None:
    if not report.scenarios:
        say(_("There are no scenarios here (*.scenario.yaml)."))
        return
    for result in report.scenarios:
        verdict = _("PASSED") if result.passed else _("FAILED")
        say(f"{verdict}  {result.name}  ({result.file})")
        _tell_failures(result)
    visits = coverage(report.scenarios)
    if visits:
        reached = sum(count > 0 for count in visits.values())
        say(_("Elements reached: %(reached)d of %(all)d.", reached=reached, all=len(visits)))
        missed = [element for element, count in visits.items() if not count]
        if missed:
            more = "…" if len(missed) > _SHOWN else ""
            say(_("Not reached: %(names)s", names=", ".join(missed[:_SHOWN]) + more))
    passed = len(report.scenarios) - report.failed
    say(_("Scenarios passed: %(passed)d, failed: %(failed)d.", passed=passed, failed=report.failed))


def _tell_failures(result: ScenarioResult) -> None:
    for step in result.steps:
        if step.passed:
            continue
        if step.kind in ("read", "deploy"):
            say(f"    {step.message(language())}")
            continue
        line = f":{step.line}" if step.line else ""
        number = _("step %(number)d", number=step.index + 1)
        say(f"    {result.file}{line}: {number}, {step.kind}: {step.message(language())}")
        if isinstance(step.expected, dict) and isinstance(step.actual, dict):
            for key, wanted in step.expected.items():
                found = step.actual.get(key)
                if wanted != found:
                    texts = {"wanted": _text(wanted), "found": _text(found)}
                    say(f"        {key}: " + _("expected %(wanted)s, found %(found)s", **texts))


def _text(value: object) -> str:
    return orjson.dumps(value).decode()
