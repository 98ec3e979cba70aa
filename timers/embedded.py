"""The embedded executor: jobs and timers run inside the serving process.

The rows of the database are the truth.  APScheduler holds nothing but the tick that wakes the workers when no
commit of this process did; a killed process loses no job:
what it held is due again at the next start, or when its lease ends.
"""

import logging
import threading
from typing import TYPE_CHECKING

from apscheduler.schedulers.background import BackgroundScheduler

from bpmn.leases import HEARTBEAT_S
from storage.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from bpmn.engine import ProcessEngine

logger = logging.getLogger(__name__)

TICK_S = 1.0
SEARCH_S = 3.0
WORKERS = 2
BATCH = 4
MEET_S = 30.0
TELL_S = 15.0
_AFTER_FAILURE_S = 2.0


class EmbeddedExecutor:
    """Runs due jobs on a few threads until it is stopped."""

    def __init__(self, engine: "ProcessEngine", *, workers: int = WORKERS, tick_s: float = TICK_S) -> None:
        self._engine = engine
        self._tick_s = tick_s
        self._work = threading.Condition()
        self._pending = False
        self._stopping = False
        self._threads = [
            threading.Thread(target=self._run, name=f"marshrut-worker-{index}", daemon=True)
            for index in range(workers)
        ]
        self._scheduler = BackgroundScheduler(timezone="UTC")

    def start(self) -> None:
        """Begin to run jobs; those that became due while nobody ran are run now."""
        self._engine.on_wake(self.wake)
        self._engine.jobs.release_dead()
        self._scheduler.add_job(self.wake, "interval", seconds=self._tick_s, max_instances=1, coalesce=True)
        self._scheduler.add_job(self._engine.jobs.heartbeat, "interval", seconds=HEARTBEAT_S, coalesce=True)
        self._scheduler.add_job(self._engine.searching.refresh, "interval", seconds=SEARCH_S, coalesce=True)
        self._scheduler.add_job(self._engine.messages.look_again, "interval", seconds=MEET_S, coalesce=True)
        self._scheduler.add_job(self._engine.owners.tell, "interval", seconds=TELL_S, coalesce=True)
        self._scheduler.add_job(self._engine.messages.expire, "interval", minutes=5, coalesce=True)
        self._scheduler.add_job(self._engine.uploads.expire, "interval", hours=1, coalesce=True)
        self._scheduler.add_job(self._engine.external.forget, "interval", hours=1, coalesce=True)
        self._scheduler.start()
        for thread in self._threads:
            thread.start()
        self.wake()

    def wake(self) -> None:
        """Have the workers look for due jobs; returns at once."""
        with self._work:
            self._pending = True
            self._work.notify()

    def stop(self, timeout_s: float = 20.0) -> None:
        """Finish the jobs under way and stop; what is not finished in time is repeated after the next start."""
        with self._work:
            self._stopping = True
            self._work.notify_all()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout_s)

    def _run(self) -> None:
        while True:
            with self._work:
                while not self._pending and not self._stopping:
                    self._work.wait()
                if self._stopping:
                    return
                self._pending = False
            self._drain()

    def _drain(self) -> None:
        """Run everything that is due; a database that is away is tried again, never the end of the worker."""
        try:
            while not self._stopping:
                rows = self._engine.jobs.acquire(BATCH)
                if not rows:
                    return
                if len(rows) == BATCH:
                    self.wake()  # there may be more for the other workers
                self._engine.jobs.execute_all(rows, lambda: self._stopping)
        except DatabaseUnavailable as error:
            logger.error("the database cannot work now; the executor goes on", extra={"why": error.reason})
            self._pause()
        except Exception:
            logger.exception("a mistake of ours; the executor goes on")
            self._pause()

    def _pause(self) -> None:
        """Try again a little later, unless the executor is stopping."""
        with self._work:
            self._work.wait_for(lambda: self._stopping, _AFTER_FAILURE_S)
        self.wake()
