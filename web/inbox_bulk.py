"""One act on several tasks of the inbox: each is done by itself, and each that could not be is named with the reason."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from bpmn.errors import EngineError
from storage.queries import worklist as queries
from web import errors
from web.current import current_actor, current_engine, current_storage, login_required

blueprint = Blueprint("inbox_bulk", __name__, url_prefix="/inbox")

MOST = 200
_NAMED = 10


@blueprint.post("/several")
@login_required
def several() -> ResponseReturnValue:
    """Claim, give back or hand over the chosen tasks."""
    view = request.form.get("_view", "")
    chosen = list(dict.fromkeys(int(one) for one in request.form.getlist("task") if one.isdecimal()))[:MOST]
    act = _act(request.form.get("act", ""), request.form.get("_user", type=int))
    if not chosen:
        flash(_("Tick the tasks first."), "error")
    elif act is None:
        flash(_("Choose whom to hand the tasks to."), "error")
    else:
        _report(*_each(chosen, act))
        return redirect(url_for("inbox.index", view=view), code=303)
    return redirect(url_for("inbox.index", view=view, select=1), code=303)


def _act(name: str, user_id: int | None) -> Callable[[int], None] | None:
    tasks, actor = current_engine().tasks, current_actor()
    if name == "claim":
        return lambda task_id: tasks.claim(task_id=task_id, by=actor)
    if name == "release":
        return lambda task_id: tasks.release(task_id=task_id, by=actor)
    if user_id is not None:
        return lambda task_id: tasks.assign(task_id=task_id, user_id=user_id, by=actor)
    return None


def _each(chosen: list[int], act: Callable[[int], None]) -> tuple[int, dict[int, str]]:
    done, failed = 0, {}
    for task_id in chosen:
        try:
            act(task_id)
            done += 1
        except EngineError as error:
            failed[task_id] = errors.words(error).title
    return done, failed


def _report(done: int, failed: dict[int, str]) -> None:
    if done:
        flash(ngettext("%(num)d task is done with.", "%(num)d tasks are done with.", done))
    if not failed:
        return
    with current_storage().read() as connection:
        numbers = queries.numbers(connection, list(failed)[:_NAMED])
    reasons = "; ".join(
        f"{numbers.get(task_id, task_id)}: {failed[task_id]}" for task_id in list(failed)[:_NAMED]
    )
    more = len(failed) - _NAMED
    if more > 0:
        reasons += " " + ngettext("and %(num)d more", "and %(num)d more", more)
    said = ngettext("%(num)d task stays as it was.", "%(num)d tasks stay as they were.", len(failed))
    flash(f"{said} {reasons}", "error")
