"""Long works about versions: moving running requests to another one, replaying earlier requests through one."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class VersionRun(Base):
    """One such work; its items are done one after the other by a job of the engine."""

    __tablename__ = "version_run"
    __table_args__ = (Index("ix_version_run_key", "key", "kind", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]  # migration | replay
    key: Mapped[str]
    from_definition_id: Mapped[int | None] = mapped_column(ForeignKey("definition.id"))
    to_definition_id: Mapped[int] = mapped_column(ForeignKey("definition.id"))
    state: Mapped[str]  # running | done | cancelled | undoing | undone
    total: Mapped[int]
    data: Mapped[dict[str, Any]]  # a migration's mapping
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    ended_at: Mapped[datetime | None]


class VersionRunItem(Base):
    """What became of one request; a moved one with what it takes to move it back."""

    __tablename__ = "version_run_item"
    __table_args__ = (Index("ix_version_run_item_state", "run_id", "state"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("version_run.id"), primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"), primary_key=True, index=True)
    state: Mapped[
        str
    ]  # waiting, then moved | refused | undone | kept, or same | different | question | failed
    data: Mapped[dict[str, Any]]
    blob: Mapped[bytes | None] = mapped_column(LargeBinary)
