"""The list of requests and the request card: route, now, timeline, diagram, documents, data, related."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from bpmn import diagrams
from bpmn.errors import Conflict, InvalidForm, RequestEnded
from storage.queries import requests as queries
from storage.queries import timeline as history
from web import card_data, i18n, keyset, timeline
from web.current import (
    current_account,
    current_actor,
    current_config,
    current_engine,
    current_now,
    current_storage,
    login_required,
)
from web.process_names import Names, names_of
from web.waiting import Waiting, waiting
from web.words import due_class

blueprint = Blueprint("requests", __name__, url_prefix="/requests")

STATES = ("open", "closed", "all")
TABS = ("timeline", "diagram", "documents", "data", "related")


@blueprint.get("")
@login_required
def index() -> ResponseReturnValue:
    wanted = _filter()
    if wanted.text:
        current_engine().searching.refresh()
    with current_storage().read() as connection:
        page = queries.page(connection, wanted, before=keyset.read(request.args.get("before")))
        choices = queries.choices(connection)
    if wanted.text and not page.before and len(page.rows) == 1 and page.rows[0].number == wanted.text.strip():
        return redirect(url_for(".show", key=page.rows[0].number))
    kept: dict[str, Any] = {key: value for key, value in request.args.items() if key != "before" and value}
    return render_template(
        "requests/list.html",
        page=page,
        wanted=wanted,
        choices=choices,
        names_of=names_of,
        next=url_for(".index", **{**kept, "before": keyset.write(page.before)}) if page.before else None,
        filtered=any(kept.get(key) for key in ("q", "status", "responsible", "process"))
        or wanted.state != "open",
    )


@blueprint.get("/<key>")
@login_required
def show(key: str) -> ResponseReturnValue:
    return _card(key)


@blueprint.get("/<key>/<any(diagram, documents, data, related):tab>")
@login_required
def section(key: str, tab: str) -> ResponseReturnValue:
    return _card(key, tab=tab)


@blueprint.post("/<key>/comments")
@login_required
def comment(key: str) -> ResponseReturnValue:
    """Add a comment: for colleagues, or also for the client."""
    card = _find(key)
    body, public = request.form.get("body", ""), bool(request.form.get("public"))
    try:
        current_engine().instances.comment(instance_id=card.id, body=body, public=public, by=current_actor())
    except InvalidForm as error:
        texts = {
            "comment.empty": _("Write the comment first."),
            "comment.too_long": _("The comment is too long: 10,000 characters at most."),
        }
        problem = texts.get(error.errors.get("body", ""), _("Check the comment."))
        return _card(key, body=body, public=public, problem=problem), 422
    flash(_("The client sees the message on their page.") if public else _("The comment is added."))
    return redirect(url_for(".show", key=key, _anchor="now"), code=303)


@blueprint.post("/<key>/cancel")
@login_required
def cancel(key: str) -> ResponseReturnValue:
    """End the request; the reason is asked for and kept."""
    card = _find(key)
    reason = request.form.get("reason", "").strip()[:2000]
    if not reason:
        return _card(key, cancel_problem=_("Say why: the reason is kept with the request.")), 422
    current_engine().instances.cancel(instance_id=card.id, reason=reason, by=current_actor())
    flash(_("The request is cancelled."))
    return redirect(url_for(".show", key=key), code=303)


@blueprint.post("/<key>/adhoc/<int:token_id>")
@login_required
def adhoc(key: str, token_id: int) -> ResponseReturnValue:
    """Begin an activity of an ad-hoc subprocess, or say that enough was done."""
    card, work = _find(key), current_engine().adhoc
    element_id, by = request.form.get("start", ""), current_actor()
    try:
        if element_id:
            work.start(instance_id=card.id, token_id=token_id, element_id=element_id, by=by)
        else:
            work.complete(instance_id=card.id, token_id=token_id, by=by)
    except RequestEnded:
        raise
    except Conflict:
        flash(_("Not possible any more: this part of the request has gone on meanwhile."), "error")
    else:
        flash(_("Begun.") if element_id else _("This part of the request is finished."))
    return redirect(url_for(".show", key=key, _anchor="now"), code=303)


def _find(key: str) -> queries.RequestCard:
    with current_storage().read() as connection:
        card = queries.card(connection, number=key)
        if card is None and key.isdigit():
            card = queries.card(connection, id=int(key))
    if card is None:
        abort(404)
    return card


def _card(
    key: str,
    *,
    tab: str = "timeline",
    body: str = "",
    public: bool = False,
    problem: str = "",
    cancel_problem: str = "",
) -> str:
    card = _find(key)
    engine, actor, names = current_engine(), current_actor(), names_of(card.definition_id)
    with current_storage().read() as connection:
        entries = history.timeline(connection, card.id)
        documents = queries.documents(connection, card.id)
        related = queries.related(connection, card)
        visited = history.visited(connection, card.id)
    waits = engine.instances.waits(card.id, i18n.language()) if card.state == "active" else []
    now = waiting(waits, names)
    works = engine.adhoc.works(card.id, by=actor) if card.state == "active" and names.may_be_led else []
    with current_storage().read() as connection:
        task_ids = [wait.row_id for wait in now.tasks]
        members = queries.who_may_take(connection, task_ids)
        openable = queries.openable(
            connection,
            task_ids,
            user_id=actor.id or 0,
            principals=[f"u:{actor.email}", *(f"g:{key}" for key in actor.groups)],
        )
    account = current_account()
    lines = timeline.lines(entries, names)
    chosen = request.args.get("show", "")
    return render_template(
        "requests/card.html",
        card=card,
        key=card.number or str(card.id),
        tab=tab,
        names=names,
        stops=names.stops(engine.instances.route(card.id)),
        now=now,
        works=works,
        members=members,
        openable=set(task_ids) if actor.is_administrator else openable,
        note=now.note(current_now(), account.name_in(i18n.language()) if account else ""),
        chips=timeline.chips(lines, chosen),
        days=timeline.by_day([line for line in lines if not chosen or line.group == chosen]),
        documents=documents,
        related=related,
        diagram=_diagram(card, names, visited, now) if tab in ("timeline", "diagram") else "",
        data=card_data.shown(engine.instances.variables(card.id), i18n.language(), names.labels())
        if tab == "data"
        else [],
        meaning=_meaning(card),
        may_cancel=card.state == "active"
        and (actor.is_administrator or (actor.id is not None and actor.id == card.responsible_id)),
        composer={"body": body, "public": public, "problem": problem},
        cancel_problem=cancel_problem,
    )


def _diagram(card: queries.RequestCard, names: Names, visited: set[str], now: Waiting) -> str:
    """Draw the process with the passed steps, where it stands, and what failed."""
    marks: dict[str, diagrams.Mark] = dict.fromkeys(visited, "past")
    for element_id, mark in now.elements.items():
        marks[element_id] = "failed" if mark == "failed" else "here"
    return diagrams.svg(
        names.bundle.xml,
        marks=marks,
        title=_("Diagram of “%(name)s”: the passed way and the present step", name=names.text(card.process)),
        translate=names.text,
    )


def _meaning(row: queries.RequestCard) -> str:
    if row.state != "active":
        return ""
    return due_class(row.due_at, current_now(), current_config().zone)


def _filter() -> queries.Filter:
    asked = request.args
    responsible: int | None = asked.get("responsible", type=int)
    account = current_account()
    if asked.get("responsible") == "me" and account is not None:
        responsible = account.id
    text = asked.get("q", "").strip()[:200]
    state = asked.get("state", "")
    if state not in STATES:
        state = "all" if text else "open"
    return queries.Filter(
        text=text,
        state=state,
        status=asked.get("status", "")[:200],
        responsible_id=responsible,
        process=asked.get("process", "")[:200],
    )
