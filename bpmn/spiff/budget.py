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


class Budget:
    """What is left for one unit; the same object serves every attempt."""

    def __init__(self) -> None:
        self._unit = self._attempt = self._work()
        self._over: ExecutionError | None = None

    def begin_attempt(self) -> None:
        """The unit is done again from its beginning."""
        self._attempt = self._work()

    def exhausted(self, steps: int) -> ExecutionError | None:
        """Return why no step may run any more after *steps* of this attempt; once over, it stays so."""
        if self._over is None:
            if steps > MAX_STEPS:
                self._over = EndlessRun(MAX_STEPS)
            elif (now := self._work()) - self._attempt > MAX_ATTEMPT_S or now - self._unit > MAX_UNIT_S:
                self._over = TooMuchWork(MAX_ATTEMPT_S)
        return self._over

    @staticmethod
    def _work() -> float:
        return time.thread_time() + scripts.waited_s()
