"""Column types that keep the promises of the model on every database.

Times are aware UTC, money is an exact Decimal with two places, documents are JSON text.  The converters are single
functions: a step converts some thirty values.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import BigInteger, DateTime, Dialect, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeDecorator, TypeEngine


@compiles(BigInteger, "sqlite")
def _integer(element: BigInteger, compiler: Any, **kw: Any) -> str:
    """SQLite's integers have 64 bits; only under this name a primary key is the table itself, without an index."""
    return "INTEGER"


Convert = Callable[[Any], Any]


def _in_utc(value: datetime | None) -> datetime | None:
    if value is None or value.tzinfo is UTC:
        return value
    if value.tzinfo is None:
        raise ValueError(f"a naive datetime cannot be stored: {value!r}")
    return value.astimezone(UTC)


def _time_to_text(value: datetime | None) -> str | None:
    aware = _in_utc(value)
    return None if aware is None else aware.isoformat(" ", "microseconds")[:-6]


def _time_from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC; a naive one is refused.  SQLite keeps it as text that sorts by time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        aware = _in_utc(value)
        return aware.replace(tzinfo=None) if aware is not None and dialect.name == "sqlite" else aware

    def bind_processor(self, dialect: Dialect) -> Convert:
        return _time_to_text if dialect.name == "sqlite" else _in_utc

    def result_processor(self, dialect: Dialect, coltype: object) -> Convert:
        return _time_from_text if dialect.name == "sqlite" else _in_utc


class Money(TypeDecorator[Decimal]):
    """An exact amount with two decimal places, stored as an integer of hundredths."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        hundredths = Decimal(value) * 100
        if hundredths != hundredths.to_integral_value():
            raise ValueError(f"an amount has at most two decimal places: {value}")
        return int(hundredths)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-2)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} cannot be stored as JSON")


def _to_json(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value, default=_plain).decode()


def _from_json(value: str | None) -> Any:
    return None if value is None else orjson.loads(value)


class Json(TypeDecorator[Any]):
    """A JSON document as text; decimals and dates become strings, None stays NULL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return _to_json(value)

    def bind_processor(self, dialect: Dialect) -> Convert:
        return _to_json

    def result_processor(self, dialect: Dialect, coltype: object) -> Convert:
        return _from_json


class Listed(TypeDecorator[list[Any]]):
    """Many values of one type as one parameter: an array, on SQLite a JSON text."""

    impl = Text
    cache_ok = True

    def __init__(self, item: type[TypeEngine[Any]]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else ARRAY(self.item))

    def process_bind_param(self, value: list[Any] | None, dialect: Dialect) -> Any:
        return orjson.dumps(value).decode() if dialect.name == "sqlite" else value
