"""Signing in and out; in a demonstration, as any role by one click."""

import logging

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import login_user, logout_user
from sqlalchemy import select, update

from storage.models import Definition, User
from storage.queries import identity as queries
from web import i18n
from web.current import (
    client_address,
    current_account,
    current_config,
    current_engine,
    current_now,
    current_services,
    current_storage,
)
from web.identity import Account, account, password_matches
from web.public_forms import has_public_form
from web.sign_in_guard import SignInGuard
from web.throttle import Limit

logger = logging.getLogger(__name__)
blueprint = Blueprint("sign_in", __name__)

_PER_ADDRESS = Limit(count=100, window_s=300)
_AROUND = frozenset({"analyst", "administrator"})


def guard() -> SignInGuard:
    return current_app.extensions["marshrut.sign_in_guard"]


@blueprint.get("/")
def home() -> ResponseReturnValue:
    return redirect(url_for("inbox.index") if current_account() else url_for(".page"))


@blueprint.get("/sign-in")
def page() -> ResponseReturnValue:
    if current_account() is not None:
        return redirect(_next())
    return _page()


@blueprint.post("/sign-in")
def enter() -> ResponseReturnValue:
    email, password = request.form.get("email", "").strip()[:320], request.form.get("password", "")[:1000]
    if not email or not password:
        return _page(_("Fill in the e-mail address and the password."), email=email), 422
    address, now = client_address(), current_now()
    wait_s = guard().wait_s(email, address, now)
    if wait_s:
        return _page(_too_often(wait_s), email=email), 429
    current_services().throttle.hit("sign_in", address, _PER_ADDRESS)
    with current_storage().read() as connection:
        row = queries.find_account(connection, email=email)
    if not password_matches(password, row.password if row else None) or row is None or not row.active:
        wait_s = guard().wrong(email, address, now)
        _count_wrong(row.id if row else None)
        logger.warning("sign-in refused", extra={"user_id": row.id if row else None, "address": address})
        message = _("The e-mail address or the password is wrong.")
        return _page(
            f"{message} {_too_often(wait_s)}" if wait_s else message, email=email
        ), 429 if wait_s else 422
    guard().right(email, address)
    return _enter(account(row))


@blueprint.post("/sign-in/demo")
def enter_demo() -> ResponseReturnValue:
    """Sign in as somebody of the demonstration, without a password."""
    if not current_config().demo:
        abort(404)
    with current_storage().read() as connection:
        row = queries.find_account(connection, id=request.form.get("user", type=int) or 0)
    if row is None or not row.active:
        abort(404)
    return _enter(account(row))


@blueprint.post("/sign-out")
def leave() -> ResponseReturnValue:
    logout_user()
    session.clear()
    flash(_("You are signed out."))
    return redirect(url_for(".page"), code=303)


def _enter(person: Account) -> ResponseReturnValue:
    session.clear()  # nothing of an earlier session, set perhaps by somebody else, lives on
    login_user(person)
    session.permanent = True
    with current_storage().unit_of_work() as uow:
        uow.connection.execute(
            update(User).where(User.id == person.id).values(failed_sign_ins=0, last_failed_sign_in_at=None)
        )
    logger.info("signed in", extra={"user_id": person.id})
    return redirect(_next(), code=303)


def _count_wrong(user_id: int | None) -> None:
    if user_id is None:
        return
    with current_storage().unit_of_work() as uow:
        uow.connection.execute(
            update(User)
            .where(User.id == user_id)
            .values(failed_sign_ins=User.failed_sign_ins + 1, last_failed_sign_in_at=current_now())
        )


def _page(problem: str = "", *, email: str = "") -> str:
    people: list[Account] = []
    client_forms: list[tuple[str, str]] = []
    if current_config().demo:
        with current_storage().read() as connection:
            people = [account(row) for row in queries.active_accounts(connection)]
        client_forms = _client_forms()
    return render_template(
        "sign_in.html",
        problem=problem,
        email=email,
        next=request.values.get("next", ""),
        client_forms=client_forms,
        road=[person for person in people if not person.role_names & _AROUND],
        around=[person for person in people if person.role_names & _AROUND],
    )


def _client_forms() -> list[tuple[str, str]]:
    """Return (address, name of the process) of every public form, for the first stop of the demonstration."""
    deployments = current_engine().deployments
    with current_storage().read() as connection:
        active = connection.execute(
            select(Definition.id, Definition.key).where(Definition.state == "active")
        ).all()
    found = [(key, deployments.bundle(definition_id)) for definition_id, key in active]
    return [
        (url_for("client.form", key=key), bundle.translate(bundle.definition.name, i18n.language()))
        for key, bundle in found
        if has_public_form(bundle)
    ]


def _too_often(wait_s: int) -> str:
    wait = i18n.duration(wait_s) if wait_s >= 60 else _("%(seconds)d seconds", seconds=wait_s)
    return _("Too many wrong passwords: the next attempt is possible in %(wait)s.", wait=wait)


def _next() -> str:
    """Return where to go after signing in: an address of ours, never another site's."""
    asked = request.values.get("next", "")
    if (
        asked.startswith("/")
        and not asked.startswith(("//", "/\\"))
        and "\n" not in asked
        and "\r" not in asked
    ):
        return asked
    return url_for("inbox.index")
