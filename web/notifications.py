"""What the product told somebody: a list, newest first; opening it marks everything as read."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from storage.queries import notifications as queries
from web.current import current_account, current_actor, current_now, current_storage, login_required

blueprint = Blueprint("notifications", __name__, url_prefix="/notifications")


@blueprint.get("")
@login_required
def index() -> ResponseReturnValue:
    actor = current_actor()
    with current_storage().read() as connection:
        page = queries.page(connection, user_id=actor.id or 0, before=request.args.get("before", type=int))
    return render_template("notifications.html", page=page)


@blueprint.post("/read")
@login_required
def read() -> ResponseReturnValue:
    with current_storage().unit_of_work() as uow:
        queries.mark_read(uow.connection, user_id=current_actor().id or 0, now=current_now())
    return redirect(url_for(".index"), code=303)


@blueprint.app_template_global("unread_notifications")
def unread() -> int:
    account = current_account()
    if account is None:
        return 0
    with current_storage().read() as connection:
        return queries.unread(connection, user_id=account.id)
