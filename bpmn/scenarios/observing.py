"""What is open, waiting and done at this moment, over all requests of a scenario."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from bpmn.spiff import Element, ProcessModel
from storage.models import Activity, Definition, Incident, Instance, Job, Subscription, Task, User
from storage.rows import JobRow
from storage.statements import Statement, table_of

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

    def _rows(self, statement: Statement, **values: Any) -> list[list[Any]]:
        return statement.rows(self._connection, values)

    def tasks(self) -> list[OpenTask]:
        """Return the open tasks, oldest first."""
        return [
            OpenTask(
                id=task_id,
                element_id=element_id,
                names=tuple(dict.fromkeys([self._names.name(element_id), plain(shown), element_id])),
                assignee=assignee,
                form=form,
                definition_id=definition_id,
            )
            for task_id, element_id, shown, assignee, form, definition_id in self._rows(_TASKS)
        ]

    def jobs(self) -> list[str]:
        """Return the element ids of the open service jobs, oldest first; a failed one is open."""
        return [row.element_id for row in self.job_rows() if row.kind == "handler"]

    def job_rows(self) -> list[JobRow]:
        """Return all jobs, in the order in which they are due."""
        return [JobRow(*row) for row in self._rows(_JOBS)]

    def waits(self) -> list[OpenWait]:
        """Return what running requests wait for, oldest first."""
        found = [OpenWait(*row) for row in self._rows(_SUBSCRIPTIONS)]
        found += [
            OpenWait("timer", job.element_id, self._names.name(job.element_id), job.instance_id, job.token_id)
            for job in self.job_rows()
            if job.kind == "timer"
        ]
        return found

    def incidents(self) -> list[str]:
        """Return the messages of open incidents; that a task names nobody who exists is none here."""
        return [message for kind, message in self._rows(_INCIDENTS) if kind != _ASSIGNMENT]

    def visited(self) -> Counter[str]:
        """Count how often each element was completed."""
        found: Counter[str] = Counter()
        for element, _, outcome, count in self._rows(_VISITS):
            if outcome == "completed":
                found[element] += count
        return found

    def reached(self) -> Counter[str]:
        """Count how often a token came to each element; an event that only stood by does not count."""
        found: Counter[str] = Counter()
        for element, kind, outcome, count in self._rows(_VISITS):
            if outcome == "completed" or kind not in _EVENTS:
                found[element] += count
        found.update(task.element_id for task in self.tasks())
        found.update(self.jobs())
        return found

    def state(self, instance_id: int) -> str | None:
        """Return the state of a request."""
        return next((state for key, _, state in self._rows(_INSTANCES) if key == instance_id), None)

    def instances(self) -> list[tuple[int, str]]:
        """Return the requests with the keys of their processes, oldest first."""
        return [(instance, key) for instance, key, _ in self._rows(_INSTANCES)]

    def active(self) -> list[int]:
        """Return the running requests, oldest first."""
        return [instance for instance, _, state in self._rows(_INSTANCES) if state == "active"]


_TASKS = Statement(
    select(Task.id, Task.element_id, Task.name, User.name.label("holder"), Task.form, Instance.definition_id)
    .join(Instance, Instance.id == Task.instance_id)
    .outerjoin(User, User.id == Task.assignee_id)
    .where(Task.state == "open")
    .order_by(Task.id)
)
_JOBS = Statement(select(*(table_of(Job).c[name] for name in JobRow.__slots__)).order_by(Job.due_at, Job.id))
_SUBSCRIPTIONS = Statement(
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
_INCIDENTS = Statement(
    select(Incident.kind, Incident.message).where(Incident.state == "open").order_by(Incident.id)
)
_VISITS = Statement(
    select(Activity.element_id, Activity.element_type, Activity.outcome, func.count()).group_by(
        Activity.element_id, Activity.element_type, Activity.outcome
    )
)
_INSTANCES = Statement(
    select(Instance.id, Definition.key, Instance.state)
    .join(Definition, Definition.id == Instance.definition_id)
    .order_by(Instance.id)
)
