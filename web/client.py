"""The pages of clients: a request form, its confirmation, and the page of one request behind a secret link.

No account, no cookie, no script: the link is the right to see, the language stands in the address.  Nothing
here is stored by browsers or found by search engines, and every answer to something wrong says what to do.
"""

from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from bpmn import forms
from bpmn.actors import Actor
from bpmn.errors import AlreadyAnswered, InvalidForm, NotFound, RequestEnded
from web.client_files import kept_uploads
from web.client_words import consent_boxes, in_words, questions
from web.current import client_address, current_engine, current_services
from web.file_names import name_file
from web.i18n import LANGUAGES
from web.i18n import language as page_language
from web.security import csrf
from web.throttle import Limit, TooOften

blueprint = Blueprint("client", __name__)
csrf.exempt(blueprint)  # there is no session to ride on: the secret in the address is the only right

REQUEST_LIMIT = 25_000_000
SUBMIT = Limit(10, 3600)
ACT = Limit(60, 3600)
UPLOAD = Limit(60, 3600)
FORGED = Limit(30, 600)
"""Wrong links of one address: guessing ends long before it could succeed."""
_NAMES = {"ru": "Русский", "en": "English"}
_MAX_MESSAGE = 5_000
_PAGE_OF = {"client.submit": "client.form", "client.act": "client.track", "client.message": "client.track"}
"""The page to which an address that only takes posts belongs."""


@blueprint.url_value_preprocessor
def _read_language(endpoint: str | None, values: dict[str, Any] | None) -> None:
    request.max_content_length = REQUEST_LIMIT
    asked = request.args.get("lang")
    g.client_language = asked if asked in LANGUAGES else None


@blueprint.url_defaults
def _keep_language(endpoint: str, values: dict[str, Any]) -> None:
    chosen = g.get("client_language")
    if chosen and endpoint.startswith("client."):
        values.setdefault("lang", chosen)


@blueprint.context_processor
def _frame() -> dict[str, object]:
    """What every page's frame shows: who runs the service, and the same page in the other languages."""
    endpoint = _PAGE_OF.get(request.endpoint or "", request.endpoint or "")
    arguments = request.view_args or {}
    return {
        "nowrap": lambda text: Markup('<span class="text-nowrap">{}</span>').format(text),
        "sender": current_engine().settings.organisation_name,
        "languages": [
            (code, _NAMES[code], url_for(endpoint, **{**arguments, "lang": code})) for code in LANGUAGES
        ],
    }


@blueprint.after_request
def _guard(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@blueprint.get("/c/<key>")
def form(key: str) -> str:
    return _form(key)


@blueprint.post("/c/<key>")
def submit(key: str) -> ResponseReturnValue:
    posted, wrong_files = _posted()
    if forms.edits_rows(posted):
        return _form(key, posted, wrong_files)
    if wrong_files:
        return _form(key, posted, wrong_files), 422
    current_services().throttle.hit("client.submit", client_address(), SUBMIT)
    try:
        submitted = current_engine().public_forms.submit(
            key=key,
            posted=posted,
            language=page_language(),
            address=client_address(),
            submit_key=posted.get("_submit_key", [""])[-1][:200],
        )
    except InvalidForm as error:
        return _form(key, posted, error.errors), 422
    return redirect(url_for(".received", secret=submitted.link), code=303)


@blueprint.post("/c/<key>/preview")
def preview(key: str) -> str:
    """Render the fields again from what is typed so far; nothing is stored."""
    typed = request.form.to_dict(flat=False)
    page = current_engine().public_forms.page(key=key, language=page_language(), posted=typed)
    return render_template("fragments/form_fields.html", form=page.form, preview=url_for(".preview", key=key))


def _form(key: str, posted: dict[str, list[str]] | None = None, errors: dict[str, str] | None = None) -> str:
    expired = "form.expired" in (errors or {}).values()
    submit_key = (posted or {}).get("_submit_key", [""])[-1][:200]
    page = current_engine().public_forms.page(
        key=key,
        language=page_language(),
        posted=posted,
        errors=in_words(errors),
        submit_key=submit_key if submit_key and not expired else None,
    )
    return render_template(
        "client/form.html", page=page, key=key, consents=consent_boxes(page.consents),
        preview=url_for(".preview", key=key),
    )  # fmt: skip


@blueprint.get("/t/<secret>/received")
def received(secret: str) -> str:
    return render_template("client/received.html", page=_page(secret), secret=secret)


@blueprint.get("/t/<secret>")
def track(secret: str) -> str:
    return _tracking(secret)


@blueprint.post("/t/<secret>/answer")
def act(secret: str) -> ResponseReturnValue:
    current_engine().clients.page(secret=secret)  # a forged link keeps no files
    posted, wrong_files = _posted()
    action_id = request.form.get("_action", "")[:200]
    if forms.edits_rows(posted):
        return _tracking(secret, posted=posted, action_id=action_id, errors=wrong_files)
    if wrong_files:
        return _tracking(secret, posted=posted, action_id=action_id, errors=wrong_files), 422
    current_services().throttle.hit("client.act", client_address(), ACT)
    try:
        current_engine().clients.act(
            secret=secret,
            action_id=action_id,
            posted=posted,
            language=page_language(),
            address=client_address(),
        )
    except InvalidForm as error:
        return _tracking(secret, posted=posted, action_id=action_id, errors=error.errors), 422
    return redirect(url_for(".track", secret=secret, done="answer") + "#news", code=303)


@blueprint.post("/t/<secret>/message")
def message(secret: str) -> ResponseReturnValue:
    body = request.form.get("body", "").strip()
    problem = ""
    if not body:
        problem = _("Write what you want to say.")
    elif len(body) > _MAX_MESSAGE:
        problem = ngettext(
            "The message is longer than %(num)d character.", "The message is longer than %(num)d characters.", _MAX_MESSAGE
        )  # fmt: skip
    if problem:
        return _tracking(secret, message=body, message_error=problem), 422
    current_services().throttle.hit("client.message", client_address(), ACT)
    current_engine().clients.message(secret=secret, body=body, address=client_address())
    return redirect(url_for(".track", secret=secret, done="message") + "#messages", code=303)


@blueprint.get("/t/<secret>/documents/<int:document_id>")
def document(secret: str, document_id: int) -> Response:
    content, media_type, file_name = current_engine().clients.document(secret=secret, document_id=document_id)
    response = Response(content, mimetype=media_type)
    shown = media_type in {"application/pdf", "image/png", "image/jpeg"}
    name_file(response, "inline" if shown else "attachment", file_name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _posted() -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return what was typed, with files kept and named by references, and what is wrong with files."""
    if any(upload.filename for upload in request.files.values()):
        current_services().throttle.hit("client.upload", client_address(), UPLOAD)
    return kept_uploads(request, Actor.client("", client_address()))


def _page(secret: str) -> Any:
    return current_engine().clients.page(secret=secret, language=page_language())


def _tracking(
    secret: str,
    *,
    posted: dict[str, list[str]] | None = None,
    action_id: str = "",
    errors: dict[str, str] | None = None,
    message: str = "",
    message_error: str = "",
) -> str:
    page = current_engine().clients.page(
        secret=secret,
        language=page_language(),
        posted=posted,
        action_id=action_id or None,
        errors=in_words(errors),
    )
    expected_at = page.expected_at
    if page.finished or expected_at is None or expected_at < current_engine().now():
        expected_at = None
    return render_template(
        "client/track.html", page=page, expected_at=expected_at, questions=questions(page.asks), secret=secret, opened=action_id,
        done=request.args.get("done", ""), message=message, message_error=message_error,
    )  # fmt: skip


@blueprint.errorhandler(NotFound)
def _unknown(error: NotFound) -> ResponseReturnValue:
    if "secret" not in (request.view_args or {}):
        return _calm(
            _("There is no such form"),
            _("The address may be mistyped, or requests of this kind are not taken at the moment."),
        ), 404
    try:
        current_services().throttle.hit("client.forged", client_address(), FORGED)
    except TooOften as refused:
        return _too_often(refused)
    return _calm(
        _("This link does not work"),
        _("It may be incomplete, or its time is over. Open the link from our letter again, or write to us: we will send a new one."),
    ), 404  # fmt: skip


@blueprint.errorhandler(AlreadyAnswered)
@blueprint.errorhandler(RequestEnded)
def _answered(error: AlreadyAnswered | RequestEnded) -> tuple[str, int]:
    secret = (request.view_args or {}).get("secret", "")
    return _calm(
        _("This has already been answered"),
        _("Your answer was taken before, or the question is no longer open. Nothing was changed now."),
        link=url_for(".track", secret=secret) if secret else "",
        link_text=_("See how the request is going"),
    ), 409


@blueprint.errorhandler(TooOften)
def _too_often(error: TooOften) -> Response:
    minutes = max(1, round(error.retry_s / 60))
    response = Response(
        _calm(
            _("Too many attempts from your address"),
            ngettext(
                "Come back in %(num)d minute. Nothing you sent before is lost.",
                "Come back in %(num)d minutes. Nothing you sent before is lost.",
                minutes,
            ),
        ),
        status=429,
    )
    response.headers["Retry-After"] = str(error.retry_s)
    return response


@blueprint.errorhandler(413)
def _too_large(error: Exception) -> tuple[str, int]:
    return _calm(
        _("That is too much at once"),
        _("What you sent is larger than this form takes. Go back, shorten the text or choose smaller files."),
    ), 413


def _calm(title: str, text: str, *, link: str = "", link_text: str = "") -> str:
    return render_template("client/message.html", title=title, text=text, link=link, link_text=link_text)
