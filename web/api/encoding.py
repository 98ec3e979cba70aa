"""Variables as plain JSON for programs: decimals as exact numbers, times as RFC 3339."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson


def dump(value: Any) -> bytes:
    """Return *value* as JSON; what JSON has no word for becomes a text."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_NON_STR_KEYS)


def moment(at: datetime) -> str:
    """Return a time as RFC 3339 in UTC."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal) and value.is_finite():
        return orjson.Fragment(format(value, "f"))
    return str(value)
