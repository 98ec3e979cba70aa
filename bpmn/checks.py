"""What a folder must satisfy before it is deployed: nothing is accepted that cannot run."""

from collections.abc import Iterable, Mapping
from typing import Any

from bpmn import dmn, forms
from bpmn.bundles import form_source, read_translations
from bpmn.known_names import Known, known_names, unknown_in_conditions
from bpmn.lint.problem import Problem
from bpmn.spiff import Bundle, Element, ProcessModel, compile_bundle
from bpmn.who_can import nobody_can
from handlers import bundle_lint
from handlers.registry import Registry
from storage.queries.directory import Directory

MAX_FILES = 500
MAX_BYTES = 50_000_000
_FORM_PROPERTIES = ("client_form", "start_form")


def check_bundle(
    files: Mapping[str, bytes], registry: Registry, directory: Directory | None = None
) -> tuple[Bundle | None, list[Problem]]:
    """Read a whole folder and say everything that is wrong with it; *directory* is who could do its tasks."""
    problems = list(_sizes(files))
    if problems:
        return None, problems
    bundle = compile_bundle(files)
    problems += bundle.problems
    if not any(path.endswith(".bpmn") for path in files):
        problems.append(
            _problem("", None, "bundle.no_diagram", "В папке нет ни одной диаграммы (*.bpmn)",
                     "The folder has no diagram (*.bpmn)")
        )  # fmt: skip
    problems += _decisions(files)
    known = known_names(files, bundle)
    problems += _forms(files, bundle, known)
    problems += unknown_in_conditions(bundle, known)
    problems += nobody_can(bundle, directory)
    problems += _translations(files)
    problems += _texts(files)
    decisions = _decision_models(files)
    for model in bundle.processes.values():
        for element in model.elements.values():
            problems += _references(model, element, files, bundle, decisions, registry)
        for start in model.starts:
            if start.form and form_source(files, bundle, start.form) is None:
                problems.append(_no_form(model.file, start.element_id, start.form))
    return bundle, list(dict.fromkeys(problems))


def _problem(
    file: str,
    element: str | None,
    rule: str,
    ru: str,
    en: str,
    *,
    severity: str = "error",
    line: int | None = None,
) -> Problem:
    return Problem(file, element, rule, severity, ru, en, line)


def _sizes(files: Mapping[str, bytes]) -> Iterable[Problem]:
    if len(files) > MAX_FILES:
        yield _problem(
            "", None, "bundle.too_many_files", f"Файлов больше {MAX_FILES}", f"More than {MAX_FILES} files"
        )
    if sum(map(len, files.values())) > MAX_BYTES:
        yield _problem(
            "", None, "bundle.too_large", f"Файлы вместе больше {MAX_BYTES // 10**6} МБ",
            f"The files together exceed {MAX_BYTES // 10**6} MB",
        )  # fmt: skip


def _decisions(files: Mapping[str, bytes]) -> Iterable[Problem]:
    sources = {path: data for path, data in files.items() if path.endswith(".dmn")}
    for path, data in sources.items():
        try:
            model = dmn.parse(data, imports=sources)
        except dmn.DmnError as error:
            yield _problem(
                path, error.element, error.code, error.message("ru"), error.message("en"), line=error.line
            )
            continue
        for found in dmn.lint(model):
            yield _problem(
                path, found.element, found.rule, found.message_ru, found.message_en, severity=found.severity
            )


def _decision_models(files: Mapping[str, bytes]) -> list[dmn.Model]:
    found: list[dmn.Model] = []
    sources = {path: data for path, data in files.items() if path.endswith(".dmn")}
    for data in sources.values():
        try:
            found.append(dmn.parse(data, imports=sources))
        except dmn.DmnError:
            continue  # said already, with its element
    return found


def _forms(files: Mapping[str, bytes], bundle: Bundle, known: Known) -> Iterable[Problem]:
    sources: list[tuple[str, str | None, str, Any]] = [
        (path, None, path.rpartition("/")[2].removesuffix(".form"), data)
        for path, data in files.items()
        if path.endswith(".form")
    ]
    for model in bundle.processes.values():
        sources += [(model.file, key.rpartition(":")[2], key, made) for key, made in model.forms.items()]
    for file, element, name, source in sources:
        try:
            form = forms.parse(source, name=name)
        except forms.FormRefused as error:
            place = element or error.path or None
            yield _problem(file, place, error.code, error.message_ru, error.message_en)
            continue
        for found in forms.lint(form, known.names):
            if found.code == "form.unknown_variable" and not known.doubts(found.variable):
                continue
            place = element or found.path or None
            yield _problem(file, place, found.code, found.message_ru, found.message_en, severity=found.level)


def _translations(files: Mapping[str, bytes]) -> Iterable[Problem]:
    try:
        read_translations(files)
    except ValueError as error:
        path = str(error).partition(":")[0]
        yield _problem(
            path, None, "translations.unreadable", f"Файл переводов не читается: {error}",
            f"The file of translations cannot be read: {error}",
        )  # fmt: skip


def _texts(files: Mapping[str, bytes]) -> Iterable[Problem]:
    for found in bundle_lint.check_files(files):
        yield _problem(
            found.file, None, found.code, found.message("ru"), found.message("en"), line=found.line
        )


def _no_form(file: str, element: str, form: str) -> Problem:
    return _problem(
        file, element, "form.unknown", f"Формы «{form}» нет в папке (forms/{form}.form)",
        f"The folder has no form “{form}” (forms/{form}.form)",
    )  # fmt: skip


def _references(
    model: ProcessModel,
    element: Element,
    files: Mapping[str, bytes],
    bundle: Bundle,
    decisions: list[dmn.Model],
    registry: Registry,
) -> Iterable[Problem]:
    for form in [element.form, *(element.properties.get(name) for name in _FORM_PROPERTIES)]:
        if form and not form.startswith("=") and form_source(files, bundle, form) is None:
            yield _no_form(model.file, element.id, form)
    if element.handler is not None:
        parameters = {
            name: param.literal if param.constant else "=" for name, param in element.parameters.items()
        }
        for found in registry.check(element.handler, parameters):
            yield _problem(
                model.file, element.id, f"handler.{found.code}", found.message("ru"), found.message("en")
            )
        for missing in bundle_lint.check_task(element.handler, parameters, files):
            yield _problem(model.file, element.id, missing.code, missing.message("ru"), missing.message("en"))
    for problem in (_decision(model, element, decisions), _called(model, element, bundle)):
        if problem is not None:
            yield problem
    for name in ("client_text",):
        text = element.properties.get(name)
        if text and not any(f"texts/{text}.{language}.md" in files for language in ("ru", "en")):
            yield _problem(
                model.file, element.id, "text.unknown", f"Текста «{text}» нет в папке (texts/{text}.ru.md)",
                f"The folder has no text “{text}” (texts/{text}.en.md)",
            )  # fmt: skip


def _called(model: ProcessModel, element: Element, bundle: Bundle) -> Problem | None:
    """A process that only another folder can have is a warning: that folder may come later."""
    key = element.called
    if key is None or key.startswith("=") or "{" in key or key in bundle.processes:
        return None
    own = element.attributes.get("calledElementBinding") == "deployment"
    return _problem(
        model.file, element.id, "called.unknown",
        f"Процесса «{key}» нет в папке" + ("" if own else ": его должна дать другая развёрнутая папка"),
        f"The folder has no process “{key}”" + ("" if own else ": another deployed folder must have it"),
        severity="error" if own else "warning",
    )  # fmt: skip


def _decision(model: ProcessModel, element: Element, models: list[dmn.Model]) -> Problem | None:
    """A decision that only another folder can have is a warning: that folder may come later."""
    ref = element.decision
    if ref is None or ref.startswith("=") or "{" in ref or any(found.holds(ref) for found in models):
        return None
    own = element.attributes.get("decisionRefBinding", "deployment") == "deployment"
    return _problem(
        model.file, element.id, "decision.unknown",
        f"Решения «{ref}» нет в папке" + ("" if own else ": его должна дать другая развёрнутая папка"),
        f"The folder has no decision “{ref}”" + ("" if own else ": another deployed folder must have it"),
        severity="error" if own else "warning",
    )  # fmt: skip
