"""Event definitions: what a catching event waits for and how it says so."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition

from bpmn import journal
from bpmn.spiff import timers
from bpmn.spiff.errors import ExecutionError
from bpmn.spiff.expressions import Expression
from bpmn.spiff.model import Timer
from bpmn.spiff.token import Token


class Event(EventDefinition):
    """Base: `kind` is the BPMN name of the event."""

    kind = "none"

    def __init__(self, name: str = "") -> None:
        super().__init__(name)

    def open(self, token: Token) -> None:
        """Announce the wait in the journal."""

    def again(self, token: Token) -> dict[str, Any] | None:
        """Return the flags of the token that waits for the next one; None when there is none."""
        return {}


class MessageEvent(Event):
    """A message, correlated by all of its keys."""

    kind = "message"

    def __init__(self, name: Expression, correlation: Mapping[str, Expression]) -> None:
        super().__init__(name.source)
        self.name_expression, self.correlation = name, correlation

    def open(self, token: Token) -> None:
        name, keys = self.resolve(token)
        token.top.record(journal.MessageOpened(token.id, token.task_spec.element_id, name, keys))

    def resolve(self, token: Token) -> tuple[str, dict[str, Any]]:
        """Return the message name and the correlation keys."""
        services = token.top.services
        name = self.name_expression.evaluate(token.sheet, services)
        if not isinstance(name, str) or not name:
            raise ExecutionError(f"the message name is {name!r}", code="message.name")
        keys = {key: item.evaluate(token.sheet, services) for key, item in self.correlation.items()}
        return name, keys


class SignalEvent(Event):
    """A signal: whoever waits gets it."""

    kind = "signal"

    def __init__(self, name: Expression) -> None:
        super().__init__(name.source)
        self.name_expression = name

    def resolve(self, token: Token) -> str:
        """Return the signal's name."""
        name = self.name_expression.evaluate(token.sheet, token.top.services)
        if not isinstance(name, str) or not name:
            raise ExecutionError(f"the signal name is {name!r}", code="signal.name")
        return name

    def open(self, token: Token) -> None:
        name = self.resolve(token)
        token.internal_data["signal"] = name
        token.top.record(journal.SignalOpened(token.id, token.task_spec.element_id, name))


def _zone(token: Token) -> tzinfo:
    return getattr(token.top.services, "zone", None) or timers.UTC


class TimerEvent(Event):
    """A point in time; a cycle keeps its anchor, so that it does not drift."""

    kind = "timer"

    def __init__(self, timer: Timer) -> None:
        super().__init__(timer.expression.source)
        self.timer = timer

    def open(self, token: Token) -> None:
        top = token.top
        zone = _zone(token)
        flags = token.internal_data
        left: int | None = None
        if self.timer.kind == "cycle":
            if "cycle" not in flags:
                rule = self.timer.expression.evaluate(token.sheet, top.services)
                if not isinstance(rule, str):
                    rule = self._duration_text(rule)
                flags["cycle"] = [rule, top.now.isoformat(), 0]
            rule, anchor, index = flags["cycle"]
            cycle = timers.parse_cycle(rule, zone)
            due = cycle.due(datetime.fromisoformat(anchor), index, top.now, zone)
            if due is None:
                raise timers.TimerUnreadable("cycle", rule)
            left = timers.ENDLESS if cycle.count is None else cycle.count - index - 1
        else:
            value = self.timer.expression.evaluate(token.sheet, top.services)
            if self.timer.kind == "date":
                due = timers.date_of(value, zone)
            else:
                due = timers.duration_of(value).after(top.now, zone)
        flags["due"] = due.isoformat()
        top.record(
            journal.TimerOpened(token.id, token.task_spec.element_id, due, left, token.task_spec.is_boundary)
        )

    def finite(self, token: Token) -> bool:
        """Tell whether the cycle of *token* fires a given number of times."""
        return timers.parse_cycle(token.internal_data["cycle"][0], _zone(token)).count is not None

    @staticmethod
    def _duration_text(value: Any) -> str:
        raise timers.TimerUnreadable("cycle", value)

    def again(self, token: Token) -> dict[str, Any] | None:
        if self.timer.kind != "cycle":
            return None
        rule, anchor, index = token.internal_data["cycle"]
        zone = _zone(token)
        cycle, now = timers.parse_cycle(rule, zone), token.top.now
        armed_at = datetime.fromisoformat(anchor)
        index = cycle.after_missed(armed_at, index, now, zone)
        if cycle.count is not None and index >= cycle.count:
            return None
        if cycle.due(armed_at, index, now, zone) is None:
            return None
        return {"cycle": [rule, anchor, index]}


class ConditionalEvent(Event):
    """A condition over variables; it fires when it becomes true."""

    kind = "conditional"

    def __init__(self, condition: Expression) -> None:
        super().__init__(condition.source)
        self.condition = condition

    def open(self, token: Token) -> None:
        top = token.top
        top.conditions[token.id] = token
        token.internal_data.setdefault("was", 0)
        token.internal_data["check"] = 1
        top.push_urgent(token)
        top.record(journal.ConditionOpened(token.id, token.task_spec.element_id, self.condition.names))

    def again(self, token: Token) -> dict[str, Any] | None:
        return {"was": 1}


class CodedEvent(Event):
    """An error or escalation; without a code it catches every one."""

    def __init__(
        self, kind: str, code: str | None, code_variable: str | None, message_variable: str | None
    ) -> None:
        super().__init__(code or "")
        self.kind, self.code = kind, code
        self.code_variable, self.message_variable = code_variable, message_variable


class CancelEvent(Event):
    """The cancellation of a transaction."""

    kind = "cancel"


class TerminateEvent(Event):
    """The end of everything in the scope."""

    kind = "terminate"


class CompensateEvent(Event):
    """Undo what has been done, or one activity."""

    kind = "compensate"

    def __init__(self, activity: str | None) -> None:
        super().__init__(activity or "")
        self.activity = activity


class NoEvent(Event):
    """A none event: a milestone."""
