"""Finds running requests to which nothing can happen any more: no task, no job, no wait, no incident.

There should never be one: a request rests at a wait, ends, or has an incident.  One that is found is a fault of
ours or a row that somebody deleted by hand; it is reported, never touched.
"""

from bpmn.actors import Actor
from bpmn.errors import EngineError
from bpmn.runtime import Runtime
from bpmn.spiff.errors import ExecutionError
from storage.queries import watchdog
from storage.queries.watchdog import Silent

MOST = 200
_NOBODY = Actor(id=None, name="")


class Watchdog:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def stuck(self, limit: int = MOST) -> list[Silent]:
        """Return requests without any possible next event, the longest silent first.

        An open ad-hoc subprocess has no row of its own: people pick its activities, so its request is not stuck.
        """
        with self._runtime.storage.read() as connection:
            silent = watchdog.silent(connection, limit=limit)
        return [found for found in silent if not self._offers_activities(found.instance_id)]

    def _offers_activities(self, instance_id: int) -> bool:
        try:
            with self._runtime.peek(instance_id, by=_NOBODY) as (instance, _, workflow):
                return instance.state != "active" or bool(workflow.open_adhoc())
        except (EngineError, ExecutionError):
            return False
