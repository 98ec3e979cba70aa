"""Small diagrams in a few words, services without a database, and a driver that reloads after every act."""

import atexit
import itertools
import random
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from bpmn import dmn, journal
from bpmn.scripts import Scripts
from bpmn.spiff import Binding, Bundle, Dumped, ProcessModel, Workflow, compile_bundle, run_unit

NOW = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)
HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="http://x" id="defs">'
    '<bpmn:message id="msg1" name="M1"/><bpmn:message id="msg2" name="M2"/><bpmn:signal id="sig1" name="S1"/>'
    '<bpmn:error id="err1" name="Declined" errorCode="E1"/><bpmn:escalation id="esc1" escalationCode="X1"/>'
)
TAIL = "</bpmn:definitions>"
START, END = '<bpmn:startEvent id="start"/>', '<bpmn:endEvent id="end"/>'
MESSAGE = '<bpmn:messageEventDefinition messageRef="msg1"/>'
SIGNAL = '<bpmn:signalEventDefinition signalRef="sig1"/>'
ERROR = '<bpmn:errorEventDefinition errorRef="err1"/>'
ESCALATION = '<bpmn:escalationEventDefinition escalationRef="esc1"/>'
TERMINATE = "<bpmn:terminateEventDefinition/>"
COMPENSATE = "<bpmn:compensateEventDefinition/>"
HOUR = "<bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>"


def flow(source: str, target: str, condition: str | None = None, id: str | None = None) -> str:
    """A sequence flow."""
    body = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
    return (
        f'<bpmn:sequenceFlow id="{id or f"{source}.{target}"}" sourceRef="{source}" targetRef="{target}">'
        f"{body}</bpmn:sequenceFlow>"
    )


def chain(*ids: str) -> str:
    """Flows from each to the next."""
    return "".join(flow(a, b) for a, b in itertools.pairwise(ids))


def el(tag: str, id: str, body: str = "", **attributes: str) -> str:
    """Any element; `camunda_x` gives `camunda:x`."""
    text = "".join(f' {k.replace("camunda_", "camunda:")}="{v}"' for k, v in attributes.items())
    return f'<bpmn:{tag} id="{id}"{text}>{body}</bpmn:{tag}>'


def user(*ids: str) -> str:
    """User tasks."""
    return "".join(el("userTask", i, name=i) for i in ids)


def gateway(kind: str, *ids: str, **attributes: str) -> str:
    """Gateways."""
    return "".join(el(kind + "Gateway", i, **attributes) for i in ids)


def job(id: str, body: str = "", topic: str = "work") -> str:
    """A service task with a handler."""
    return el("serviceTask", id, body, camunda_type="external", camunda_topic=topic)


def script(id: str, code: str) -> str:
    """A Python script task."""
    return el("scriptTask", id, f"<bpmn:script>{code}</bpmn:script>", scriptFormat="python")


def boundary(id: str, host: str, event: str, interrupting: bool = True) -> str:
    """A boundary event."""
    return el("boundaryEvent", id, event, attachedToRef=host, cancelActivity=str(interrupting).lower())


def catch(id: str, event: str) -> str:
    """An intermediate catching event."""
    return el("intermediateCatchEvent", id, event)


def throw(id: str, event: str) -> str:
    """An intermediate throwing event."""
    return el("intermediateThrowEvent", id, event)


def end(id: str, event: str = "") -> str:
    """An end event."""
    return el("endEvent", id, event)


def sub(id: str, body: str, tag: str = "subProcess", **attributes: str) -> str:
    """A subprocess with a start `<id>.s` and an end `<id>.e`."""
    return el(tag, id, el("startEvent", id + ".s") + body + el("endEvent", id + ".e"), **attributes)


def event_sub(id: str, event: str, body: str, interrupting: bool = True) -> str:
    """An event subprocess with a start `<id>.s` and an end `<id>.e`."""
    start = el("startEvent", id + ".s", event, isInterrupting=str(interrupting).lower())
    return el("subProcess", id, start + body + el("endEvent", id + ".e"), triggeredByEvent="true")


def many(
    collection: str = "items",
    item: str = "item",
    sequential: bool = False,
    condition: str = "",
    output: bool = False,
) -> str:
    """Multi-instance characteristics."""
    done = f"<bpmn:completionCondition>{condition}</bpmn:completionCondition>" if condition else ""
    out = (
        '<bpmn:loopDataOutputRef>results</bpmn:loopDataOutputRef><bpmn:outputDataItem id="result"/>'
        if output
        else ""
    )
    return (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}" '
        f'camunda:collection="{collection}" camunda:elementVariable="{item}">{out}{done}'
        "</bpmn:multiInstanceLoopCharacteristics>"
    )


INNER = re.compile(r"<bpmn:(subProcess|transaction|adHocSubProcess)\b.*</bpmn:\1>", re.S)


def finished(body: str) -> str:
    """Add an end where the top level has a start but no end, and lead to "end" what has nothing after it."""
    outer = INNER.sub("", body)
    if "<bpmn:startEvent" in outer and "<bpmn:endEvent" not in outer:
        body, outer = body + END, outer + END
    if '<bpmn:endEvent id="end"' not in outer:
        return body
    tasks = re.findall(r'<bpmn:userTask id="([^"]+)"(?![^>]*isForCompensation)', outer)
    return body + "".join(flow(task, "end") for task in tasks if f'sourceRef="{task}"' not in body)


def process(body: str, id: str = "proc", **attributes: str) -> str:
    """An executable process."""
    text = "".join(f' {k}="{v}"' for k, v in attributes.items())
    return f'<bpmn:process id="{id}" isExecutable="true"{text}>{finished(body)}</bpmn:process>'


def document(*processes: str) -> bytes:
    """A file of these processes."""
    return (HEAD + "".join(processes) + TAIL).encode()


def compiled(*bodies: str) -> Bundle:
    """Compile a file whose first process has the id proc; further texts are whole processes."""
    return compile_bundle({"p.bpmn": document(process(bodies[0]), *bodies[1:])})


#: One sandbox for all tests; its workers are started with the first script.
SCRIPTS = Scripts(workers=2)
atexit.register(SCRIPTS.close)


class PlainServices:
    """Services of one unit without anything behind them."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now
        self.random = random.Random(1)
        self.functions: Mapping[str, Callable[..., Any]] = {}
        self.scripts = SCRIPTS
        self.decisions: dict[str, Any] = {}
        self.processes: dict[str, ProcessModel] = {}
        self.inline: dict[str, Callable[..., dict[str, Any]]] = {}
        self.bindings: list[tuple[str, Binding]] = []

    def decide(self, decision_ref: str, variables: Mapping[str, Any], binding: Binding) -> dmn.Outcome:
        self.bindings.append((decision_ref, binding))
        return dmn.Outcome(decision_ref, self.decisions[decision_ref](variables))

    def called_process(self, key: str, binding: Binding) -> ProcessModel:
        self.bindings.append((key, binding))
        return self.processes[key]

    def transactional(self, handler: str) -> bool:
        return handler in self.inline

    def external(self, handler: str) -> bool:
        return False

    def run_transactional(
        self, element: Any, parameters: Any, workflow: Any, token_id: int
    ) -> dict[str, Any]:
        return self.inline[element.handler](**parameters)


class Run:
    """An instance that is saved and reloaded before every act."""

    def __init__(
        self,
        model: ProcessModel,
        variables: Mapping[str, Any] | None = None,
        *,
        services: PlainServices | None = None,
        start: str | None = None,
    ) -> None:
        self.model, self.services = model, services or PlainServices()
        self.stored: dict[str, bytes] = {}
        self.journal: list[journal.Entry] = []
        self.dumped: Dumped | None = None
        self.commands = 0
        self._unit(
            lambda: Workflow.start(model, self.services, variables=variables or {}, start_id=start),
            lambda _: None,
        )

    def restore(self) -> Workflow:
        assert self.dumped is not None
        return Workflow.restore(
            self.model, self.dumped.state, self.services, lambda keys: {key: self.stored[key] for key in keys}
        )

    def _unit(self, begin: Callable[[], Workflow], command: Callable[[Workflow], Any]) -> Workflow:
        workflow = run_unit(begin, command)
        self.workflow = workflow
        self.journal += workflow.journal
        self.last = list(workflow.journal)
        self.dumped = workflow.dump()
        self.stored.update(self.dumped.new_values)
        return workflow

    def act(self, command: Callable[[Workflow], Any]) -> "Run":
        self._unit(self.restore, command)
        return self

    def token(self, element: str, waits: str | None = None, nth: int = 0) -> int:
        found = [
            p.token_id
            for p in self.restore().positions()
            if p.element_id == element and (p.waits_for if waits is None else p.waits_for == waits)
        ]
        assert len(found) > nth, f"nothing waits at {element}: {self.open}"
        return found[nth]

    def task(self, element: str, nth: int = 0, **variables: Any) -> "Run":
        token = self.token(element, "task", nth)
        return self.act(lambda w: w.complete_task(token, variables))

    def job(self, element: str, nth: int = 0, **variables: Any) -> "Run":
        token = self.token(element, "job", nth)
        return self.act(lambda w: w.complete_job(token, variables))

    def error(self, element: str, code: str, nth: int = 0, **variables: Any) -> bool:
        token, caught = self.token(element, "job", nth), []
        self.act(lambda w: caught.append(w.fail_with_bpmn_error(token, code, "failed", variables)))
        return bool(caught[-1])

    def fire(self, element: str, nth: int = 0, **payload: Any) -> "Run":
        token = self.token(element, nth=nth)
        return self.act(lambda w: w.fire(token, payload))

    def parked(self, element: str) -> int:
        return next(p.token_id for p in self.restore().positions() if p.element_id == element and p.incident)

    def retry(self, element: str, **variables: Any) -> "Run":
        token = self.parked(element)
        return self.act(lambda w: (w.set_variables(variables), w.retry(token)))

    @property
    def open(self) -> list[str]:
        """Elements where something waits for the outside (boundary events and triggers too)."""
        return sorted(p.element_id for p in self.restore().positions() if p.waits_for and not p.incident)

    @property
    def tasks(self) -> list[str]:
        """Elements where people or handlers have work."""
        return sorted(
            p.element_id
            for p in self.restore().positions()
            if p.waits_for in ("task", "job") and not p.incident
        )

    @property
    def incidents(self) -> dict[str, str]:
        return {p.element_id: p.incident[1] for p in self.restore().positions() if p.incident}

    @property
    def state(self) -> str:
        return self.workflow.state

    @property
    def variables(self) -> dict[str, Any]:
        return dict(self.restore().variables)

    def visited(self, outcome: str = "completed") -> list[str]:
        return [e.element_id for e in self.journal if isinstance(e, journal.Closed) and e.outcome == outcome]

    def entries(self, kind: type) -> list[Any]:
        return [entry for entry in self.journal if isinstance(entry, kind)]


def run(
    *bodies: str, services: PlainServices | None = None, start: str | None = None, **variables: Any
) -> Run:
    """Compile and start a process; it must have no problems that are errors."""
    bundle = compiled(*bodies)
    assert bundle.deployable, [problem.message_en for problem in bundle.problems]
    return Run(bundle.processes["proc"], variables, services=services, start=start)
