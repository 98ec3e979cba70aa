"""Drafts of processes: mutable copies of a bundle's files, with everything they were before."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class ProcessDraft(Base):
    """What somebody draws and has not made a version of yet."""

    __tablename__ = "process_draft"
    __table_args__ = (Index("ix_process_draft_open", "removed_at", "changed_at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    process_key: Mapped[str] = mapped_column(
        default=""
    )  # of the version it was made of; empty for a new process
    base_definition_id: Mapped[int | None] = mapped_column(ForeignKey("definition.id"))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    removed_at: Mapped[datetime | None]


class ProcessDraftEntry(Base):
    """One line of a draft's history: what one person did in one go."""

    __tablename__ = "process_draft_entry"

    draft_id: Mapped[int] = mapped_column(ForeignKey("process_draft.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]  # created | edited | overwritten | restored | stored
    about: Mapped[str] = mapped_column(default="")  # number of the restored entry, version that was stored
    began_at: Mapped[datetime]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class ProcessDraftFile(Base):
    """What a file became in an entry of the history; without content it was taken away."""

    __tablename__ = "process_draft_file"

    draft_id: Mapped[int] = mapped_column(ForeignKey("process_draft.id"), primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tag: Mapped[str]  # hash of the content
    content: Mapped[bytes | None] = mapped_column(LargeBinary)


class ProcessDraftVisit(Base):
    """Who has a draft open, and when the page last said so."""

    __tablename__ = "process_draft_visit"

    draft_id: Mapped[int] = mapped_column(ForeignKey("process_draft.id"), primary_key=True)
    tab: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
