"""A letter's HTML inside a frame that can do nothing but show it."""

from flask import Response

_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'"
)


def letter_page(html: str) -> Response:
    """Answer with a letter: links open in a new tab, scripts and foreign pictures do not load."""
    response = Response('<base target="_blank">' + html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
