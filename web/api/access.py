"""Who calls: a token in `Authorization: Bearer`, its scope, and how often it may call.

No cookie is looked at, so there is nothing that another site could make a browser send.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import g, request
from flask_babel import gettext as _

from bpmn.errors import NotAllowed
from web.api import tokens
from web.api.problems import refuse
from web.api.tokens import Token
from web.current import client_address, current_config, current_now, current_services, current_storage
from web.throttle import Limit

P = ParamSpec("P")
R = TypeVar("R")

WRONG_TOKENS = Limit(30, 60)
"""How many wrong tokens one address may try."""


def token_required(scope: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let programs in whose token has *scope*: 401 without a valid one, 403 without the scope, 429 too often."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            throttle = current_services().throttle
            token = bearer()
            if token is None:
                throttle.hit("api.wrong_token", client_address(), WRONG_TOKENS)
                return cast(
                    R,
                    refuse(
                        401, "token.invalid", _("This needs a valid token"),
                        _("Send the header Authorization: Bearer with a token of marshrut token create."),
                        headers={"WWW-Authenticate": 'Bearer realm="marshrut"'},
                    ),
                )  # fmt: skip
            throttle.hit("api", str(token.id), Limit(current_config().limits.api_per_minute, 60))
            if scope not in token.scopes:
                raise NotAllowed(f"the token lacks the scope {scope!r}", reason="token.scope")
            g.api_token = token
            return view(*args, **kwargs)

        return guarded

    return decorate


def bearer() -> Token | None:
    """Return the token of the request, if it is valid."""
    authorization = request.authorization
    if authorization is None or authorization.type != "bearer" or not authorization.token:
        return None
    return tokens.find(current_storage(), authorization.token, now=current_now())


def current_token() -> Token:
    return cast(Token, g.api_token)
