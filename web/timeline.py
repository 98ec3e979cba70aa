"""The timeline of a request in words: one line per step, decision, event, comment, document or letter."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from bpmn import dmn
from storage.queries.timeline import Entry
from web import card_data, i18n
from web.change_lines import ChangeLine, change_lines
from web.process_names import Names

QUIET_EVENTS = frozenset({"completed", "mail", "document", "comment"})
"""Told by their own rows."""
MOST_SHOWN = 5
_MOST_CHARACTERS = 1200


@dataclass(frozen=True, slots=True)
class Line:
    """What the template shows: `group` is the chip it belongs to."""

    group: str  # steps | decisions | letters | documents | changes | comments
    knot: str  # CSS class of its mark: step, choice or nothing
    icon: str
    title: str
    who: str
    at: datetime
    note: str = ""
    detail: str = ""  # more of the note, on request
    quote: str = ""
    link: str = ""
    public: bool = False
    changes: list[ChangeLine] = field(default_factory=list)
    aside: bool = False  # the engine's own doing: told in one line, the values on request

    @property
    def shown(self) -> list[ChangeLine]:
        """The changes to show at once."""
        return [] if self.aside else self.changes[:MOST_SHOWN]

    @property
    def hidden(self) -> list[ChangeLine]:
        """The changes to show on request."""
        return self.changes if self.aside else self.changes[MOST_SHOWN:]


@dataclass(frozen=True, slots=True)
class Chip:
    name: str
    label: str
    count: int
    here: bool


def lines(entries: Iterable[Entry], names: Names) -> list[Line]:
    """Return the entries in the language of the page; what says nothing to people is left out."""
    makers = {
        "step": _step, "decision": _decision, "event": _event,
        "change": _change, "comment": _comment, "document": _document, "mail": _mail,
    }  # fmt: skip
    made = (makers[entry.kind](entry, names) for entry in entries)
    return [line for line in made if line is not None]


def chips(all_lines: list[Line], chosen: str) -> list[Chip]:
    """Return the filters with counts; kinds that do not occur are left out."""
    labels = {
        "steps": _("Steps"), "decisions": _("Decisions"), "letters": _("Letters"),
        "documents": _("Documents"), "changes": _("Changes"), "comments": _("Comments"),
    }  # fmt: skip
    found = [Chip("", _("All"), len(all_lines), not chosen)]
    for name, label in labels.items():
        count = sum(line.group == name for line in all_lines)
        if count or chosen == name:
            found.append(Chip(name, label, count, chosen == name))
    return found


def by_day(shown: list[Line]) -> list[tuple[str, list[Line]]]:
    """Return the lines under the words of their days."""
    days: list[tuple[str, list[Line]]] = []
    for line in shown:
        name = i18n.day(line.at)
        if not days or days[-1][0] != name:
            days.append((name, []))
        days[-1][1].append(line)
    return days


def _who(entry: Entry) -> str:
    return entry.who_en if i18n.language() == "en" else entry.who


def _step(entry: Entry, names: Names) -> Line:
    note = ""
    if entry.began_at is not None:
        note = _("took %(span)s", span=i18n.duration(entry.at - entry.began_at))
    return Line(
        "steps", "step", "check-lg", names.element(entry.what), _who(entry), entry.at, note,
        changes=change_lines(entry.data, names),
    )  # fmt: skip


def _change(entry: Entry, names: Names) -> Line | None:
    changed = change_lines(entry.data, names)
    if not changed:
        return None
    title = names.element(entry.what)
    return Line("changes", "", "cpu", title, "", entry.at, changes=changed, aside=True)


def _decision(entry: Entry, names: Names) -> Line | None:
    explained = entry.data.get("decision")
    if not isinstance(explained, dict):
        return None
    said = _annotations(explained, names)
    told = _explanation(explained, names)
    return Line(
        "decisions", "choice", "signpost-split", names.element(entry.what), "", entry.at,
        note=said or told, detail=told if said else "", changes=change_lines(entry.data, names),
    )  # fmt: skip


def _annotations(explained: dict[str, Any], names: Names) -> str:
    """Say what the analyst wrote beside the rules that fired; empty when a rule has no words of its own."""
    parts = []
    for table in explained.get("trace") or ():
        for rule in table.get("rules") or ():
            notes = ", ".join(
                names.text(str(note)) for note in (rule.get("annotations") or {}).values() if note
            )
            if not notes:
                return ""
            parts.append(
                _("rule %(number)s fired: %(words)s", number=rule.get("rule_index", ""), words=notes)
            )
    return "; ".join(parts)


def _explanation(explained: dict[str, Any], names: Names) -> str:
    """Say which rules fired and what they gave; a decision without tables says what came out."""
    language = i18n.language()
    told = dmn.describe(explained, language, names.text)
    if told:
        return "; ".join(told)
    value = dmn.from_json(explained.get("value"))
    if isinstance(value, dict):
        return "; ".join(
            f"{names.text(str(key))}: {card_data.text(one, language)}" for key, one in value.items()
        )
    return "" if value is None else card_data.text(value, language)


def _event(entry: Entry, names: Names) -> Line | None:
    if entry.what in QUIET_EVENTS:
        return None
    data, who = entry.data, _who(entry)
    task = names.text(str(data.get("task", "")))
    changed: list[ChangeLine] = []
    note = quote = ""
    group, knot, icon = "changes", "", "pencil"
    match entry.what:
        case "started":
            group, icon, title = "steps", "flag", _("Request started")
        case "registered":
            group, icon, title = (
                "steps",
                "card-list",
                _("Registered: %(number)s", number=data.get("number", "")),
            )
            if duplicates := data.get("duplicates"):
                note = _("looks like %(numbers)s", numbers=", ".join(map(str, duplicates)))
        case "approvers":
            group, icon, title = "decisions", "people", _("Approved by: %(names)s", names=_people(data))
        case "not_sent":
            group, icon, title = "letters", "envelope", _("Letter not sent: no address")
        case "status":
            before, after = names.text(str(data.get("from", ""))), names.text(str(data.get("to", "")))
            title = _("Status")
            if before:
                changed = [ChangeLine(_("Status"), before, after)]
            else:
                title = _("Status: %(status)s", status=after)
        case "responsible":
            icon = "person-check"
            title = _("Responsible: %(name)s", name=_people(data))
        case "claimed":
            icon, title = "person-check", _("Taken into work: %(task)s", task=task)
        case "released":
            icon, title = "arrow-counterclockwise", _("Given back to the group: %(task)s", task=task)
        case "assigned":
            icon = "person-plus"
            title = _("Handed over to %(name)s: %(task)s", name=data.get("to", ""), task=task)
        case "taken_back":
            icon, title = "arrow-counterclockwise", _("Taken back: %(task)s", task=task)
        case "message":
            icon, title = "chat-dots", _("Message received: %(name)s", name=_message_name(data, names))
            group = "steps"
        case "cancelled":
            icon, title, quote = "slash-circle", _("Request cancelled"), str(data.get("reason", ""))
        case "adhoc_started":
            group, icon = "steps", "play-fill"
            title = _("Begun: %(name)s", name=names.text(str(data.get("title", ""))))
        case "adhoc_completed":
            group, icon = "steps", "stop-circle"
            title = _("Enough was done: %(name)s", name=names.text(str(data.get("title", ""))))
        case "incident_retried":
            icon, title = (
                "arrow-repeat",
                _("Retried: %(name)s", name=names.element(str(data.get("element", "")))),
            )
        case "incident_skipped":
            icon, title = (
                "skip-forward",
                _("Skipped: %(name)s", name=names.element(str(data.get("element", "")))),
            )
        case "incident_completed":
            icon, title = (
                "check2-circle",
                _("Done by hand: %(name)s", name=names.element(str(data.get("element", "")))),
            )
        case "timer_moved":
            icon, title = (
                "clock-history",
                _("Deadline moved: %(name)s", name=names.element(str(data.get("element", "")))),
            )
        case "variables":
            title = _("Data changed")
            note = ", ".join(str(name) for name in data.get("names", []))
        case "migrated":
            icon = "arrow-repeat"
            title = _(
                "Moved from version %(old)d to version %(new)d",
                old=data.get("from", 0),
                new=data.get("to", 0),
            )
        case "migration_undone":
            icon, title = "arrow-counterclockwise", _("Put back into the earlier version")
        case "consent":
            group, icon, title = "steps", "shield-lock", _("Consent given")
        case _:
            title = names.text(str(data.get("title", "")) or entry.what)
    return Line(group, knot, icon, title, who, entry.at, note, quote=quote, changes=changed)


def _people(data: dict[str, Any]) -> str:
    english = i18n.language() == "en"
    return ", ".join(one[1] if english else one[0] for one in data.get("people", []))


def _message_name(data: dict[str, Any], names: Names) -> str:
    element = str(data.get("element", ""))
    return names.element(element) if element else names.text(str(data.get("name", "")))


def _comment(entry: Entry, names: Names) -> Line:
    if entry.what == "client":
        title = _("Message from the client")
    else:
        title = _("Message to the client") if entry.public else _("Comment")
    return Line(
        "comments",
        "",
        "chat-left-text",
        title,
        _who(entry),
        entry.at,
        quote=_cut(entry.body),
        public=entry.public,
    )


def _document(entry: Entry, names: Names) -> Line:
    from flask import url_for

    number = entry.data.get("number")
    title = names.text(entry.what) + (f" № {number}" if number else "")
    note = (
        _("version %(number)d", number=entry.data.get("version") or 1)
        if (entry.data.get("version") or 1) > 1
        else ""
    )
    icon = (
        "file-earmark-pdf" if str(entry.data.get("file_name", "")).endswith(".pdf") else "file-earmark-text"
    )
    return Line(
        "documents", "", icon, title, _who(entry), entry.at, note,
        link=url_for("documents.show", document_id=entry.id), public=entry.public,
    )  # fmt: skip


def _mail(entry: Entry, names: Names) -> Line:
    note = entry.what if entry.data.get("sent") else _("%(subject)s; not sent yet", subject=entry.what)
    return Line("letters", "", "envelope", _("Letter"), entry.who, entry.at, note)


def _cut(body: str) -> str:
    return body if len(body) <= _MOST_CHARACTERS else f"{body[:_MOST_CHARACTERS]}…"
