"""Say what was done, with a button beside it that undoes it."""

from collections.abc import Mapping

from flask import flash


def offer(text: str, url: str, fields: Mapping[str, str] | None = None) -> None:
    """Show *text* on the next page; its button posts *fields* to *url*."""
    flash({"text": text, "url": url, "fields": dict(fields or {})}, "undo")  # type: ignore[arg-type]
