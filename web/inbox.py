"""The inbox: views with counters, the list, and beside it the opened task."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from storage.queries import inbox as queries
from web import keyset, words
from web.current import current_account, current_config, current_now, current_storage, login_required
from web.process_names import names_of

blueprint = Blueprint("inbox", __name__, url_prefix="/inbox")


@dataclass(frozen=True, slots=True)
class View:
    name: str
    label: str
    count: int
    shown: str
    meaning: str
    here: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the list, in the language of the page."""

    task_id: int
    name: str
    due_at: datetime
    meaning: str  # is-late, is-soon or nothing
    sign: str  # the same in words
    request: str
    amount: str
    holder: str
    at: int
    of: int


@dataclass(frozen=True, slots=True)
class Worklist:
    """Everything around the opened task."""

    view: str
    label: str
    views: list[View]
    lines: list[Line]
    after: str | None
    total: int


@blueprint.get("")
@login_required
def index() -> ResponseReturnValue:
    chosen = request.args.get("view", "")
    if chosen and chosen not in queries.VIEWS:
        return redirect(url_for(".index"))
    return render_template("inbox.html", work=worklist(chosen or None, request.args.get("after")), task=None)


@blueprint.get("/poll")
@login_required
def poll() -> ResponseReturnValue:
    """The views with fresh counters, for pages that stay open."""
    return render_template("inbox/_views.html", work=worklist(request.args.get("view"), None, rows=False))


def worklist(view: str | None, after: str | None, *, rows: bool = True) -> Worklist:
    """Read a view for the signed-in person; without a view the first that has something."""
    account = current_account()
    assert account is not None
    me = queries.Me.of(account.id, account.email, account.group_keys)
    now = current_now()
    zone = current_config().zone
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    end_of_day = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone)
    with current_storage().read() as connection:
        counts = queries.counters(connection, me, now=now, end_of_day=end_of_day)
        chosen = view if view in queries.VIEWS else ("mine" if counts.mine or not counts.groups else "groups")
        page = queries.page(
            connection, me, chosen, now=now, end_of_day=end_of_day,
            after=keyset.read(after), limit=queries.PAGE if rows else 0,
        )  # fmt: skip
    labels = {"mine": _("Mine"), "groups": _("Groups"), "overdue": _("Overdue"), "today": _("Today")}
    meanings = {"overdue": "is-late", "today": "is-soon"}
    views = [
        View(name, labels[name], getattr(counts, name), _shown(getattr(counts, name)),
             meanings.get(name, "") if getattr(counts, name) else "", name == chosen)
        for name in queries.VIEWS
    ]  # fmt: skip
    return Worklist(
        view=chosen,
        label=labels[chosen],
        views=views,
        lines=[_line(row, now) for row in page.rows],
        after=keyset.write(page.after),
        total=getattr(counts, chosen),
    )


def _shown(count: int) -> str:
    """Return the counter as it stands beside a view: beyond 999 nobody counts."""
    return str(count) if count < queries.COUNTED else f"{queries.COUNTED - 1}+"


def _line(row: queries.InboxRow, now: datetime) -> Line:
    from web import i18n

    names = names_of(row.definition_id)
    meaning = words.due_class(row.due_at, now, current_config().zone)
    signs = {"is-late": _("overdue"), "is-soon": _("soon"), "": _("in time")}
    who = row.counterparty or row.requester or names.text(row.subject)
    english = i18n.language() == "en"
    stages = names.stages
    return Line(
        task_id=row.task_id,
        name=names.text(row.name),
        due_at=row.due_at,
        meaning=meaning,
        sign=signs[meaning],
        request=" · ".join(part for part in (row.number, who) if part),
        amount=i18n.money(row.amount, row.currency),
        holder=((row.holder_en if english else row.holder) or row.holder or ""),
        at=stages.index(row.stage) + 1 if row.stage in stages else 0,
        of=len(stages),
    )
