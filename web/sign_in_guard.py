"""Slows down guessing of passwords without locking anybody out of their own account.

Counted per account and address together: somebody who guesses from elsewhere makes only themselves wait.
After the allowed wrong passwords each further one doubles the wait.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from web.config import SignIn


@dataclass
class _Tries:
    wrong: int
    last_at: datetime


class SignInGuard:
    """Remembers wrong passwords in memory, at most *remembered* pairs of account and address."""

    def __init__(self, settings: SignIn, *, remembered: int = 20_000) -> None:
        self._settings = settings
        self._remembered = remembered
        self._tries: OrderedDict[tuple[str, str], _Tries] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, email: str, address: str, now: datetime) -> int:
        """Return for how many seconds the next attempt has to wait; 0 when it may be made."""
        with self._lock:
            tries = self._tries.get(_key(email, address))
            if tries is None:
                return 0
            left = tries.last_at + timedelta(seconds=self._penalty_s(tries.wrong)) - now
            return max(0, int(left.total_seconds() + 0.999))

    def wrong(self, email: str, address: str, now: datetime) -> int:
        """Count a wrong password and return the wait before the next attempt, in seconds."""
        key = _key(email, address)
        with self._lock:
            tries = self._tries.setdefault(key, _Tries(0, now))
            self._tries.move_to_end(key)
            forgotten_after = timedelta(seconds=2 * self._settings.longest_wait_s)
            tries.wrong = 1 if now - tries.last_at > forgotten_after else tries.wrong + 1
            tries.last_at = now
            while len(self._tries) > self._remembered:
                self._tries.popitem(last=False)
            return self._penalty_s(tries.wrong)

    def right(self, email: str, address: str) -> None:
        """Forget the wrong passwords: the right one was given."""
        with self._lock:
            self._tries.pop(_key(email, address), None)

    def _penalty_s(self, wrong: int) -> int:
        over = wrong - self._settings.attempts
        if over < 0:
            return 0
        return min(self._settings.wait_s * 2 ** min(over, 20), self._settings.longest_wait_s)


def _key(email: str, address: str) -> tuple[str, str]:
    return email.strip().lower()[:200], address
