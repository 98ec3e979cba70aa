"""Waits for messages, signals and conditions, and the messages that found no receiver yet."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, bindparam, delete, select, update

from storage.models import BufferedMessage, Subscription
from storage.rows import SubscriptionRow
from storage.statements import OneOf, Statement, insert_of, table_of

_TABLE = table_of(Subscription)
_COLUMNS = [_TABLE.c[field.name] for field in fields(SubscriptionRow)]

_INSERT = insert_of(_TABLE, SubscriptionRow)
_NAMED = Statement(
    select(*_COLUMNS)
    .where(_TABLE.c.kind == bindparam("of_kind"), _TABLE.c.name == bindparam("of_name"))
    .order_by(_TABLE.c.id)
)
_OF_INSTANCE = Statement(
    select(*_COLUMNS).where(_TABLE.c.instance_id == bindparam("instance_id")).order_by(_TABLE.c.id)
)
_GET = Statement(select(*_COLUMNS).where(_TABLE.c.id == bindparam("key")))
_DELETE_TOKENS = Statement(
    delete(_TABLE).where(_TABLE.c.instance_id == bindparam("of_instance"), OneOf(_TABLE.c.token_id, "tokens"))
)
_DELETE_STARTS = Statement(delete(_TABLE).where(_TABLE.c.definition_id == bindparam("of_definition")))

_MESSAGES = table_of(BufferedMessage)
_PUT = Statement(_MESSAGES.insert().values({column.name: bindparam(column.name) for column in _MESSAGES.c}))
_WAITING = Statement(
    select(*_MESSAGES.c)
    .where(_MESSAGES.c.state == "waiting", OneOf(_MESSAGES.c.name, "names", Text))
    .order_by(_MESSAGES.c.id)
)
_KEPT = Statement(select(*_MESSAGES.c).where(_MESSAGES.c.id == bindparam("key")))
_BY_SENDER_ID = Statement(select(*_MESSAGES.c).where(_MESSAGES.c.message_id == bindparam("sender_id")))
_DELIVERED = Statement(
    update(_MESSAGES)
    .where(_MESSAGES.c.id == bindparam("key"), _MESSAGES.c.state == "waiting")
    .values(state="delivered", instance_id=bindparam("receiver"))
)
_GIVE_UP = Statement(
    update(_MESSAGES)
    .where(_MESSAGES.c.id == bindparam("key"), _MESSAGES.c.state == "waiting")
    .values(state="expired")
)
_WANTED = Statement(
    select(_MESSAGES.c.id, _MESSAGES.c.correlation, _TABLE.c.correlation, _TABLE.c.definition_id)
    .join(_TABLE, (_TABLE.c.kind == "message") & (_TABLE.c.name == _MESSAGES.c.name))
    .where(_MESSAGES.c.state == "waiting")
    .order_by(_MESSAGES.c.id)
)
_EXPIRE = Statement(
    update(_MESSAGES)
    .where(_MESSAGES.c.state == "waiting", _MESSAGES.c.expires_at <= bindparam("now"))
    .values(state="expired")
)


class Subscriptions:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def insert(self, rows: list[SubscriptionRow]) -> None:
        _INSERT.run(self._connection, rows)

    def get(self, subscription_id: int) -> SubscriptionRow | None:
        rows = _GET.rows(self._connection, {"key": subscription_id})
        return SubscriptionRow(*rows[0]) if rows else None

    def named(self, kind: str, name: str) -> list[SubscriptionRow]:
        rows = _NAMED.rows(self._connection, {"of_kind": kind, "of_name": name})
        return [SubscriptionRow(*row) for row in rows]

    def of_instance(self, instance_id: int) -> list[SubscriptionRow]:
        return [
            SubscriptionRow(*row) for row in _OF_INSTANCE.rows(self._connection, {"instance_id": instance_id})
        ]

    def delete_tokens(self, instance_id: int, token_ids: list[int]) -> None:
        if token_ids:
            _DELETE_TOKENS.send(self._connection, {"of_instance": instance_id, "tokens": token_ids})

    def delete_starts(self, definition_id: int) -> None:
        _DELETE_STARTS.run(self._connection, {"of_definition": definition_id})

    def put_message(self, values: dict[str, Any]) -> None:
        _PUT.send(self._connection, values)

    def waiting_messages(self, names: list[str]) -> list[dict[str, Any]]:
        """Messages of these names still without a receiver, oldest first; none is asked for without names."""
        rows = _WAITING.rows(self._connection, {"names": names}) if names else []
        columns = [column.name for column in _MESSAGES.c]
        return [dict(zip(columns, row, strict=True)) for row in rows]

    def message_by_sender_id(self, message_id: str) -> dict[str, Any] | None:
        names = [column.name for column in _MESSAGES.c]
        rows = _BY_SENDER_ID.rows(self._connection, {"sender_id": message_id})
        return dict(zip(names, rows[0], strict=True)) if rows else None

    def kept_message(self, message_row_id: int) -> dict[str, Any] | None:
        names = [column.name for column in _MESSAGES.c]
        rows = _KEPT.rows(self._connection, {"key": message_row_id})
        return dict(zip(names, rows[0], strict=True)) if rows else None

    def mark_delivered(self, message_row_id: int, instance_id: int) -> bool:
        values = {"key": message_row_id, "receiver": instance_id}
        return _DELIVERED.run(self._connection, values) == 1

    def give_up_message(self, message_row_id: int) -> None:
        """Have a kept message not delivered any more."""
        _GIVE_UP.run(self._connection, {"key": message_row_id})

    def wanted(self) -> list[tuple[int, dict[str, Any], dict[str, Any], int | None]]:
        """Kept messages with each wait of their name: message id, its keys, the wait's keys, the wait's definition."""
        return [(row[0], row[1], row[2], row[3]) for row in _WANTED.rows(self._connection, {})]

    def expire_messages(self, *, now: datetime) -> None:
        _EXPIRE.run(self._connection, {"now": now})
