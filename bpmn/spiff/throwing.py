"""Events that throw: messages, signals, errors, escalations, compensation, cancel and terminate."""

from typing import Any

from SpiffWorkflow.bpmn.specs import defaults

from bpmn import journal
from bpmn.spiff.catching import climb, mark_fired
from bpmn.spiff.compensation import Compensating
from bpmn.spiff.errors import ExecutionError
from bpmn.spiff.events import (
    CancelEvent,
    CodedEvent,
    CompensateEvent,
    Event,
    MessageEvent,
    SignalEvent,
    TerminateEvent,
)
from bpmn.spiff.token import Token


def payload(token: Token) -> dict[str, Any]:
    """Return what a thrown message or signal carries: the input parameters of the throwing element."""
    services = token.top.services
    parameters = token.task_spec.element.parameters
    made = token.task_spec.payload
    if made is not None:
        carried = made.evaluate(token.sheet, services)
        if not isinstance(carried, dict):
            raise ExecutionError(
                f"what the message carries is no dictionary: {carried!r}", code="message.payload"
            )
        return carried
    return {name: param.evaluate(token.sheet, services) for name, param in parameters.items()}


def throw(token: Token, event: Event) -> bool:
    """Throw *event*; False when the token must wait to be cancelled by an interrupting catcher."""
    top = token.top
    if isinstance(event, MessageEvent):
        name, keys = event.resolve(token)
        top.record(journal.MessageThrown(name, payload(token), keys))
    elif isinstance(event, SignalEvent):
        name, content = event.resolve(token), payload(token)
        top.record(journal.SignalThrown(name, content))
        for listener in list(top.listeners("signal")):
            if listener.internal_data.get("signal") == name:
                mark_fired(listener, content)
    elif isinstance(event, CodedEvent):
        content = payload(token)
        message = token.task_spec.element.name
        found = climb(token, event.kind, event.code, message, content, own=False)
        if found is not None:
            return not getattr(found.task_spec, "interrupting", True)
        if event.kind == "error":
            top.end_by("error_ended", token)
            token.internal_data["outcome"] = "completed"
            top.finish()
            return False
    return True


class Throwing(Compensating):
    """Base of throwing events; several definitions are thrown in the order of the diagram."""

    local_inputs = False

    def __init__(self, *args: Any, events: list[Event], **kwargs: Any) -> None:
        super().__init__(*args, event_definition=events[0] if events else Event(), **kwargs)
        self.manual = False
        self.events = events

    def _run_hook(self, my_task: Token) -> bool | None:
        for event in self.events:
            if isinstance(event, CompensateEvent):
                return self.compensate(my_task, event.activity)
            if isinstance(event, CancelEvent):
                return self.cancel_transaction(my_task)
            if not throw(my_task, event):
                my_task.internal_data["outcome"] = "completed"
                return None
        return True

    def cancel_transaction(self, token: Token) -> bool | None:
        """Stop the transaction, undo what it did, then leave by its cancel boundary event."""
        for other in token.scope.members():
            if other is not token:
                other.cancel()
        token.internal_data["cancel"] = 1
        return self.compensate(token, None, inner=True)

    def compensated(self, token: Token) -> None:
        if token.internal_data.pop("cancel", None) is None:
            super().compensated(token)
            return
        host: Token = token.scope.host
        token.internal_data["outcome"] = "completed"
        token.scope.log.clear()
        for guest in host.guests:
            if guest.task_spec.waits_for == "cancel":
                mark_fired(guest, {})
                return
        host.internal_data["done"] = 1
        token.scope.drop()
        token.top.subprocesses.pop(host.id, None)
        token.top.push(host)


class ThrowEvent(Throwing, defaults.IntermediateThrowEvent):
    """An intermediate throwing event."""


class EndEvent(Throwing, defaults.EndEvent):
    """An end: the token is gone; the scope ends when it was the last."""

    def _on_complete_hook(self, my_task: Token) -> None:
        scope = my_task.scope
        if any(isinstance(event, TerminateEvent) for event in self.events):
            if scope is my_task.top:
                my_task.top.end_by("terminated", my_task)
            for other in scope.members():
                if other is not my_task:
                    other.cancel()
