"""Two acts whose statements take turns in an order that the test chooses.

Each act runs on its own engine and connections, as another process would.  At every statement boundary it waits for
its turn; an act that a lock of the database stops is passed over until it comes on.  A schedule is the order of the
turns: the same seed gives the same order.
"""

import random
import threading
import time
from collections.abc import Callable
from typing import Any

from tests.faults.switch import Switch

BLOCKED_S = 0.04
"""Who is not at its next statement by then waits for a lock."""
PATIENCE_S = 40.0


class Turns:
    """Runs acts side by side, one statement at a time."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._changed = threading.Condition()
        self._states: dict[str, str] = {}  # ready, running, blocked, done
        self._results: dict[str, Any] = {}

    def run(self, **acts: Callable[[], Any]) -> dict[str, Any]:
        """Run the acts to their ends; return what each returned or raised."""
        threads = [threading.Thread(target=self._play, args=item, name=item[0]) for item in acts.items()]
        self._states = dict.fromkeys(acts, "running")
        for thread in threads:
            thread.start()
        self._direct()
        for thread in threads:
            thread.join(PATIENCE_S)
        return self._results

    def boundary(self) -> None:
        """Wait for one's turn; threads that take no part go on at once."""
        name = threading.current_thread().name
        if name not in self._states:
            return
        with self._changed:
            self._states[name] = "ready"
            self._changed.notify_all()
            while self._states[name] == "ready":
                self._changed.wait()

    def _play(self, name: str, act: Callable[[], Any]) -> None:
        self.boundary()
        try:
            self._results[name] = act()
        except Exception as error:  # noqa: BLE001 (the test looks at it)
            self._results[name] = error
        with self._changed:
            self._states[name] = "done"
            self._changed.notify_all()

    def _direct(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        with self._changed:
            while set(self._states.values()) != {"done"}:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"nobody gets on: {self._states}")
                running = [name for name, state in self._states.items() if state == "running"]
                if running:
                    if not self._changed.wait(BLOCKED_S):
                        for name in running:
                            if self._states[name] == "running":
                                self._states[name] = "blocked"
                    continue
                ready = sorted(name for name, state in self._states.items() if state == "ready")
                if ready:
                    self._states[self._chance.choice(ready)] = "running"
                    self._changed.notify_all()
                else:
                    self._changed.wait(BLOCKED_S)


class TurnSwitch(Switch):
    """Has every statement wait for its turn while a race is run."""

    def __init__(self) -> None:
        super().__init__()
        self.turns: Turns | None = None

    def pass_by(self, connection: Any) -> None:
        if self.turns is not None:
            self.turns.boundary()
