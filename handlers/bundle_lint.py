"""What a bundle's texts and document templates must satisfy before it is deployed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from handlers import texts


@dataclass(frozen=True)
class FileProblem:
    """A file that cannot be used, or a service task that names one which is not there."""

    code: str  # texts.mistake | texts.missing | documents.no_template
    file: str
    line: int | None
    why: str

    def message(self, language: str) -> str:
        russian, english = _WORDS[self.code]
        return (russian if language == "ru" else english).format(file=self.file, why=self.why)


_WORDS = {
    "texts.mistake": ("Ошибка в тексте {file}: {why}.", "Mistake in the text {file}: {why}."),
    "texts.missing": ("В наборе нет текста {file}.", "The bundle has no text {file}."),
    "documents.no_template": ("В наборе нет шаблона {file}.", "The bundle has no template {file}."),
}
_DELIVERY_NOTE = ("documents/upd.typ", "documents/torg12.typ")


def check_files(files: Mapping[str, bytes]) -> Iterator[FileProblem]:
    """Yield mistakes of syntax in `texts/*.md`."""
    for path, content in files.items():
        if not (path.startswith("texts/") and path.endswith(".md")):
            continue
        try:
            found = texts.lint(content.decode("utf-8-sig"), path)
        except UnicodeDecodeError:
            yield FileProblem("texts.mistake", path, None, "UTF-8?")
            continue
        if found is not None:
            yield FileProblem("texts.mistake", path, found.values["line"], found.values["why"])


def check_task(
    handler: str, parameters: Mapping[str, Any], files: Mapping[str, bytes]
) -> Iterator[FileProblem]:
    """Yield what a service task names literally and the bundle lacks; expressions are accepted unseen."""
    name = parameters.get({"notifications.send": "text", "documents.create": "template"}.get(handler, ""))
    if not isinstance(name, str) or name.startswith("=") or "${" in name or not name:
        return
    if handler == "notifications.send":
        for language in texts.LANGUAGES:
            path = f"texts/{name}.{language}.md"
            if path not in files:
                yield FileProblem("texts.missing", path, None, "")
    else:
        path = f"documents/{name}.typ"
        by_organisation = name == "delivery_note" and all(part in files for part in _DELIVERY_NOTE)
        if path not in files and not by_organisation:
            yield FileProblem("documents.no_template", path, None, "")
