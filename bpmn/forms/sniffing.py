"""What a file is by its content, and which files nobody may attach.

The type that a browser claims is never believed.  Programs and pages that could run something when they are
opened are refused, and so is a file whose content contradicts its name.  `inspect` is pure and reads only the
beginning of the content.
"""

import codecs
import re

from bpmn.forms.messages import Problem, problem

MAX_FILE = 20_000_000
MAX_NAME = 200
_HEAD = 4096

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"BM", "image/bmp"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"{\\rtf", "application/rtf"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x1f\x8b", "application/gzip"),
)
_PROGRAMS = (
    b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"#!",
    b"L\x00\x00\x00\x01\x14\x02\x00",
)  # fmt: skip
_FORBIDDEN = frozenset(
    {
        *("exe", "dll", "com", "scr", "pif", "msi", "msp", "cpl", "bat", "cmd", "ps1", "psm1", "vbs", "vbe"),
        *(
            "js",
            "jse",
            "mjs",
            "wsf",
            "wsh",
            "hta",
            "jar",
            "lnk",
            "url",
            "reg",
            "sh",
            "app",
            "apk",
            "deb",
            "rpm",
        ),
        *("html", "htm", "xhtml", "shtml", "svg", "svgz", "xsl", "xslt", "swf", "iso", "img", "vhd"),
        *("docm", "xlsm", "pptm", "dotm", "xltm", "potm"),
    }
)
"""Endings of files that run, or can run, something when they are opened."""
_OFFICE = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
}
_OLE = {"doc": "application/msword", "xls": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint",
        "msg": "application/vnd.ms-outlook"}  # fmt: skip
_PLAIN = {"csv": "text/csv", "json": "application/json", "md": "text/markdown", "eml": "message/rfc822",
          "xml": "application/xml"}  # fmt: skip
_NEEDED = {
    "pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif",
    "webp": "image/webp", "tif": "image/tiff", "tiff": "image/tiff", "bmp": "image/bmp", "zip": "application/zip",
    "rtf": "application/rtf", "heic": "image/heic", **_OFFICE, **_OLE,
}  # fmt: skip
ENDING_OF = {kind: ending for ending, kind in reversed({**_NEEDED, **_PLAIN}.items())} | {"text/plain": "txt"}
"""The usual ending of a file of a media type."""
_MARKUP = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^>]*-->\s*)?<(?:!doctype\s+(?:html|svg)|html|head|body|script|svg)",
    re.I,
)


def inspect(name: str, content: bytes, *, limit: int = MAX_FILE) -> tuple[str, Problem | None]:
    """Return the media type of a file by its content, and why it cannot be attached (None: it can)."""
    kind = media_type(name, content)
    shown = clean_name(name)
    if not content:
        return kind, problem("file.empty", name=shown)
    if len(content) > limit:
        return kind, problem("file.too_large", name=shown, limit=f"{limit // 1_000_000}")
    if _ending(name) in _FORBIDDEN or content.startswith(_PROGRAMS) or _MARKUP.match(content[:_HEAD]):
        return kind, problem("file.forbidden", name=shown)
    needed = _NEEDED.get(_ending(name))
    if needed is not None and kind != needed:
        return kind, problem("file.mismatch", name=shown)
    return kind, None


def media_type(name: str, content: bytes) -> str:
    """Return the media type by the content; among containers of one kind the name decides."""
    head, ending = content[:_HEAD], _ending(name)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return "image/heic" if head[8:12] in (b"heic", b"heix", b"mif1") else "video/mp4"
    kind = next((kind for signature, kind in _SIGNATURES if head.startswith(signature)), None)
    if kind == "application/zip":
        return _OFFICE.get(ending, kind)
    if kind == "application/x-ole-storage":
        return _OLE.get(ending, kind)
    if kind is not None:
        return kind
    return _PLAIN.get(ending, "text/plain") if _is_text(head) else "application/octet-stream"


def clean_name(name: str) -> str:
    """Return a file name without folders and characters that would mislead; never empty."""
    last = re.split(r"[\\/]", name)[-1]
    kept = "".join(symbol for symbol in last if symbol.isprintable() and symbol not in '<>:"|?*').strip(" .")
    stem, dot, ending = kept.rpartition(".")
    if len(kept) > MAX_NAME:
        kept = f"{stem[: MAX_NAME - 20]}.{ending[:19]}" if dot else kept[:MAX_NAME]
    return kept or "file"


def _ending(name: str) -> str:
    return clean_name(name).rpartition(".")[2].lower()


def _is_text(head: bytes) -> bool:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    if any(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head):
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 3 or _is_cyrillic(head)
    return True


def _is_cyrillic(head: bytes) -> bool:
    """Say whether bytes that are no UTF-8 read as Windows-1251 text, as many Russian programs write it."""
    try:
        text = head.decode("cp1251")
    except UnicodeDecodeError:
        return False
    letters = [symbol for symbol in text if symbol.isalpha()]
    return bool(letters) and sum(ord(symbol) < 0x460 for symbol in letters) == len(letters)
