"""Typst templates to PDF/A, in a process of its own with limits on time and memory.

The data reach the template as JSON text (`json(bytes(sys.inputs.data))`), never as source, so nothing that a
client typed can be markup.  A template sees only the files of its bundle's `documents/` folder.
"""

import base64
import os
import re
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from handlers.errors import HandlerError

TIMEOUT_S = 30.0
MAX_PDF_BYTES = 30_000_000
_REFERRED = re.compile(r'"([A-Za-z0-9_][A-Za-z0-9_./-]*\.(?:typ|svg|png|jpg|jpeg))"')
_MOST_FILES = 50


class TemplateFailed(HandlerError):
    """A template does not compile; `code` is `documents.template` or `documents.too_heavy`."""


def collect(name: str, read: Callable[[str], bytes | None]) -> dict[str, bytes]:
    """Return the files that a template needs: itself as main.typ, and what it and they refer to by name.

    Raises:
        TemplateFailed: the template is absent, or refers to more than fifty files.
    """
    main = read(f"documents/{name}.typ")
    if main is None:
        raise TemplateFailed(
            "documents.no_template", f"the bundle has no documents/{name}.typ", retryable=False, template=name
        )
    files, waiting = {"main.typ": main}, [main]
    while waiting:
        for found in _REFERRED.findall(waiting.pop().decode("utf-8", "replace")):
            content = read(f"documents/{found}") if found not in files and ".." not in found else None
            if content is None:
                continue
            if len(files) >= _MOST_FILES:
                raise TemplateFailed(
                    "documents.template", f"{name}.typ uses too many files", retryable=False, template=name
                )
            files[found] = content
            if found.endswith(".typ"):
                waiting.append(content)
    return files


class Renderer:
    """Keeps one worker process and gives it one template after the other; safe between threads."""

    def __init__(self, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._worker: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def render(
        self, files: Mapping[str, bytes], data: Mapping[str, Any], *, fonts: Path | None, at: datetime
    ) -> bytes:
        """Return the PDF/A-2b of main.typ; *at* is the creation time written into it.

        Raises:
            TemplateFailed: in the words of Typst, or since it took too long or too much memory.
        """
        frame = orjson.dumps(
            {
                "files": {name: base64.b64encode(content).decode() for name, content in files.items()},
                "data": orjson.dumps(data).decode(),
                "fonts": str(fonts) if fonts and fonts.is_dir() else "",
                "timestamp": int(at.timestamp()),
            }
        )
        with self._lock:
            status, content = self._ask(frame)
        if status != b"P":
            raise TemplateFailed(
                "documents.template",
                f"the document template does not compile: {content.decode('utf-8', 'replace')}",
                retryable=False,
            )
        return content

    def _ask(self, frame: bytes) -> tuple[bytes, bytes]:
        worker = self._started()
        stopper = threading.Timer(self._timeout_s, worker.kill)
        stopper.daemon = True
        stopper.start()
        try:
            stdin, stdout = worker.stdin, worker.stdout
            assert stdin is not None
            assert stdout is not None
            stdin.write(struct.pack(">I", len(frame)) + frame)
            stdin.flush()
            head = _exactly(stdout, 5)
            size = struct.unpack(">I", head[1:])[0]
            if size > MAX_PDF_BYTES:
                raise EOFError
            return head[:1], _exactly(stdout, size)
        except (EOFError, BrokenPipeError) as problem:
            worker.kill()
            worker.wait()
            self._worker = None
            raise TemplateFailed(
                "documents.too_heavy",
                f"the document template took more than {self._timeout_s:.0f} s or too much memory",
                retryable=False,
            ) from problem
        finally:
            stopper.cancel()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._worker is None or self._worker.poll() is not None or self._owner != os.getpid():
            self._worker = subprocess.Popen(  # noqa: S603 - our own interpreter and our own file
                [sys.executable, "-I", str(Path(__file__).with_name("typst_worker.py"))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            self._owner = os.getpid()
        return self._worker

    def close(self) -> None:
        """End the worker."""
        with self._lock:
            if self._worker is not None and self._owner == os.getpid():
                self._worker.kill()
                self._worker.communicate()
            self._worker = None


def _exactly(stream: BinaryIO | Any, size: int) -> bytes:
    content = b""
    while len(content) < size:
        part = stream.read(size - len(content))
        if not part:
            raise EOFError
        content += part
    return content


renderer = Renderer()
