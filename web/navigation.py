"""The rail: what somebody may open, in the order of a day's work."""

from dataclasses import dataclass

from flask import current_app, request, url_for
from flask_babel import gettext as _

from web.current import current_account


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    icon: str
    label: str
    address: str
    key: str  # after g
    here: bool


def places() -> list[Place]:
    account = current_account()
    if account is None:
        return []
    all_places = (
        ("inbox", "inbox", _("Inbox"), "inbox.index", "i", ()),
        ("requests", "collection", _("Requests"), "requests.index", "r", ()),
        ("start", "plus-lg", _("Create"), "start.index", "n", ()),
        ("processes", "diagram-3", _("Processes"), "processes.index", "p", ("analyst", "administrator")),
        ("administration", "sliders", _("System"), "administration.index", "s", ("administrator",)),
    )
    return [
        Place(name, icon, label, url_for(endpoint), key, request.blueprint == name)
        for name, icon, label, endpoint, key, roles in all_places
        if endpoint in current_app.view_functions and (not roles or account.role_names & set(roles))
    ]
