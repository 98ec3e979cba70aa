"""Refusals that only programs meet, as RFC 9457; those of the engine are put in words by `web.errors`."""

from collections.abc import Mapping
from typing import Any

from flask import Response, g

from web.api import encoding


def refuse(
    status: int,
    code: str,
    title: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """Return a problem; *more* are further members."""
    body = {
        "type": "about:blank", "status": status, "title": title, "detail": detail, "code": code,
        "request_id": g.get("request_id"), **more,
    }  # fmt: skip
    response = Response(encoding.dump(body), status=status, mimetype="application/problem+json")
    response.headers.extend(dict(headers or {}))
    return response
