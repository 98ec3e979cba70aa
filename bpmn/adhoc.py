"""Begin activities of ad-hoc subprocesses and say when enough was done (BPMN 2.0 §13.3.5)."""

from dataclasses import dataclass

from sqlalchemy import func, select

from bpmn.actors import Actor
from bpmn.errors import Conflict, NotAllowed
from bpmn.projection import event
from bpmn.runtime import Runtime
from bpmn.spiff import TokenGone, Workflow
from storage.models import Activity as History


@dataclass(frozen=True, slots=True)
class Activity:
    """One thing that can be done in an ad-hoc subprocess: how many are open, how many were done."""

    element_id: str
    name: str
    may_start: bool
    running: int
    done: int


@dataclass(frozen=True, slots=True)
class Work:
    """An open ad-hoc subprocess with its activities in the order of the diagram.

    *cancels*: saying that it is enough cancels what still runs, else that is awaited.  *enough*: it was said.
    *yours*: the person who asks may lead it.
    """

    token_id: int
    name: str
    activities: list[Activity]
    sequential: bool
    cancels: bool
    enough: bool
    yours: bool

    @property
    def running(self) -> list[Activity]:
        return [activity for activity in self.activities if activity.running]


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

    def works(self, instance_id: int, *, by: Actor) -> list[Work]:
        """Return the open ad-hoc subprocesses that people lead, with everything in them.  Raises NotFound."""
        with self._runtime.peek(instance_id, by=Actor.system()) as (request, _, workflow):
            found = workflow.led()
            if not found:
                return []
            names = {key: _name(workflow, key) for led in found for key in (led.element_id, *led.activities)}
        yours = may_lead(by, responsible_id=request.responsible_id, started_by_id=request.started_by_id)
        done = self._done(instance_id, [key for led in found for key in led.activities])
        return [
            Work(
                token_id=led.token_id,
                name=names[led.element_id],
                activities=[
                    Activity(key, names[key], key in led.startable, led.running.get(key, 0), done.get(key, 0))
                    for key in led.activities
                ],
                sequential=led.sequential,
                cancels=led.cancels,
                enough=led.enough,
                yours=yours,
            )
            for led in found
        ]

    def _done(self, instance_id: int, elements: list[str]) -> dict[str, int]:
        with self._runtime.storage.read() as connection:
            rows = connection.execute(
                select(History.element_id, func.count())
                .where(
                    History.instance_id == instance_id,
                    History.element_id.in_(elements),
                    History.outcome == "completed",
                )
                .group_by(History.element_id)
            )
            return {row[0]: row[1] for row in rows}

    def start(self, *, instance_id: int, token_id: int, element_id: str, by: Actor) -> None:
        """Begin an activity.

        Raises:
            NotFound, RequestEnded.
            Conflict: it cannot begin now, or somebody said meanwhile that it was enough.
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
            if not may_lead(by, responsible_id=instance.responsible_id, started_by_id=instance.started_by_id):
                raise NotAllowed("only the responsible leads a request", reason="request.not_yours")
            try:
                self._runtime.advance(uow, instance, command, by=by, now=now)
            except TokenGone as error:
                raise Conflict(str(error)) from error
            kind = "adhoc_started" if activity is not None else "adhoc_completed"
            uow.history.add_events([event(instance_id, kind, by=by, now=now, data={"title": title})])


def may_lead(by: Actor, *, responsible_id: int | None, started_by_id: int | None) -> bool:
    """Say who leads a request: administrators and the responsible; while nobody is, who started it."""
    leader = responsible_id if responsible_id is not None else started_by_id
    return by.is_administrator or (by.id is not None and by.id == leader)


def _name(workflow: Workflow, element_id: str) -> str:
    for model in (workflow.model, *workflow.model.siblings.values()):
        element = model.elements.get(element_id)
        if element is not None:
            return element.name or element_id
    return element_id
