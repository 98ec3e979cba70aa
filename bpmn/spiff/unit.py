"""One unit of work on an instance, repeated with the failing steps parked.

A step that fails spoils the live object.  So the unit is done again from the stored state, and where it failed
the token is parked with an incident while the other branches go on; an employee's completion always stands.  The
repeat takes the same way because the clock and the random numbers of a unit are frozen.
"""

from collections.abc import Callable

from bpmn.spiff.budget import Budget
from bpmn.spiff.errors import StepFailed
from bpmn.spiff.workflow import Workflow


def run_unit(
    begin: Callable[[], Workflow], command: Callable[[Workflow], None], *, max_repeats: int = 50
) -> Workflow:
    """Restore by *begin*, act by *command*, advance; park what fails and repeat.  Return the live workflow.

    `begin` gives a fresh live object each time and undoes what an attempt has done elsewhere; the services it
    gives must be those of the first attempt: same `now`, random numbers from the same seed.  When *max_repeats*
    steps have failed, everything that would run after the last of them is parked unrun (code `unit.stopped`), so
    that the command stands in any case.  What goes over the budget of the unit is parked without a repeat.

    Raises:
        NotRepeatable: an attempt did not take the way of the one before.
        What *command* raises: it is not a step.
    """
    parked: dict[int, tuple[str, str, int]] = {}
    stop_at: int | None = None
    budget = Budget()
    while True:
        workflow = begin()
        budget.begin_attempt()
        command(workflow)
        try:
            workflow.advance(parked, stop_at, budget)
        except StepFailed as failure:
            parked[failure.step] = (failure.code, failure.message, failure.token_id)
            if len(parked) >= max_repeats:
                stop_at = failure.step + 1
        else:
            return workflow
