"""Lists of tasks that people keep under a name."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class SavedView(Base):
    """A filter with a name; with a group all its members have it."""

    __tablename__ = "saved_view"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("group.id"), index=True)
    name: Mapped[str]
    token: Mapped[str]  # as it stands in an address
    created_at: Mapped[datetime]
