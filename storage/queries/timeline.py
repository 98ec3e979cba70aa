"""Everything that happened to a request, as one list: steps, decisions, events, comments, documents, letters.

Eight statements whatever the length.  Entries are in the order of time; `kind` says what an entry is.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, select, type_coerce

from storage.models import Activity, Comment, Document, Event, Mail, User

STEPS = ("userTask", "manualTask")
DECISIONS = ("businessRuleTask",)
QUIET = ("startEvent", "endEvent", "loopBody")
MOST_CHANGES = 300
"""How many activities of the engine itself are told: the latest that changed something."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline.  `kind`: step, decision, change, event, comment, document or mail."""

    kind: str
    at: datetime
    id: int
    what: str  # element id, event kind, title or subject
    who: str = ""
    who_en: str = ""
    began_at: datetime | None = None
    body: str = ""
    public: bool = False
    data: dict[str, Any] = field(default_factory=dict)


def timeline(connection: Connection, instance_id: int) -> list[Entry]:
    """Return every entry of a request, oldest first."""
    entries = [
        *_activities(connection, instance_id),
        *_changes(connection, instance_id),
        *_events(connection, instance_id),
        *_comments(connection, instance_id),
        *_documents(connection, instance_id),
        *_mails(connection, instance_id),
    ]
    return sorted(entries, key=lambda entry: (entry.at, entry.what != "started", entry.id))


def visited(connection: Connection, instance_id: int) -> set[str]:
    """Return the elements that the request has passed, for its diagram."""
    return set(
        connection.scalars(
            select(Activity.element_id)
            .where(Activity.instance_id == instance_id, Activity.outcome == "completed")
            .distinct()
        )
    )


def _activities(connection: Connection, instance_id: int) -> list[Entry]:
    rows = connection.execute(
        select(
            Activity.id, Activity.element_id, Activity.element_type, Activity.opened_at, Activity.closed_at,
            Activity.data, User.name, User.name_en,
        )
        .outerjoin(User, User.id == Activity.actor_id)
        .where(
            Activity.instance_id == instance_id,
            Activity.outcome == "completed",
            Activity.element_type.in_((*STEPS, *DECISIONS)),
        )
        .order_by(Activity.id)
    )  # fmt: skip
    return [
        Entry(
            kind="decision" if row.element_type in DECISIONS else "step",
            at=row.closed_at, id=row.id, what=row.element_id,
            who=row.name or "", who_en=row.name_en or row.name or "",
            began_at=row.opened_at, data=row.data or {},
        )
        for row in rows
    ]  # fmt: skip


def _changes(connection: Connection, instance_id: int) -> list[Entry]:
    """Jobs, scripts and events that changed variables; what people did and what was decided is told anyway."""
    data = type_coerce(Activity.data, Text)
    rows = connection.execute(
        select(Activity.id, Activity.element_id, Activity.closed_at, Activity.data)
        .where(
            Activity.instance_id == instance_id,
            Activity.outcome == "completed",
            Activity.element_type.not_in((*STEPS, *DECISIONS, *QUIET)),
            data.like('%"values":%') | data.like('%"long":%'),
        )
        .order_by(Activity.id.desc())
        .limit(MOST_CHANGES)
    )
    return [
        Entry(kind="change", at=row.closed_at, id=row.id, what=row.element_id, data=row.data) for row in rows
    ]


def _events(connection: Connection, instance_id: int) -> list[Entry]:
    rows = connection.execute(
        select(Event.id, Event.kind, Event.at, Event.actor_name, Event.data, User.name, User.name_en)
        .outerjoin(User, User.id == Event.actor_id)
        .where(Event.instance_id == instance_id)
        .order_by(Event.id)
    )
    found = [
        Entry(
            kind="event", at=row.at, id=row.id, what=row.kind, who=row.name or row.actor_name,
            who_en=row.name_en or row.name or row.actor_name, data=dict(row.data or {}),
        )
        for row in rows
    ]  # fmt: skip
    _name_people(connection, found)
    return found


def _name_people(connection: Connection, entries: list[Entry]) -> None:
    """Put names beside ids and e-mail addresses: `data["people"]` is [(Russian, English)] in their order."""
    mentioned = {entry.id: _mentioned(entry) for entry in entries}
    wanted = {one for people in mentioned.values() for one in people}
    if not wanted:
        return
    ids = [one for one in wanted if isinstance(one, int)]
    emails = [one for one in wanted if isinstance(one, str)]
    names: dict[int | str, tuple[str, str]] = {}
    for row in connection.execute(
        select(User.id, User.email, User.name, User.name_en).where(User.id.in_(ids) | User.email.in_(emails))
    ):
        names[row.id] = names[row.email] = (row.name, row.name_en or row.name)
    for entry in entries:
        entry.data["people"] = [names[one] for one in mentioned[entry.id] if one in names]


def _mentioned(entry: Entry) -> list[int | str]:
    if entry.what == "responsible":
        return [entry.data["to"]] if isinstance(entry.data.get("to"), (int, str)) else []
    if entry.what == "approvers":
        return [one for one in entry.data.get("users", []) if isinstance(one, (int, str))]
    return []


def _comments(connection: Connection, instance_id: int) -> list[Entry]:
    rows = connection.execute(
        select(
            Comment.id, Comment.created_at, Comment.body, Comment.public, Comment.author_id,
            Comment.author_name, User.name, User.name_en,
        )
        .outerjoin(User, User.id == Comment.author_id)
        .where(Comment.instance_id == instance_id)
        .order_by(Comment.id)
    )  # fmt: skip
    return [
        Entry(
            kind="comment", at=row.created_at, id=row.id, what="client" if row.author_id is None else "",
            who=row.name or row.author_name, who_en=row.name_en or row.name or row.author_name,
            body=row.body, public=row.public,
        )
        for row in rows
    ]  # fmt: skip


def _documents(connection: Connection, instance_id: int) -> list[Entry]:
    rows = connection.execute(
        select(
            Document.id, Document.created_at, Document.title, Document.number, Document.version,
            Document.file_name, Document.state, Document.public, User.name, User.name_en,
        )
        .outerjoin(User, User.id == Document.created_by_id)
        .where(Document.instance_id == instance_id, Document.state != "reserved")
        .order_by(Document.id)
    )  # fmt: skip
    return [
        Entry(
            kind="document", at=row.created_at, id=row.id, what=row.title, who=row.name or "",
            who_en=row.name_en or row.name or "", public=row.public,
            data={"number": row.number, "version": row.version, "file_name": row.file_name, "state": row.state},
        )
        for row in rows
    ]  # fmt: skip


def _mails(connection: Connection, instance_id: int) -> list[Entry]:
    rows = connection.execute(
        select(Mail.id, Mail.created_at, Mail.recipient, Mail.subject, Mail.text, Mail.sent_at)
        .where(Mail.instance_id == instance_id)
        .order_by(Mail.id)
    )
    return [
        Entry(
            kind="mail", at=row.created_at, id=row.id, what=row.subject, who=row.recipient, who_en=row.recipient,
            body=row.text, data={"sent": row.sent_at is not None},
        )
        for row in rows
    ]  # fmt: skip
