"""Files attached to forms: kept first, then named by an unguessable key, then part of a request.

A key is the right to attach that file: nobody can name another's file without having been given its key.  What
is never submitted belongs to no request and goes after a day.
"""

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from bpmn.actors import Actor
from bpmn.errors import InvalidForm
from bpmn.forms import Form, clean_name, inspect
from bpmn.forms.messages import Problem, problem
from storage.ids import new_id
from storage.kept_files import keep_file, let_go
from storage.models import Document, TaskDraft, Upload
from storage.unit_of_work import UnitOfWork

MAX_PENDING_BYTES = 200_000_000
"""How much one person may leave attached to forms that were not submitted."""
KEPT_H = 24
"""How many hours a file waits for its form."""
_KEY = re.compile(r"[0-9a-f]{32}")
Files = dict[str, dict[str, Any]]


def keep(
    uow: UnitOfWork, name: str, content: bytes, *, by: Actor, now: datetime, limit: int
) -> str | Problem:
    """Store a file and return its key, or say why it cannot be attached."""
    media_type, wrong = inspect(name, content, limit=limit)
    if wrong is not None:
        return wrong
    shown = clean_name(name)
    if by.id is not None and _pending(uow.connection, by.id) + len(content) > MAX_PENDING_BYTES:
        return problem("file.too_many_pending", limit=MAX_PENDING_BYTES // 1_000_000)
    stored = keep_file(uow, content, media_type, at=now)
    key = secrets.token_hex(16)
    uow.session.add(
        Upload(
            key=key,
            file_hash=stored.hash,
            file_name=shown,
            media_type=media_type,
            size=stored.size,
            instance_id=None,
            created_at=now,
            created_by_id=by.id,
        )
    )
    uow.flush()
    return key


def known(
    connection: Connection, form: Form, posted: Mapping[str, Any] | None, variables: Mapping[str, Any]
) -> Files:
    """Return name and type of the files that a post, or the form's own variables, name, by key."""
    if not form.file_variables:
        return {}
    own = [variables[name] for name in form.file_variables if name in variables]
    keys = set(_keys([posted or {}, own]))
    if not keys:
        return {}
    columns = Upload.key, Upload.file_name, Upload.media_type, Upload.size
    rows = connection.execute(select(*columns).where(Upload.key.in_(keys)))
    return {row.key: {"name": row.file_name, "type": row.media_type, "size": row.size} for row in rows}


def attach(
    uow: UnitOfWork,
    instance_id: int,
    files: Files,
    values: Mapping[str, Any],
    *,
    by: Actor,
    now: datetime,
    language: str,
) -> None:
    """Make the files that accepted *values* name documents of the request, each once.

    The client sees those that came from the client.

    Raises:
        InvalidForm: a file waited too long for its form and is gone.
    """
    named = files.keys() & set(_keys(values))
    if not named:
        return
    uow.flush()
    uow.connection.execute(
        update(Upload)
        .where(Upload.key.in_(named), Upload.instance_id.is_(None))
        .values(instance_id=instance_id)
    )
    there = set(
        uow.connection.scalars(
            select(Document.idempotency_key).where(
                Document.instance_id == instance_id, Document.kind == "upload"
            )
        )
    )
    columns = Upload.key, Upload.file_hash, Upload.file_name
    rows = uow.connection.execute(select(*columns).where(Upload.key.in_(named))).all()
    if len(rows) < len(named):  # the last ones went between reading the form and this unit
        raise InvalidForm({"": problem("file.unknown").message(language)})
    uow.session.add_all(
        Document(
            id=new_id(),
            instance_id=instance_id,
            organisation_id=None,
            kind="upload",
            title=row.file_name,
            year=None,
            sequence=None,
            dated_on=None,
            state="ready",
            amount=None,
            file_hash=row.file_hash,
            file_name=row.file_name,
            public=by.id is None,
            data=None,
            idempotency_key=_document_key(instance_id, row.key),
            created_at=now,
            created_by_id=by.id,
        )
        for row in rows
        if _document_key(instance_id, row.key) not in there
    )
    uow.flush()


def old_pending(connection: Connection, *, now: datetime) -> list[tuple[str, str]]:
    """Return key and content hash of the files whose form was not submitted in time and that no draft names."""
    rows = connection.execute(
        select(Upload.key, Upload.file_hash, Upload.created_by_id).where(
            Upload.instance_id.is_(None), Upload.created_at <= now - timedelta(hours=KEPT_H)
        )
    ).all()
    people = {row.created_by_id for row in rows} - {None}
    drafts = connection.scalars(select(TaskDraft.fields).where(TaskDraft.user_id.in_(people)))
    named = set(_keys(list(drafts))) if people else set()
    return [(row.key, row.file_hash) for row in rows if row.key not in named]


def forget(uow: UnitOfWork, key: str, file_hash: str) -> bool:
    """Delete a file that belongs to no request; its content too unless something else refers to it.

    Raises:
        IntegrityError: somebody begins to refer to the content at this very moment; nothing was deleted.
    """
    gone = uow.connection.execute(delete(Upload).where(Upload.key == key, Upload.instance_id.is_(None)))
    if not gone.rowcount:
        return False
    let_go(uow, file_hash)
    return True


def _document_key(instance_id: int, key: str) -> str:
    return f"upload:{instance_id}:{key}"


def _pending(connection: Connection, user_id: int) -> int:
    waiting = Upload.created_by_id == user_id, Upload.instance_id.is_(None)
    return int(connection.scalar(select(func.coalesce(func.sum(Upload.size), 0)).where(*waiting)) or 0)


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if _KEY.fullmatch(value):
            yield value
        return
    inside: Iterable[Any] = value.values() if isinstance(value, Mapping) else ()
    for part in value if isinstance(value, list | tuple) else inside:
        yield from _keys(part)
