"""One unit of work on an instance, repeated with the failing steps parked.

A step that fails spoils the live object.  So the unit is done again from the stored state, and where it failed
the token is parked with an incident while the other branches go on; an employee's completion always stands.  The
repeat takes the same way because the clock and the random numbers of a unit are frozen.
"""

from collections.abc import Callable

from bpmn.spiff.errors import ExecutionError, StepFailed
from bpmn.spiff.workflow import Workflow


class TooManyFailures(ExecutionError):
    """More steps of one unit failed than may be parked; nothing was changed."""

    code = "unit.too_many_failures"


def run_unit(
    begin: Callable[[], Workflow], command: Callable[[Workflow], None], *, max_repeats: int = 50
) -> Workflow:
    """Restore by *begin*, act by *command*, advance; park what fails and repeat.  Return the live workflow.

    `begin` gives a fresh live object each time and undoes what an attempt has done elsewhere; the services it
    gives must be those of the first attempt: same `now`, random numbers from the same seed.

    Raises:
        TooManyFailures: more than *max_repeats* steps failed.
        What *command* raises: it is not a step.
    """
    parked: dict[int, StepFailed] = {}
    while True:
        workflow = begin()
        command(workflow)
        try:
            workflow.advance({step: (failure.code, failure.message) for step, failure in parked.items()})
        except StepFailed as failure:
            if failure.step in parked or len(parked) >= max_repeats:
                raise TooManyFailures(
                    f"{len(parked) + 1} steps of one unit failed, the last at {failure.element_id}: {failure.message}",
                    element=failure.element_id,
                ) from failure
            parked[failure.step] = failure
        else:
            return workflow
