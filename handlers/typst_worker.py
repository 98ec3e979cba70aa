"""The process that runs Typst: templates are an analyst's work, so they run apart, with limits and no network.

Reads framed requests from standard input and answers each; ends when the input ends.  A template that eats all
memory or never ends takes this process with it, not the product.  It runs as a script in an empty folder and
imports nothing of ours.
"""

import base64
import contextlib
import json
import os
import struct
import sys
import tempfile
from typing import Any, BinaryIO

import typst

MEMORY_BYTES = 2 * 1024**3


def _limit() -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        os.environ[name] = "http://127.0.0.1:9"  # a package is never fetched: nothing listens there
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _compile(request: dict[str, Any], fonts: dict[str, typst.Fonts]) -> tuple[bytes, bytes]:
    folder = request["fonts"]
    if folder not in fonts:
        fonts[folder] = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=True, font_paths=[folder] if folder else []
        )
    compile_files: Any = typst.compile  # its types do not name a mapping of files
    try:
        pdf = compile_files(
            {name: base64.b64decode(content) for name, content in request["files"].items()},
            format="pdf",
            font_paths=fonts[folder],
            sys_inputs={"data": request["data"]},
            pdf_standards=["a-2b"],
            timestamp=request["timestamp"],
        )
    except typst.TypstError as problem:
        return b"E", f"{problem.message}\n{problem.diagnostic}".encode()
    except (RuntimeError, ValueError, TypeError) as problem:
        return b"E", str(problem).encode()
    return (b"P", pdf) if isinstance(pdf, bytes) else (b"E", b"the template makes no document")


def _read(stream: BinaryIO) -> bytes | None:
    head = stream.read(4)
    if len(head) < 4:
        return None
    return stream.read(struct.unpack(">I", head)[0])


def main() -> None:
    _limit()
    fonts: dict[str, typst.Fonts] = {}
    with tempfile.TemporaryDirectory() as empty:
        os.chdir(empty)
        while (frame := _read(sys.stdin.buffer)) is not None:
            status, content = _compile(json.loads(frame), fonts)
            sys.stdout.buffer.write(status + struct.pack(">I", len(content)) + content)
            sys.stdout.buffer.flush()
        os.chdir("/")


if __name__ == "__main__":
    main()
