"""One task: its form beside the inbox, taking and giving back, drafts, completing.

What somebody typed is never lost: taking, releasing and handing over keep it as a draft, and when somebody
else was faster it is shown below the message.
"""

from collections.abc import Mapping
from datetime import timedelta

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from bpmn import forms
from bpmn.actors import Actor
from bpmn.errors import Conflict, InvalidForm, NotAllowed, TaskHeld, TaskNotOpen
from bpmn.forms import FormView
from bpmn.tasks import TaskPage
from storage.queries import identity, requests, timeline
from web import errors, i18n, undo
from web.client_files import kept_uploads
from web.current import (
    current_account,
    current_actor,
    current_config,
    current_engine,
    current_now,
    current_storage,
    login_required,
)
from web.inbox import worklist
from web.process_names import names_of
from web.waiting import waiting

blueprint = Blueprint("tasks", __name__, url_prefix="/tasks")

_OWN_FIELDS = ("csrf_token", "_user", "_view")


@blueprint.get("/<int:task_id>")
@login_required
def show(task_id: int) -> ResponseReturnValue:
    return _page(task_id)


@blueprint.post("/<int:task_id>")
@login_required
def submit(task_id: int) -> ResponseReturnValue:
    """Complete the task, or re-render it: with errors, or with a row added or removed."""
    actor = current_actor()
    posted, wrong_files = kept_uploads(request, actor)
    posted = _without_own(posted)
    if forms.edits_rows(posted):
        return _page(task_id, posted=posted, problems=wrong_files)
    if wrong_files:
        return _page(task_id, posted=posted, problems=wrong_files), 422
    try:
        done = current_engine().tasks.submit(
            task_id=task_id, posted=posted, by=actor, language=i18n.language()
        )
    except InvalidForm as error:
        return _page(task_id, posted=posted, problems=error.errors), 422
    except (TaskNotOpen, TaskHeld) as error:
        return _conflict(task_id, error, posted)
    if done.next_task_id is not None:
        flash(_("Done. The next step of this request is yours too."))
        return redirect(url_for(".show", task_id=done.next_task_id, view=_view()), code=303)
    flash(_("Done."))
    return redirect(url_for("inbox.index", view=_view()), code=303)


@blueprint.post("/<int:task_id>/preview")
@login_required
def preview(task_id: int) -> ResponseReturnValue:
    """Render the fields again from what is typed so far; nothing is stored."""
    page = current_engine().tasks.page(
        task_id=task_id, by=current_actor(), language=i18n.language(), posted=_typed()
    )
    return render_template(
        "fragments/form_fields.html", form=page.form, preview=url_for(".preview", task_id=task_id)
    )


@blueprint.post("/<int:task_id>/draft")
@login_required
def draft(task_id: int) -> ResponseReturnValue:
    """Keep what is typed so far; answers when it was kept."""
    saved_at = current_engine().tasks.save_draft(task_id=task_id, fields=_typed(), by=current_actor())
    return jsonify(saved=_("draft saved %(time)s", time=i18n.clock(saved_at)))


@blueprint.post("/<int:task_id>/claim")
@login_required
def claim(task_id: int) -> ResponseReturnValue:
    try:
        current_engine().tasks.claim(task_id=task_id, by=current_actor())
    except (TaskNotOpen, TaskHeld) as error:
        return _conflict(task_id, error, _typed())
    _keep_draft(task_id)
    undo.offer(_("The task is yours."), url_for(".take_back", task_id=task_id, view=_view()))
    return redirect(url_for(".show", task_id=task_id, view="mine"), code=303)


@blueprint.post("/<int:task_id>/release")
@login_required
def release(task_id: int) -> ResponseReturnValue:
    try:
        current_engine().tasks.release(task_id=task_id, by=current_actor())
    except (TaskNotOpen, TaskHeld) as error:
        return _conflict(task_id, error, _typed())
    _keep_draft(task_id)
    undo.offer(
        _("The task is back with its group; what you typed is kept for you."),
        url_for(".take_back", task_id=task_id, view=_view()),
    )
    return redirect(url_for("inbox.index", view=_view()), code=303)


@blueprint.post("/<int:task_id>/assign")
@login_required
def assign(task_id: int) -> ResponseReturnValue:
    """Hand the task to a colleague."""
    user_id = request.form.get("_user", type=int)
    if user_id is None:
        flash(_("Choose whom to hand the task to."), "error")
        return redirect(url_for(".show", task_id=task_id, view=_view()), code=303)
    try:
        current_engine().tasks.assign(task_id=task_id, user_id=user_id, by=current_actor())
    except (TaskNotOpen, TaskHeld) as error:
        return _conflict(task_id, error, _typed())
    _keep_draft(task_id)
    undo.offer(_("The task is handed over."), url_for(".take_back", task_id=task_id, view=_view()))
    return redirect(url_for("inbox.index", view=_view()), code=303)


@blueprint.post("/<int:task_id>/take-back")
@login_required
def take_back(task_id: int) -> ResponseReturnValue:
    """Undo one's own claim, release or hand-over."""
    try:
        current_engine().tasks.take_back(task_id=task_id, by=current_actor())
    except (TaskNotOpen, TaskHeld) as error:
        return _conflict(task_id, error, {})
    flash(_("As it was before."))
    return redirect(url_for(".show", task_id=task_id, view=_view()), code=303)


def _page(
    task_id: int,
    *,
    posted: Mapping[str, list[str]] | None = None,
    problems: Mapping[str, str] | None = None,
    said: errors.Words | None = None,
    typed: FormView | None = None,
) -> str:
    engine, actor, language = current_engine(), current_actor(), i18n.language()
    page = engine.tasks.page(task_id=task_id, by=actor, language=language, posted=posted, errors=problems)
    with current_storage().read() as connection:
        card = requests.card(connection, id=page.task.instance_id)
        documents = requests.documents(connection, page.task.instance_id)
        comments = [
            entry for entry in timeline.timeline(connection, page.task.instance_id) if entry.kind == "comment"
        ]
        people = identity.active_accounts(connection) if page.may_complete else []
    account, names = current_account(), names_of(page.request.definition_id)
    return render_template(
        "inbox.html",
        work=worklist(_view(), None),
        task=page.task,
        page=page,
        card=card,
        documents=[row for row in documents if row.state == "ready"][:6],
        comments=comments[-3:],
        people=[person for person in people if account is None or person.id != account.id],
        names=names,
        stops=names.stops(engine.instances.route(page.task.instance_id)),
        note=waiting(engine.instances.waits(page.task.instance_id, language), names).note(
            current_now(), account.name_in(language) if account else ""
        ),
        said=said or _reason(page, actor),
        typed=typed,
        **_due(page),
    )


def _due(page: TaskPage) -> dict[str, object]:
    """Return how the deadline is told: its meaning and «осталось 1 ч 58 мин»."""
    due_at, now = page.task.due_at, current_now()
    meaning = i18n.words.due_class(due_at, now, current_config().zone) if page.task.state == "open" else ""
    left = due_at - now
    note = ""
    if page.task.state == "open" and due_at.year < i18n.words.NEVER_YEAR:
        span = i18n.duration(left)
        if left < timedelta(0):
            note = _("late by %(span)s", span=span)
        elif left < timedelta(days=1):
            note = _("%(span)s left", span=span)
    return {"meaning": meaning, "left": note}


def _reason(page: TaskPage, actor: Actor) -> errors.Words | None:
    """Say why the task cannot be completed, where it is not plain."""
    if page.may_complete:
        return None
    if page.task.state == "open" and page.holder_name and page.task.assignee_id != actor.id:
        return errors.Words(
            _("%(name)s holds this task", name=page.holder_name), _("You may look, but not complete it.")
        )
    if page.task.state == "completed":
        return errors.Words(_("This task is done"), _("Open the request to see what followed."))
    if page.task.state == "cancelled":
        return errors.Words(_("This task is no longer needed"), _("Open the request to see what happened."))
    return errors.Words(errors.not_allowed_title(page.reason or ""), _("You may look, but not complete it."))


def _conflict(task_id: int, error: Conflict, posted: Mapping[str, list[str]]) -> ResponseReturnValue:
    """Say who was faster, and show again what was typed."""
    said = errors.words(error)
    if isinstance(error, TaskHeld):
        _keep_draft(task_id)
        return _page(task_id, posted=posted, said=said), 409
    try:
        return _page(task_id, said=said, typed=_form_again(task_id, posted)), 409
    except NotAllowed:  # somebody of another group did it: the task itself may not be shown, the words may
        return errors.page(409, said)


def _form_again(task_id: int, posted: Mapping[str, list[str]]) -> FormView | None:
    """Lay the form of a closed task out with what was typed into it."""
    engine = current_engine()
    page = engine.tasks.page(task_id=task_id, by=current_actor(), language=i18n.language())
    bundle = engine.deployments.bundle(page.request.definition_id)
    if not page.task.form:
        return None
    return forms.view(
        bundle.form(page.task.form),
        engine.instances.variables(page.request.id),
        posted=posted,
        language=i18n.language(),
        translate=bundle.translator(i18n.language()),
        **engine.runtime.form_settings(),
    )


def _typed() -> dict[str, list[str]]:
    """Return the posted texts without files."""
    return _without_own(request.form.to_dict(flat=False))


def _without_own(posted: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: texts for name, texts in posted.items() if name not in _OWN_FIELDS}


def _keep_draft(task_id: int) -> None:
    """Keep what stood in the form beside the button that was pressed; an empty form keeps nothing."""
    typed = _typed()
    if not any(text for texts in typed.values() for text in texts):
        return
    try:
        current_engine().tasks.save_draft(task_id=task_id, fields=typed, by=current_actor())
    except (NotAllowed, Conflict, InvalidForm):
        return  # handed to somebody of another group, or closed meanwhile: there is nobody to keep it for


def _view() -> str:
    return request.values.get("_view") or request.args.get("view") or ""
