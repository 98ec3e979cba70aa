"""Users as the engine needs them: e-mail addresses to ids."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from storage.models import User
from storage.statements import Statement, table_of

_TABLE = table_of(User)
_BY_EMAIL = Statement(
    select(_TABLE.c.id).where(
        _TABLE.c.email == bindparam("address"), _TABLE.c.active == bindparam("is_active")
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
        found = {}
        for email in emails:
            rows = _BY_EMAIL.rows(self._connection, {"address": email.lower(), "is_active": True})
            if rows:
                found[email] = rows[0][0]
        return found

    def get(self, user_id: int) -> Person | None:
        rows = _BY_ID.rows(self._connection, {"key": user_id})
        return Person(*rows[0]) if rows else None
