"""What happened: append-only."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class Activity(Base):
    """One finished visit of a token to an element."""

    __tablename__ = "activity"
    __table_args__ = (Index("ix_activity_instance", "instance_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    token_id: Mapped[int]
    element_id: Mapped[str]
    element_type: Mapped[str]
    outcome: Mapped[str]  # completed | cancelled
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    data: Mapped[dict[str, Any] | None]  # a decision's explanation


class Event(Base):
    """Something worth telling on the timeline, or worth proving later: who, what, before and after."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_instance", "instance_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    kind: Mapped[str]  # started | status | responsible | claimed | released | completed | message | ...
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    actor_name: Mapped[str] = mapped_column(default="")  # a person without an account: the client
    data: Mapped[dict[str, Any]]


class Comment(Base):
    __tablename__ = "comment"
    __table_args__ = (
        Index("ix_comment_instance", "instance_id", "id"),
        Index("ix_comment_created", "created_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    author_name: Mapped[str] = mapped_column(default="")
    body: Mapped[str]
    public: Mapped[bool]  # the client sees it
    created_at: Mapped[datetime]
