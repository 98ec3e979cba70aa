"""Jobs of the engine itself that other use cases do slice by slice: migrations, replays, planned activations."""

from collections.abc import Callable

from bpmn.jobs import Jobs
from bpmn.runtime import Runtime
from storage.rows import JobRow


class BackgroundJobs(Jobs):
    """`background` says who does a job of a kind that a single request does not know."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime)
        self.background: dict[str, Callable[[JobRow], None]] = {}

    def _run(self, row: JobRow) -> None:
        work = self.background.get(row.kind)
        if work is not None:
            work(row)
        else:
            super()._run(row)
