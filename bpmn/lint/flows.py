"""Sequence flows, conditions and gateways."""

from collections.abc import Iterator

from bpmn.lint.finding import about, finding, nodes
from bpmn.lint.problem import Problem
from bpmn.spiff.graph import GATEWAYS, Node
from bpmn.spiff.reader import Reader

_CATCHES = ("message", "timer", "signal", "conditional")


def default_flow(reader: Reader) -> Iterator[Problem]:
    """A default flow leaves its own element and has no condition that matters (BPMN 2.0 §8.3.13)."""
    for node in nodes(reader):
        if node.default is None:
            continue
        flow = next((flow for flow in node.outgoing if flow.id == node.default), None)
        if flow is None:
            yield about(
                reader,
                node,
                "default_unknown",
                f"Стрелка по умолчанию {node.default} не выходит из {{}}",
                f"The default flow {node.default} does not leave {{}}",
            )
        elif flow.condition is not None:
            yield finding(
                reader,
                flow.id,
                "default_condition",
                f"У стрелки по умолчанию {flow.id} есть условие: оно не имеет смысла",
                f"The default flow {flow.id} has a condition: it means nothing",
                line=flow.line,
            )
        if node.type in ("parallelGateway", "eventBasedGateway") or node.type.endswith("Event"):
            yield about(
                reader,
                node,
                "default_forbidden",
                "У {} не бывает стрелки по умолчанию",
                "{} cannot have a default flow",
            )


def conditions(reader: Reader) -> Iterator[Problem]:
    """Conditions stand where something chooses: at exclusive, inclusive and complex gateways and activities."""
    for node in nodes(reader):
        conditional = [flow for flow in node.outgoing if flow.condition is not None]
        if node.type in ("parallelGateway", "eventBasedGateway", "startEvent", "intermediateCatchEvent",
                         "intermediateThrowEvent", "boundaryEvent"):  # fmt: skip
            for flow in conditional:
                yield finding(
                    reader,
                    flow.id,
                    "condition_forbidden",
                    f"Стрелка {flow.id}: после {node.id} условий не бывает",
                    f"Sequence flow {flow.id}: conditions are not allowed after {node.id}",
                    line=flow.line,
                    severity="warning" if node.type == "parallelGateway" else "error",
                )
        if node.type in ("exclusiveGateway", "inclusiveGateway") and len(node.outgoing) > 1:
            for flow in node.outgoing:
                if flow.condition is None and flow.id != node.default:
                    yield finding(
                        reader,
                        flow.id,
                        "condition_missing",
                        f"У стрелки {flow.name or flow.id} из шлюза {node.name or node.id} нет условия"
                        " и она не по умолчанию",
                        f"The flow {flow.name or flow.id} out of the gateway {node.name or node.id} has no condition"
                        " and is not the default",
                        line=flow.line,
                    )
        if (
            len(node.outgoing) == 1
            and conditional
            and node.type not in ("parallelGateway", "eventBasedGateway")
        ):
            yield finding(
                reader,
                conditional[0].id,
                "condition_single",
                f"Условие на единственной стрелке {conditional[0].id}: если оно ложно, дальше дороги нет",
                f"A condition on the only flow {conditional[0].id}: where it is false there is no way on",
                line=conditional[0].line,
                severity="warning",
            )


def gateway_shape(reader: Reader) -> Iterator[Problem]:
    """A gateway splits or joins, as its `gatewayDirection` says (BPMN 2.0 §10.6.1)."""
    for node in nodes(reader):
        if node.type not in GATEWAYS or node.xml is None:
            continue
        ins, outs = len(node.incoming), len(node.outgoing)
        direction = node.xml.get("gatewayDirection") or "Unspecified"
        wrong = (
            (direction == "Converging" and (ins < 2 or outs > 1))
            or (direction == "Diverging" and (outs < 2 or ins > 1))
            or (direction == "Mixed" and (ins < 2 or outs < 2))
        )
        if wrong:
            yield about(
                reader,
                node,
                "gateway_direction",
                f"Шлюз {{}}: направление {direction} не подходит: вход — {ins}, выход — {outs}",
                f"The gateway {{}}: the direction {direction} does not fit {ins} incoming and {outs} outgoing flows",
            )
        elif ins < 2 and outs < 2 and not node.instantiate:
            yield about(
                reader,
                node,
                "gateway_idle",
                "Шлюз {} ничего не делит и не соединяет",
                "The gateway {} neither splits nor joins",
                severity="error" if node.type == "eventBasedGateway" else "warning",
            )


def _event_target(node: Node) -> bool:
    if node.type == "receiveTask":
        return not node.boundaries and node.loop is None
    return node.type == "intermediateCatchEvent" and len(node.events) == 1 and node.events[0].kind in _CATCHES


def event_gateway(reader: Reader) -> Iterator[Problem]:
    """After an event-based gateway come catching events or receive tasks that nothing else leads to (§10.6.5)."""
    for node in nodes(reader):
        if node.type != "eventBasedGateway":
            continue
        targets = [flow.target for flow in node.outgoing]
        if len(targets) < 2:
            yield about(
                reader,
                node,
                "event_gateway_choice",
                "Из событийного шлюза {} должно выходить не меньше двух стрелок",
                "At least two sequence flows must leave the event-based gateway {}",
            )
        for target in targets:
            if not _event_target(target):
                yield about(
                    reader,
                    target,
                    "event_gateway_target",
                    "После событийного шлюза может стоять только ожидание сообщения, сигнала, таймера или условия, не {}",
                    "Only a catching message, signal, timer or condition may follow an event-based gateway, not {}",
                )
            elif len(target.incoming) > 1:
                yield about(
                    reader,
                    target,
                    "event_gateway_incoming",
                    "В {} входит не только стрелка событийного шлюза",
                    "Something other than the event-based gateway leads to {} too",
                )
        kinds = {target.type for target in targets}
        if "receiveTask" in kinds and any(
            event.kind == "message" for target in targets for event in target.events
        ):
            yield about(
                reader,
                node,
                "event_gateway_mixed",
                "После шлюза {} нельзя смешивать задачи приёма и события-сообщения",
                "Receive tasks and message events must not be mixed after the gateway {}",
            )
        if node.instantiate:
            if node.incoming:
                yield about(
                    reader,
                    node,
                    "event_gateway_instantiate",
                    "Шлюз {} создаёт процесс: в него не могут входить стрелки",
                    "The gateway {} starts the process: nothing may lead into it",
                )
            if (node.xml is not None and node.xml.get("eventGatewayType") == "Parallel") or any(
                target.type != "receiveTask" and (not target.event or target.event.kind != "message")
                for target in targets
            ):
                yield about(
                    reader,
                    node,
                    "event_gateway_start",
                    "Шлюз {}, создающий процесс, ждёт только сообщений, первого из них",
                    "The gateway {} that starts the process waits for messages only, for the first of them",
                )


RULES = (default_flow, conditions, gateway_shape, event_gateway)
