"""Begin activities of ad-hoc subprocesses and say when enough was done (BPMN 2.0 §13.3.5)."""

from dataclasses import dataclass

from bpmn.actors import Actor
from bpmn.errors import NotAllowed
from bpmn.projection import event
from bpmn.runtime import Runtime
from bpmn.spiff import Workflow


@dataclass(frozen=True, slots=True)
class Choice:
    """An activity that may begin now, of the ad-hoc subprocess whose token is `token_id`."""

    token_id: int
    element_id: str
    name: str


class AdHoc:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def choices(self, instance_id: int) -> list[Choice]:
        """Return the activities that may begin now.  Raises NotFound."""
        with self._runtime.peek(instance_id, by=Actor.system()) as (_, _, workflow):
            return [Choice(token, key, _name(workflow, key)) for token, key in workflow.startable()]

    def open(self, instance_id: int) -> list[Choice]:
        """Return the open ad-hoc subprocesses that people lead.  Raises NotFound."""
        with self._runtime.peek(instance_id, by=Actor.system()) as (_, _, workflow):
            return [Choice(token, key, _name(workflow, key)) for token, key in workflow.open_adhoc()]

    def start(self, *, instance_id: int, token_id: int, element_id: str, by: Actor) -> None:
        """Begin an activity.

        Raises:
            NotFound, RequestEnded, TokenGone: it cannot begin now.
            NotAllowed: neither administrator nor responsible.
        """
        self._act(instance_id, token_id, element_id, by)

    def complete(self, *, instance_id: int, token_id: int, by: Actor) -> None:
        """Say that enough was done: what still runs is cancelled, or awaited where the diagram says so.

        Raises: as `start`.
        """
        self._act(instance_id, token_id, None, by)

    def _act(self, instance_id: int, token_id: int, activity: str | None, by: Actor) -> None:
        title = ""

        def command(workflow: Workflow) -> None:
            nonlocal title
            title = _name(workflow, activity or dict(workflow.open_adhoc()).get(token_id, ""))
            if activity is not None:
                workflow.start_activity(token_id, activity)
            else:
                workflow.complete_adhoc(token_id)

        now = self._runtime.now()
        with self._runtime.storage.unit_of_work() as uow:
            instance = self._runtime.load_active(uow, instance_id)
            if not (by.is_administrator or (by.id is not None and by.id == instance.responsible_id)):
                raise NotAllowed("only the responsible leads a request", reason="request.not_yours")
            self._runtime.advance(uow, instance, command, by=by, now=now)
            kind = "adhoc_started" if activity is not None else "adhoc_completed"
            uow.history.add_events([event(instance_id, kind, by=by, now=now, data={"title": title})])


def _name(workflow: Workflow, element_id: str) -> str:
    for model in (workflow.model, *workflow.model.siblings.values()):
        element = model.elements.get(element_id)
        if element is not None:
            return element.name or element_id
    return element_id
