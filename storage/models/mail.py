"""What people are told: in the product and by mail."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class Notification(Base):
    __tablename__ = "notification"
    __table_args__ = (
        Index("ix_notification_user", "user_id", "read_at", "id"),
        UniqueConstraint("idempotency_key", "user_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    title: Mapped[str]
    body: Mapped[str] = mapped_column(default="")
    idempotency_key: Mapped[str]
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class Mail(Base):
    """A letter, kept as it was sent."""

    __tablename__ = "mail"
    __table_args__ = (Index("ix_mail_instance", "instance_id", "id"), UniqueConstraint("idempotency_key"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    sender: Mapped[str]
    recipient: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    attachments: Mapped[list[str]]  # ids of documents
    message_id: Mapped[str]
    idempotency_key: Mapped[str]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
