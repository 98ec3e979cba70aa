"""The inbox: views with counters, the list, and beside it the opened task."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Connection

from bpmn.errors import Conflict, NotAllowed
from storage.queries import identity, saved_views
from storage.queries import inbox as queries
from storage.queries import worklist as narrowed
from web import i18n, keyset, undo, words, worklists
from web.current import (
    current_account,
    current_actor,
    current_config,
    current_engine,
    current_now,
    current_storage,
    login_required,
)
from web.identity import Account
from web.process_names import names_of

blueprint = Blueprint("inbox", __name__, url_prefix="/inbox")


@dataclass(frozen=True, slots=True)
class View:
    name: str  # as it stands in an address
    label: str
    count: int
    shown: str
    meaning: str
    here: bool
    saved_id: int | None = None  # of one's own saved view
    shared: bool = False


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
class Chip:
    """A filter in force, and the list without it."""

    label: str
    without: str


@dataclass(frozen=True, slots=True)
class Worklist:
    """Everything around the opened task."""

    view: str  # the whole choice as it stands in an address
    wanted: narrowed.Wanted
    label: str
    views: list[View]
    lines: list[Line]
    after: str | None
    total: int | None  # None: not counted
    chips: list[Chip] = field(default_factory=list)
    saved: list[View] = field(default_factory=list)

    @property
    def is_saved(self) -> bool:
        return any(view.here for view in self.saved)


@blueprint.get("")
@login_required
def index() -> ResponseReturnValue:
    chosen = request.args.get("view", "")
    if "sort" in request.args:  # the filter form was sent
        wanted = worklists.from_fields(chosen, request.args)
        return redirect(url_for(".index", view=worklists.write(wanted)))
    if chosen and worklists.read(chosen) is None:
        return redirect(url_for(".index"))
    work = worklist(chosen or None, request.args.get("after"))
    opened = request.args.get("filters") == "1"
    choices = _choices(work.wanted) if opened else None
    people = _colleagues() if "select" in request.args and work.wanted.view != "done" else None
    return render_template(
        "inbox.html", work=work, task=None, filters=choices, names_of=names_of, colleagues=people
    )


@blueprint.get("/filters")
@login_required
def filters() -> ResponseReturnValue:
    """The fields of the filter; they are read only when somebody opens it."""
    work = worklist(request.args.get("view"), None, rows=False)
    return render_template("inbox/_filters.html", work=work, filters=_choices(work.wanted), names_of=names_of)


@blueprint.get("/poll")
@login_required
def poll() -> ResponseReturnValue:
    """The views with fresh counters, for pages that stay open."""
    return render_template("inbox/_views.html", work=worklist(request.args.get("view"), None, rows=False))


@blueprint.post("/next")
@login_required
def take_next() -> ResponseReturnValue:
    """Take the most urgent task of one's groups; one that a colleague takes at this moment is passed over."""
    account, engine = _account(), current_engine()
    with current_storage().read() as connection:
        tasks = narrowed.most_urgent(connection, _me(account), now=current_now())
    for task_id in tasks:
        try:
            engine.tasks.claim(task_id=task_id, by=current_actor())
        except (Conflict, NotAllowed):
            continue
        undo.offer(_("The task is yours."), url_for("tasks.take_back", task_id=task_id, view="mine"))
        return redirect(url_for("tasks.show", task_id=task_id, view="mine"), code=303)
    flash(_("Nothing waits in your groups now."))
    return redirect(url_for(".index", view="groups"), code=303)


@blueprint.post("/views")
@login_required
def keep_view() -> ResponseReturnValue:
    """Keep the present choice under a name, for oneself or for a group."""
    account = _account()
    token = request.form.get("view", "")
    wanted, name = worklists.read(token), request.form.get("name", "").strip()[:60]
    group = request.form.get("group", "")
    if wanted is None:
        abort(400)
    if not name:
        flash(_("Give the view a name."), "error")
        return redirect(url_for(".index", view=token), code=303)
    if group and group not in account.group_keys:
        abort(403)
    with current_storage().unit_of_work() as uow:
        kept = saved_views.add(
            uow.connection, owner_id=account.id, name=name, token=worklists.write(wanted),
            group_key=group, now=current_now(),
        )  # fmt: skip
    if kept:
        flash(_("The view “%(name)s” is saved.", name=name))
    else:
        flash(_("You keep too many views already; remove one first."), "error")
    return redirect(url_for(".index", view=token), code=303)


@blueprint.post("/views/<int:view_id>/remove")
@login_required
def forget_view(view_id: int) -> ResponseReturnValue:
    """Remove one's own view; a click brings it back."""
    with current_storage().unit_of_work() as uow:
        gone = saved_views.remove(uow.connection, view_id, owner_id=_account().id)
    if gone is None:
        abort(404)
    again = {"name": gone.name, "view": gone.token, "group": gone.group_key or ""}
    undo.offer(_("The view “%(name)s” is removed.", name=gone.name), url_for(".keep_view"), again)
    return redirect(url_for(".index"), code=303)


def worklist(view: str | None, after: str | None, *, rows: bool = True) -> Worklist:
    """Read a list for the signed-in person; without a view the first that has something."""
    account, now = _account(), current_now()
    me, days = _me(account), _days(now)
    wanted = worklists.read(view or "")
    if wanted is not None and wanted.text:
        current_engine().searching.refresh()
    with current_storage().read() as connection:
        counts = queries.counters(connection, me, now=now, end_of_day=days.end_of_day)
        if wanted is None:
            wanted = narrowed.Wanted("mine" if counts.mine or not counts.groups else "groups")
        named = saved_views.visible(connection, user_id=account.id, groups=account.group_keys)
        meant = {one.id: worklists.read(one.token) or narrowed.Wanted() for one in named}
        counted = narrowed.counts(connection, me, meant, days)
        found, place = _rows(connection, me, wanted, days, after) if rows else ([], None)
    address = worklists.write(wanted)
    labels = _labels()
    meanings = {"overdue": "is-late", "today": "is-soon"}
    return Worklist(
        view=address,
        wanted=wanted,
        label=next((one.name for one in named if one.token == address), labels[wanted.view]),
        views=[
            View(name, labels[name], getattr(counts, name), _shown(getattr(counts, name)),
                 meanings.get(name, "") if getattr(counts, name) else "", name == address)
            for name in queries.VIEWS
        ] + [View("done", labels["done"], 0, "", "", address == "done")],
        lines=[_line(row, now, is_done=wanted.view == "done") for row in found],
        after=keyset.write(place),
        total=getattr(counts, wanted.view) if wanted.is_plain else None,
        chips=_chips(wanted),
        saved=[
            View(one.token, one.name, counted[one.id], _shown(counted[one.id]), "", one.token == address,
                 one.id if one.owner_id == account.id else None, one.group_key is not None)
            for one in named
        ],
    )  # fmt: skip


def _rows(
    connection: Connection,
    me: queries.Me,
    wanted: narrowed.Wanted,
    days: narrowed.Days,
    after: str | None,
) -> tuple[list[queries.InboxRow], tuple[datetime | int, int] | None]:
    if wanted.is_plain:
        page = queries.page(
            connection, me, wanted.view, now=days.now, end_of_day=days.end_of_day, after=keyset.read(after)
        )
        return page.rows, page.after
    narrow = narrowed.page(connection, me, wanted, days, after=keyset.read_any(after))
    return narrow.rows, narrow.after


def _choices(wanted: narrowed.Wanted) -> narrowed.Choices:
    with current_storage().read() as connection:
        return narrowed.choices(connection, _me(_account()), wanted.view, _days(current_now()))


def _colleagues() -> list[identity.AccountRow]:
    with current_storage().read() as connection:
        return [one for one in identity.active_accounts(connection) if one.id != _account().id]


def _account() -> Account:
    account = current_account()
    assert account is not None
    return account


def _me(account: Account) -> queries.Me:
    return queries.Me.of(account.id, account.email, account.group_keys)


def _days(now: datetime) -> narrowed.Days:
    zone = current_config().zone
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return narrowed.Days(now, datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone))


def _labels() -> dict[str, str]:
    return {
        "mine": _("Mine"), "groups": _("Groups"), "overdue": _("Overdue"), "today": _("Today"),
        "done": _("Done by me"),
    }  # fmt: skip


def _chips(wanted: narrowed.Wanted) -> list[Chip]:
    """Name every filter in force, each with the list without it."""
    dues = {"overdue": _("overdue"), "today": _("due today"), "week": _("due within a week"),
            "none": _("without a deadline")}  # fmt: skip
    sorts = {"newest": _("newest first"), "priority": _("by priority")}
    groups = _account().groups_in(i18n.language())
    found = _choices(wanted) if wanted.process or wanted.step else narrowed.Choices([], [], [])
    processes = {key: names_of(id_).text(name) for key, name, id_ in found.processes}
    steps = {step: names_of(id_).text(step) for step, id_ in found.steps}
    said = {
        "text": f"«{wanted.text}»" if wanted.text else "",
        "process": processes.get(wanted.process, wanted.process),
        "step": steps.get(wanted.step, wanted.step),
        "group": groups.get(wanted.group, wanted.group),
        "due": dues.get(wanted.due, ""),
        "urgent": _("urgent") if wanted.urgent else "",
        "sort": sorts.get(wanted.sort, ""),
    }
    plain = narrowed.Wanted()
    return [
        Chip(label, worklists.write(replace(wanted, **{name: getattr(plain, name)})))
        for name, label in said.items()
        if label
    ]


def _shown(count: int) -> str:
    """Return the counter as it stands beside a view: beyond 999 nobody counts."""
    return str(count) if count < queries.COUNTED else f"{queries.COUNTED - 1}+"


def _line(row: queries.InboxRow, now: datetime, *, is_done: bool) -> Line:
    names = names_of(row.definition_id)
    meaning = "" if is_done else words.due_class(row.due_at, now, current_config().zone)
    signs = {"is-late": _("overdue"), "is-soon": _("soon"), "": _("in time")}
    who = row.counterparty or row.requester or names.text(row.subject)
    english = i18n.language() == "en"
    stages = names.stages
    return Line(
        task_id=row.task_id,
        name=names.text(row.name),
        due_at=row.due_at,
        meaning=meaning,
        sign=_("done") if is_done else signs[meaning],
        request=" · ".join(part for part in (row.number, who) if part),
        amount=i18n.money(row.amount, row.currency),
        holder=((row.holder_en if english else row.holder) or row.holder or ""),
        at=stages.index(row.stage) + 1 if row.stage in stages else 0,
        of=len(stages),
    )
