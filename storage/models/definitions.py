"""Deployments are immutable bundles; definitions are the versions of processes in them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class Deployment(Base):
    """The act that stored a folder of diagrams, decisions, forms, texts and templates together."""

    __tablename__ = "deployment"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content_hash: Mapped[str]
    source: Mapped[str]  # upload | command_line | demo
    note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class Resource(Base):
    """One file of a deployment, byte for byte as it came."""

    __tablename__ = "resource"

    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployment.id"), primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Definition(Base):
    """One version of one process.  At most one version of a key is active: new requests start on it."""

    __tablename__ = "definition"
    __table_args__ = (
        UniqueConstraint("key", "version"),
        Index(
            "uq_definition_active",
            "key",
            unique=True,
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str]
    version: Mapped[int]
    name: Mapped[str]
    state: Mapped[str]  # stored | active | suspended | retired
    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployment.id"))
    resource_path: Mapped[str]
    info: Mapped[dict[str, Any]]  # process properties: category, description, prefix, stages, ...
    created_at: Mapped[datetime]
    activated_at: Mapped[datetime | None]
    activated_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    tag: Mapped[str] = mapped_column(default="")  # people's own name for the version
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    activate_at: Mapped[datetime | None]  # comes into force by itself then
