"""Structured logs: lines for people or JSON for collectors, each with the id of its request.

The id stands on every error page and in the `X-Request-ID` header, so that support finds the line.
"""

import logging
import secrets
import sys
import time

import structlog
from flask import Flask, Response, g, request

from web.config import Logging

_HEALTH = "/health"


def configure(settings: Logging) -> None:
    """Send everything that is logged to standard error in the format asked for."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.format == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    last: list[structlog.types.Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if settings.format == "json":
        last.append(structlog.processors.format_exc_info)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[*last, renderer])
    )
    root = logging.getLogger()
    for old in list(root.handlers):
        if getattr(old, "marshrut", False):
            root.removeHandler(old)
    handler.marshrut = True  # type: ignore[attr-defined]
    root.addHandler(handler)
    root.setLevel(settings.level.upper())
    for noisy in ("werkzeug", "_granian", "apscheduler", "alembic"):
        logging.getLogger(noisy).setLevel("WARNING")


def init(app: Flask) -> None:
    logger = logging.getLogger("web.requests")

    @app.before_request
    def begin() -> None:
        g.request_id = secrets.token_hex(5)
        g.began = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        request_id = g.get("request_id")
        if request_id is None:
            return response
        response.headers["X-Request-ID"] = request_id
        if request.path != _HEALTH and not request.path.startswith("/static/"):
            took_ms = round((time.perf_counter() - g.began) * 1000, 1)
            level = logging.ERROR if response.status_code >= 500 else logging.INFO
            logger.log(
                level, "request",
                extra={"method": request.method, "route": str(request.url_rule or "-"),
                       "status": response.status_code, "took_ms": took_ms},
            )  # fmt: skip
        return response
