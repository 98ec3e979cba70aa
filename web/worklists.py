"""A list of tasks as one word of an address: `groups`, or `groups?q=станок&sort=newest`.

The whole choice travels in the one parameter `view`, so opening, completing and coming back keep it.
"""

from urllib.parse import parse_qsl, urlencode

from werkzeug.datastructures import MultiDict

from storage.queries.worklist import DUES, SORTS, VIEWS, Wanted

MAX_TOKEN = 1000
_FIELDS = {"q": "text", "process": "process", "step": "step", "group": "group", "due": "due", "sort": "sort"}


def read(token: str) -> Wanted | None:
    """Return what the word means; None for one that names no view."""
    name, _, query = token[:MAX_TOKEN].partition("?")
    if name not in VIEWS:
        return None
    return _wanted(name, dict(parse_qsl(query)))


def from_fields(view: str, fields: MultiDict[str, str]) -> Wanted:
    """Return what the filter form asks for."""
    return _wanted(view if view in VIEWS else "mine", fields.to_dict())


def write(wanted: Wanted) -> str:
    """Return the word for a list; what is not narrowed down is not said."""
    said = {
        name: getattr(wanted, field)
        for name, field in _FIELDS.items()
        if getattr(wanted, field) != getattr(Wanted(), field)
    }
    if wanted.urgent:
        said["urgent"] = "1"
    return f"{wanted.view}?{urlencode(said)}" if said else wanted.view


def _wanted(view: str, fields: dict[str, str]) -> Wanted:
    values = {field: fields.get(name, "").strip()[:200] for name, field in _FIELDS.items()}
    values["due"] = values["due"] if values["due"] in DUES else ""
    values["sort"] = values["sort"] if values["sort"] in SORTS else "due"
    return Wanted(view=view, urgent=fields.get("urgent") == "1", **values)
