"""The files of a version of a process, grouped and shown: diagrams drawn, decisions as tables, forms as forms.

A file that cannot be read as what it claims to be is shown as its text; nothing of it runs.
"""

import mimetypes
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from flask import Response
from flask_babel import gettext as _

from bpmn import diagrams, dmn, forms
from bpmn.bundles import LoadedBundle
from bpmn.dmn.model import Decision, Table
from bpmn.xml import XmlRefused
from storage.queries.processes import ResourceRow
from web.file_names import name_file
from web.i18n import language as page_language

if TYPE_CHECKING:
    from bpmn.engine import ProcessEngine

SHOWN_CHARACTERS = 200_000


@dataclass(frozen=True, slots=True)
class FileLine:
    path: str
    title: str
    size: int


@dataclass(frozen=True, slots=True)
class FileGroup:
    title: str
    icon: str
    files: list[FileLine]


@dataclass(frozen=True, slots=True)
class RuleLine:
    inputs: list[str]
    outputs: list[str]


@dataclass(frozen=True, slots=True)
class DecisionTable:
    name: str
    policy: str
    inputs: list[str]
    outputs: list[str]
    rules: list[RuleLine]


@dataclass(frozen=True, slots=True)
class FilePage:
    path: str
    title: str
    text: str | None
    diagram: str = ""
    tables: list[DecisionTable] = field(default_factory=list)
    form: forms.FormView | None = None


def kind(path: str) -> str:
    """Return what a file of a bundle is for, by its name."""
    if path.endswith((".bpmn", ".bpmn20.xml")):
        return "diagram"
    if path.endswith(".dmn"):
        return "decision"
    if path.endswith(".form"):
        return "form"
    folder = path.split("/", 1)[0] if "/" in path else ""
    return {
        "texts": "text",
        "documents": "document",
        "translations": "translation",
        "scenarios": "scenario",
    }.get(folder, "other")


def grouped(files: list[ResourceRow], bundle: LoadedBundle | None, language: str) -> list[FileGroup]:
    """Return the files by what they are for, in the order people look for them."""
    order = [
        ("diagram", _("Diagrams"), "diagram-3"),
        ("form", _("Forms"), "card-list"),
        ("decision", _("Decisions"), "table"),
        ("text", _("Texts"), "envelope"),
        ("document", _("Documents"), "file-earmark-text"),
        ("scenario", _("Scenarios"), "list-task"),
        ("translation", _("Translations"), "translate"),
        ("other", _("Other files"), "file-earmark"),
    ]
    found: dict[str, list[FileLine]] = {}
    for row in files:
        found.setdefault(kind(row.path), []).append(
            FileLine(row.path, title_of(row.path, bundle, language), row.size)
        )
    return [FileGroup(title, icon, found[name]) for name, title, icon in order if name in found]


def title_of(path: str, bundle: LoadedBundle | None, language: str) -> str:
    """Return what people call a file: what it says of itself, or the step that uses it; else its name."""
    name = path.rsplit("/", 1)[-1]
    content = bundle.file(path) if bundle is not None else None
    if content is None or bundle is None:
        return name
    title = ""
    match kind(path):
        case "diagram":
            models = bundle.deployment.compiled.processes.values()
            title = next((model.name for model in models if model.file == path), "")
        case "form":
            title = _form_title(content) or _user_of_form(bundle, name.removesuffix(".form"))
        case "decision":
            title = ", ".join(_decision_names(content, bundle)[:3])
        case "text":
            title = _subject(content)
    return bundle.translate(title, language) if title and "{" not in title else name


def _user_of_form(bundle: LoadedBundle, key: str) -> str:
    """Return the name of the first step that is filled in with the form."""
    for model in bundle.deployment.compiled.processes.values():
        for element in model.elements.values():
            used = (element.form, element.properties.get("client_form"), element.properties.get("start_form"))
            if key in used and (element.properties.get("client_action") or element.name):
                return element.properties.get("client_action") or element.name
    return ""


def _decision_names(content: bytes, bundle: LoadedBundle) -> list[str]:
    sources = {name: data for name, data in bundle.deployment.files.items() if name.endswith(".dmn")}
    try:
        return [decision.name for decision in dmn.parse(content, imports=sources).decisions.values()]
    except dmn.DmnError:
        return []


def _subject(content: bytes) -> str:
    """Return the subject of a letter: its first line says "Subject: …"."""
    first = content.decode("utf-8", "replace").lstrip("\ufeff").split("\n", 1)[0].strip()
    label, _colon, subject = first.partition(":")
    return subject.strip() if label.strip().lower() in ("subject", "тема") else ""


def _form_title(content: bytes) -> str:
    try:
        schema = orjson.loads(content)
    except orjson.JSONDecodeError:
        return ""
    if not isinstance(schema, dict):
        return ""
    properties = schema.get("properties")
    title = properties.get("title") if isinstance(properties, dict) else None
    return str(title or schema.get("title") or schema.get("name") or "")


def download(path: str, content: bytes) -> Response:
    """Answer with the file byte for byte, as a download: the browser never opens it on our pages."""
    media_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
    if media_type.startswith("text/") or media_type.endswith(("xml", "json", "javascript")):
        media_type = "application/octet-stream"
    response = Response(content, mimetype=media_type)
    name_file(response, "attachment", path.rsplit("/", 1)[-1])
    return response


def page(engine: "ProcessEngine", process: Any, path: str, content: bytes) -> FilePage:
    """Return a file as a page shows it."""
    language = page_language()
    bundle = engine.deployments.bundle(process.definition_id)
    title = title_of(path, bundle, language)
    text = _text(content)
    translate = bundle.translator(language)
    what = kind(path)
    if what == "diagram":
        try:
            picture = diagrams.svg(content, title=title, translate=translate)
        except (XmlRefused, ValueError):
            return FilePage(path, title, text)
        return FilePage(path, title, text, diagram=picture)
    if what == "decision":
        return FilePage(path, title, text, tables=_tables(content, bundle, translate))
    if what == "form":
        try:
            view = forms.view(
                forms.parse(content, name=title),
                {},
                language=language,
                translate=translate,
                **engine.runtime.form_settings(),
            )
        except forms.FormRefused:
            return FilePage(path, title, text)
        return FilePage(path, title, text, form=view)
    return FilePage(path, title, text)


def _tables(content: bytes, bundle: LoadedBundle, translate: Any) -> list[DecisionTable]:
    sources = {name: data for name, data in bundle.deployment.files.items() if name.endswith(".dmn")}
    try:
        model = dmn.parse(content, imports=sources)
    except dmn.DmnError:
        return []
    return [
        _table(decision, decision.expression, translate)
        for decision in model.decisions.values()
        if isinstance(decision.expression, Table)
    ]


def _table(decision: Decision, table: Table, translate: Any) -> DecisionTable:
    policies = {
        "UNIQUE": _("Exactly one rule fits"),
        "FIRST": _("The first rule that fits decides"),
        "PRIORITY": _("The fitting rule with the highest priority decides"),
        "ANY": _("All rules that fit agree"),
        "COLLECT": _("All rules that fit are collected"),
        "RULE ORDER": _("All rules that fit, in order"),
        "OUTPUT ORDER": _("All rules that fit, by priority"),
    }
    return DecisionTable(
        name=translate(decision.name),
        policy=policies.get(table.hit_policy, table.hit_policy) + (f" ({table.aggregation})" if table.aggregation else ""),
        inputs=[translate(column.label or column.expression.text) for column in table.inputs],
        outputs=[translate(column.label or column.name or "") for column in table.outputs],
        rules=[RuleLine([cell.text for cell in rule.inputs], [cell.text for cell in rule.outputs]) for rule in table.rules],
    )  # fmt: skip


def _text(content: bytes) -> str | None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if "\x00" in text:
        return None
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "\n…"
