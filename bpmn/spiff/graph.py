"""The diagram as drawn: nodes and flows per scope, before anything is compiled.  Lint rules read it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from bpmn.dialects import NOTHING, Extras
from bpmn.spiff.transfers import NO_TRANSFERS, Transfers

#: Flow nodes by the way they behave.
TASKS = frozenset(
    {
        "task",
        "userTask",
        "manualTask",
        "scriptTask",
        "serviceTask",
        "sendTask",
        "receiveTask",
        "businessRuleTask",
    }
)
SUBPROCESSES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
ACTIVITIES = TASKS | SUBPROCESSES | {"callActivity"}
GATEWAYS = frozenset(
    {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"}
)
EVENTS = frozenset(
    {"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"}
)
FLOW_NODES = ACTIVITIES | GATEWAYS | EVENTS


@dataclass(eq=False, slots=True)
class EventDef:
    """An event definition; `name` is the message or signal name, `code` the error or escalation code."""

    kind: str
    name: str | None = None
    code: str | None = None
    reference: str | None = None
    timer_kind: str | None = None
    body: str | None = None
    activity: str | None = None
    extras: Extras = NOTHING
    line: int | None = None


@dataclass(eq=False, slots=True)
class Loop:
    """Loop characteristics: `kind` is "parallel", "sequential" or "standard", `first` the first `loopCounter`."""

    kind: str
    cardinality: str | None = None
    collection: str | None = None
    item: str | None = None
    output_collection: str | None = None
    output_item: str | None = None
    output_expression: str | None = None
    first: int = 0
    completion: str | None = None
    behavior: str | None = None
    one_event: EventDef | None = None
    none_event: EventDef | None = None
    complex_events: list[tuple[str, EventDef]] = field(default_factory=list)
    test_before: bool = False
    maximum: str | None = None
    condition: str | None = None


@dataclass(eq=False, slots=True)
class Flow:
    """A sequence flow; `condition` is its text, `language` the language named for it."""

    id: str
    source: "Node"
    target: "Node"
    condition: str | None = None
    language: str | None = None
    name: str = ""
    line: int | None = None


@dataclass(eq=False, slots=True)
class Node:
    """A flow node as drawn."""

    id: str
    type: str
    scope: "Graph"
    name: str = ""
    documentation: str = ""
    line: int | None = None
    lane: str | None = None
    extras: Extras = NOTHING
    incoming: list[Flow] = field(default_factory=list)
    outgoing: list[Flow] = field(default_factory=list)
    default: str | None = None
    events: list[EventDef] = field(default_factory=list)
    parallel_multiple: bool = False
    attached_to: str | None = None
    interrupting: bool = True
    loop: Loop | None = None
    inner: "Graph | None" = None
    triggered: bool = False
    for_compensation: bool = False
    script: str | None = None
    script_format: str | None = None
    message: str | None = None
    message_missing: bool = False
    called: str | None = None
    instantiate: bool = False
    activation: str | None = None
    completion: str | None = None
    ordering: str = "Parallel"
    cancel_remaining: bool = True
    start_quantity: str = "1"
    completion_quantity: str = "1"
    data: Transfers = NO_TRANSFERS
    xml: "etree._Element | None" = None

    @property
    def event(self) -> EventDef | None:
        """The only event definition, None when there is none or several."""
        return self.events[0] if len(self.events) == 1 else None

    @property
    def boundaries(self) -> "list[Node]":
        """Boundary events attached to this node."""
        return [node for node in self.scope.nodes.values() if node.attached_to == self.id]


@dataclass(eq=False, slots=True)
class Graph:
    """A process or subprocess: its nodes and flows."""

    id: str
    file: str
    owner: Node | None = None
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)
    associations: list[tuple[str, str]] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def parent(self) -> "Graph | None":
        """The graph around this one."""
        return self.owner.scope if self.owner is not None else None

    @property
    def root(self) -> "Graph":
        """The graph of the whole process."""
        graph = self
        while graph.owner is not None:
            graph = graph.owner.scope
        return graph

    def walk(self) -> Iterator[Node]:
        """Yield every node, those of inner graphs too."""
        for node in self.nodes.values():
            yield node
            if node.inner is not None:
                yield from node.inner.walk()

    def graphs(self) -> Iterator["Graph"]:
        """Yield this graph and every inner one."""
        yield self
        for node in self.nodes.values():
            if node.inner is not None:
                yield from node.inner.graphs()


@dataclass(eq=False, slots=True)
class Drawing:
    """A process as drawn; `executable` is None where the file does not say."""

    id: str
    name: str
    file: str
    graph: Graph
    executable: bool | None
    documentation: str = ""
    extras: Extras = NOTHING
    line: int | None = None
    xml: "etree._Element | None" = None
