"""`/health` for monitors: answers 200 when the database can be read and written to the schema of this version."""

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


@blueprint.get("/health")
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
