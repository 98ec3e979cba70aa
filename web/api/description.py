"""`/api/openapi.json`: the API described as OpenAPI 3.1, made from the classes that read and write its bodies."""

import types
import typing
from dataclasses import MISSING, dataclass
from typing import Any

from flask import Blueprint, Response

from web.api import encoding, models
from web.condition import product_version

blueprint = Blueprint("api_description", __name__)


@dataclass(frozen=True)
class Operation:
    path: str
    name: str
    summary: str
    body: type
    answer: type
    problems: tuple[int, ...]


_JOB = "/api/v1/jobs/{job_id}"
OPERATIONS = (
    Operation(
        "/api/v1/jobs/fetch", "fetchJobs",
        "Lease due jobs of external topics; waits up to wait_s for one.",
        models.Fetch, models.Fetched, (400, 401, 403, 429),
    ),
    Operation(
        f"{_JOB}/complete", "completeJob",
        "The job is done. The same call under the same lease is answered the same and has its effect once.",
        models.Complete, models.Outcome, (400, 401, 403, 409, 422, 429),
    ),
    Operation(
        f"{_JOB}/fail", "failJob", "The job could not be done: try again later, or make an incident.",
        models.Fail, models.Outcome, (400, 401, 403, 409, 429),
    ),
    Operation(
        f"{_JOB}/error", "throwError", "Give the diagram an outcome of business, which it catches by its code.",
        models.Throw, models.Outcome, (400, 401, 403, 409, 422, 429),
    ),
    Operation(
        f"{_JOB}/extend", "extendLease", "Prolong the lease of a job under way.",
        models.Extend, models.Extended, (400, 401, 403, 409, 429),
    ),
)  # fmt: skip
_PROBLEMS = {
    400: "The body is not as it must be.",
    401: "No valid token.",
    403: "The token lacks the scope or the topic.",
    409: "The lease was lost; nothing was changed.",
    422: "The values cannot be used; nothing was changed.",
    429: "Too often; Retry-After says when again.",
}


@blueprint.get("/api/openapi.json")
def openapi() -> Response:
    return Response(encoding.dump(document()), mimetype="application/json")


def document() -> dict[str, Any]:
    """Return the description as plain values."""
    kinds: list[type] = [models.Problem, models.Job, models.RequestOut, models.ProcessOut]
    for operation in OPERATIONS:
        kinds += [kind for kind in (operation.body, operation.answer) if kind not in kinds]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Marshrut",
            "version": product_version(),
            "description": "Jobs of external topics for programs in any language.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": {operation.path: {"post": _operation(operation)} for operation in OPERATIONS},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {kind.__name__: schema(kind) for kind in kinds},
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    answers: dict[str, Any] = {
        "200": {
            "description": _first_line(operation.answer),
            "content": {"application/json": _content(operation.answer)},
        }
    }
    for code in operation.problems:
        answers[str(code)] = {
            "description": _PROBLEMS[code],
            "content": {"application/problem+json": {"schema": _ref(models.Problem)}},
        }
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": ["jobs"],
        "requestBody": {"required": True, "content": {"application/json": _content(operation.body)}},
        "responses": answers,
    }
    if "{job_id}" in operation.path:
        described["parameters"] = [
            {
                "name": "job_id",
                "in": "path",
                "required": True,
                "schema": {"type": "string", "pattern": "^[0-9]{1,19}$"},
            }
        ]
    return described


def _content(kind: type) -> dict[str, Any]:
    return {"schema": _ref(kind), "example": example(kind)}


def _ref(kind: type) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


def schema(kind: type) -> dict[str, Any]:
    """Return the JSON Schema of a body."""
    properties, required = {}, []
    for name, (hint, described) in models.members(kind).items():
        properties[name] = _member(hint, described.metadata)
        if described.default is MISSING and described.default_factory is MISSING:
            required.append(name)
        elif described.default is not MISSING and described.default is not None:
            properties[name]["default"] = described.default
    return {
        "type": "object", "description": _first_line(kind), "properties": properties,
        **({"required": required} if required else {}), "additionalProperties": kind is models.Problem,
    }  # fmt: skip


def example(kind: type) -> dict[str, Any]:
    """Return the documented example of a body."""
    found: dict[str, Any] = {}
    for name, (hint, described) in models.members(kind).items():
        inner = typing.get_args(hint)[0] if typing.get_origin(hint) is list else hint
        if isinstance(inner, type) and hasattr(inner, "__dataclass_fields__"):
            found[name] = [example(inner)] if inner is not hint else example(inner)
        elif described.metadata["example"] is not None:
            found[name] = described.metadata["example"]
    return found


def _member(hint: Any, metadata: Any) -> dict[str, Any]:
    rules = {key: value for key, value in metadata["rules"].items() if key != "items"}
    text = metadata["doc"]
    if isinstance(hint, types.UnionType):
        hint = next(part for part in typing.get_args(hint) if part is not types.NoneType)
        names = [_type(hint), "null"]
        return {"type": names, "description": text, **rules}
    if typing.get_origin(hint) is list:
        (item,) = typing.get_args(hint)
        items: dict[str, Any] = _ref(item) if item is not str else {"type": "string"}
        if "items" in metadata["rules"]:
            items["pattern"] = metadata["rules"]["items"]
        return {"type": "array", "items": items, "description": text, **rules}
    if hasattr(hint, "__dataclass_fields__"):
        return {**_ref(hint), "description": text}
    return {"type": _type(hint), "description": text, **rules}


def _type(hint: Any) -> str:
    return {int: "integer", str: "string"}.get(hint, "object")


def _first_line(kind: type) -> str:
    return (kind.__doc__ or "").strip().splitlines()[0]
