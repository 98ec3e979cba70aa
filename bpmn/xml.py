"""Hardened XML parsing for everything that comes from outside.

A document type declaration is refused before a single entity is read, nothing is fetched from the network or
the disk, and size and depth are limited.  Errors name the line and say in both languages what is wrong.
"""

import re
import xml.parsers.expat
from typing import NoReturn

from lxml import etree

MAX_BYTES = 10_000_000
MAX_DEPTH = 200

_MESSAGES = {
    "not_xml": ("Файл не является правильным XML: {detail}", "The file is not well-formed XML: {detail}"),
    "doctype": (
        "Объявление DOCTYPE запрещено: удалите его из файла",
        "A DOCTYPE declaration is not allowed: remove it from the file",
    ),
    "too_large": (
        "Файл слишком большой: больше {detail} МБ",
        "The file is too large: more than {detail} MB",
    ),
    "too_deep": ("Элементы вложены слишком глубоко: {detail}", "Elements are nested too deeply: {detail}"),
    "encoding": (
        "Кодировка файла не читается: {detail}. Сохраните файл в UTF-8",
        "The file's encoding cannot be read: {detail}. Save the file as UTF-8",
    ),
}


class XmlRefused(ValueError):
    """The bytes are not XML that we are willing to read; `code` says why, `line` where (None: whole file)."""

    def __init__(self, code: str, line: int | None = None, detail: str = "") -> None:
        self.code = code
        self.line = line
        ru, en = _MESSAGES[code]
        self.message_ru, self.message_en = ru.format(detail=detail), en.format(detail=detail)
        super().__init__(self.message_en + (f" (line {line})" if line else ""))

    def message(self, language: str) -> str:
        """Return the message in "ru" or "en"."""
        return self.message_ru if language == "ru" else self.message_en


class _Root(Exception):
    """The root element begins: there was no DOCTYPE before it."""


def _refuse_doctype(*_: object) -> NoReturn:
    raise XmlRefused("doctype")


def _root_reached(*_: object) -> NoReturn:
    raise _Root


def _check_prolog(data: bytes) -> None:
    parser = xml.parsers.expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = _root_reached
    try:
        parser.Parse(data, True)
    except XmlRefused as refused:
        raise XmlRefused("doctype", parser.CurrentLineNumber) from refused
    except _Root:
        return
    except xml.parsers.expat.ExpatError as error:
        message = xml.parsers.expat.errors.messages.get(error.code, str(error))
        code = "encoding" if "encoding" in message else "not_xml"
        raise XmlRefused(code, error.lineno, message) from error
    except (LookupError, ValueError) as error:
        raise XmlRefused("encoding", 1, str(error)) from error


def parse_xml(data: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> "etree._ElementTree":
    """Parse *data* and return its element tree; elements keep their `sourceline`.

    Raises:
        XmlRefused: not_xml, doctype, too_large, too_deep or encoding.
    """
    if len(data) > max_bytes:
        raise XmlRefused("too_large", None, f"{max_bytes / 1_000_000:g}")
    _check_prolog(data)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise _refusal(error) from error
    except (ValueError, LookupError) as error:
        raise XmlRefused("encoding", 1, str(error)) from error
    _check_depth(root, max_depth)
    return root.getroottree()


def _refusal(error: etree.XMLSyntaxError) -> XmlRefused:
    text = re.sub(r", line \d+, column \d+.*$", "", str(error.msg or error))
    line = error.lineno or None
    if "depth" in text:
        return XmlRefused("too_deep", line, str(MAX_DEPTH))
    if "encod" in text.lower():
        return XmlRefused("encoding", line, text)
    return XmlRefused("not_xml", line, text)


def _check_depth(root: "etree._Element", limit: int) -> None:
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > limit:
            raise XmlRefused("too_deep", element.sourceline, str(limit))
