"""Administration: is anything wrong, since when, what to press; jobs, letters, people, health.

Every change goes through the engine, which asks for an administrator again.
"""

from datetime import datetime

import orjson
from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from bpmn.errors import NotFound
from storage.queries import administration as queries
from storage.queries import mailbox as mail_queries
from storage.queries import people as people_queries
from web import admin_pages, condition
from web.addresses import document_address, request_address
from web.current import current_actor, current_config, current_engine, current_storage, roles_required
from web.incident_words import explain
from web.letters import letter_page

blueprint = Blueprint("administration", __name__, url_prefix="/admin")

PAGE = 50


@blueprint.context_processor
def _tabs() -> dict[str, object]:
    return {
        "tabs": admin_pages.tabs(),
        "request_address": request_address,
        "document_address": document_address,
    }


@blueprint.get("")
@roles_required("administrator")
def index() -> str:
    now = current_engine().now()
    with current_storage().read() as connection:
        causes = queries.causes(connection)
        groups = queries.job_groups(connection)
        health = queries.health(connection, now=now, hour_ago=admin_pages.hour_before(now))
    lines = admin_pages.cause_lines(causes)
    return render_template(
        "admin/home.html",
        tab="home",
        verdict=admin_pages.verdict(lines, health, now),
        causes=lines,
        upcoming=admin_pages.job_group_lines(groups),
        parts=condition.parts(health, now),
        health=health,
        numbers=condition.numbers(health),
    )


@blueprint.errorhandler(NotFound)
def _gone(error: NotFound) -> ResponseReturnValue:
    """Somebody or something was faster: the failure is resolved, the job has run."""
    flash(_("This was dealt with meanwhile; nothing was changed."))
    place = ".jobs" if request.endpoint == "administration.change_due" else ".incidents"
    return redirect(url_for(place), code=303)


@blueprint.get("/incidents")
@roles_required("administrator")
def incidents() -> str:
    code, element_id = request.args.get("code", ""), request.args.get("element", "")
    before_id = request.args.get("before", type=int)
    with current_storage().read() as connection:
        found = queries.incidents(
            connection, code=code, element_id=element_id, before_id=before_id, limit=PAGE + 1,
        )  # fmt: skip
        causes = [] if code or before_id else queries.causes(connection)
    lines = admin_pages.incident_lines(found[:PAGE])
    more = None
    if len(found) > PAGE:
        more = url_for(
            ".incidents", code=code or None, element=element_id or None,
            before=found[PAGE - 1].incident_id,
        )  # fmt: skip
    return render_template(
        "admin/incidents.html",
        tab="incidents",
        causes=admin_pages.cause_lines(causes),
        incidents=lines,
        chosen=bool(code),
        chosen_title=explain(code).title if code else "",
        more=more,
    )


@blueprint.post("/incidents/<int:incident_id>/retry")
@roles_required("administrator")
def retry(incident_id: int) -> ResponseReturnValue:
    current_engine().incidents.retry(incident_id=incident_id, by=current_actor())
    flash(_("The step runs again."))
    return redirect(url_for(".incidents"), code=303)


@blueprint.post("/incidents/retry-all")
@roles_required("administrator")
def retry_all() -> ResponseReturnValue:
    """Retry everything that failed like one of them."""
    alike = request.form.get("alike", type=int) or 0
    return _retried(current_engine().incidents.retry_alike(incident_id=alike, by=current_actor()))


@blueprint.post("/incidents/retry-some")
@roles_required("administrator")
def retry_some() -> ResponseReturnValue:
    chosen = request.form.getlist("incident", type=int)
    return _retried(current_engine().incidents.retry_some(incident_ids=chosen, by=current_actor()))


def _retried(count: int) -> ResponseReturnValue:
    flash(ngettext("%(num)d operation runs again.", "%(num)d operations run again.", count))
    return redirect(url_for(".incidents"), code=303)


@blueprint.post("/incidents/<int:incident_id>/skip")
@roles_required("administrator")
def skip(incident_id: int) -> ResponseReturnValue:
    """Pass over the step, or take it for done by hand."""
    text = request.form.get("values", "").strip()
    try:
        values = orjson.loads(text) if text else {}
    except orjson.JSONDecodeError:
        values = None
    if not isinstance(values, dict):
        flash(_("The values are not a JSON object; nothing was skipped."), "error")
        return redirect(url_for(".incidents") + f"#incident-{incident_id}", code=303)
    incidents = current_engine().incidents
    if request.form.get("how") == "done":
        incidents.complete(incident_id=incident_id, by=current_actor(), variables=values)
        flash(_("The step is recorded as done, the request goes on."))
    else:
        incidents.skip(incident_id=incident_id, by=current_actor(), variables=values)
        flash(_("The step is skipped, the request goes on."))
    return redirect(url_for(".incidents"), code=303)


@blueprint.get("/jobs")
@roles_required("administrator")
def jobs() -> str:
    kinds = admin_pages.job_kinds()
    kind = request.args.get("kind", "")
    if kind not in dict(kinds):
        kind = ""
    with current_storage().read() as connection:
        found = queries.jobs(connection, kind=kind, after=_job_mark(), limit=PAGE + 1)
    more = None
    if len(found) > PAGE:
        last = found[PAGE - 1]
        more = url_for(".jobs", kind=kind or None, after=f"{last.due_at.isoformat()}/{last.job_id}")
    lines = admin_pages.job_lines(found[:PAGE], current_engine().now(), current_config().zone)
    return render_template("admin/jobs.html", tab="jobs", jobs=lines, kinds=kinds, kind=kind, more=more)


def _job_mark() -> tuple[datetime, int] | None:
    moment, _sep, job_id = request.args.get("after", "").partition("/")
    try:
        due_at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (due_at, int(job_id)) if job_id.isdigit() and due_at.tzinfo is not None else None


@blueprint.post("/jobs/<int:job_id>/due")
@roles_required("administrator")
def change_due(job_id: int) -> ResponseReturnValue:
    now = current_engine().now()
    due_at = now
    if request.form.get("how") != "now":
        try:
            due_at = datetime.fromisoformat(request.form.get("due", ""))
        except ValueError:
            flash(_("The time was not understood; nothing was changed."), "error")
            return redirect(url_for(".jobs"), code=303)
        if due_at.tzinfo is None:
            due_at = due_at.replace(tzinfo=current_config().zone)
    current_engine().jobs.change_due(job_id=job_id, due_at=due_at, by=current_actor())
    flash(_("The job runs now.") if due_at == now else _("The job is moved."))
    return redirect(url_for(".jobs"), code=303)


@blueprint.get("/mailbox")
@roles_required("administrator")
def mailbox() -> str:
    return _mailbox(None)


@blueprint.get("/mailbox/<int:mail_id>")
@roles_required("administrator")
def letter(mail_id: int) -> str:
    return _mailbox(mail_id)


def _mailbox(mail_id: int | None) -> str:
    search = request.args.get("q", "").strip()[:100]
    before_id = request.args.get("before", type=int)
    with current_storage().read() as connection:
        found = mail_queries.letters(connection, search=search, before_id=before_id, limit=PAGE + 1)
        opened = mail_queries.letter(connection, mail_id=mail_id) if mail_id is not None else None
    if mail_id is not None and opened is None:
        abort(404)
    more = None
    if len(found) > PAGE:
        more = url_for(".mailbox", q=search or None, before=found[PAGE - 1].mail_id)
    return render_template(
        "admin/mailbox.html", tab="mailbox", letters=found[:PAGE], letter=opened, search=search, more=more
    )


@blueprint.get("/mailbox/<int:mail_id>/body")
@roles_required("administrator")
def letter_body(mail_id: int) -> Response:
    """The letter's own HTML, for the sandboxed frame: no script runs, nothing is fetched from elsewhere."""
    with current_storage().read() as connection:
        found = mail_queries.letter(connection, mail_id=mail_id)
    return letter_page(found.html) if found is not None else abort(404)


@blueprint.get("/people")
@roles_required("administrator")
def people() -> str:
    with current_storage().read() as connection:
        groups = people_queries.groups(connection)
        persons = people_queries.people(connection)
    return render_template(
        "admin/people.html",
        tab="people",
        people=admin_pages.person_lines(persons, groups),
        groups=admin_pages.group_lines(groups),
    )


@blueprint.get("/health")
@roles_required("administrator")
def health() -> str:
    now = current_engine().now()
    with current_storage().read() as connection:
        figures = queries.health(connection, now=now, hour_ago=admin_pages.hour_before(now))
    return render_template(
        "admin/health.html",
        tab="health",
        parts=condition.parts(figures, now),
        facts=condition.facts(),
        stuck=current_engine().watchdog.stuck(),
    )
