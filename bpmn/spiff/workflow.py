"""A process instance as the rest of the engine sees it.

Commands only record their outcome on a token and queue it; `advance` runs the steps.  After an exception from
`advance` the object must be discarded and restored again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from bpmn import journal
from bpmn.spiff import codec
from bpmn.spiff import token as tokens
from bpmn.spiff.activities import JobTask, UserTask
from bpmn.spiff.adhoc import Led, led
from bpmn.spiff.budget import Budget
from bpmn.spiff.catching import climb, mark_fired
from bpmn.spiff.errors import StartNotFound, TokenGone
from bpmn.spiff.model import ProcessModel
from bpmn.spiff.scopes import Instance, Scope
from bpmn.spiff.services import Services
from bpmn.spiff.sheets import Loader, Sheet
from bpmn.spiff.subprocesses import AdHocScope
from bpmn.spiff.token import Token


@dataclass(frozen=True, slots=True)
class Dumped:
    """A saved instance: its compressed state and the large values that must be stored beside it."""

    state: bytes
    new_values: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Position:
    """Where a token stands; `incident` is (code, message) of a parked one.

    `host` is the token that this one waits at: an activity with boundary events, an event-based gateway.
    """

    token_id: int
    element_id: str
    element_type: str
    opened_at: datetime | None
    via: str | None
    incident: tuple[str, str] | None
    waits_for: str
    host: int | None = None


class Workflow:
    """A live process instance."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._first_new = instance.next_id
        instance.facade = self

    # ------------------------------------------------------------ life
    @classmethod
    def start(
        cls,
        model: ProcessModel,
        services: Services,
        *,
        variables: Mapping[str, Any],
        start_id: str | None = None,
    ) -> "Workflow":
        """Create an instance that will begin at *start_id*, or at its none start; nothing runs yet.

        Raises:
            StartNotFound: no such start, or the process has no none start event.
            ValueRefused: a variable cannot be stored.
        """
        found = [
            trigger
            for trigger in model.starts
            if (trigger.element_id == start_id if start_id else trigger.kind == "none")
        ]
        if not found:
            raise StartNotFound(model.key, start_id)
        instance = Instance(model, services)
        for name, value in variables.items():
            instance.sheet.declare(name, value)
        workflow = cls(instance)
        instance.begin(None if found[0].implicit else found[0].element_id)
        return workflow

    @classmethod
    def restore(cls, model: ProcessModel, state: bytes, services: Services, values: Loader) -> "Workflow":
        """Return the live instance of a saved state; *values* loads large values by hash when first read.

        Raises:
            StateUnreadable: damaged, of a newer release, or of another diagram.
        """
        return cls(codec.load(codec.unpack(state), model, services, values))

    def dump(self) -> Dumped:
        """Return what has to be saved."""
        content, new = codec.dump(self._instance)
        return Dumped(codec.pack(content), new)

    # ------------------------------------------------------------ looking
    @property
    def model(self) -> ProcessModel:
        """The process."""
        return self._instance.model

    @property
    def state(self) -> str:
        """active, completed, error_ended, terminated or cancelled."""
        return self._instance.state

    @property
    def end_element(self) -> str | None:
        """The element with which the instance ended."""
        return self._instance.end_element

    @property
    def journal(self) -> list[journal.Entry]:
        """What happened since the start or the restore, in order."""
        return self._instance.journal

    def is_new(self, token_id: int) -> bool:
        """Tell whether a token was made since the start or the restore."""
        return token_id >= self._first_new

    @property
    def variables(self) -> Mapping[str, Any]:
        """The variables of the instance: a lazy mapping."""
        return self._instance.sheet

    def variables_of(self, token_id: int) -> Mapping[str, Any]:
        """Return the variables as the token sees them; raises TokenGone."""
        return self._token(token_id).sheet

    def token(self, token_id: int) -> Position:
        """Return where a token stands; raises TokenGone."""
        return _position(self._token(token_id))

    def positions(self) -> list[Position]:
        """Return every live token, oldest first."""
        self._instance.thaw_all()
        return [_position(self._instance.live[key]) for key in sorted(self._instance.live)]

    def parameters(self, token_id: int) -> dict[str, Any]:
        """Evaluate the input parameters of a waiting job.

        Raises:
            TokenGone: the token is no job.
            ExpressionFailed: a parameter cannot be evaluated.
        """
        token = self._token(token_id)
        if not isinstance(token.task_spec, JobTask):
            raise TokenGone(token_id, "a job")
        return token.task_spec.parameters(token)

    def open_adhoc(self) -> list[tuple[int, str]]:
        """Return the open ad-hoc subprocesses in which people pick the activities: token and element ids."""
        return [(scope.host.id, scope.host.task_spec.element_id) for scope in self._adhoc_scopes()]

    def led(self) -> list[Led]:
        """Describe the open ad-hoc subprocesses in which people pick the activities."""
        return [led(scope) for scope in self._adhoc_scopes()]

    def startable(self) -> list[tuple[int, str]]:
        """Return the ad-hoc activities that may be started now: the token of the subprocess and the element id."""
        return [
            (scope.host.id, node.element_id)
            for scope in self._adhoc_scopes()
            for node in cast(AdHocScope, scope.spec).startable(scope)
        ]

    # ------------------------------------------------------------ commands
    def complete_task(self, token_id: int, variables: Mapping[str, Any]) -> None:
        """Record that a person has completed a task; raises TokenGone, ValueRefused."""
        token = self._token(token_id)
        if (
            not isinstance(token.task_spec, UserTask)
            or token._state != tokens.READY
            or "done" in token.internal_data
        ):
            raise TokenGone(token_id, "an open task")
        self._finish(token, variables)

    def complete_job(self, token_id: int, variables: Mapping[str, Any]) -> None:
        """Record that a handler has done its work; raises TokenGone, ValueRefused."""
        self._finish(self._open_job(token_id), variables)

    def fail_with_bpmn_error(
        self, token_id: int, code: str, message: str, variables: Mapping[str, Any]
    ) -> bool:
        """Hand a BPMN error of a job (or a task) to its catcher; False when there is none, nothing changed then."""
        token = self._token(token_id)
        if "done" in token.internal_data or token._state not in (tokens.STARTED, tokens.READY):
            raise TokenGone(token_id, "an open job")
        return climb(token, "error", code, message, variables, own=True) is not None

    def fire(self, token_id: int, payload: Mapping[str, Any]) -> None:
        """Record that what a token waits for has come: timer, message, signal or condition; raises TokenGone."""
        token = self._token(token_id)
        if (
            token._state != tokens.WAITING
            or token.task_spec.waits_for is None
            or "fired" in token.internal_data
        ):
            raise TokenGone(token_id, "waiting for an event")
        mark_fired(token, payload)

    def start_activity(self, token_id: int, element_id: str) -> None:
        """Begin an activity of the ad-hoc subprocess at *token_id*; raises TokenGone."""
        scope = self._adhoc_scope(token_id)
        for node in cast(AdHocScope, scope.spec).startable(scope):
            if node.element_id == element_id:
                self._instance.push(Token(scope, node))
                return
        raise TokenGone(token_id, f"an ad-hoc subprocess that may start {element_id!r} now")

    def complete_adhoc(self, token_id: int) -> None:
        """Say that enough was done in the ad-hoc subprocess at *token_id*; raises TokenGone."""
        scope = self._adhoc_scope(token_id)
        cast(AdHocScope, scope.spec).complete_by_hand(scope)

    def retry(self, token_id: int) -> None:
        """Run a parked element again; raises TokenGone."""
        token = self._token(token_id)
        if token.incident is None:
            raise TokenGone(token_id, "parked")
        self._instance.unpark(token)
        self._push(token)

    def skip(self, token_id: int, variables: Mapping[str, Any]) -> None:
        """Pass over a parked element, or over an open job or task; raises TokenGone.

        A gateway that is passed over takes its default flow or its only one.
        """
        token = self._token(token_id)
        instance = self._instance
        if token.incident is None and token._state not in (tokens.STARTED, tokens.READY, tokens.WAITING):
            raise TokenGone(token_id, "parked or open")
        if token.task_spec.is_boundary and token.incident is not None and token._state == tokens.FUTURE:
            instance.unpark(token)
            token.cancel()
            return
        token.task_spec.skip(token, variables)
        instance.unpark(token)
        self._push(token)

    def cancel(self) -> None:
        """End the whole instance; everything open is closed."""
        instance = self._instance
        if instance.state == "active":
            instance.state = "cancelled"
            instance.finish()

    def set_variables(self, variables: Mapping[str, Any]) -> None:
        """Set variables of the instance; raises ValueRefused."""
        for name, value in variables.items():
            self._instance.sheet[name] = value

    def set_local_variables(self, token_id: int, variables: Mapping[str, Any]) -> None:
        """Set variables where the token sees them declared; raises TokenGone, ValueRefused."""
        sheet: Sheet = self._token(token_id).sheet
        for name, value in variables.items():
            sheet[name] = value

    def advance(
        self,
        parked: Mapping[int, tuple[str, str, int]] = {},
        stop_at: int | None = None,
        budget: Budget | None = None,
    ) -> None:
        """Run to the next wait states, one step at a time.

        The steps in *parked* (number → code, message, token id) and every step from *stop_at* on are not run:
        their tokens are parked.  So is all that goes over the *budget* (by default one of this very call).

        Raises:
            StepFailed, NotRepeatable: discard this object.
        """
        self._instance.advance(parked, stop_at, budget)

    # ------------------------------------------------------------ inside
    def _token(self, token_id: int) -> Token:
        token = self._instance.live.get(token_id) or self._instance.thaw(token_id)
        if token is None:
            raise TokenGone(token_id, "alive")
        return token

    def _adhoc_scopes(self) -> list[Scope]:
        self._instance.thaw_all()
        scopes = [self._instance.subprocesses[key] for key in sorted(self._instance.subprocesses)]
        return [scope for scope in scopes if isinstance(scope.spec, AdHocScope) and scope.spec.by_hand]

    def _adhoc_scope(self, token_id: int) -> Scope:
        for scope in self._adhoc_scopes():
            if scope.host.id == token_id:
                return scope
        raise TokenGone(token_id, "an open ad-hoc subprocess")

    def _open_job(self, token_id: int) -> Token:
        token = self._token(token_id)
        if (
            not isinstance(token.task_spec, JobTask)
            or token._state != tokens.STARTED
            or "done" in token.internal_data
        ):
            raise TokenGone(token_id, "an open job")
        return token

    def _finish(self, token: Token, variables: Mapping[str, Any]) -> None:
        token.task_spec.receive(token, variables)
        token.internal_data["done"] = 1
        if token.incident is None:
            self._instance.push(token)

    def _push(self, token: Token) -> None:
        if "fired" in token.internal_data:
            token.count()
            self._instance.push_urgent(token)
        elif token._state == tokens.WAITING and token.task_spec.waits_for == "conditional":
            token.internal_data["check"] = 1
            self._instance.push_urgent(token)
        else:
            self._instance.push(token)


def _position(token: Token) -> Position:
    spec = token.task_spec
    waits = spec.waits_for or {UserTask: "task", JobTask: "job"}.get(type(spec), "")
    return Position(
        token.id,
        spec.element_id,
        spec.element_type,
        token.opened_at,
        token.via,
        token.incident,
        waits,
        token.host.id if token.host is not None else None,
    )
