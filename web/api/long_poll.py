"""Waiting for work without asking again and again.

Somebody who waits is woken by the next commit of this process, and looks once a second for what others
committed.  Only some of the server's threads may wait; who finds no place is answered at once.
"""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

LOOK_EVERY_S = 1.0


class LongPoll:
    def __init__(self, places: int) -> None:
        self._places = threading.BoundedSemaphore(max(places, 1))
        self._changed = threading.Condition()
        self._count = 0
        self._stopping = False

    def wake(self) -> None:
        """Have everybody look again; returns at once."""
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    def stop(self) -> None:
        """Answer everybody now, and nobody waits any more."""
        self._stopping = True
        self.wake()

    def first(self, look: Callable[[], list[T]], wait_s: float) -> list[T]:
        """Return what *look* finds, as soon as it finds something or *wait_s* seconds are over."""
        seen = self._count
        found = look()
        if found or wait_s <= 0 or not self._places.acquire(blocking=False):
            return found
        try:
            end = time.monotonic() + wait_s
            while not found and not self._stopping and (left := end - time.monotonic()) > 0:
                with self._changed:
                    self._changed.wait_for(lambda before=seen: self._count != before, min(left, LOOK_EVERY_S))  # type: ignore[misc]
                    seen = self._count
                found = look()
            return found
        finally:
            self._places.release()
