"""Every error becomes a page, or problem+json for programs: what happened, what was kept, what to do.

`words` puts an error's stable code into the user's language.  Nothing of an unexpected error reaches the page
but the id under which the log has it.
"""

import logging
from dataclasses import dataclass
from html import escape

from flask import Flask, Response, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from bpmn import errors
from storage.errors import DatabaseUnavailable
from web import i18n
from web.throttle import TooOften

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Words:
    """What a person is told: `advice` says what was kept and what to do."""

    title: str
    advice: str


def init(app: Flask) -> None:
    app.register_error_handler(errors.EngineError, _engine_error)
    app.register_error_handler(TooOften, _too_often)
    app.register_error_handler(DatabaseUnavailable, _unavailable)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)


def status(error: errors.EngineError) -> int:
    """Return the HTTP status of an error of the engine."""
    if isinstance(error, errors.NotFound):
        return 404
    if isinstance(error, errors.NotAllowed):
        return 403
    if isinstance(error, errors.Conflict):
        return 409
    if isinstance(error, (errors.InvalidForm, errors.DeploymentRefused)):
        return 422
    return 400


def words(error: errors.EngineError) -> Words:
    """Return the error in the language of the page."""
    if isinstance(error, errors.TaskNotOpen):
        return _task_not_open(error)
    if isinstance(error, errors.TaskHeld):
        return Words(
            _("%(name)s holds this task", name=error.holder),
            _(
                "Nothing you typed is lost: it is kept as a draft. Ask them to release the task, or leave it to them."
            ),
        )
    if isinstance(error, errors.RequestEnded):
        return Words(
            _("The request is already finished"),
            _("Nothing was changed. Open the request to see how it ended."),
        )
    if isinstance(error, errors.AlreadyAnswered):
        return Words(
            _("This was already answered"),
            _("Your earlier answer stands. The page shows where the request is now."),
        )
    if isinstance(error, errors.NotFound):
        return _status_words(404)
    if isinstance(error, errors.NotAllowed):
        return Words(not_allowed_title(error.reason), _("Nothing was changed."))
    if isinstance(error, errors.InvalidForm):
        return Words(_("The form is not filled completely"), _("Check the fields that are marked."))
    if isinstance(error, errors.DeploymentRefused):
        return Words(
            _("The files cannot be deployed"), _("Nothing was stored. Mend what is listed and try again.")
        )
    if isinstance(error, errors.MessageAmbiguous):
        return Words(
            _("More than one request waits for this message"),
            _("Nobody got it. Give the message a key that names one request."),
        )
    if isinstance(error, errors.Conflict):
        return _status_words(409)
    return Words(_("This cannot be done"), _("Nothing was changed."))


def _task_not_open(error: errors.TaskNotOpen) -> Words:
    kept = _("Nothing you typed is lost: it is below as you left it.")
    if error.state == "cancelled":
        return Words(_("This task is no longer needed"), kept)
    if error.by and error.at is not None:
        when = i18n.words.moment(error.at, i18n.current_now(), i18n.current_config().zone, i18n.language())
        return Words(_("Already done by %(name)s, %(when)s", name=error.by, when=when), kept)
    return Words(_("This task is already done"), kept)


def not_allowed_title(reason: str) -> str:
    """Return why somebody may not do something, by the engine's reason."""
    texts = {
        "administrator.only": _("Only an administrator may do this"),
        "request.not_yours": _("Only the responsible person may do this"),
        "incident.assign": _("Hand the task to somebody: that resolves the failure"),
        "task.not_yours": _("This task is offered to other people"),
        "task.held": _("Somebody else holds this task"),
        "task.no_group": _("This task has no group to go back to"),
        "task.nobody_holds": _("Nobody holds this task"),
        "task.too_late": _("It is too late to take this back"),
        "token.scope": _("The token is not for this"),
        "token.topic": _("The token does not cover this topic"),
    }
    return texts.get(reason, _("You may not do this"))


def _status_words(code: int) -> Words:
    texts = {
        400: (_("The browser sent something that cannot be read"), _("Go back, reload the page and try again.")),
        401: (_("Please sign in"), _("You were signed out. What you typed into tasks is kept as a draft.")),
        403: (_("This page is not for you"), _("It belongs to another role. An administrator can give it to you.")),
        404: (
            _("There is no such page"),
            _("The address may be mistyped, or what it showed was removed. Search finds requests by number."),
        ),
        405: (_("This address is not opened this way"), _("Go back and use the button on the page.")),
        409: (_("Somebody was faster"), _("Nothing was changed. Look at how things are now, then decide.")),
        413: (
            _("That is too large"),
            _("Nothing was stored. The limit is %(size)s in one go; send less or smaller files.",
              size=i18n.words.size(i18n.current_config().limits.upload_mb * 1_000_000, i18n.language())),
        ),
        422: (_("The form is not filled completely"), _("Check the fields that are marked.")),
        429: (_("Too many attempts"), _("Wait a moment and try again.")),
        500: (
            _("Something broke on our side"),
            _("What was done before is kept; this last step was not done. Try again; if it repeats, tell support the id below."),
        ),
    }  # fmt: skip
    title, advice = texts.get(code, texts[500] if code >= 500 else texts[400])
    return Words(title, advice)


def page(code: int, said: Words, reason: str | None = None, **headers: str) -> Response:
    """Render the error as a page, or as RFC 9457 for programs."""
    if wants_json():
        response = jsonify(
            type="about:blank",
            status=code,
            title=said.title,
            detail=said.advice,
            code=reason,
            request_id=g.get("request_id"),
        )
        response.mimetype = "application/problem+json"
    else:
        response = Response(render_template("errors/page.html", code=code, said=said), mimetype="text/html")
    response.status_code = code
    response.headers.extend(headers)
    return response


def wants_json() -> bool:
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], default="text/html")
    return request.path.startswith("/api/") or best == "application/json"


def _engine_error(error: errors.EngineError) -> ResponseReturnValue:
    return page(status(error), words(error), error.code)


def _unavailable(error: DatabaseUnavailable) -> ResponseReturnValue:
    """Say what is wrong with the database; the page itself must not need it."""
    titles = {
        "full": _("The disk of the server is full"),
        "busy": _("The server is very busy"),
    }
    said = Words(
        titles.get(error.reason, _("The database does not answer")),
        _(
            "What was done before is kept. Whether this last step was, the page shows when it opens again; try in a minute."
        ),
    )
    logger.error("the database cannot work", extra={"why": error.reason, "error": error.message})
    if wants_json():
        return page(503, said, f"database.{error.reason}", **{"Retry-After": "30"})
    text = (
        '<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(said.title)}</title><h1>{escape(said.title)}</h1><p>{escape(said.advice)}</p>"
    )
    return Response(text, 503, {"Retry-After": "30"}, mimetype="text/html")


def _too_often(error: TooOften) -> ResponseReturnValue:
    from datetime import timedelta

    wait = i18n.duration(timedelta(seconds=error.retry_s)) if error.retry_s >= 60 else None
    said = Words(
        _("Too many attempts"),
        _("Try again in %(wait)s.", wait=wait) if wait else _("Wait a minute and try again."),
    )
    return page(429, said, **{"Retry-After": str(error.retry_s)})


def _csrf(error: CSRFError) -> ResponseReturnValue:
    if not current_user.is_authenticated and not wants_json() and not request.path.startswith(("/c/", "/t/")):
        flash(_("You were signed out. Sign in and continue: what you typed into tasks is kept as a draft."))
        return redirect(
            url_for("sign_in.page", next=request.referrer and _own_path(request.referrer)), code=303
        )
    return page(
        400,
        Words(
            _("The page was open for too long"),
            _("Nothing was done. Go back, reload the page and send it again; browsers keep what was typed."),
        ),
    )


def _own_path(address: str) -> str | None:
    return (
        address.removeprefix(request.host_url.rstrip("/")) if address.startswith(request.host_url) else None
    )


def _http(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code < 400:
        return error.get_response()
    if code == 401 and not wants_json():
        return redirect(url_for("sign_in.page"), code=303)
    return page(code, _status_words(code))
