"""Identifiers made in the process, so that a row and what refers to it are written in one batch.

Sixty-two bits: milliseconds since 2026 (41), a random node number (9), a counter (12).  Ids of one process
rise strictly.  Two processes that meet in one value hit a primary key and their transaction is repeated;
nothing is ever stored twice.
"""

import itertools
import os
import threading
import time

_EPOCH_MS = 1_767_225_600_000  # 2026-01-01T00:00:00Z
_node = int.from_bytes(os.urandom(2), "big") & 0x1FF
_lock = threading.Lock()
_last = 0


def _forked() -> None:
    global _node
    _node = int.from_bytes(os.urandom(2), "big") & 0x1FF


os.register_at_fork(after_in_child=_forked) if hasattr(os, "register_at_fork") else None


def new_id() -> int:
    """Return an identifier greater than every earlier one of this process."""
    global _last
    tick = (time.time_ns() // 1_000_000 - _EPOCH_MS) << 21 | _node << 12
    with _lock:
        _last = tick if tick > _last else _last + 1
        return _last


def new_ids(count: int) -> list[int]:
    """Return *count* rising identifiers."""
    return [new_id() for _ in itertools.repeat(None, count)]
