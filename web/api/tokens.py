"""What lets programs in: tokens of 256 random bits, shown once, stored as their SHA-256.

A fast hash is enough here: nobody guesses 256 bits, and every call of a program needs one.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from handlers.registry import covers
from storage.database import Storage
from storage.ids import new_id
from storage.models import ApiToken

PREFIX = "mrt_"
SCOPES = ("jobs", "metrics")
_USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Token:
    """A token that is valid now."""

    id: int
    name: str
    scopes: frozenset[str]
    topics: tuple[str, ...]

    def covers(self, topic: str) -> bool:
        return covers(self.topics, topic)


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token in the list of the command line."""

    name: str
    scopes: tuple[str, ...]
    topics: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None


class NameTaken(Exception):
    """There is a token of this name already."""


def create(
    storage: Storage,
    *,
    name: str,
    scopes: Sequence[str],
    topics: Sequence[str],
    now: datetime,
    days: int | None = None,
) -> str:
    """Make a token and return its secret, which nobody can read again.  Raises NameTaken."""
    secret = PREFIX + secrets.token_urlsafe(32)
    with storage.unit_of_work() as uow:
        if uow.session.scalar(select(ApiToken.id).where(ApiToken.name == name)) is not None:
            raise NameTaken(name)
        uow.session.add(
            ApiToken(
                id=new_id(), name=name, secret_hash=_hash(secret), scopes=list(scopes), topics=list(topics),
                created_at=now, expires_at=None if days is None else now + timedelta(days=days),
            )
        )  # fmt: skip
    return secret


def find(storage: Storage, secret: str, *, now: datetime) -> Token | None:
    """Return the token of a secret; None when there is none, it was revoked or its time is over."""
    with storage.read_session() as session:
        row = session.scalar(select(ApiToken).where(ApiToken.secret_hash == _hash(secret)))
    if row is None or row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
        return None
    if row.used_at is None or now - row.used_at > _USED_EVERY:
        with storage.unit_of_work() as uow:
            uow.session.execute(update(ApiToken).where(ApiToken.id == row.id).values(used_at=now))
    return Token(row.id, row.name, frozenset(row.scopes), tuple(row.topics))


def listed(storage: Storage) -> list[TokenLine]:
    """Return every token by name."""
    with storage.read_session() as session:
        rows = session.scalars(select(ApiToken).order_by(ApiToken.name)).all()
        return [
            TokenLine(
                row.name, tuple(row.scopes), tuple(row.topics),
                row.created_at, row.expires_at, row.used_at, row.revoked_at,
            )
            for row in rows
        ]  # fmt: skip


def revoke(storage: Storage, *, name: str, now: datetime) -> bool:
    """End a token at once; False when there is none in force of this name."""
    with storage.unit_of_work() as uow:
        changed = uow.session.execute(
            update(ApiToken)
            .where(ApiToken.name == name, ApiToken.revoked_at.is_(None))
            .values(revoked_at=now)
            .returning(ApiToken.id)
        )
        return changed.first() is not None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
