"""The blueprint of the modeler, and what its addresses share."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import Blueprint, Response, abort, jsonify, request

from web.current import current_account, roles_required
from web.security import CSP

P = ParamSpec("P")
R = TypeVar("R")

DRAWING_CSP = CSP.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
MAX_BODY = 20_000_000

blueprint = Blueprint("modeler", __name__, url_prefix="/processes/drafts")
drawers = roles_required("analyst", "administrator")
"""Pages are for analysts and administrators."""


def fetched(view: Callable[P, R]) -> Callable[P, R]:
    """Let a script of the modeler fetch this: who is signed out gets 401, not a page to sign in on."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        account = current_account()
        if account is None:
            return cast(R, refusal(401, "signed_out"))
        if not account.role_names & {"analyst", "administrator"}:
            abort(403)
        return view(*args, **kwargs)

    return guarded


def refusal(code: int, name: str, **values: object) -> Response:
    """Answer a script with what is wrong; it puts `code` in words."""
    response = jsonify(code=name, **values)
    response.status_code = code
    return response


def asked() -> dict[str, object]:
    """Return the posted JSON object; anything else is refused."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        abort(400)
    return body


def text_of(body: dict[str, object], name: str, limit: int = 100_000) -> str:
    """Return a text of a posted object, empty where it is not there."""
    value = body.get(name, "")
    if not isinstance(value, str) or len(value) > limit:
        abort(400)
    return value
