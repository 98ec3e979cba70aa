"""Incidents: what failed and waits for a person."""

from dataclasses import fields
from datetime import datetime

from sqlalchemy import Connection, bindparam, case, select, update

from storage.models import Incident
from storage.rows import IncidentRow
from storage.statements import OneOf, Statement, insert_of, table_of

_TABLE = table_of(Incident)
_COLUMNS = [_TABLE.c[field.name] for field in fields(IncidentRow)]

_INSERT = insert_of(_TABLE, IncidentRow)
_GET = Statement(select(*_COLUMNS).where(_TABLE.c.id == bindparam("key")))
_OPEN_OF = Statement(
    select(*_COLUMNS)
    .where(_TABLE.c.instance_id == bindparam("instance_id"), _TABLE.c.state == "open")
    .order_by(_TABLE.c.id)
)
_ALIKE = Statement(
    select(*_COLUMNS)
    .where(
        _TABLE.c.state == "open",
        _TABLE.c.code == bindparam("of_code"),
        _TABLE.c.element_id == bindparam("of_element"),
    )
    .order_by(_TABLE.c.id)
)
_RESOLVE = Statement(
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("key"), _TABLE.c.state == "open")
    .values(
        state="resolved",
        resolved_at=bindparam("at"),
        resolved_by_id=bindparam("by_id"),
        resolution=bindparam("how"),
    )
)
_RESOLVE_TOKENS = Statement(
    update(_TABLE)
    .where(
        _TABLE.c.instance_id == bindparam("of_instance"),
        OneOf(_TABLE.c.token_id, "tokens"),
        _TABLE.c.state == "open",
    )
    .values(
        state="resolved",
        resolved_at=bindparam("at"),
        resolution=case((OneOf(_TABLE.c.token_id, "closed"), "closed"), else_=bindparam("how")),
    )
)


class Incidents:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def insert(self, rows: list[IncidentRow]) -> None:
        _INSERT.run(self._connection, rows)

    def get(self, incident_id: int) -> IncidentRow | None:
        rows = _GET.rows(self._connection, {"key": incident_id})
        return IncidentRow(*rows[0]) if rows else None

    def open_of(self, instance_id: int) -> list[IncidentRow]:
        return [IncidentRow(*row) for row in _OPEN_OF.rows(self._connection, {"instance_id": instance_id})]

    def alike(self, *, code: str, element_id: str) -> list[IncidentRow]:
        """The open incidents with the same cause at the same element."""
        values = {"of_code": code, "of_element": element_id}
        return [IncidentRow(*row) for row in _ALIKE.rows(self._connection, values)]

    def resolve(self, incident_id: int, *, how: str, at: datetime, by_id: int | None) -> bool:
        """Close an open incident; False if somebody was faster."""
        values = {"key": incident_id, "how": how, "at": at, "by_id": by_id}
        return _RESOLVE.run(self._connection, values) == 1

    def resolve_tokens(
        self,
        instance_id: int,
        token_ids: list[int],
        *,
        how: str,
        at: datetime,
        closed: list[int] | None = None,
    ) -> None:
        """Close what stands open at these tokens; those in *closed* as «closed», whatever *how* says."""
        values = {
            "of_instance": instance_id,
            "tokens": token_ids + (closed or []),
            "closed": closed or [],
            "how": how,
            "at": at,
        }
        if values["tokens"]:
            _RESOLVE_TOKENS.send(self._connection, values)
