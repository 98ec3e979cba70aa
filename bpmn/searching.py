"""Keep the search index up with the requests."""

from bpmn.runtime import Runtime
from storage import search_index

_MOST_UNITS = 20  # the rest follows at the next tick


class Searching:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def refresh(self) -> int:
        """Index what changed since the last time, in short units; return how many requests were written."""
        total, more, places = 0, True, None
        for _ in range(_MOST_UNITS):
            if not more:
                break
            with self._runtime.storage.unit_of_work() as uow:
                written, places, more = search_index.catch_up(uow, places)
            total += written
        return total
