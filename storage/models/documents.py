"""Documents and their files.  Files lie outside the database under their content hash."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class File(Base):
    __tablename__ = "file"

    hash: Mapped[str] = mapped_column(primary_key=True)  # SHA-256, hexadecimal
    size: Mapped[int]
    media_type: Mapped[str]
    created_at: Mapped[datetime]


class Document(Base):
    """A numbered document of a request: its number is kept from reservation on, its file comes later."""

    __tablename__ = "document"
    __table_args__ = (
        Index("ix_document_instance", "instance_id", "id"),
        Index("uq_document_number", "organisation_id", "kind", "year", "sequence", unique=True,
              sqlite_where=text("sequence IS NOT NULL"), postgresql_where=text("sequence IS NOT NULL")),
        UniqueConstraint("idempotency_key"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[str]  # quote | invoice | delivery_note | upd | act | upload
    title: Mapped[str]
    year: Mapped[int | None]
    sequence: Mapped[int | None]
    number: Mapped[str] = mapped_column(default="")
    dated_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)  # of the same kind within the request
    state: Mapped[str]  # reserved | ready | cancelled
    amount: Mapped[Decimal | None]
    file_hash: Mapped[str | None] = mapped_column(ForeignKey("file.hash"))
    file_name: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="ru")
    public: Mapped[bool] = mapped_column(default=False)  # the client may open it
    data: Mapped[dict[str, Any] | None]  # what was printed
    idempotency_key: Mapped[str]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class Upload(Base):
    """A file attached to a form: variables hold its unguessable key.

    It belongs to nobody until the form is accepted; then `instance_id` says to which request.
    """

    __tablename__ = "upload"

    key: Mapped[str] = mapped_column(primary_key=True)
    file_hash: Mapped[str] = mapped_column(ForeignKey("file.hash"))
    file_name: Mapped[str]
    media_type: Mapped[str]  # told by the content, never by who sent it
    size: Mapped[int]
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"), index=True)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class NumberSequence(Base):
    """The last number given out in a scope such as "request:ПО:2026" or "invoice:<organisation>:2026"."""

    __tablename__ = "number_sequence"

    scope: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]
