"""How much one unit of work may do before it has to rest: steps, and seconds of work.

Seconds are processor time of this thread and time in the script sandbox; waiting for other threads does not count.
Whoever asks does so before a step, so what is over the budget is parked where it stands and nothing is repeated.
"""

import time

from bpmn import scripts
from bpmn.spiff.errors import EndlessRun, ExecutionError, TooMuchWork

#: A unit that runs more steps than this parks where it is: a loop in the diagram never waits.
MAX_STEPS = 10_000
#: The work of one attempt, and of all attempts of a unit in which steps fail.
MAX_ATTEMPT_S, MAX_UNIT_S = 5.0, 15.0


#: The processor's clock of a thread is slow to read: only every so many steps.
_EVERY = 64


class Budget:
    """What is left for one unit; the same object serves every attempt."""

    def __init__(self) -> None:
        self._sandbox = self._attempt_sandbox = scripts.waited_s()
        self._before = 0.0  # processor time of earlier attempts
        self._began: float | None = None
        self._busy = 0.0
        self._seen = self._sandbox
        self._over: ExecutionError | None = None

    def begin_attempt(self) -> None:
        """The unit is done again from its beginning."""
        self._before += self._busy
        self._began, self._busy = None, 0.0
        self._attempt_sandbox = scripts.waited_s()

    def exhausted(self, steps: int) -> ExecutionError | None:
        """Return why no step may run any more after *steps* of this attempt; once over, it stays so."""
        waited = scripts.waited_s()
        if self._over is not None:
            return self._over
        if steps % _EVERY == _EVERY - 1:
            now = time.thread_time()
            self._began = now if self._began is None else self._began
            self._busy = now - self._began
        elif waited == self._seen and steps <= MAX_STEPS:
            return None
        self._seen = waited
        attempt = self._busy + waited - self._attempt_sandbox
        unit = self._before + self._busy + waited - self._sandbox
        if steps > MAX_STEPS:
            self._over = EndlessRun(MAX_STEPS)
        elif attempt > MAX_ATTEMPT_S or unit > MAX_UNIT_S:
            self._over = TooMuchWork(MAX_ATTEMPT_S)
        return self._over
