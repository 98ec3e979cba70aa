"""What is read of drafts: the list, the files as they are or were, the history, who has one open."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select
from sqlalchemy.orm import aliased

from storage.models import ProcessDraft, ProcessDraftEntry, ProcessDraftFile, ProcessDraftVisit, User

HISTORY_SHOWN = 200


@dataclass(frozen=True, slots=True)
class DraftRow:
    draft_id: int
    name: str
    process_key: str
    base_definition_id: int | None
    created_at: datetime
    created_by: str
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One line of the history; `paths` are the files it changed."""

    number: int
    kind: str
    about: str
    at: datetime
    by: str
    by_id: int | None
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Visitor:
    user_id: int
    name: str
    at: datetime


def _drafts() -> "Select[*tuple[Any, ...]]":
    author, last = aliased(User), aliased(User)
    return (
        select(
            ProcessDraft.id,
            ProcessDraft.name,
            ProcessDraft.process_key,
            ProcessDraft.base_definition_id,
            ProcessDraft.created_at,
            author.name,
            ProcessDraft.changed_at,
            last.name,
        )
        .outerjoin(author, author.id == ProcessDraft.created_by_id)
        .outerjoin(last, last.id == ProcessDraft.changed_by_id)
        .where(ProcessDraft.removed_at.is_(None))
    )


def drafts(connection: Connection) -> list[DraftRow]:
    """Return the drafts that were not removed, last changed first."""
    rows = connection.execute(_drafts().order_by(ProcessDraft.changed_at.desc(), ProcessDraft.id.desc()))
    return [_row(*row) for row in rows]


def draft(connection: Connection, draft_id: int) -> DraftRow | None:
    """Return one draft, or None where it is not or was removed."""
    row = connection.execute(_drafts().where(ProcessDraft.id == draft_id)).one_or_none()
    return _row(*row) if row is not None else None


def _row(
    draft_id: int,
    name: str,
    key: str,
    base: int | None,
    created_at: datetime,
    created_by: str | None,
    changed_at: datetime,
    changed_by: str | None,
) -> DraftRow:
    return DraftRow(draft_id, name, key, base, created_at, created_by or "", changed_at, changed_by or "")


def _latest(draft_id: int, until: int | None) -> "Select[*tuple[Any, ...]]":
    chosen = select(ProcessDraftFile.path, func.max(ProcessDraftFile.number).label("number")).where(
        ProcessDraftFile.draft_id == draft_id
    )
    if until is not None:
        chosen = chosen.where(ProcessDraftFile.number <= until)
    return chosen.group_by(ProcessDraftFile.path)


def files(connection: Connection, draft_id: int, *, until: int | None = None) -> dict[str, bytes]:
    """Return the files as they are, or as they were after the entry *until*."""
    chosen = _latest(draft_id, until).subquery()
    rows = connection.execute(
        select(ProcessDraftFile.path, ProcessDraftFile.content)
        .join(
            chosen,
            and_(ProcessDraftFile.path == chosen.c.path, ProcessDraftFile.number == chosen.c.number),
        )
        .where(ProcessDraftFile.draft_id == draft_id, ProcessDraftFile.content.is_not(None))
        .order_by(ProcessDraftFile.path)
    )
    return {path: bytes(content) for path, content in rows if content is not None}


def tags(connection: Connection, draft_id: int) -> dict[str, str]:
    """Return path → tag of the files as they are."""
    chosen = _latest(draft_id, None).subquery()
    rows = connection.execute(
        select(ProcessDraftFile.path, ProcessDraftFile.tag)
        .join(
            chosen,
            and_(ProcessDraftFile.path == chosen.c.path, ProcessDraftFile.number == chosen.c.number),
        )
        .where(ProcessDraftFile.draft_id == draft_id, ProcessDraftFile.content.is_not(None))
        .order_by(ProcessDraftFile.path)
    )
    return {row.path: row.tag for row in rows}


_ENTRY = (
    select(
        ProcessDraftEntry.number,
        ProcessDraftEntry.kind,
        ProcessDraftEntry.about,
        ProcessDraftEntry.at,
        func.coalesce(User.name, ""),
        ProcessDraftEntry.by_id,
    )
    .outerjoin(User, User.id == ProcessDraftEntry.by_id)
    .order_by(ProcessDraftEntry.number.desc())
)


def last_entry(connection: Connection, draft_id: int) -> EntryRow:
    """Return the newest line of the history; a draft always has one."""
    row = connection.execute(_ENTRY.where(ProcessDraftEntry.draft_id == draft_id).limit(1)).one()
    return EntryRow(*row)


def author(connection: Connection, draft_id: int, path: str) -> EntryRow | None:
    """Return the entry in which a file last changed."""
    row = connection.execute(
        _ENTRY.join(
            ProcessDraftFile,
            and_(
                ProcessDraftFile.draft_id == ProcessDraftEntry.draft_id,
                ProcessDraftFile.number == ProcessDraftEntry.number,
            ),
        )
        .where(ProcessDraftEntry.draft_id == draft_id, ProcessDraftFile.path == path)
        .limit(1)
    ).one_or_none()
    return EntryRow(*row) if row is not None else None


def has_entry(connection: Connection, draft_id: int, number: int) -> bool:
    found = select(ProcessDraftEntry.number).where(
        ProcessDraftEntry.draft_id == draft_id, ProcessDraftEntry.number == number
    )
    return connection.execute(found).first() is not None


def history(connection: Connection, draft_id: int) -> list[EntryRow]:
    """Return the newest entries first, each with the files it changed."""
    rows = connection.execute(_ENTRY.where(ProcessDraftEntry.draft_id == draft_id).limit(HISTORY_SHOWN)).all()
    paths: dict[int, list[str]] = {}
    for number, path in connection.execute(
        select(ProcessDraftFile.number, ProcessDraftFile.path)
        .where(ProcessDraftFile.draft_id == draft_id)
        .order_by(ProcessDraftFile.path)
    ):
        paths.setdefault(number, []).append(path)
    return [EntryRow(*row, tuple(paths.get(row.number, ()))) for row in rows]


def visitors(connection: Connection, draft_id: int, *, but: str) -> list[Visitor]:
    """Return who else has a draft open, by name, once each."""
    rows = connection.execute(
        select(ProcessDraftVisit.user_id, User.name, func.max(ProcessDraftVisit.at))
        .join(User, User.id == ProcessDraftVisit.user_id)
        .where(ProcessDraftVisit.draft_id == draft_id, ProcessDraftVisit.tab != but)
        .group_by(ProcessDraftVisit.user_id, User.name)
        .order_by(User.name)
    )
    return [Visitor(*row) for row in rows]
