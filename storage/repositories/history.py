"""Append-only history: finished activities and events."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from storage.models import Activity, Event
from storage.rows import ActivityRow, EventRow
from storage.statements import insert_of, table_of

_LOOKED_THROUGH = 200
_ACTIVITY = insert_of(table_of(Activity), ActivityRow)
_EVENT = insert_of(table_of(Event), EventRow)


class History:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_activities(self, rows: list[ActivityRow]) -> None:
        _ACTIVITY.run(self._connection, rows)

    def last_event(self, instance_id: int, kinds: Collection[str], *, task_id: int) -> EventRow | None:
        """Return the latest event of these kinds about a task."""
        rows = self._connection.execute(
            select(*Event.__table__.columns)
            .where(Event.instance_id == instance_id, Event.kind.in_(kinds))
            .order_by(Event.id.desc())
            .limit(_LOOKED_THROUGH)
        )
        events = (EventRow(**row._mapping) for row in rows)
        return next((one for one in events if one.data.get("task_id") == str(task_id)), None)

    def add_events(self, rows: list[EventRow]) -> None:
        _EVENT.run(self._connection, rows)
