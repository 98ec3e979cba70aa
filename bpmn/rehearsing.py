"""Play one recorded request through a version of its process: in memory, with a virtual clock, without effects.

What people answered, what jobs returned and which messages came is taken from the activity records; decisions,
conditions, scripts and timers are worked out anew.  No handler runs, nothing is written.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bpmn import forms, journal
from bpmn.bundles import LoadedBundle
from bpmn.environment import Environment
from bpmn.spiff import ExecutionError, Position, Workflow, caught_code
from bpmn.spiff.errors import StartNotFound, StepFailed, TokenGone

MAX_STEPS = 3_000
"""More acts than this in one request: it does not come to rest."""
_TASKS = frozenset({"userTask", "manualTask"})
_EVENTS = frozenset({"receiveTask", "intermediateCatchEvent", "boundaryEvent", "startEvent"})
_KIND = {"task": "task", "job": "job", "message": "event", "signal": "event"}


class RehearsalServices(Environment):
    """The environment of a unit that writes nothing: every handler waits to be answered from the records."""

    def __post_init__(self) -> None:
        self.at(self.now)

    def at(self, now: datetime) -> None:
        """Set the clock."""
        self.now = now
        super().__post_init__()
        self.random = random.Random(self.seed)  # noqa: S311 (chance of a process, not a secret)

    def transactional(self, handler: str) -> bool:
        return False

    def external(self, handler: str) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Visit:
    """One activity record: what was visited, how it ended, what it wrote."""

    element_id: str
    type: str
    outcome: str
    token_id: int
    closed_at: datetime
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Recording:
    """A request as it was: `standing` are the elements where it still waits, `ended_at` is None while it runs."""

    variables: Mapping[str, Any]
    visits: tuple[Visit, ...]
    started_at: datetime
    until: datetime
    state: str
    start_id: str | None
    results: Mapping[str, Any]
    standing: frozenset[str] = frozenset()

    @property
    def path(self) -> Counter[str]:
        """How often each element was completed."""
        return Counter(visit.element_id for visit in self.visits if visit.outcome == "completed")


@dataclass
class Played:
    """Where a rehearsal came: `questions` are (element, what) that nothing recorded answers."""

    path: Counter[str] = field(default_factory=Counter)
    standing: frozenset[str] = frozenset()
    state: str = "active"
    assumed: Counter[str] = field(default_factory=Counter)
    questions: list[tuple[str, str]] = field(default_factory=list)
    failure: tuple[str, str, str] | None = None  # element, code, message


def play(
    recording: Recording,
    bundle: LoadedBundle,
    services: RehearsalServices,
    mapping: Mapping[str, str],
    changed_forms: Callable[[str], bool] = lambda _: False,
) -> Played:
    """Play a recording through a version; *mapping* gives elements their names in it."""
    player = _Player(recording, bundle, services, mapping, changed_forms)
    try:
        player.run()
    except StepFailed as failure:
        player.played.failure = (player.at, failure.code, failure.message)
    except ExecutionError as error:
        player.played.failure = (player.at, getattr(error, "code", ""), str(error))
    return player.played


class _Player:
    def __init__(
        self,
        recording: Recording,
        bundle: LoadedBundle,
        services: RehearsalServices,
        mapping: Mapping[str, str],
        changed_forms: Callable[[str], bool],
    ) -> None:
        self.recording, self.bundle, self.services = recording, bundle, services
        self.mapping, self.changed_forms = mapping, changed_forms
        self.played = Played()
        self.at = ""
        self.steps = 0
        self.seen = 0
        self.due: dict[int, datetime] = {}
        self.handlers: dict[int, str] = {}
        self.forms: dict[int, str | None] = {}
        self.inputs = [visit for visit in recording.visits if self.is_input(visit)]
        self.left = Counter(self.target(visit.element_id) for visit in self.inputs)
        self.still = {self.target(element) for element in recording.standing}

    def target(self, element_id: str) -> str:
        return self.mapping.get(element_id, element_id)

    @staticmethod
    def is_input(visit: Visit) -> bool:
        if visit.outcome != "completed":
            return False
        return visit.type in _TASKS | _EVENTS or visit.type in (
            "serviceTask",
            "sendTask",
            "intermediateThrowEvent",
            "endEvent",
        )

    # -- the walk ---------------------------------------------------------------------------------------
    def run(self) -> None:
        self.services.at(self.recording.started_at)
        model = self.bundle.model
        start_id = self.target(self.recording.start_id) if self.recording.start_id else None
        starts = {start.element_id for start in model.starts}
        try:
            self.workflow = Workflow.start(
                model, self.services, variables=dict(self.recording.variables),
                start_id=start_id if start_id in starts else None,
            )  # fmt: skip
        except StartNotFound:
            self.played.failure = (start_id or "", "start.gone", "")
            return
        self.advance()
        waiting: list[Visit] = []
        for visit in self.inputs:
            self.until(visit.closed_at)
            self.services.at(max(visit.closed_at, self.services.now))
            waiting.append(visit)
            waiting = self.feed(waiting)
            if self.workflow.state != "active":
                break
        self.until(self.recording.until)
        self.feed(waiting)
        self.finish()

    def feed(self, waiting: list[Visit]) -> list[Visit]:
        """Answer what is open from the records, oldest first, until nothing fits; return what is left over."""
        while self.workflow.state == "active":
            self.assume()
            for visit in waiting:
                if self.answer(visit):
                    waiting = [other for other in waiting if other is not visit]
                    break
            else:
                return waiting
        return waiting

    def answer(self, visit: Visit) -> bool:
        """Give what was recorded to the token that waits for it now; False while none does."""
        target = self.target(visit.element_id)
        here = [p for p in self.open() if p.element_id == target]
        caught = [p for p in here if p.waits_for == "error" and p.host is not None]
        here = [p for p in here if p.waits_for in _KIND]
        if not here and not caught:
            return False
        self.at = target
        self.left[target] -= 1
        if not here:
            return self.throw(caught[0], visit)
        position = next((p for p in here if p.token_id == visit.token_id), here[0])
        values = dict(visit.values)
        match position.waits_for:
            case "task":
                self.ask(position, values)
                self.workflow.complete_task(position.token_id, values)
                self.workflow.set_local_variables(position.token_id, values)
            case "job":
                self.workflow.complete_job(position.token_id, values)
                self.workflow.set_local_variables(position.token_id, values)
            case _:
                self.workflow.fire(position.token_id, values)
        self.advance()
        return True

    def throw(self, catcher: Position, visit: Visit) -> bool:
        """Let a job end by the error that was caught then."""
        host = catcher.host or 0
        if self.workflow.token(host).waits_for != "job":
            return False
        code = caught_code(self.workflow, catcher.token_id)
        self.workflow.fail_with_bpmn_error(host, code, "", dict(visit.values))
        self.advance()
        return True

    def assume(self) -> None:
        """Have automatic steps that nothing recorded answers return what the request came to know."""
        again = True
        while again and self.workflow.state == "active":
            again = False
            for position in self.open():
                if position.waits_for != "job" or self.left[position.element_id] > 0:
                    continue
                if position.element_id in self.still:
                    continue
                self.at = position.element_id
                known = self.recording.results
                handler = self.services.runtime.registry.handlers.get(
                    self.handlers.get(position.token_id, "")
                )
                names = handler.results if handler is not None else ()
                self.workflow.complete_job(
                    position.token_id, {name: known[name] for name in names if name in known}
                )
                self.played.assumed[position.element_id] += 1
                self.advance()
                again = True
                break

    def until(self, moment: datetime) -> None:
        """Fire the timers that are due before a moment, each at its time."""
        while self.workflow.state == "active":
            live = {p.token_id for p in self.open() if p.waits_for == "timer"}
            ready = [(due, token) for token, due in self.due.items() if token in live and due <= moment]
            if not ready:
                return
            due, token = min(ready)
            del self.due[token]
            self.services.at(max(due, self.services.now))
            self.at = self.workflow.token(token).element_id
            self.workflow.fire(token, {})
            self.advance()
            self.assume()

    def ask(self, position: Position, values: dict[str, Any]) -> None:
        """Note the fields of a form that is not the old one and that the recorded answer leaves open."""
        key = self.forms.get(position.token_id)
        if not key or not self.changed_forms(key):
            return
        variables = {**self.workflow.variables_of(position.token_id), **values}
        runtime = self.services.runtime
        result = forms.check(
            self.bundle.form(key), {}, variables, functions=self.services.functions, now=self.services.now,
            zone=runtime.zone, files={},
        )  # fmt: skip
        for path in result.errors:
            if path and path.partition("[")[0].partition(".")[0] not in variables:
                self.played.questions.append((position.element_id, path))

    # -- the instance -----------------------------------------------------------------------------------
    def advance(self) -> None:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise TokenGone(0, "at rest")
        self.workflow.advance()
        for entry in self.workflow.journal[self.seen :]:
            match entry:
                case journal.TimerOpened():
                    self.due[entry.token_id] = entry.due_at
                case journal.JobOpened():
                    self.handlers[entry.token_id] = entry.handler
                case journal.TaskOpened():
                    self.forms[entry.token_id] = entry.form
                case journal.Closed():
                    if entry.outcome == "completed":
                        self.played.path[entry.element_id] += 1
        self.seen = len(self.workflow.journal)

    def open(self) -> list[Position]:
        return [p for p in self.workflow.positions() if p.waits_for]

    def finish(self) -> None:
        """Write down where it came, and what nobody answered."""
        played, recording = self.played, self.recording
        played.state = self.workflow.state
        if played.state != "active":
            return
        open_now = [p for p in self.open() if p.waits_for in _KIND or p.waits_for == "timer"]
        played.standing = frozenset(p.element_id for p in open_now)
        for position in open_now:
            asked = position.waits_for in ("task", "job", "message") and position.host is None
            if asked and position.element_id not in self.still and position.element_id not in self.elements():
                played.questions.append((position.element_id, ""))
        if recording.state != "active" and not played.questions and open_now:
            played.questions += [(p.element_id, "") for p in open_now if p.waits_for in ("task", "job")]

    def elements(self) -> set[str]:
        """Where the recorded request was, in the names of this version."""
        return {self.target(visit.element_id) for visit in self.recording.visits}


def start_values(final: Mapping[str, Any], records: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the variables that a request began with: those of the end, less everything written on the way.

    *records* are what the activities wrote, oldest first: `values`, what they replaced as `before`.
    """
    found = dict(final)
    met: set[str] = set()
    for record in records:
        before = record.get("before") or {}
        for name in record.get("values") or {}:
            if name in met:
                continue
            met.add(name)
            if name in before:
                found[name] = before[name]
            else:
                found.pop(name, None)
    return found
