"""Files outside the database, under the SHA-256 of their content.

A file is written whole to a temporary name, synced and renamed: a reader sees all of it or none.  The same
content is kept once.
"""

import hashlib
import os
import re
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class FileRef:
    hash: str
    size: int
    media_type: str


class FileStore:
    """A folder of files by content hash."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, content: bytes, media_type: str) -> FileRef:
        """Store *content* durably and return its reference."""
        digest = hashlib.sha256(content).hexdigest()
        path = self._path(digest)
        if not self._renewed(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                Path(temporary).replace(path)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
        return FileRef(digest, len(content), media_type)

    def stamp(self, digest: str) -> int:
        """Return when the content was last put, as a number to compare; 0 where there is none."""
        try:
            return self._path(digest).stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    def discard(self, digest: str, stamp: int) -> None:
        """Remove the content unless it was put again after *stamp*.

        It is moved aside before it is judged: a put that comes at the same time either renews the stamp that is
        looked at here, or finds nothing and writes the content again.
        """
        path = self._path(digest)
        aside = path.with_name(f"{digest}.{secrets.token_hex(4)}")
        try:
            path.rename(aside)
        except FileNotFoundError:
            return
        if aside.stat().st_mtime_ns == stamp:
            aside.unlink()
        else:
            aside.replace(path)

    @staticmethod
    def _renewed(path: Path) -> bool:
        """Mark what is there as put now; say whether it is there."""
        try:
            os.utime(path)
        except FileNotFoundError:
            return False
        return True

    def open(self, digest: str) -> bytes:
        """Return the content; raises FileNotFoundError."""
        return self._path(digest).read_bytes()

    def _path(self, digest: str) -> Path:
        if not _HASH.fullmatch(digest):
            raise FileNotFoundError(digest)
        return self.root / digest[:2] / digest
