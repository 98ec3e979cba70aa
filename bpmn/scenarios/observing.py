"""What is open, waiting and done at this moment, over all requests of a scenario."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from bpmn.spiff import Element, ProcessModel
from storage.models import Activity, Definition, Incident, Instance, Job, Subscription, Task, User

_ASSIGNMENT = "assignment"
_EVENTS = frozenset({"boundaryEvent", "intermediateCatchEvent", "startEvent", "receiveTask"})


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task somebody may complete; `names` are what a scenario may call it, the diagram's own name first."""

    id: int
    element_id: str
    names: tuple[str, ...]
    assignee: str | None
    form: str | None
    definition_id: int


@dataclass(frozen=True, slots=True)
class OpenWait:
    """A token that waits for something to arrive: `kind` message, signal, conditional or timer."""

    kind: str
    element_id: str
    name: str
    instance_id: int | None
    token_id: int | None
    due_at: datetime | None = None


class Names:
    """The elements of the bundle by id and by name."""

    def __init__(self, models: Mapping[str, ProcessModel]) -> None:
        self.elements: dict[str, Element] = {}
        self._ids: dict[str, set[str]] = {}
        for model in models.values():
            for element in model.elements.values():
                self.elements.setdefault(element.id, element)
                if element.name:
                    self._ids.setdefault(plain(element.name), set()).add(element.id)

    def ids(self, word: str) -> frozenset[str]:
        """Return the elements that *word* means: the one with that id, else those with that name."""
        if word in self.elements:
            return frozenset({word})
        return frozenset(self._ids.get(plain(word), ()))

    def name(self, element_id: str) -> str:
        """Return an element's name, its id where it has none."""
        element = self.elements.get(element_id)
        return plain(element.name) if element is not None and element.name else element_id


def plain(text: str) -> str:
    """Return a name without the line breaks and double spaces that diagrams hold."""
    return " ".join(text.split())


class View:
    """Reads the rows of one moment."""

    def __init__(self, connection: Connection, names: Names) -> None:
        self._connection, self._names = connection, names

    def tasks(self) -> list[OpenTask]:
        """Return the open tasks, oldest first."""
        rows = self._connection.execute(
            select(Task.id, Task.element_id, Task.name, User.name, Task.form, Instance.definition_id)
            .join(Instance, Instance.id == Task.instance_id)
            .outerjoin(User, User.id == Task.assignee_id)
            .where(Task.state == "open")
            .order_by(Task.id)
        )
        return [
            OpenTask(
                id=task_id,
                element_id=element_id,
                names=tuple(dict.fromkeys([self._names.name(element_id), plain(shown), element_id])),
                assignee=assignee,
                form=form,
                definition_id=definition_id,
            )
            for task_id, element_id, shown, assignee, form, definition_id in rows
        ]

    def jobs(self) -> list[str]:
        """Return the element ids of the open service jobs, oldest first; a failed one is open."""
        query = select(Job.element_id).where(Job.kind == "handler").order_by(Job.id)
        return list(self._connection.scalars(query))

    def waits(self) -> list[OpenWait]:
        """Return what running requests wait for, oldest first."""
        query = (
            select(
                Subscription.kind,
                Subscription.element_id,
                Subscription.name,
                Subscription.instance_id,
                Subscription.token_id,
            )
            .where(Subscription.instance_id.is_not(None))
            .order_by(Subscription.id)
        )
        found = [OpenWait(*row) for row in self._connection.execute(query)]
        timers = select(Job.element_id, Job.instance_id, Job.token_id, Job.due_at).where(Job.kind == "timer")
        found += [
            OpenWait("timer", element_id, self._names.name(element_id), instance_id, token_id, due_at)
            for element_id, instance_id, token_id, due_at in self._connection.execute(
                timers.order_by(Job.due_at, Job.id)
            )
        ]
        return found

    def incidents(self) -> list[str]:
        """Return the messages of open incidents; that a task names nobody who exists is none here."""
        query = select(Incident.message).where(Incident.state == "open", Incident.kind != _ASSIGNMENT)
        return list(self._connection.scalars(query.order_by(Incident.id)))

    def visited(self) -> Counter[str]:
        """Count how often each element was completed."""
        query = select(Activity.element_id, func.count()).where(Activity.outcome == "completed")
        return Counter(dict(self._connection.execute(query.group_by(Activity.element_id)).tuples().all()))

    def reached(self) -> Counter[str]:
        """Count how often a token came to each element; an event that only stood by does not count."""
        found = self.visited()
        cancelled = select(Activity.element_id, func.count()).where(
            Activity.outcome == "cancelled", Activity.element_type.not_in(_EVENTS)
        )
        found.update(dict(self._connection.execute(cancelled.group_by(Activity.element_id)).tuples().all()))
        found.update(task.element_id for task in self.tasks())
        found.update(self.jobs())
        return found

    def state(self, instance_id: int) -> str | None:
        """Return the state of a request."""
        return self._connection.scalar(select(Instance.state).where(Instance.id == instance_id))

    def instances(self) -> list[tuple[int, str]]:
        """Return the requests with the keys of their processes, oldest first."""
        query = select(Instance.id, Definition.key).join(Definition).order_by(Instance.id)
        return list(self._connection.execute(query).tuples())
