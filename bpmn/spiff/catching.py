"""Events that wait: intermediate, boundary, receive tasks and the starts of event subprocesses."""

from collections.abc import Mapping, Sequence
from typing import Any

from SpiffWorkflow.bpmn.specs import defaults

from bpmn.spiff import token as tokens
from bpmn.spiff.events import CodedEvent, ConditionalEvent, Event, TimerEvent
from bpmn.spiff.specs import FlowSpec, Node
from bpmn.spiff.token import Token


class Catching(Node):
    """Base: the token waits until `Instance.fire` or a thrower marks it."""

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        kwargs.setdefault("event_definition", event)
        super().__init__(*args, **kwargs)
        self.manual = False
        self.event = event
        self.arms = event.kind != "none"
        self.waits_for = None if event.kind == "none" else event.kind

    def _update_hook(self, my_task: Token) -> bool:
        self.map_inputs(my_task)
        if self.event.kind == "none":
            return True
        self.event.open(my_task)
        my_task._set_state(tokens.WAITING)
        return False

    def _run_hook(self, my_task: Token) -> bool | None:
        return True

    def _on_ready_hook(self, my_task: Token) -> None:
        """The library would look at its event manager."""

    def concerned(self, token: Token, changed: frozenset[str]) -> bool:
        event = self.event
        if not isinstance(event, ConditionalEvent) or token._state != tokens.WAITING:
            return False
        flags = token.internal_data
        if "fired" in flags or "incident" in flags:
            return False
        return bool(event.condition.names & changed)

    def check(self, token: Token) -> None:
        """Fire when the condition has become true."""
        assert isinstance(self.event, ConditionalEvent)
        now = self.event.condition.test(token.sheet, token.top.services)
        before = token.internal_data.get("was")
        token.internal_data["was"] = int(now)
        if now and not before:
            mark_fired(token, {})

    def skip(self, token: Token, variables: Mapping[str, Any]) -> None:
        """Go on as if the event had come."""
        self.receive(token, variables)
        token.internal_data["fired"] = 1

    def fired(self, token: Token) -> None:
        host = token.host
        if host is not None and not self.is_boundary:
            host.task_spec.guest_fired(host, token)
        super().fired(token)


def mark_fired(token: Token, payload: Mapping[str, Any]) -> None:
    """Record that the event of a waiting token has come and queue the step; the payload becomes variables."""
    variable = token.task_spec.payload_variable
    token.task_spec.receive(token, payload if variable is None else {variable: dict(payload)})
    token.internal_data["fired"] = 1
    token.count()
    if token.task_spec.is_boundary or isinstance(token.task_spec, EventTrigger):
        token.top.push_urgent(token)
    else:
        token.top.push(token)


class CatchEvent(Catching, defaults.IntermediateCatchEvent):
    """An intermediate catching event.

    A timer that repeats a given number of times lets a token pass each time; an endless one passes once, at its
    next occurrence (nine o'clock, the first of the month).
    """

    def fired(self, token: Token) -> None:
        if token.host is None and isinstance(self.event, TimerEvent):
            flags = self.event.again(token)
            if flags is not None and self.event.finite(token):
                waiting = Token(token.scope, self, via=token.via)
                waiting.internal_data.update(flags)
                token.top.push(waiting)
        super().fired(token)


class StartEvent(Catching, defaults.StartEvent):
    """A start: what triggers it lives outside, the token passes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.waits_for = None

    def _update_hook(self, my_task: Token) -> bool:
        return True


class ReceiveTask(Catching, defaults.ReceiveTask):
    """A task that waits for a message."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.manual = False


class MultipleCatch(Node, defaults.NoneTask):
    """An intermediate event with several definitions: the first to come, or all of them."""

    def __init__(self, *args: Any, parallel: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.manual = False
        self.arms = True
        self.parallel = parallel
        self.parts: list[Node] = []

    def _run_hook(self, my_task: Token) -> bool | None:
        for part in self.parts:
            my_task.top.push(Token(my_task.scope, part, host=my_task, via=my_task.via))
        return None

    def guest_fired(self, host: Token, guest: Token) -> None:
        """Go on with the first event, or with the last where all are needed."""
        got = host.internal_data["got"] = host.internal_data.get("got", 0) + 1
        if self.parallel and got < len(self.parts):
            return
        guest.detach()
        host.internal_data["done"] = 1
        host.top.push(host)


class BoundaryEvent(Catching, defaults.BoundaryEvent):
    """An event on the edge of an activity; interrupting ones take the activity away."""

    counts = False
    is_boundary = True

    def __init__(self, *args: Any, event: Event, interrupting: bool, **kwargs: Any) -> None:
        super().__init__(*args, event=event, cancel_activity=interrupting, **kwargs)
        self.interrupting = interrupting

    def fired(self, token: Token) -> None:
        host, top = token.host, token.top
        assert host is not None
        token.count()
        if self.interrupting and "soft" not in token.internal_data:
            token.detach()
            host.cancel()
        else:
            flags = self.event.again(token)
            if flags is not None:
                waiting = Token(token.scope, self, host=host, sheet=host.base_sheet)
                waiting.internal_data.update(flags)
                top.push(waiting)
            token.detach()
        token._set_state(tokens.READY)
        token.run()


class EventTrigger(Catching, defaults.StartEvent):
    """The waiting start of an event subprocess: lives in the scope around it and does not keep that open."""

    counts = False

    def __init__(self, *args: Any, interrupting: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.interrupting = interrupting
        self.subprocess: Node | None = None

    def fired(self, token: Token) -> None:
        scope, top = token.scope, token.top
        assert self.subprocess is not None
        token.count()
        if self.interrupting:
            for other in scope.members():
                if other is not token:
                    other.cancel()
        else:
            flags = self.event.again(token)
            if flags is not None:
                waiting = Token(scope, self)
                waiting.internal_data.update(flags)
                top.push(waiting)
        top.push(Token(scope, self.subprocess))
        token._set_state(tokens.READY)
        token.run()

    def choose(self, token: Token) -> Sequence[FlowSpec]:
        return ()


def climb(
    token: Token, kind: str, code: str | None, message: str, variables: Mapping[str, Any], *, own: bool
) -> Token | None:
    """Mark the nearest catcher of an error or escalation fired and return it; None when there is none.

    The order is: a boundary event of the activity itself (*own*), an event subprocess of the scope, a boundary
    event of the scope's activity, and so on outwards; an exact code before a catch-all (BPMN 2.0 §10.5.7).
    """
    activity: Token | None = token if own else None
    scope = token.scope
    while True:
        while activity is not None:
            found = _best([guest for guest in activity.guests if guest.task_spec.is_boundary], kind, code)
            if found is not None:
                return _caught(found, code, message, variables)
            scope = activity.scope
            # an inner instance of a loop: the loop's own boundary events are next
            activity = activity.host if activity.task_spec.reports_to_host else None
        found = _best(
            [other for other in scope.members() if isinstance(other.task_spec, EventTrigger)], kind, code
        )
        if found is not None:
            return _caught(found, code, message, variables)
        activity = getattr(scope, "host", None)
        if activity is None:
            return None


def _best(candidates: list[Token], kind: str, code: str | None) -> Token | None:
    matching = [
        candidate
        for candidate in candidates
        if candidate.task_spec.waits_for == kind
        and candidate._state == tokens.WAITING
        and "fired" not in candidate.internal_data
        and isinstance(candidate.task_spec.event, CodedEvent)
        and candidate.task_spec.event.code in (None, code)
    ]
    return min(matching, key=lambda found: found.task_spec.event.code is None, default=None)


def _caught(found: Token, code: str | None, message: str, variables: Mapping[str, Any]) -> Token:
    event: CodedEvent = found.task_spec.event
    payload = dict(variables)
    if event.code_variable:
        payload[event.code_variable] = code
    if event.message_variable:
        payload[event.message_variable] = message
    mark_fired(found, payload)
    return found
