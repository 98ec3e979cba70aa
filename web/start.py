"""The start catalogue and the employee's own start of a process."""

from dataclasses import dataclass
from itertools import groupby

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from bpmn import forms
from bpmn.errors import InvalidForm
from bpmn.instances import employee_form, employee_start
from storage.queries import processes as queries
from web.addresses import request_address
from web.client_files import kept_uploads
from web.current import current_actor, current_engine, current_storage, login_required
from web.i18n import language as page_language
from web.process_pages import bundle_of

blueprint = Blueprint("start", __name__, url_prefix="/start")


@dataclass(frozen=True, slots=True)
class Card:
    key: str
    name: str
    description: str
    category: str
    icon: str
    median_s: float | None


@blueprint.get("")
@login_required
def index() -> str:
    search = request.args.get("q", "").strip()[:100]
    words = search.casefold().split()
    cards = [card for card in _cards() if all(word in _searched(card) for word in words)]
    cards.sort(key=lambda card: (card.category.casefold(), card.name.casefold()))
    categories = [(name, list(group)) for name, group in groupby(cards, key=lambda card: card.category)]
    return render_template("start/catalogue.html", categories=categories, search=search)


@blueprint.get("/<key>")
@login_required
def show(key: str) -> str:
    return _form(key)


@blueprint.post("/<key>")
@login_required
def submit(key: str) -> ResponseReturnValue:
    posted, wrong_files = kept_uploads(request, current_actor())
    token = request.form.get("_key", "")[:64]
    if forms.edits_rows(posted):
        return _form(key, token, posted, wrong_files)
    if wrong_files:
        return _form(key, token, posted, wrong_files), 422
    try:
        started = current_engine().instances.submit_start(
            key=key, posted=posted, by=current_actor(), language=page_language(), key_token=token
        )
    except InvalidForm as error:
        return _form(key, token, posted, error.errors), 422
    flash(_("Request %(number)s is started.", number=started.number or ""))
    return redirect(request_address(started.instance_id, started.number), code=303)


@blueprint.post("/<key>/preview")
@login_required
def preview(key: str) -> str:
    """Re-render the form with what is typed so far: conditions, computed values; nothing is stored."""
    posted = request.form.to_dict(flat=False)
    page = current_engine().instances.start_page(key=key, language=page_language(), posted=posted)
    return render_template("fragments/form_fields.html", form=page.form, preview=url_for(".preview", key=key))


def _form(
    key: str,
    token: str = "",
    posted: dict[str, list[str]] | None = None,
    errors: dict[str, str] | None = None,
) -> str:
    page = current_engine().instances.start_page(
        key=key, language=page_language(), posted=posted, errors=errors
    )
    with current_storage().read() as connection:
        medians = queries.median_durations(connection, now=current_engine().now(), key=key)
    return render_template(
        "start/form.html", page=page, key=key, key_token=token or page.key_token, median_s=medians.get(key),
        preview=url_for(".preview", key=key),
    )  # fmt: skip


def _cards() -> list[Card]:
    with current_storage().read() as connection:
        rows = queries.startable(connection, now=current_engine().now())
    language = page_language()
    loaded = [(row, bundle_of(row.definition_id)) for row in rows]
    called = {
        called
        for _row, bundle in loaded
        if bundle is not None
        for element in bundle.model.elements.values()
        if (called := element.called)
    }
    cards = []
    for row, bundle in loaded:
        if bundle is None:
            continue
        properties = bundle.model.properties
        category = properties.get("category", "")
        if employee_start(bundle) is None or (row.key in called and employee_form(bundle) is None):
            continue
        cards.append(
            Card(
                key=row.key,
                name=bundle.translate(row.name, language),
                description=bundle.translate(properties.get("description", ""), language),
                category=bundle.translate(category, language) if category else _("Other"),
                icon=properties.get("icon", "") or "diagram-3",
                median_s=row.median_s,
            )
        )
    return cards


def _searched(card: Card) -> str:
    return f"{card.name} {card.description} {card.category}".casefold()
