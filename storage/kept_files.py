"""Files and their rows together: a row never points to content that is gone, and content nobody needs can go.

Whoever keeps a file first takes its row (which locks it) and then writes the content, in one unit.  Whoever lets
one go deletes the row, and the content only after that is committed and only if nobody wrote it anew meanwhile.
So keeping and letting go of the same content may overlap in any order.
"""

import hashlib
from datetime import datetime
from functools import partial

from sqlalchemy import delete, exists
from sqlalchemy.dialects import postgresql, sqlite

from storage.files import FileRef
from storage.models import Document, File, Upload
from storage.unit_of_work import UnitOfWork


def keep_file(uow: UnitOfWork, content: bytes, media_type: str, *, at: datetime) -> FileRef:
    """Store *content* and its row; the same content is kept once, with the type it first had."""
    dialect = sqlite if uow.connection.dialect.name == "sqlite" else postgresql
    digest, size = hashlib.sha256(content).hexdigest(), len(content)
    row = dialect.insert(File).values(hash=digest, size=size, media_type=media_type, created_at=at)
    uow.connection.execute(
        row.on_conflict_do_update(index_elements=[File.hash], set_={"size": row.excluded.size})
    )
    return uow.files.put(content, media_type)


def let_go(uow: UnitOfWork, digest: str) -> bool:
    """Delete a file unless a document or an upload refers to it; say whether it goes.

    Raises:
        IntegrityError: somebody begins to refer to it at this very moment; nothing is lost, the unit fails.
    """
    stamp = uow.files.stamp(digest)
    gone = uow.connection.execute(
        delete(File).where(
            File.hash == digest,
            ~exists().where(Document.file_hash == digest),
            ~exists().where(Upload.file_hash == digest),
        )
    )
    if gone.rowcount:
        uow.after_commit(partial(uow.files.discard, digest, stamp))
    return bool(gone.rowcount)
