"""How often one address may do something, counted in memory of this process.

A sliding window per (what, who): exact, bounded in memory, safe between threads.  Several processes each
count for themselves, so the limits are what one process allows.
"""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass


class TooOften(Exception):
    """The limit is reached; `retry_s` says after how many seconds to come back."""

    def __init__(self, what: str, retry_s: int) -> None:
        super().__init__(f"{what}: too often, again in {retry_s} s")
        self.what, self.retry_s = what, retry_s


@dataclass(frozen=True, slots=True)
class Limit:
    """At most *count* times within *window_s* seconds."""

    count: int
    window_s: int


class Throttle:
    """Counts per address; the least recently seen addresses are forgotten beyond *remembered*."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic, remembered: int = 10_000) -> None:
        self._clock = clock
        self._remembered = remembered
        self._seen: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def hit(self, what: str, who: str, limit: Limit) -> None:
        """Count one act of *who*.

        Raises:
            TooOften: this act would be one too many; it is not counted.
        """
        now = self._clock()
        with self._lock:
            times = self._seen.setdefault((what, who), deque())
            self._seen.move_to_end((what, who))
            while times and times[0] <= now - limit.window_s:
                times.popleft()
            if len(times) >= limit.count:
                raise TooOften(what, max(1, int(times[0] + limit.window_s - now + 0.999)))
            times.append(now)
            while len(self._seen) > self._remembered:
                self._seen.popitem(last=False)
