"""Variables outside an instance's state, as bytes: payloads of messages and signals."""

from collections.abc import Mapping
from typing import Any

import orjson

from bpmn.spiff.values import decode, encode, storable


def dump(values: Mapping[str, Any]) -> bytes:
    """Return *values* as bytes, losslessly.  Raises ValueRefused for a type that variables cannot hold."""
    return orjson.dumps(encode(storable(dict(values))))


def load(content: bytes) -> dict[str, Any]:
    """Return what `dump` was given."""
    return decode(orjson.loads(content))
