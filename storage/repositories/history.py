"""Append-only history: finished activities and events."""

from sqlalchemy import Connection

from storage.models import Activity, Event
from storage.rows import ActivityRow, EventRow
from storage.statements import insert_of, table_of

_ACTIVITY = insert_of(table_of(Activity), ActivityRow)
_EVENT = insert_of(table_of(Event), EventRow)


class History:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_activities(self, rows: list[ActivityRow]) -> None:
        _ACTIVITY.run(self._connection, rows)

    def add_events(self, rows: list[EventRow]) -> None:
        _EVENT.run(self._connection, rows)
