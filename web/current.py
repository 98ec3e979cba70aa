"""What a view needs of the present request: the engine, the storage, who acts, who may see the page.

Views import these instead of reaching into the application.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

from flask import abort, current_app, redirect, request, url_for
from flask_security import current_user

from bpmn.actors import Actor
from web.identity import Account

if TYPE_CHECKING:
    from bpmn.engine import ProcessEngine
    from storage.database import Storage
    from web.config import Config
    from web.services import Services

P = ParamSpec("P")
R = TypeVar("R")


def current_services() -> "Services":
    return cast("Services", current_app.extensions["marshrut"])


def current_engine() -> "ProcessEngine":
    return current_services().engine


def current_storage() -> "Storage":
    return current_services().storage


def current_config() -> "Config":
    return current_services().config


def current_now() -> datetime:
    """The present by the engine's clock, which tests move."""
    return current_services().now()


def current_account() -> Account | None:
    """The signed-in person, or None."""
    return cast(Account, current_user._get_current_object()) if current_user.is_authenticated else None


def current_actor() -> Actor:
    """Who acts, for the engine; the request must be of a signed-in person."""
    account = current_account()
    if account is None:
        abort(401)
    return account.actor(client_address())


def client_address() -> str:
    """The IP address the request came from (behind `server.trusted_proxies` proxies, the one they saw)."""
    return request.remote_addr or ""


def login_required(view: Callable[P, R]) -> Callable[P, R]:
    """Show the page to signed-in people only; others are sent to sign in and come back."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not current_user.is_authenticated:
            return cast(R, sign_in_first())
        return view(*args, **kwargs)

    return guarded


def roles_required(*roles: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Show the page to people with one of *roles* only: others get 403."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            account = current_account()
            if account is None:
                return cast(R, sign_in_first())
            if not account.role_names & set(roles):
                abort(403)
            return view(*args, **kwargs)

        return guarded

    return decorate


def sign_in_first() -> object:
    """Send somebody to the sign-in page; a GET comes back to its address afterwards."""
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("sign_in.page", next=back), code=303)
