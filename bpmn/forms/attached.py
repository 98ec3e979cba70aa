"""Which files a field takes: the kinds, how large, how many; told in words and checked by the same reading.

The kinds are the `accept` of form-js (an HTML `accept` list); `maxSize` (megabytes) and `maxFiles` are our own
properties.  Nothing is ever taken beyond what the product takes at all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from bpmn.forms.evaluation import Evaluator
from bpmn.forms.messages import Problem, problem, say
from bpmn.forms.numbers import format_number, plain_number
from bpmn.forms.schema import Component
from bpmn.forms.sniffing import ENDING_OF, MAX_FILE

MEGABYTE = 1_000_000
MAX_FILES = 20
"""The most files of one field, and of one post."""

_IMAGES, _TEXT = ("изображения", "images"), ("текст", "text")
_KINDS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("jpg", "jpeg"), ("JPEG", "JPEG")),
    **dict.fromkeys(("tif", "tiff"), ("TIFF", "TIFF")),
    **dict.fromkeys(("doc", "docx"), ("Word", "Word")),
    **dict.fromkeys(("xls", "xlsx"), ("Excel", "Excel")),
    **dict.fromkeys(("ppt", "pptx"), ("PowerPoint", "PowerPoint")),
    **dict.fromkeys(("odt", "ods", "odp"), ("OpenDocument", "OpenDocument")),
    **dict.fromkeys(("txt", "md"), _TEXT),
    **dict.fromkeys(("msg", "eml"), ("письма", "letters")),
    **dict.fromkeys(("zip", "7z", "rar"), ("архивы", "archives")),
}
_FAMILIES = {
    "image/*": _IMAGES,
    "text/*": _TEXT,
    "audio/*": ("звук", "sound"),
    "video/*": ("видео", "video"),
}


@dataclass(frozen=True, slots=True)
class FileRules:
    """What one field takes.  *accept* is "" for every kind."""

    accept: str
    max_bytes: int
    max_files: int

    def broken_by(self, file: Mapping[str, Any], language: str) -> Problem | None:
        """Return what is wrong with one file (`name`, `type`, `size`), None when nothing is."""
        name, size = str(file.get("name", "")), int(file.get("size") or 0)
        if self.accept and not _is_accepted(file, self.accept):
            return problem("file.accept", name=name, accept=kinds_in_words(self.accept, language))
        if size > self.max_bytes:
            return problem("file.too_large", name=name, limit=megabytes(self.max_bytes, language))
        return None

    def hint(self, language: str) -> str:
        """Say before anything is chosen what will be taken."""
        limit = say("word.file_size", language, limit=megabytes(self.max_bytes, language), n=self.max_files)
        if self.max_files > 1:
            limit += say("word.file_number", language, n=self.max_files)
        if not self.accept:
            return limit
        return f"{say('word.file_kinds', language, kinds=kinds_in_words(self.accept, language))}. {limit}"


def file_rules(component: Component, scope: Mapping[str, Any], evaluator: Evaluator) -> FileRules:
    """Read what a filepicker takes; limits that cannot be read count as not given (`lint` names them)."""
    accept = evaluator.property(component.get("accept", ""), scope)
    several = bool(evaluator.property(component.get("multiple", False), scope))
    most = max_files(component) or MAX_FILES
    return FileRules(
        accept=accept.strip() if isinstance(accept, str) else "",
        max_bytes=max_bytes(component) or MAX_FILE,
        max_files=most if several else 1,
    )


def fixed_file_rules(component: Component) -> FileRules:
    """Read what a filepicker takes as far as it does not depend on any value."""
    accept, several = str(component.get("accept", "")), component.get("multiple")
    return FileRules(
        accept="" if accept.startswith("=") else accept.strip(),
        max_bytes=max_bytes(component) or MAX_FILE,
        max_files=(max_files(component) or MAX_FILES) if several else 1,
    )


def max_bytes(component: Component) -> int | None:
    """Return the limit of `maxSize` in bytes; None where there is none that can be read."""
    try:
        megabytes = Decimal((component.own("maxSize") or "").strip().replace(",", "."))
    except InvalidOperation:
        return None
    if not megabytes.is_finite() or not 0 < megabytes * MEGABYTE <= MAX_FILE:
        return None
    return int(megabytes * MEGABYTE)


def max_files(component: Component) -> int | None:
    """Return the number of `maxFiles`; None where there is none that can be read."""
    text = (component.own("maxFiles") or "").strip()
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
    return number if 1 <= number <= MAX_FILES else None


def megabytes(size: int, language: str) -> str:
    return format_number(plain_number(Decimal(size) / MEGABYTE), language=language)


def kinds_in_words(accept: str, language: str) -> str:
    """Return an HTML `accept` list as people say it: «PDF, изображения, Word»."""
    place = 0 if language == "ru" else 1
    return ", ".join(dict.fromkeys(_kind(part)[place] for part in _parts(accept)))


def _kind(part: str) -> tuple[str, str]:
    if part in _FAMILIES:
        return _FAMILIES[part]
    ending = part[1:] if part.startswith(".") else ENDING_OF.get(part, "")
    return _KINDS.get(ending) or (ending.upper() or part,) * 2


def _is_accepted(file: Mapping[str, Any], accept: str) -> bool:
    """Say whether a file passes an HTML `accept` list (extensions, media types, `image/*`)."""
    name, kind = str(file.get("name", "")).lower(), str(file.get("type", "")).lower()
    for part in _parts(accept):
        if part.startswith(".") and name.endswith(part):
            return True
        if "/" in part and (kind == part or (part.endswith("/*") and kind.startswith(part[:-1]))):
            return True
    return False


def _parts(accept: str) -> Iterable[str]:
    return filter(None, (part.strip().lower() for part in accept.split(",")))
