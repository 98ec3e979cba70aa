"""Drafts of processes: drawn by people, saved as they draw, also when nothing in them can run yet.

Guarantees: no saved content is ever lost (each person's turn is an entry of the history, and what overwrites
somebody else's work begins a new one); a save whose author has not seen the present content is refused; the same
save sent twice does no harm.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from bpmn.actors import ADMINISTRATOR, ANALYST, Actor
from bpmn.checks import MAX_BYTES, MAX_FILES
from bpmn.errors import Conflict, EngineError, NotAllowed, NotFound
from bpmn.runtime import Runtime
from storage.ids import new_id
from storage.models import (
    Definition,
    ProcessDraft,
    ProcessDraftEntry,
    ProcessDraftFile,
    ProcessDraftVisit,
    Resource,
)
from storage.queries import drafts as queries
from storage.queries.drafts import DraftRow, EntryRow, Visitor
from storage.unit_of_work import UnitOfWork

TURN = timedelta(minutes=5)
"""What one person saves within this time is one entry of the history."""
PRESENT = timedelta(seconds=40)
"""A page that was heard of this long ago is still open."""
MAX_DRAFT_FILE = 5_000_000
NAME_LENGTH = 200

__all__ = ["DraftConflict", "DraftRow", "DraftTooLarge", "Drafts", "EntryRow", "Opened", "Saved", "Visitor"]


class DraftConflict(Conflict):
    """Somebody saved the file since the author read it; theirs stands, the author's was not taken."""

    code = "draft.conflict"

    def __init__(self, path: str, *, tag: str | None, by: str, at: datetime) -> None:
        super().__init__(f"{path} was changed meanwhile by {by or 'the system'}", path=path, by=by, at=at)
        self.path, self.tag, self.by, self.at = path, tag, by, at


class DraftTooLarge(EngineError):
    """The file, or all of them together, exceed what a version may hold."""

    code = "draft.too_large"


@dataclass(frozen=True, slots=True)
class Saved:
    """`tag` names the content that stands now; send it with the next save."""

    tag: str
    number: int
    at: datetime
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A draft with its files and their tags."""

    row: DraftRow
    files: dict[str, bytes]
    tags: dict[str, str]


def tag_of(content: bytes) -> str:
    """Return the name of a content, the same on both sides of the wire."""
    return hashlib.sha256(content).hexdigest()[:32]


class Drafts:
    """Everything here is for analysts and administrators; others get NotAllowed."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def create(
        self,
        *,
        name: str,
        by: Actor,
        files: Mapping[str, bytes] | None = None,
        definition_id: int | None = None,
    ) -> int:
        """Begin a draft of a version (`definition_id`) or of the given files; return its id.

        Raises:
            NotAllowed; NotFound: there is no such version; DraftTooLarge.
        """
        _ensure_may_draw(by)
        now = self._runtime.now()
        with self._runtime.storage.unit_of_work() as uow:
            key = ""
            if definition_id is not None:
                definition = uow.session.get(Definition, definition_id)
                if definition is None:
                    raise NotFound("process version", definition_id)
                key = definition.key
                found = uow.session.execute(
                    select(Resource.path, Resource.content).where(
                        Resource.deployment_id == definition.deployment_id
                    )
                )
                files = {path: bytes(content) for path, content in found}
            _ensure_fits(files or {})
            draft = ProcessDraft(
                id=new_id(),
                name=name.strip()[:NAME_LENGTH] or key,
                process_key=key,
                base_definition_id=definition_id,
                created_at=now,
                created_by_id=by.id,
                changed_at=now,
                changed_by_id=by.id,
                removed_at=None,
            )
            uow.session.add(draft)
            uow.flush()
            _enter(uow, draft, kind="created", by=by, now=now, files=files or {})
            return draft.id

    def open(self, draft_id: int, *, by: Actor) -> Opened:
        """Return a draft with its files.  Raises NotAllowed, NotFound."""
        _ensure_may_draw(by)
        with self._runtime.storage.read() as connection:
            row = queries.draft(connection, draft_id)
            if row is None:
                raise NotFound("draft", draft_id)
            files = queries.files(connection, draft_id)
        return Opened(row, files, {path: tag_of(content) for path, content in files.items()})

    def save(
        self,
        draft_id: int,
        path: str,
        content: bytes | None,
        *,
        base: str | None,
        by: Actor,
        overwrite: bool = False,
    ) -> Saved:
        """Store what a file became; None takes it away.

        *base* is the tag of the content the author started from, None for a file that was not there.  With
        *overwrite* another's content is replaced; it stays in the history.

        Raises:
            NotAllowed, NotFound, DraftTooLarge.
            DraftConflict: the file is not what the author started from.
        """
        _ensure_may_draw(by)
        now = self._runtime.now()
        with self._runtime.storage.unit_of_work() as uow:
            draft = _locked(uow, draft_id)
            tags = queries.tags(uow.connection, draft_id)
            present = tags.get(path)
            tag = tag_of(content) if content is not None else None
            last = queries.last_entry(uow.connection, draft_id)
            if tag == present:
                return Saved(tag or "", last.number, last.at, unchanged=True)
            foreign = present != base
            if foreign and not overwrite:
                author = queries.author(uow.connection, draft_id, path) or last
                raise DraftConflict(path, tag=present, by=author.by, at=author.at)
            if content is not None:
                _ensure_fits({path: content}, beside=len(tags) - (path in tags))
            number = _enter(
                uow,
                draft,
                kind="overwritten" if foreign else "edited",
                by=by,
                now=now,
                files={path: content},
            )
        return Saved(tag or "", number, now)

    def rename(self, draft_id: int, name: str, *, by: Actor) -> None:
        """Call the draft something else.  Raises NotAllowed, NotFound."""
        _ensure_may_draw(by)
        with self._runtime.storage.unit_of_work() as uow:
            draft = _locked(uow, draft_id)
            draft.name = name.strip()[:NAME_LENGTH] or draft.name

    def restore(self, draft_id: int, number: int, *, by: Actor) -> Saved:
        """Bring every file back to what it was after an entry; that is an entry of its own.

        Raises:
            NotAllowed; NotFound: there is no such draft or entry.
        """
        _ensure_may_draw(by)
        now = self._runtime.now()
        with self._runtime.storage.unit_of_work() as uow:
            draft = _locked(uow, draft_id)
            if not queries.has_entry(uow.connection, draft_id, number):
                raise NotFound("entry of the history", number)
            then = queries.files(uow.connection, draft_id, until=number)
            present = queries.files(uow.connection, draft_id)
            changed: dict[str, bytes | None] = {
                path: then.get(path) for path in {*then, *present} if then.get(path) != present.get(path)
            }
            entered = _enter(
                uow, draft, kind="restored", by=by, now=now, files=changed, about=str(number), apart=True
            )
        return Saved("", entered, now)

    def files_at(self, draft_id: int, number: int, *, by: Actor) -> dict[str, bytes]:
        """Return the files as they were after an entry of the history.  Raises NotAllowed, NotFound."""
        _ensure_may_draw(by)
        with self._runtime.storage.read() as connection:
            if not queries.has_entry(connection, draft_id, number):
                raise NotFound("entry of the history", number)
            return queries.files(connection, draft_id, until=number)

    def remove(self, draft_id: int, *, by: Actor) -> None:
        """Take a draft out of the lists; nothing of it is deleted.  Raises NotAllowed, NotFound."""
        _ensure_may_draw(by)
        now = self._runtime.now()
        with self._runtime.storage.unit_of_work() as uow:
            _locked(uow, draft_id).removed_at = now

    def bring_back(self, draft_id: int, *, by: Actor) -> None:
        """Put a removed draft back into the lists.  Raises NotAllowed, NotFound."""
        _ensure_may_draw(by)
        with self._runtime.storage.unit_of_work() as uow:
            _locked(uow, draft_id, removed=True).removed_at = None

    def stored(self, draft_id: int, *, by: Actor, version: str) -> None:
        """Note in the history that a version was made of the draft.  Raises NotAllowed, NotFound."""
        _ensure_may_draw(by)
        now = self._runtime.now()
        with self._runtime.storage.unit_of_work() as uow:
            draft = _locked(uow, draft_id)
            _enter(uow, draft, kind="stored", by=by, now=now, files={}, about=version, apart=True)

    def history(self, draft_id: int, *, by: Actor) -> list[EntryRow]:
        """Return the entries, newest first.  Raises NotAllowed."""
        _ensure_may_draw(by)
        with self._runtime.storage.read() as connection:
            return queries.history(connection, draft_id)

    def visit(self, draft_id: int, *, tab: str, by: Actor) -> list[Visitor]:
        """Note that a page has the draft open; return who else has, one line per person.

        The same person's other pages are told too: two of them overwrite each other like two people.
        """
        _ensure_may_draw(by)
        if by.id is None:
            return []
        now = self._runtime.now()
        with self._runtime.storage.unit_of_work() as uow:
            uow.session.execute(
                delete(ProcessDraftVisit).where(
                    (ProcessDraftVisit.at < now - PRESENT)
                    | ((ProcessDraftVisit.draft_id == draft_id) & (ProcessDraftVisit.tab == tab))
                )
            )
            _locked(uow, draft_id)
            uow.session.add(ProcessDraftVisit(draft_id=draft_id, tab=tab[:64], user_id=by.id, at=now))
            uow.flush()
            return queries.visitors(uow.connection, draft_id, but=tab)

    def leave(self, draft_id: int, *, tab: str, by: Actor) -> None:
        """Note that a page was closed."""
        _ensure_may_draw(by)
        with self._runtime.storage.unit_of_work() as uow:
            uow.session.execute(
                delete(ProcessDraftVisit).where(
                    ProcessDraftVisit.draft_id == draft_id,
                    ProcessDraftVisit.tab == tab,
                    ProcessDraftVisit.user_id == by.id,
                )
            )

    def all(self, *, by: Actor) -> list[DraftRow]:
        """Return the drafts, last changed first.  Raises NotAllowed."""
        _ensure_may_draw(by)
        with self._runtime.storage.read() as connection:
            return queries.drafts(connection)


def _ensure_may_draw(actor: Actor) -> None:
    if not actor.roles & {ANALYST, ADMINISTRATOR}:
        raise NotAllowed("only analysts and administrators draw processes", reason="analyst.only")


def _ensure_fits(files: Mapping[str, bytes], beside: int = 0) -> None:
    if len(files) + beside > MAX_FILES:
        raise DraftTooLarge(f"a draft holds {MAX_FILES} files at most", limit=MAX_FILES)
    for path, content in files.items():
        if len(content) > (MAX_DRAFT_FILE if beside else MAX_BYTES):
            raise DraftTooLarge(f"{path} is larger than {MAX_DRAFT_FILE} bytes", path=path)


def _locked(uow: UnitOfWork, draft_id: int, *, removed: bool = False) -> ProcessDraft:
    draft = uow.session.execute(
        select(ProcessDraft).where(ProcessDraft.id == draft_id).with_for_update()
    ).scalar_one_or_none()
    if draft is None or (draft.removed_at is not None and not removed):
        raise NotFound("draft", draft_id)
    return draft


def _enter(
    uow: UnitOfWork,
    draft: ProcessDraft,
    *,
    kind: str,
    by: Actor,
    now: datetime,
    files: Mapping[str, bytes | None],
    about: str = "",
    apart: bool = False,
) -> int:
    """Write the files into the author's present entry of the history, or begin one; return its number."""
    session = uow.session
    newest = session.scalar(
        select(func.max(ProcessDraftEntry.number)).where(ProcessDraftEntry.draft_id == draft.id)
    )
    entry = session.get(ProcessDraftEntry, (draft.id, newest)) if newest is not None else None
    same_turn = (
        entry is not None
        and not apart
        and kind == entry.kind == "edited"
        and entry.by_id == by.id
        and now - entry.began_at < TURN
    )
    if entry is None or not same_turn:
        entry = ProcessDraftEntry(
            draft_id=draft.id,
            number=(newest or 0) + 1,
            kind=kind,
            about=about,
            began_at=now,
            at=now,
            by_id=by.id,
        )
        session.add(entry)
    entry.at = now
    for path, content in files.items():
        session.merge(
            ProcessDraftFile(
                draft_id=draft.id,
                path=path,
                number=entry.number,
                tag=tag_of(content) if content is not None else "",
                content=content,
            )
        )
    draft.changed_at, draft.changed_by_id = now, by.id
    uow.flush()
    return entry.number
