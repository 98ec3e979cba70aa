"""What the mailbox page reads: letters as they were sent, newest first, cut by keyset on their id."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, or_, select

from storage.models import Document, Instance, Mail


@dataclass(frozen=True, slots=True)
class LetterRow:
    mail_id: int
    recipient: str
    subject: str
    instance_id: int | None
    number: str
    created_at: datetime
    sent_at: datetime | None
    attachments: int


@dataclass(frozen=True, slots=True)
class Attachment:
    document_id: int
    title: str
    file_name: str


@dataclass(frozen=True, slots=True)
class Letter:
    mail_id: int
    sender: str
    recipient: str
    subject: str
    text: str
    html: str
    instance_id: int | None
    number: str
    created_at: datetime
    sent_at: datetime | None
    attachments: list[Attachment]


def letters(
    connection: Connection, *, search: str = "", before_id: int | None = None, limit: int = 50
) -> list[LetterRow]:
    """Return sent and waiting letters, newest first; *search* looks into recipient, subject and number."""
    query = (
        select(
            Mail.id, Mail.recipient, Mail.subject, Mail.instance_id, Instance.number,
            Mail.created_at, Mail.sent_at, Mail.attachments,
        )
        .outerjoin(Instance, Instance.id == Mail.instance_id)
        .order_by(Mail.id.desc())
        .limit(limit)
    )  # fmt: skip
    if search:
        pattern = f"%{_escaped(search)}%"
        query = query.where(
            or_(
                *(
                    column.ilike(pattern, escape="\\")
                    for column in (Mail.recipient, Mail.subject, Instance.number)
                )
            )
        )
    if before_id is not None:
        query = query.where(Mail.id < before_id)
    return [
        LetterRow(
            row.id, row.recipient, row.subject, row.instance_id, row.number or "",
            row.created_at, row.sent_at, len(row.attachments or ()),
        )
        for row in connection.execute(query)
    ]  # fmt: skip


def letter(connection: Connection, *, mail_id: int) -> Letter | None:
    """Return one letter with the titles of its attachments, or None."""
    row = connection.execute(
        select(Mail, Instance.number)
        .outerjoin(Instance, Instance.id == Mail.instance_id)
        .where(Mail.id == mail_id)
    ).one_or_none()
    if row is None:
        return None
    ids = [int(part) for part in row.attachments or () if str(part).isdigit()]
    documents = {
        document.id: Attachment(document.id, document.title, document.file_name)
        for document in connection.execute(
            select(Document.id, Document.title, Document.file_name).where(Document.id.in_(ids))
        )
    }
    return Letter(
        mail_id=row.id,
        sender=row.sender,
        recipient=row.recipient,
        subject=row.subject,
        text=row.text,
        html=row.html,
        instance_id=row.instance_id,
        number=row.number or "",
        created_at=row.created_at,
        sent_at=row.sent_at,
        attachments=[documents[key] for key in ids if key in documents],
    )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
