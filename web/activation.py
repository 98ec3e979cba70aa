"""Putting a version in force, seen before: what changes, whom it touches, what happens to running requests.

Analysts look and replay; only administrators change (the engine decides, these views only ask).
"""

from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_timezone
from flask_babel import gettext as _

from bpmn.deployments import NotApproved
from bpmn.errors import Conflict, NotAllowed, NotFound
from bpmn.scenarios.recording import record
from web import activation_pages, migration_pages, process_files, process_pages, version_words
from web.current import current_actor, current_engine, current_storage, roles_required

blueprint = Blueprint("activation", __name__, url_prefix="/processes")


@blueprint.get("/versions/<int:definition_id>/activation")
@roles_required("analyst", "administrator")
def show(definition_id: int) -> str:
    page = activation_pages.page(definition_id) or abort(404)
    return render_template("processes/activation.html", page=page, words=version_words)


@blueprint.post("/versions/<int:definition_id>/activation")
@roles_required("administrator")
def activate(definition_id: int) -> ResponseReturnValue:
    """Put the version in force now or at a time, and move running requests where asked."""
    engine, by = current_engine(), current_actor()
    page = activation_pages.page(definition_id) or abort(404)
    moment = _moment(request.form.get("at", ""))
    try:
        if moment is not None:
            engine.deployments.plan_activation(definition_id=definition_id, at=moment, by=by)
            flash(_("The version comes into force by itself at that time."))
            return redirect(url_for(".show", definition_id=definition_id), code=303)
        engine.deployments.activate(definition_id=definition_id, by=by)
    except NotApproved:
        flash(_("Another person has to approve this version first."))
        return redirect(url_for(".show", definition_id=definition_id), code=303)
    flash(_("The version is in force: new requests start on it."))
    source = request.form.get("move", type=int)
    if source and any(group.definition_id == source for group in page.running):
        run_id = engine.migrations.start(from_id=source, to_id=definition_id, by=by)
        return redirect(url_for(".migration", run_id=run_id), code=303)
    return redirect(url_for("processes.show", key=page.line.key), code=303)


def _moment(text: str) -> datetime | None:
    """Read a local time of the page; none when it is empty or over already."""
    try:
        found = datetime.fromisoformat(text).replace(tzinfo=get_timezone())
    except ValueError:
        return None
    return found if found > current_engine().now() else None


@blueprint.post("/versions/<int:definition_id>/unplan")
@roles_required("administrator")
def unplan(definition_id: int) -> ResponseReturnValue:
    current_engine().deployments.plan_activation(definition_id=definition_id, at=None, by=current_actor())
    flash(_("The plan is taken back."))
    return redirect(url_for(".show", definition_id=definition_id), code=303)


@blueprint.post("/versions/<int:definition_id>/approve")
@roles_required("analyst", "administrator")
def approve(definition_id: int) -> ResponseReturnValue:
    try:
        current_engine().deployments.approve(definition_id=definition_id, by=current_actor())
        flash(_("The version is approved."))
    except NotAllowed:
        flash(_("Whoever brought a version in does not approve it."))
    return redirect(url_for(".show", definition_id=definition_id), code=303)


@blueprint.post("/versions/<int:definition_id>/suspend")
@roles_required("administrator")
def suspend(definition_id: int) -> ResponseReturnValue:
    current_engine().deployments.suspend(definition_id=definition_id, by=current_actor())
    flash(_("No new request starts until you let them again. Running ones go on."))
    return _to_process(definition_id)


@blueprint.post("/versions/<int:definition_id>/resume")
@roles_required("administrator")
def resume(definition_id: int) -> ResponseReturnValue:
    current_engine().deployments.activate(definition_id=definition_id, by=current_actor())
    flash(_("New requests start again."))
    return _to_process(definition_id)


@blueprint.post("/versions/<int:definition_id>/tag")
@roles_required("analyst", "administrator")
def tag(definition_id: int) -> ResponseReturnValue:
    current_engine().deployments.describe(
        definition_id=definition_id, tag=request.form.get("tag", ""), by=current_actor()
    )
    return redirect(url_for(".show", definition_id=definition_id), code=303)


def _to_process(definition_id: int) -> ResponseReturnValue:
    key = process_pages.key_of(current_storage(), definition_id)
    return redirect(url_for("processes.show", key=key), code=303)


# -- replay ---------------------------------------------------------------------------------------------


@blueprint.post("/versions/<int:definition_id>/replay")
@roles_required("analyst", "administrator")
def replay(definition_id: int) -> ResponseReturnValue:
    run_id = current_engine().replays.start(to_id=definition_id, by=current_actor())
    return redirect(url_for(".replay_run", run_id=run_id), code=303)


@blueprint.get("/replays/<int:run_id>")
@roles_required("analyst", "administrator")
def replay_run(run_id: int) -> str:
    page = activation_pages.replay_page(run_id, request.args.get("state", ""))
    return render_template("processes/replay.html", page=page)


@blueprint.post("/replays/<int:run_id>/cancel")
@roles_required("analyst", "administrator")
def cancel_replay(run_id: int) -> ResponseReturnValue:
    try:
        current_engine().replays.cancel(run_id=run_id, by=current_actor())
    except Conflict:
        flash(_("It was finished already."))
    return redirect(url_for(".replay_run", run_id=run_id), code=303)


@blueprint.get("/replays/<int:run_id>/requests/<int:instance_id>")
@roles_required("analyst", "administrator")
def replay_request(run_id: int, instance_id: int) -> str:
    page = activation_pages.replay_request(run_id, instance_id)
    return render_template("processes/replay_request.html", page=page)


@blueprint.get("/requests/<int:instance_id>/scenario.yaml")
@roles_required("analyst", "administrator")
def recorded(instance_id: int) -> ResponseReturnValue:
    """Give a real request as a scenario, with what is personal replaced."""
    engine = current_engine()
    try:
        recording, bundle = engine.replays.recording(instance_id)
    except NotFound:
        abort(404)
    number = f"{bundle.definition.key}-{instance_id}"
    text = record(recording, bundle.model, name=number, zone=engine.runtime.zone)
    return process_files.download(f"{number}.scenario.yaml", text.encode())


# -- migration ------------------------------------------------------------------------------------------


@blueprint.get("/versions/<int:from_id>/move/<int:to_id>")
@roles_required("analyst", "administrator")
def plan(from_id: int, to_id: int) -> str:
    return _plan_page(from_id, to_id)


@blueprint.post("/versions/<int:from_id>/move/<int:to_id>")
@roles_required("administrator")
def move(from_id: int, to_id: int) -> ResponseReturnValue:
    """Look again with other choices, or begin."""
    if request.form.get("act") != "start":
        return _plan_page(from_id, to_id)
    asked = migration_pages.asked(request.form)
    run_id = current_engine().migrations.start(
        from_id=from_id, to_id=to_id, by=current_actor(), chosen=asked.chosen, which=asked.which
    )
    return redirect(url_for(".migration", run_id=run_id), code=303)


def _plan_page(from_id: int, to_id: int) -> str:
    page = migration_pages.plan_page(from_id, to_id, migration_pages.asked(request.values))
    return render_template("processes/move.html", page=page)


@blueprint.get("/migrations/<int:run_id>")
@roles_required("analyst", "administrator")
def migration(run_id: int) -> str:
    return render_template("processes/migration.html", page=migration_pages.run_page(run_id))


@blueprint.post("/migrations/<int:run_id>/cancel")
@roles_required("administrator")
def cancel_migration(run_id: int) -> ResponseReturnValue:
    try:
        current_engine().migrations.cancel(run_id=run_id, by=current_actor())
    except Conflict:
        flash(_("It was finished already."))
    return redirect(url_for(".migration", run_id=run_id), code=303)


@blueprint.post("/migrations/<int:run_id>/undo")
@roles_required("administrator")
def undo_migration(run_id: int) -> ResponseReturnValue:
    try:
        current_engine().migrations.undo(run_id=run_id, by=current_actor())
    except Conflict:
        flash(_("It cannot be undone now."))
    return redirect(url_for(".migration", run_id=run_id), code=303)
