"""Turn uploaded files into a bundle, refusing what is too large or tries to escape.

`collect` guarantees: paths are relative, normal and unique; nothing is written to disk; an archive is never
unpacked beyond the limits, whatever its headers claim; a refusal names the file.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterable

MAX_UPLOAD = 50_000_000
"""The largest upload in bytes, also the largest sum of unpacked files."""
MAX_FILES = 500
MAX_PATH = 200

_IGNORED = re.compile(r"(^|/)(__MACOSX|\.(?!\.?(?:/|$))[^/]*|Thumbs\.db)(/|$)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CHUNK = 1 << 16


class UploadRefused(Exception):
    """An upload that is not taken: `code` is stable, `file` names the culprit, `values` fill the message."""

    def __init__(self, code: str, file: str = "", **values: object) -> None:
        super().__init__(f"{code}: {file}" if file else code)
        self.code, self.file, self.values = code, file, values


def collect(files: Iterable[tuple[str, bytes]], *, limit: int = MAX_UPLOAD) -> dict[str, bytes]:
    """Return path → content of *files*; archives (by content) are unpacked in memory.

    One folder that holds everything is dropped from the paths, so that a zipped folder and its files mean the
    same bundle.

    Raises:
        UploadRefused: upload.empty, .too_large, .too_many, .bad_path, .twice, .bad_archive, .encrypted.
    """
    found: dict[str, bytes] = {}
    total = 0
    for name, content in files:
        for path, data in _unpacked(name, content, limit - total):
            total += len(data)
            if total > limit:
                raise UploadRefused("upload.too_large", name, limit=limit)
            clean = safe_path(path)
            if clean in found:
                raise UploadRefused("upload.twice", clean)
            found[clean] = data
            if len(found) > MAX_FILES:
                raise UploadRefused("upload.too_many", name, limit=MAX_FILES)
    if not found:
        raise UploadRefused("upload.empty")
    return _without_common_folder(found)


def safe_path(path: str) -> str:
    """Return *path* in normal form with forward slashes.

    Raises:
        UploadRefused: absolute, with `..`, a drive, control characters, or too long.
    """
    normal = path.replace("\\", "/")
    parts = [part for part in normal.split("/") if part not in ("", ".")]
    absolute = normal.startswith("/") or re.match(r"[A-Za-z]:", normal)
    if not parts or absolute or ".." in parts or _CONTROL.search(normal) or len(normal) > MAX_PATH:
        raise UploadRefused("upload.bad_path", path[:MAX_PATH])
    return "/".join(parts)


def _unpacked(name: str, content: bytes, limit: int) -> Iterable[tuple[str, bytes]]:
    if not content.startswith(b"PK\x03\x04"):
        if len(content) > limit:
            raise UploadRefused("upload.too_large", name, limit=limit)
        return [(name, content)]
    return _archive(name, content, limit)


def _archive(name: str, content: bytes, limit: int) -> list[tuple[str, bytes]]:
    """Unpack, counting the bytes that really come out: the sizes in the headers are only claims."""
    result: list[tuple[str, bytes]] = []
    left = limit
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if len(archive.infolist()) > 10 * MAX_FILES:
                raise UploadRefused("upload.too_many", name, limit=MAX_FILES)
            for entry in archive.infolist():
                if entry.is_dir() or _IGNORED.search(entry.filename):
                    continue
                if entry.flag_bits & 0x1:
                    raise UploadRefused("upload.encrypted", name)
                if len(result) >= MAX_FILES:
                    raise UploadRefused("upload.too_many", name, limit=MAX_FILES)
                data = _read(archive, entry, left, name)
                left -= len(data)
                result.append((entry.filename, data))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise UploadRefused("upload.bad_archive", name) from error
    return result


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int, name: str) -> bytes:
    chunks = bytearray()
    with archive.open(entry) as source:
        while chunk := source.read(_CHUNK):
            chunks += chunk
            if len(chunks) > limit:
                raise UploadRefused("upload.too_large", name, limit=limit)
    return bytes(chunks)


def _without_common_folder(files: dict[str, bytes]) -> dict[str, bytes]:
    first = {path.split("/", 1)[0] for path in files if "/" in path}
    if len(first) != 1 or any("/" not in path for path in files):
        return files
    folder = next(iter(first))
    known = {"forms", "texts", "documents", "translations", "scenarios"}
    if folder in known:
        return files
    return {path[len(folder) + 1 :]: content for path, content in files.items()}
