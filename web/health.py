"""For monitors and balancers: does the process live, and may requests be sent to it.

`/health/live`: the process answers; restart it when it does not.  `/health/ready` (and `/health`): the database
answers and has the schema of this version; send requests elsewhere when not.
"""

import logging
import time

from flask import Blueprint, Response, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from storage import schema
from storage.errors import DatabaseUnavailable
from web.current import current_storage

logger = logging.getLogger(__name__)
blueprint = Blueprint("health", __name__)


@blueprint.get("/health/live")
def live() -> Response:
    """Say that the process answers; nothing else is looked at."""
    return jsonify(status="ok")


@blueprint.get("/health")
@blueprint.get("/health/ready")
def health() -> tuple[Response, int]:
    """Say {"status": "ok"} or "failing" with what fails; no secrets, no counts."""
    began = time.perf_counter()
    storage = current_storage()
    checks: dict[str, str] = {}
    try:
        with storage.read() as connection:
            connection.execute(text("SELECT 1"))
        checks["database"] = "ok"
        checks["schema"] = "ok" if schema.current(storage) == schema.newest() else "old"
    except (SQLAlchemyError, DatabaseUnavailable):
        logger.exception("health: the database does not answer")
        checks["database"] = "failing"
    failing = any(state != "ok" for state in checks.values())
    body = jsonify(
        status="failing" if failing else "ok",
        checks=checks,
        took_ms=round((time.perf_counter() - began) * 1000, 1),
    )
    return body, 503 if failing else 200
