"""The page that shows what is different between two versions: painted on both diagrams, and in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from bpmn import diagrams
from bpmn.bundles import LoadedBundle
from bpmn.differences import Difference, ElementChange, FileDifference, Setting, compare
from bpmn.spiff import Element
from web import process_files, process_pages, version_words
from web.current import roles_required
from web.i18n import language as page_language
from web.modeler.packing import pack
from web.process_pages import VersionLine

blueprint = Blueprint("comparing", __name__, url_prefix="/processes")

SHOWN_MOVED = 12
"""So many elements that were only moved are named; the picture shows them all."""


@dataclass(frozen=True, slots=True)
class SettingLine:
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class PartLine:
    """One changed part: an element, a field."""

    how: str
    sign: str
    tone: str
    name: str
    kind: str
    settings: list[SettingLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FileSection:
    """One file that differs, ready for the page."""

    path: str
    kind: str
    how: str
    tone: str
    before: str = ""  # diagrams
    after: str = ""
    parts: list[PartLine] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    file: FileDifference | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    key: str
    name: str
    old: VersionLine
    new: VersionLine
    versions: list[VersionLine]
    sections: list[FileSection]
    count: int


@blueprint.get("/<key>/compare")
@roles_required("analyst", "administrator")
def show(key: str) -> str:
    page = comparison(key, request.args.get("from", type=int), request.args.get("to", type=int))
    if page is None:
        abort(404)
    return render_template("processes/compare.html", page=page, words=version_words)


@blueprint.get("/<key>/versions/<int:number>/bundle.zip")
@roles_required("analyst", "administrator")
def bundle(key: str, number: int) -> ResponseReturnValue:
    """Give the folder of a version, as uploading takes it."""
    line = process_pages.version_of(key, number)
    found = process_pages.bundle_of(line.definition_id) if line is not None else None
    if found is None:
        abort(404)
    return process_files.download(f"{key}-{number}.zip", pack(found.deployment.files).read())


def comparison(key: str, old: int | None, new: int | None) -> Comparison | None:
    """Compare two versions of a process; without numbers the newest with the one before, or the one in force."""
    versions = process_pages.versions_of(key)
    if not versions:
        return None
    after = next((line for line in versions if line.version == new), None) if new else versions[0]
    if after is None:
        return None
    if old:
        before = next((line for line in versions if line.version == old), None)
    else:
        before = _earlier(versions, after)
    if before is None:
        return None
    left, right = (process_pages.bundle_of(line.definition_id) for line in (before, after))
    if left is None or right is None:
        return None
    difference = compare(left.deployment.files, right.deployment.files)
    return Comparison(
        key, process_pages.translated(after.definition_id, after.name), before, after, versions,
        sections(difference, left, right), difference.count,
    )  # fmt: skip


def _earlier(versions: list[VersionLine], line: VersionLine) -> VersionLine | None:
    active = next((one for one in versions if one.state == "active" and one is not line), None)
    return active or next((one for one in versions if one.version < line.version), line)


def sections(difference: Difference, old: LoadedBundle, new: LoadedBundle) -> list[FileSection]:
    """Put a difference in the words of the page."""
    language = page_language()
    return [_section(file, old, new, new.translator(language)) for file in difference.files]


def _section(
    file: FileDifference, old: LoadedBundle, new: LoadedBundle, translate: Callable[[str], str]
) -> FileSection:
    names = {key: one.name for known in (old, new) for key, one in _elements(known).items() if one.name}
    elements = sorted((one for one in file.elements if one.how != "moved"), key=_weight)
    parts = [_element(one, translate, names) for one in elements]
    parts += [
        PartLine(
            version_words.how(one.how), version_words.SIGNS[one.how], version_words.TONES[one.how],
            translate(one.label) or one.key, one.key,
            [SettingLine(version_words.setting(item), item.before, item.after) for item in one.settings],
        )
        for one in file.fields
    ]  # fmt: skip
    before = after = ""
    if file.kind == "diagram":
        before = paint(old, file.path, file.elements, {"removed", "changed", "moved"})
        after = paint(new, file.path, file.elements, {"added", "changed", "moved"})
    moved = [translate(one.name) or version_words.element_type(one.type)
             for one in file.elements if one.how == "moved" and not one.type.endswith("Flow")]  # fmt: skip
    return FileSection(
        file.path, file.kind, version_words.how(file.how), version_words.TONES[file.how],
        before, after, parts, moved, file,
    )  # fmt: skip


_ENDS = frozenset({"source", "target", "attached"})


def _elements(bundle: LoadedBundle) -> dict[str, Element]:
    return {
        key: one
        for model in bundle.deployment.compiled.processes.values()
        for key, one in model.elements.items()
    }


def _weight(one: ElementChange) -> tuple[bool, int]:
    """Steps before arrows, what came before what went before what is different."""
    return one.type.endswith("Flow"), ("added", "removed", "changed").index(one.how)


def _element(one: ElementChange, translate: Callable[[str], str], names: Mapping[str, str]) -> PartLine:
    def say(item: Setting, text: str) -> str:
        return translate(names.get(text, text)) if item.name in _ENDS else text

    shown = one.settings if one.how == "changed" else ()
    if one.how == "added":
        shown = tuple(item for item in one.settings if item.name not in ("name", "source", "target", "lane"))
    return PartLine(
        version_words.how(one.how), version_words.SIGNS[one.how], version_words.TONES[one.how],
        translate(one.name) or one.id, version_words.element_type(one.type),
        [SettingLine(version_words.setting(item), say(item, item.before), say(item, item.after)) for item in shown],
    )  # fmt: skip


def paint(bundle: LoadedBundle, path: str, elements: tuple[ElementChange, ...], shown: set[str]) -> str:
    """Draw one side of a comparison; "" where the version has no such diagram."""
    xml = bundle.file(path)
    if xml is None:
        return ""
    language = page_language()
    marks = {one.id: one.how for one in elements if one.how in shown}
    try:
        return diagrams.svg(
            xml,
            marks=marks,  # type: ignore[arg-type]
            counts={key: version_words.SIGNS[mark] for key, mark in marks.items() if mark != "moved"},
            title=_("Version %(number)d", number=bundle.definition.version),
            translate=lambda text: bundle.translate(text, language),
        )
    except (diagrams.DiagramRefused, ValueError):
        return ""
