"""Incidents: what failed and waits for a person."""

from dataclasses import fields
from datetime import datetime

from sqlalchemy import Connection, bindparam, case, func, select, update

from storage.models import Definition, Incident, Instance
from storage.rows import IncidentRow
from storage.statements import OneOf, Statement, constant, insert_of, table_of

_TABLE = table_of(Incident)
_INSTANCE, _DEFINITION = table_of(Instance), table_of(Definition)
_COLUMNS = [_TABLE.c[field.name] for field in fields(IncidentRow)]

_INSERT = insert_of(_TABLE, IncidentRow)
_GET = Statement(select(*_COLUMNS).where(_TABLE.c.id == bindparam("key")))
_OPEN_OF = Statement(
    select(*_COLUMNS)
    .where(_TABLE.c.instance_id == bindparam("instance_id"), _TABLE.c.state == "open")
    .order_by(_TABLE.c.id)
)
_OF, _ITS = _INSTANCE.alias("its_instance"), _DEFINITION.alias("its_definition")
_KEY_OF = (
    select(_ITS.c.key)
    .join(_OF, _OF.c.definition_id == _ITS.c.id)
    .where(_OF.c.id == bindparam("of_instance"))
    .scalar_subquery()
)
_ALIKE = Statement(
    select(_TABLE.c.id)
    .outerjoin(_INSTANCE, _INSTANCE.c.id == _TABLE.c.instance_id)
    .outerjoin(_DEFINITION, _DEFINITION.c.id == _INSTANCE.c.definition_id)
    .where(
        _TABLE.c.state == "open",
        _TABLE.c.signature == bindparam("of_signature"),
        func.coalesce(_DEFINITION.c.key, "") == func.coalesce(_KEY_OF, ""),
    )
    .order_by(_TABLE.c.id)
)
_TOLD_ALIKE = Statement(
    select(_TABLE.c.id)
    .outerjoin(_INSTANCE, _INSTANCE.c.id == _TABLE.c.instance_id)
    .outerjoin(_DEFINITION, _DEFINITION.c.id == _INSTANCE.c.definition_id)
    .where(
        _TABLE.c.state == "open",
        _TABLE.c.told_at.is_not(None),
        _TABLE.c.id != bindparam("but"),
        _TABLE.c.signature == bindparam("of_signature"),
        func.coalesce(_DEFINITION.c.key, "") == func.coalesce(_KEY_OF, ""),
    )
    .limit(1)
)
_UNTOLD = Statement(
    select(*_COLUMNS)
    .where(_TABLE.c.state == "open", _TABLE.c.told_at.is_(None))
    .order_by(_TABLE.c.id)
    .limit(bindparam("most"))
)
_TELL = Statement(
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("key"), _TABLE.c.told_at.is_(None))
    .values(told_at=bindparam("at"))
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
        func.coalesce(_TABLE.c.state, constant("none"))
        == constant("open"),  # the index of the instance finds fewer than that of the state
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

    def alike(self, incident: IncidentRow) -> list[int]:
        """The open incidents with the same cause in the same process, the oldest first."""
        values = {"of_signature": incident.signature, "of_instance": incident.instance_id}
        return [row[0] for row in _ALIKE.rows(self._connection, values)]

    def untold(self, most: int) -> list[IncidentRow]:
        """Open incidents that nobody was told of."""
        return [IncidentRow(*row) for row in _UNTOLD.rows(self._connection, {"most": most})]

    def told_alike(self, incident: IncidentRow) -> bool:
        """Tell whether somebody was told of another open failure with the same cause."""
        values = {
            "of_signature": incident.signature,
            "of_instance": incident.instance_id,
            "but": incident.id,
        }
        return bool(_TOLD_ALIKE.rows(self._connection, values))

    def mark_told(self, incident_id: int, *, at: datetime) -> bool:
        """Note that somebody is told; False if another worker tells."""
        return _TELL.run(self._connection, {"key": incident_id, "at": at}) == 1

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
