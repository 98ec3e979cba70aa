"""Users as the engine needs them: e-mail addresses to ids."""

from dataclasses import dataclass

from sqlalchemy import Connection, Text, bindparam, select

from storage.models import User
from storage.statements import OneOf, Statement, table_of

_TABLE = table_of(User)
_BY_EMAIL = Statement(
    select(_TABLE.c.email, _TABLE.c.id).where(
        OneOf(_TABLE.c.email, "addresses", Text), _TABLE.c.active == bindparam("is_active")
    )
)
_BY_ID = Statement(select(_TABLE.c.id, _TABLE.c.email, _TABLE.c.name).where(_TABLE.c.id == bindparam("key")))


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    email: str
    name: str


class People:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def ids(self, emails: list[str]) -> dict[str, int]:
        """The ids of active users by e-mail; unknown addresses are absent."""
        values = {"addresses": [email.lower() for email in emails], "is_active": True}
        known: dict[str, int] = {row[0]: row[1] for row in _BY_EMAIL.rows(self._connection, values)}
        return {email: known[email.lower()] for email in emails if email.lower() in known}

    def get(self, user_id: int) -> Person | None:
        rows = _BY_ID.rows(self._connection, {"key": user_id})
        return Person(*rows[0]) if rows else None
