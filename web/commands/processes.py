"""`deploy` and `lint`: processes from files, for people and for CI."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
import orjson

from bpmn.lint.problem import Problem
from web.commands.set_up import config_option, data_option, load, opened
from web.commands.speech import REFUSED, UNREADABLE, command, language, ngettext, say
from web.commands.speech import gettext as _
from web.uploads import MAX_UPLOAD, UploadRefused, collect

_CONTEXT_FOLDERS = ("forms", "texts", "documents", "translations")
_CONTEXT_BYTES = 20_000_000


@click.command("deploy", help="Store files or a folder as new versions. | Загрузить процесс.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--activate", is_flag=True, help="Put them in force at once. | Сразу ввести в действие.")
@click.option("--note", default="", help="What changed. | Что изменилось.")
@click.option("--json", "as_json", is_flag=True)
@config_option
@data_option
@click.pass_context
@command
def deploy(
    context: click.Context,
    paths: tuple[Path, ...],
    activate: bool,
    note: str,
    as_json: bool,
    config_path: Path | None,
    data: Path | None,
) -> None:
    from bpmn.actors import Actor
    from bpmn.errors import DeploymentRefused

    try:
        files = collect(_read(paths))
    except UploadRefused as error:
        _print_problems([_unreadable(error)], as_json, extra={"definitions": []})
        context.exit(UNREADABLE)
    with opened(load(config_path, data)) as services:
        try:
            deployed = services.engine.deployments.deploy(
                files, by=Actor.system(), source="command_line", note=note, activate=activate
            )
        except DeploymentRefused as error:
            _print_problems(error.problems, as_json, extra={"definitions": []})
            if not as_json:
                say(_("Refused: nothing was stored."))
            context.exit(REFUSED)
    definitions = [
        {"id": row.id, "key": row.key, "version": row.version, "name": row.name, "state": row.state}
        for row in deployed.definitions
    ]
    extra = {
        "deployment": deployed.deployment_id,
        "unchanged": deployed.unchanged,
        "definitions": definitions,
    }
    _print_problems(deployed.problems, as_json, extra=extra)
    if as_json:
        return
    for row in deployed.definitions:
        state = _("in force") if row.state == "active" else _("stored, not in force")
        version = _("version %(number)d", number=row.version)
        say(f"{row.name} ({row.key}), {version}: {state}")
    if deployed.unchanged:
        say(_("The same files were deployed before; nothing new was stored."))


@click.command("lint", help="Say what is wrong with files. | Проверить файлы.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
@command
def lint(context: click.Context, paths: tuple[Path, ...], as_json: bool) -> None:
    problems: list[Problem] = []
    unreadable = False
    for path in paths:
        try:
            problems += _folder_problems(path) if path.is_dir() else _file_problems(path)
        except UploadRefused as error:
            problems.append(_unreadable(error))
            unreadable = True
        except OSError as error:
            problems.append(_not_read(path, error))
            unreadable = True
    problems = list(dict.fromkeys(problems))
    _print_problems(problems, as_json)
    if not as_json and not problems:
        say(_("Nothing to complain about."))
    if unreadable or any(problem.rule in _UNREADABLE_RULES for problem in problems):
        context.exit(UNREADABLE)
    if any(problem.severity == "error" for problem in problems):
        context.exit(REFUSED)


_UNREADABLE_RULES = frozenset(
    {"file.unreadable", "xml.not_xml", "xml.doctype", "xml.too_large", "xml.too_deep", "xml.encoding"}
)


def _folder_problems(folder: Path) -> list[Problem]:
    """Check a folder as the bundle it would be; files are named by the path that was given."""
    from dataclasses import replace

    files = collect(_read([folder]))
    return [
        replace(problem, file=str(folder / problem.file) if problem.file else str(folder))
        for problem in _check(files)
    ]


def _file_problems(path: Path) -> list[Problem]:
    """Check one file; what stands beside a diagram is read only to know what it may refer to."""
    from dataclasses import replace

    content = path.read_bytes()
    if content.startswith(b"PK\x03\x04"):
        return [replace(p, file=f"{path}/{p.file}") for p in _check(collect([(path.name, content)]))]
    if len(content) > MAX_UPLOAD:
        raise UploadRefused("upload.too_large", str(path), limit=MAX_UPLOAD)
    name = path.name
    if path.suffix not in (".dmn", ".form", ".md", ".yaml", ".yml", ".typ"):
        name = path.stem + ".bpmn" if not name.endswith(".bpmn") else name
    files = {**_beside(path), name: content}
    found = [problem for problem in _check(files) if problem.file == name]
    return [replace(problem, file=str(path)) for problem in found]


def _check(files: dict[str, bytes]) -> list[Problem]:
    from bpmn.checks import check_bundle
    from handlers.registry import default_registry

    topics = load(None).external_topics
    return check_bundle(files, default_registry(topics))[1]


def _beside(path: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    if path.suffix not in (".bpmn", ".dmn"):
        return found
    total = 0
    candidates = [item for item in path.parent.glob("*.dmn") if item != path]
    for folder in _CONTEXT_FOLDERS:
        candidates += [item for item in (path.parent / folder).glob("*") if item.is_file()]
    for item in sorted(candidates):
        total += item.stat().st_size
        if total > _CONTEXT_BYTES:
            break
        found[item.relative_to(path.parent).as_posix()] = item.read_bytes()
    return found


def _read(paths: Iterable[Path]) -> Iterable[tuple[str, bytes]]:
    total = 0
    for path in paths:
        inside = path.is_dir()
        for item in sorted(path.rglob("*")) if inside else [path]:
            relative = item.relative_to(path).as_posix() if inside else path.name
            if inside and (not item.is_file() or any(part.startswith(".") for part in Path(relative).parts)):
                continue
            try:
                total += item.stat().st_size
                if total > MAX_UPLOAD:
                    raise UploadRefused("upload.too_large", str(item), limit=MAX_UPLOAD)
                yield relative, item.read_bytes()
            except OSError as error:
                raise UploadRefused("upload.unreadable", str(item), reason=error.strerror or error) from error


def _unreadable(error: UploadRefused) -> Problem:
    """Say why a file or archive cannot be taken, in both languages."""
    limit = int(str(error.values.get("limit", 0))) // 1_000_000
    texts = {
        "upload.empty": ("здесь нет файлов процесса", "there are no files of a process here"),
        "upload.too_large": (f"файлы вместе больше {limit} МБ", f"the files together exceed {limit} MB"),
        "upload.too_many": ("файлов слишком много", "there are too many files"),
        "upload.bad_path": ("путь выходит за пределы папки", "the path leads out of the folder"),
        "upload.twice": ("этот файл встречается дважды", "this file is there twice"),
        "upload.bad_archive": ("архив повреждён", "the archive is damaged"),
        "upload.encrypted": ("архив закрыт паролем", "the archive is protected by a password"),
    }
    reason = str(error.values.get("reason", ""))
    russian, english = texts.get(
        error.code, (f"файл не читается: {reason}", f"the file cannot be read: {reason}")
    )
    return Problem(error.file, None, "file.unreadable", "error", russian, english)


def _not_read(path: Path, error: OSError) -> Problem:
    reason = error.strerror or str(error)
    return Problem(
        str(path), None, "file.unreadable", "error", f"файл не читается: {reason}", f"the file cannot be read: {reason}"
    )  # fmt: skip


def _print_problems(problems: Iterable[Problem], as_json: bool, extra: dict[str, Any] | None = None) -> None:
    tongue = language()
    found = list(problems)
    if as_json:
        listed = [
            {
                "file": problem.file, "element": problem.element, "rule": problem.rule,
                "severity": problem.severity, "line": problem.line, "message": problem.message(tongue),
            }
            for problem in found
        ]  # fmt: skip
        say(orjson.dumps({**(extra or {}), "problems": listed}, option=orjson.OPT_INDENT_2).decode())
        return
    names = {"error": _("error"), "warning": _("warning"), "info": _("advice")}
    for problem in found:
        place = ":".join(filter(None, [problem.file, str(problem.line or "")]))
        element = f" [{problem.element}]" if problem.element else ""
        say(
            f"{place}: {names.get(problem.severity, problem.severity)}: {problem.message(tongue)}{element} ({problem.rule})"
        )
    errors = sum(problem.severity == "error" for problem in found)
    if found:
        say(ngettext("%(num)d finding", "%(num)d findings", len(found)) + (
            ", " + ngettext("%(num)d of them an error", "%(num)d of them errors", errors) if errors else ""
        ))  # fmt: skip
