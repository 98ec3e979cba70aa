"""From a drawn event definition to an executable one."""

from bpmn.spiff.compiling import NULL, Compiler
from bpmn.spiff.events import (
    CancelEvent,
    CodedEvent,
    CompensateEvent,
    ConditionalEvent,
    Event,
    MessageEvent,
    NoEvent,
    SignalEvent,
    TerminateEvent,
    TimerEvent,
)
from bpmn.spiff.expressions import Expression
from bpmn.spiff.graph import EventDef, Node

CORRELATION = "correlation:"


def make_event(event: EventDef, node: Node, compiler: Compiler, *, throwing: bool = False) -> Event:
    """Return the executable definition; what lint refuses anyway becomes a none event."""
    if event.kind == "message":
        name = compiler.text(event.name, node.id, ("Имя сообщения", "The message name"), event.line)
        return MessageEvent(name or NULL, correlation_of(node, compiler))
    if event.kind == "signal":
        name = compiler.text(event.name, node.id, ("Имя сигнала", "The signal name"), event.line)
        return SignalEvent(name or NULL)
    if event.kind == "timer":
        timer = compiler.timer(event, node)
        return TimerEvent(timer) if timer is not None else NoEvent()
    if event.kind == "conditional":
        what = ("Условие события", "The event condition")
        return ConditionalEvent(compiler.condition(event.body or "false", node.id, what, event.line))
    if event.kind in ("error", "escalation"):
        code = event.code
        if code is None and throwing:
            code = event.reference
        return CodedEvent(
            event.kind,
            code,
            event.extras.get(f"{event.kind}CodeVariable"),
            event.extras.get(f"{event.kind}MessageVariable"),
        )
    if event.kind == "compensate":
        return CompensateEvent(event.activity)
    if event.kind == "cancel":
        return CancelEvent()
    if event.kind == "terminate":
        return TerminateEvent()
    return NoEvent()


def correlation_of(node: Node, compiler: Compiler) -> dict[str, Expression]:
    """Compile the properties `correlation:<key>`: FEEL, with or without `=`."""
    found: dict[str, Expression] = {}
    for name, text in node.extras.properties.items():
        if name.startswith(CORRELATION) and text.strip():
            key = name[len(CORRELATION) :].strip()
            what = (f"Ключ корреляции {key}", f"The correlation key {key}")
            found[key] = compiler.feel(text, node.id, what, node.line)
    return found
