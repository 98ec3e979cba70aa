"""Built files of the browser side: their hashed names, and how they are sent.

A name with a hash never changes its content, so browsers keep it for a year; a `.gz` beside it is sent to
whoever accepts it.
"""

import json
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, abort, request, send_from_directory, url_for
from markupsafe import Markup

DIST = Path(__file__).parent / "static" / "dist"
FONTS = DIST / "fonts"

UNKNOWN_ICON = "diagram-3"

blueprint = Blueprint("assets", __name__, url_prefix="/static")


class NotBuilt(Exception):
    """The browser side was not built: run `make web` or install the package."""

    def __init__(self) -> None:
        super().__init__(f"{DIST} is absent: the browser side was not built (node web/frontend/build.mjs)")


@cache
def _manifest(stamp: int) -> dict[str, str]:
    return json.loads((DIST / "manifest.json").read_text(encoding="utf-8"))


def manifest() -> dict[str, str]:
    """Return plain names → names with hashes; read again when the build changed.

    Raises:
        NotBuilt
    """
    try:
        stamp = (DIST / "manifest.json").stat().st_mtime_ns
    except OSError as error:
        raise NotBuilt from error
    return _manifest(stamp)


@cache
def _icons(stamp: int) -> frozenset[str]:
    return frozenset(json.loads((DIST / "icons.json").read_text(encoding="utf-8")))


def icons() -> frozenset[str]:
    """Return the names of the icons in the sprite.  Raises NotBuilt."""
    try:
        return _icons((DIST / "icons.json").stat().st_mtime_ns)
    except OSError as error:
        raise NotBuilt from error


def asset(name: str) -> str:
    """Return the address of a built file, such as `asset("app.css")`."""
    return url_for("assets.built", name=manifest()[name])


def icon(name: str, css: str = "") -> Markup:
    """Return an icon of the sprite; it says nothing, so words stand beside it or in a label.

    Analysts name icons too (property `icon` of a process): one that the sprite lacks becomes a plain mark.
    """
    known = name if name in icons() else UNKNOWN_ICON
    return Markup('<svg class="icon{}" aria-hidden="true"><use href="{}#{}"/></svg>').format(
        f" {css}" if css else "", asset("icons.svg"), known
    )


def brand(size: int = 28) -> Markup:
    """Return the mark of the product: a route with two stops."""
    return Markup(
        '<svg class="brand-mark" width="{0}" height="{0}" viewBox="0 0 28 28" fill="none" stroke="currentColor"'
        ' stroke-width="2" aria-hidden="true"><path d="M6 22V13a5 5 0 0 1 10 0v2a3 3 0 0 0 6 0V9"/>'
        '<circle cx="6" cy="22" r="3" fill="currentColor"/><circle cx="22" cy="6" r="3"/></svg>'
    ).format(size)


@blueprint.get("/dist/<path:name>")
def built(name: str) -> Response:
    if not DIST.is_dir():
        abort(404)
    packed = f"{name}.gz"
    zipped = (
        "gzip" in request.accept_encodings and not name.startswith("fonts/") and (DIST / packed).is_file()
    )
    response = send_from_directory(DIST, packed if zipped else name, max_age=31_536_000)
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
        response.mimetype = _TYPES.get(Path(name).suffix, "application/octet-stream")
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
