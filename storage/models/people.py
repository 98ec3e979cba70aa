"""Who works here: users, what they may administer (roles) and whose work they share (groups)."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.base import Base

user_role = Table(
    "user_role",
    Base.metadata,
    Column("user_id", ForeignKey("user.id"), primary_key=True),
    Column("role_id", ForeignKey("role.id"), primary_key=True),
)


class Role(Base):
    """What somebody may administer: employee, analyst, administrator."""

    __tablename__ = "role"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str] = mapped_column(default="")


class User(Base):
    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    position: Mapped[str] = mapped_column(default="")
    position_en: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    password: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    language: Mapped[str] = mapped_column(default="ru")
    theme: Mapped[str] = mapped_column(default="auto")
    density: Mapped[str] = mapped_column(default="comfortable")
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    last_failed_sign_in_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    roles: Mapped[list[Role]] = relationship(secondary=user_role, lazy="selectin")
    groups: Mapped[list["Group"]] = relationship(secondary="membership", lazy="selectin")


class ApiToken(Base):
    """What lets a program in.  Only the hash of its secret is stored."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(unique=True)
    secret_hash: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[str]]  # jobs | metrics
    topics: Mapped[list[str]]  # of external jobs; a pattern may end in *
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Group(Base):
    """People who share a queue of tasks; diagrams name it by its key."""

    __tablename__ = "group"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(unique=True)
    name_ru: Mapped[str]
    name_en: Mapped[str]


class Membership(Base):
    __tablename__ = "membership"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("group.id"), primary_key=True, index=True)
