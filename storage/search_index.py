"""Keep the index of words up with the requests: read what changed, write only what differs.

Steps of a request write nothing here; the index follows by itself a moment later, so searching costs work nothing.
What is committed out of order is found too, because the last moments are read again each time.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, insert, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from storage.models import (
    Comment,
    Contact,
    Counterparty,
    Instance,
    SearchMark,
    SearchState,
    SearchWord,
)
from storage.unit_of_work import UnitOfWork
from storage.words import stems

BATCH = 500
OVERLAP = timedelta(seconds=15)
_BEGINNING = datetime(1, 1, 2, tzinfo=UTC)
_MAX_COMMENTS = 100  # the latest of one request
_SOURCES: tuple[tuple[str, Any, Any, Any], ...] = (
    ("instance", Instance.updated_at, Instance.id, Instance.id),
    ("comment", Comment.created_at, Comment.id, Comment.instance_id),
)
Places = dict[str, tuple[datetime, int]]


def catch_up(uow: UnitOfWork, places: Places | None = None) -> tuple[int, Places, bool]:
    """Index the next BATCH of what changed; two at once take turns, for the marks' rows are locked first.

    Args:
        places: where the unit before ended; the first of a row begins OVERLAP before the marks.

    Returns:
        How many requests were written, where the next unit begins, and whether there is more.
    """
    written, more, ends = 0, False, {}
    for source, at, row_id, instance_id in _SOURCES:
        mark = _mark(uow, source)
        begin, begin_id = places[source] if places else (mark.at - OVERLAP, 0)
        rows = uow.connection.execute(
            select(at, row_id, instance_id)
            .where(at >= begin, or_(at > begin, and_(at == begin, row_id > begin_id)))
            .order_by(at, row_id)
            .limit(BATCH)
        ).all()
        ends[source] = (rows[-1][0], rows[-1][1]) if rows else (begin, begin_id)
        if rows:
            written += index(uow, sorted({row[2] for row in rows}))
            mark.at = max(mark.at, rows[-1][0])
        more = more or len(rows) == BATCH
    return written, ends, more


def _mark(uow: UnitOfWork, source: str) -> SearchMark:
    mark = uow.session.get(SearchMark, source, with_for_update=True)
    if mark is None:  # of several processes that begin together one writes it
        insert_of = postgresql.insert if uow.connection.dialect.name == "postgresql" else sqlite.insert
        row = insert_of(SearchMark).values(source=source, at=_BEGINNING).on_conflict_do_nothing()
        uow.connection.execute(row)
        mark = uow.session.get_one(SearchMark, source, with_for_update=True)
    return mark


def index(uow: UnitOfWork, instance_ids: Sequence[int]) -> int:
    """Write the words of these requests where they changed; return how many differed."""
    texts = _texts(uow, instance_ids)
    known: dict[int, str] = {
        row[0]: row[1]
        for row in uow.connection.execute(
            select(SearchState.instance_id, SearchState.digest).where(
                SearchState.instance_id.in_(instance_ids)
            )
        )
    }
    changed = {
        instance_id: text for instance_id, text in texts.items() if known.get(instance_id) != _digest(text)
    }
    if not changed:
        return 0
    uow.connection.execute(delete(SearchWord).where(SearchWord.instance_id.in_(changed)))
    uow.connection.execute(delete(SearchState).where(SearchState.instance_id.in_(changed)))
    words = [
        {"word": word, "instance_id": instance_id}
        for instance_id, text in changed.items()
        for word in stems(text)
    ]
    if words:
        uow.connection.execute(insert(SearchWord), words)
    uow.connection.execute(
        insert(SearchState),
        [{"instance_id": instance_id, "digest": _digest(text)} for instance_id, text in changed.items()],
    )
    return len(changed)


def _texts(uow: UnitOfWork, instance_ids: Sequence[int]) -> dict[int, str]:
    rows = uow.connection.execute(
        select(
            Instance.id, Instance.number, Instance.subject, Instance.requester,
            Counterparty.name, Counterparty.inn, Contact.name, Contact.phone, Contact.email,
        )
        .outerjoin(Counterparty, Counterparty.id == Instance.counterparty_id)
        .outerjoin(Contact, Contact.id == Instance.contact_id)
        .where(Instance.id.in_(instance_ids))
    )  # fmt: skip
    texts = {row[0]: _joined(row[1:]) for row in rows}
    comments = uow.connection.execute(
        select(Comment.instance_id, Comment.body)
        .where(Comment.instance_id.in_(instance_ids))
        .order_by(Comment.id.desc())
    )
    counts: dict[int, int] = {}
    for instance_id, body in comments:
        counts[instance_id] = counts.get(instance_id, 0) + 1
        if counts[instance_id] <= _MAX_COMMENTS:
            texts[instance_id] += f"\n{body}"
    return texts


def _joined(parts: Iterable[str | None]) -> str:
    return "\n".join(part for part in parts if part)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
