"""BPMN 2.0 XML into drawings: what is missing or written oddly is repaired in memory, never in the file.

Repairs: sequence flows without an id get one, references written as qualified names lose their prefix, a process
without `isExecutable` in a file that has no executable one counts as executable.  What cannot be read becomes a
problem that names the element and its line.
"""

from dataclasses import replace
from types import MappingProxyType

from lxml import etree

from bpmn import dialects
from bpmn.dialects import zeebe
from bpmn.spiff import associations
from bpmn.spiff.compiling import default_language
from bpmn.spiff.graph import FLOW_NODES, SUBPROCESSES, Drawing, Flow, Graph, Node
from bpmn.spiff.parts import EVENT_TAG, B, PartReader, is_true, line_of, local_name, reference, text_of

_IGNORED = frozenset(
    [
        "documentation",
        "extensionElements",
        "laneSet",
        "sequenceFlow",
        "incoming",
        "outgoing",
        "dataObject",
        "dataObjectReference",
        "dataStoreReference",
        "property",
        "ioSpecification",
        "dataInputAssociation",
        "dataOutputAssociation",
        "association",
        "textAnnotation",
        "group",
        "category",
        "auditing",
        "monitoring",
        "supportedInterfaceRef",
        "correlationSubscription",
        "resourceRole",
        "performer",
        "humanPerformer",
        "potentialOwner",
        "dataInput",
        "dataOutput",
        "inputSet",
        "outputSet",
        "standardLoopCharacteristics",
        "artifact",
        "multiInstanceLoopCharacteristics",
        "script",
        "rendering",
        "completionCondition",
        "conditionExpression",
    ]
)
_REFUSED = {
    "choreographyTask": ("хореография", "choreography"),
    "subChoreography": ("хореография", "choreography"),
    "callChoreography": ("хореография", "choreography"),
}


class Reader(PartReader):
    """Reads one file; the drawings and problems found are its attributes."""

    def __init__(self, file: str, tree: "etree._ElementTree") -> None:
        super().__init__(file)
        self.root = tree.getroot()
        self.drawings: list[Drawing] = []
        self._flow_number = 0

    def read(self) -> None:
        """Read every process of the file."""
        if local_name(self.root) != "definitions":
            self.problem(
                None,
                "not_bpmn",
                "Это не диаграмма BPMN 2.0: корневой элемент должен быть bpmn:definitions",
                "This is not a BPMN 2.0 diagram: its root element must be bpmn:definitions",
                line=line_of(self.root),
            )
            return
        self._index()
        for element in self.root:
            if local_name(element) == "process":
                self._process(element)
        if not any(drawing.executable for drawing in self.drawings):
            for drawing in self.drawings:
                if drawing.executable is None:
                    drawing.executable = True

    # ---------------------------------------------------------------- ids and references
    def _index(self) -> None:
        for element in self.root.iter():
            if not local_name(element):
                continue
            identifier = element.get("id")
            if identifier is None:
                continue
            if identifier in self.by_id:
                self.problem(
                    identifier,
                    "duplicate_id",
                    f"Идентификатор {identifier} встречается дважды",
                    f"The id {identifier} occurs twice",
                    line=line_of(element),
                )
            self.by_id[identifier] = element

    # ---------------------------------------------------------------- processes and scopes
    def _process(self, element: "etree._Element") -> None:
        identifier = element.get("id") or ""
        if not identifier:
            self.problem(
                None, "missing_id", "У процесса нет id", "The process has no id", line=line_of(element)
            )
            return
        graph = Graph(identifier, self.file)
        value = element.get("isExecutable")
        drawing = Drawing(
            id=identifier,
            name=element.get("name") or "",
            file=self.file,
            graph=graph,
            executable=None if value is None else is_true(value),
            documentation=text_of(element.find(B + "documentation")) or "",
            extras=dialects.read(element),
            line=line_of(element),
            xml=element,
        )
        self.drawings.append(drawing)
        self._scope(element, graph)

    def _scope(self, element: "etree._Element", graph: Graph) -> None:
        flows: list[etree._Element] = []
        for child in element:
            tag = local_name(child)
            if tag in FLOW_NODES:
                self._node(child, tag, graph)
            elif tag == "sequenceFlow":
                flows.append(child)
            elif tag == "association":
                graph.associations.append(
                    (reference(child.get("sourceRef")) or "", reference(child.get("targetRef")) or "")
                )
            elif tag in ("dataObject", "dataObjectReference", "property"):
                identifier = child.get("id") or ""
                graph.variables[identifier] = child.get("name") or identifier
            elif tag in _REFUSED:
                ru, en = _REFUSED[tag]
                self.problem(
                    child.get("id"),
                    "not_supported",
                    f"Элемент {tag} не выполняется: {ru}",
                    f"The element {tag} is not executed: {en}",
                    line=line_of(child),
                )
            elif tag and tag not in _IGNORED and child.get("id") and tag != "laneSet":
                self.problem(
                    child.get("id"),
                    "not_supported",
                    f"Элемент {tag} не выполняется",
                    f"The element {tag} is not executed",
                    line=line_of(child),
                )
        for child in flows:
            self._flow(child, graph)
        for lane_set in element.findall(B + "laneSet"):
            self._lanes(lane_set, graph)

    def _lanes(self, lane_set: "etree._Element", graph: Graph) -> None:
        for lane in lane_set.findall(B + "lane"):
            name = lane.get("name") or lane.get("id")
            for ref in lane.findall(B + "flowNodeRef"):
                node = graph.nodes.get(reference(ref.text) or "")
                if node is not None:
                    self._set_lane(node, name)
            inner = lane.find(B + "childLaneSet")
            if inner is not None:
                self._lanes(inner, graph)

    def _set_lane(self, node: Node, lane: str | None) -> None:
        node.lane = lane
        if node.inner is not None:
            for child in node.inner.walk():
                child.lane = child.lane or lane

    def _flow(self, element: "etree._Element", graph: Graph) -> None:
        identifier = element.get("id")
        if not identifier:
            self._flow_number += 1
            identifier = f"Flow_without_id_{self._flow_number}"
        ends: list[Node] = []
        for attribute in ("sourceRef", "targetRef"):
            name = reference(element.get(attribute))
            node = graph.nodes.get(name or "")
            if node is None:
                elsewhere = name is not None and name in self.by_id
                self.problem(
                    identifier,
                    "flow_end",
                    f"Поток {identifier}: {attribute} указывает на "
                    + (
                        f"{name} за границей этого процесса или подпроцесса"
                        if elsewhere
                        else f"несуществующий элемент {name}"
                    ),
                    f"Sequence flow {identifier}: {attribute} names "
                    + (
                        f"{name}, outside this process or subprocess"
                        if elsewhere
                        else f"{name}, which does not exist"
                    ),
                    line=line_of(element),
                )
                return
            ends.append(node)
        expression = element.find(B + "conditionExpression")
        flow = Flow(
            identifier,
            ends[0],
            ends[1],
            condition=text_of(expression),
            language=expression.get("language") if expression is not None else None,
            name=element.get("name") or "",
            line=line_of(element),
        )
        if expression is not None and flow.condition is None:
            self.problem(
                identifier,
                "condition_empty",
                f"У потока {identifier} пустое условие",
                f"The sequence flow {identifier} has an empty condition",
                line=line_of(element),
            )
        graph.flows.append(flow)
        ends[0].outgoing.append(flow)
        ends[1].incoming.append(flow)

    # ---------------------------------------------------------------- nodes
    def _node(self, element: "etree._Element", tag: str, graph: Graph) -> None:
        identifier = element.get("id") or ""
        if not identifier or any(character.isspace() for character in identifier):
            self.problem(
                identifier or None,
                "missing_id",
                f"У элемента {tag} нет правильного id",
                f"An element {tag} has no valid id",
                line=line_of(element),
            )
            return
        node = Node(
            id=identifier,
            type=tag,
            scope=graph,
            name=" ".join((element.get("name") or "").split()),
            documentation=text_of(element.find(B + "documentation")) or "",
            line=line_of(element),
            extras=dialects.read(element),
            default=reference(element.get("default")),
            for_compensation=is_true(element.get("isForCompensation")),
            start_quantity=(element.get("startQuantity") or "1").strip(),
            completion_quantity=(element.get("completionQuantity") or "1").strip(),
            instantiate=is_true(element.get("instantiate")),
            data=associations.read(self.by_id, element),
            xml=element,
        )
        graph.nodes[identifier] = node
        node.events = [self._event(child) for child in element if local_name(child).endswith(EVENT_TAG)]
        node.events += self._event_references(element)
        self._details(node, element, tag)
        self._subscription(node, element)
        node.loop = self._loop(element, node)
        if tag in SUBPROCESSES:
            node.inner = Graph(identifier, self.file, owner=node)
            self._scope(element, node.inner)

    def _subscription(self, node: Node, element: "etree._Element") -> None:
        """A message of Camunda 8 says itself by which key a waiting element is found."""
        if node.type.endswith(("ThrowEvent", "endEvent")) or (
            node.type == "startEvent" and node.scope.owner is None
        ):
            return
        refs = [
            element.get("messageRef"),
            *(event.reference for event in node.events if event.kind == "message"),
        ]
        for ref in refs:
            message = self.by_id.get(reference(ref) or "")
            key = zeebe.correlation_key(message) if message is not None else None
            if key is not None:
                name = f"correlation:{zeebe.CORRELATION_KEY}"
                properties = {name: key, **node.extras.properties}
                node.extras = replace(node.extras, properties=MappingProxyType(properties))

    def _details(self, node: Node, element: "etree._Element", tag: str) -> None:
        if tag == "boundaryEvent":
            node.attached_to = reference(element.get("attachedToRef"))
            node.interrupting = is_true(element.get("cancelActivity"), True)
        elif tag == "startEvent":
            node.interrupting = is_true(element.get("isInterrupting"), True)
        elif tag in ("sendTask", "receiveTask"):
            ref = element.get("messageRef")
            found = self._resolve(element, ref, "message")
            node.message = (found.get("name") or found.get("id")) if found is not None else None
            node.message_missing = ref is None
            if found is not None:
                node.extras = self._with_message(node.extras, found)
        elif tag == "scriptTask":
            script = element.find(B + "script")
            text = "".join(str(part) for part in script.itertext()) if script is not None else ""
            node.script = text if text.strip() else None
            node.script_format = (element.get("scriptFormat") or "").strip().lower() or None
            if node.script_format is None and default_language(self.root) == "python":
                node.script_format = "python"  # SpiffArena writes none
            if node.script is None and (feel := node.extras.get("script")) is not None:
                node.script, node.script_format = feel.removeprefix("="), "feel"
        elif tag == "callActivity":
            node.called = (element.get("calledElement") or "").strip() or node.extras.get("calledElement")
        elif tag == "subProcess":
            node.triggered = is_true(element.get("triggeredByEvent"))
        elif tag == "adHocSubProcess":
            node.completion = text_of(element.find(B + "completionCondition"))
            node.ordering = element.get("ordering") or "Parallel"
            node.cancel_remaining = is_true(element.get("cancelRemainingInstances"), True)
        elif tag == "complexGateway":
            node.activation = text_of(element.find(B + "activationCondition"))
        node.parallel_multiple = is_true(element.get("parallelMultiple"))
