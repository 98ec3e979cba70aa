"""BPMN 2.0 XML into drawings: what is missing or written oddly is repaired in memory, never in the file.

Repairs: sequence flows without an id get one, references written as qualified names lose their prefix, a process
without `isExecutable` in a file that has no executable one counts as executable.  What cannot be read becomes a
problem that names the element and its line.
"""

from collections.abc import Iterable
from typing import Any

from lxml import etree

from bpmn import dialects
from bpmn.lint.problem import Problem
from bpmn.spiff.graph import FLOW_NODES, SUBPROCESSES, Drawing, EventDef, Flow, Graph, Loop, Node

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
B = f"{{{BPMN}}}"
_EVENT_TAG = "EventDefinition"
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


def local_name(element: "etree._Element") -> str:
    """Return the tag without its namespace; "" for comments and other namespaces than BPMN."""
    tag = element.tag
    return tag[len(B) :] if isinstance(tag, str) and tag.startswith(B) else ""


def reference(value: str | None) -> str | None:
    """Return the id behind a reference, which may be written as a qualified name."""
    value = (value or "").strip()
    return value.rpartition(":")[2] or None


def line_of(element: "etree._Element") -> int | None:
    """Return the line of an element in its file."""
    line: Any = element.sourceline
    return line if isinstance(line, int) else None


def text_of(element: "etree._Element | None") -> str | None:
    """Return the stripped text of an element, None when it is absent or blank."""
    text = "".join(str(part) for part in element.itertext()).strip() if element is not None else ""
    return text or None


def is_true(value: str | None, default: bool = False) -> bool:
    """Read an xsd:boolean."""
    return default if value is None else value.strip() in ("true", "1")


class Reader:
    """Reads one file; the drawings and problems found are its attributes."""

    def __init__(self, file: str, tree: "etree._ElementTree") -> None:
        self.file = file
        self.root = tree.getroot()
        self.problems: list[Problem] = []
        self.drawings: list[Drawing] = []
        self.by_id: dict[str, etree._Element] = {}
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

    def problem(
        self,
        element: str | None,
        rule: str,
        ru: str,
        en: str,
        *,
        line: int | None = None,
        severity: str = "error",
    ) -> None:
        """Record a finding."""
        self.problems.append(Problem(self.file, element, rule, severity, ru, en, line))

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

    def _resolve(self, owner: "etree._Element", ref: str | None, kind: str) -> "etree._Element | None":
        """Return the root element that *ref* names; an unknown one is a problem."""
        identifier = reference(ref)
        if identifier is None:
            return None
        found = self.by_id.get(identifier)
        if found is None or local_name(found) != kind:
            self.problem(
                owner.get("id") or identifier,
                "unknown_reference",
                f"Ссылка на несуществующий элемент {kind}: {ref}",
                f"A reference to a {kind} that does not exist: {ref}",
                line=line_of(owner),
            )
            return None
        return found

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
            xml=element,
        )
        graph.nodes[identifier] = node
        node.events = [self._event(child) for child in element if local_name(child).endswith(_EVENT_TAG)]
        node.events += self._event_references(element)
        self._details(node, element, tag)
        node.loop = self._loop(element, node)
        if tag in SUBPROCESSES:
            node.inner = Graph(identifier, self.file, owner=node)
            self._scope(element, node.inner)

    def _event_references(self, element: "etree._Element") -> Iterable[EventDef]:
        for ref in element.findall(B + "eventDefinitionRef"):
            identifier = reference(ref.text)
            found = self.by_id.get(identifier or "")
            if found is None or not local_name(found).endswith(_EVENT_TAG):
                self.problem(
                    element.get("id"),
                    "unknown_reference",
                    f"eventDefinitionRef указывает на несуществующее определение {identifier}",
                    f"eventDefinitionRef names the definition {identifier}, which does not exist",
                    line=line_of(ref),
                )
                continue
            yield self._event(found)

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
        elif tag == "scriptTask":
            script = element.find(B + "script")
            text = "".join(str(part) for part in script.itertext()) if script is not None else ""
            node.script = text if text.strip() else None
            node.script_format = (element.get("scriptFormat") or "").strip().lower() or None
        elif tag == "callActivity":
            node.called = (element.get("calledElement") or "").strip() or None
        elif tag == "subProcess":
            node.triggered = is_true(element.get("triggeredByEvent"))
        elif tag == "adHocSubProcess":
            node.completion = text_of(element.find(B + "completionCondition"))
            node.ordering = element.get("ordering") or "Parallel"
            node.cancel_remaining = is_true(element.get("cancelRemainingInstances"), True)
        elif tag == "complexGateway":
            node.activation = text_of(element.find(B + "activationCondition"))
        node.parallel_multiple = is_true(element.get("parallelMultiple"))

    # ---------------------------------------------------------------- event definitions
    def _event(self, element: "etree._Element") -> EventDef:
        kind = local_name(element)[: -len(_EVENT_TAG)]
        event = EventDef(kind, extras=dialects.read(element), line=line_of(element))
        if kind in ("message", "signal"):
            event.reference = reference(element.get(kind + "Ref"))
            found = self._resolve(element, element.get(kind + "Ref"), kind)
            if found is not None:
                event.name = (found.get("name") or "").strip() or found.get("id")
        elif kind in ("error", "escalation"):
            event.reference = reference(element.get(kind + "Ref"))
            found = self._resolve(element, element.get(kind + "Ref"), kind)
            if found is not None:
                event.name = found.get("name")
                event.code = (found.get(kind + "Code") or "").strip() or None
        elif kind == "timer":
            for name in ("timeDate", "timeDuration", "timeCycle"):
                body = element.find(B + name)
                if body is not None:
                    if event.timer_kind is not None:
                        event.timer_kind = "several"
                        break
                    event.timer_kind = name[4:].lower()
                    event.body = text_of(body)
        elif kind == "conditional":
            event.body = text_of(element.find(B + "condition"))
        elif kind == "compensate":
            event.activity = reference(element.get("activityRef"))
        elif kind == "link":
            event.name = element.get("name")
        return event

    # ---------------------------------------------------------------- loops
    def _loop(self, element: "etree._Element", node: Node) -> Loop | None:
        standard = element.find(B + "standardLoopCharacteristics")
        multiple = element.find(B + "multiInstanceLoopCharacteristics")
        if standard is not None and multiple is not None:
            self.problem(
                node.id,
                "two_loops",
                "У действия два вида повторения сразу: обычный цикл и несколько экземпляров",
                "The activity has both a standard loop and a multi-instance marker",
                line=node.line,
            )
        if multiple is not None:
            return self._multi_instance(element, multiple, node)
        if standard is not None:
            return Loop(
                "standard",
                test_before=is_true(standard.get("testBefore")),
                maximum=standard.get("loopMaximum"),
                condition=text_of(standard.find(B + "loopCondition")),
            )
        return None

    def _multi_instance(self, activity: "etree._Element", element: "etree._Element", node: Node) -> Loop:
        extras = dialects.read(element)
        loop = Loop("sequential" if is_true(element.get("isSequential")) else "parallel")
        loop.cardinality = text_of(element.find(B + "loopCardinality"))
        loop.completion = text_of(element.find(B + "completionCondition"))
        loop.behavior = element.get("behavior")
        loop.collection = extras.get("collection")
        loop.item = extras.get("elementVariable")
        source = element.find(B + "loopDataInputRef")
        if loop.collection is None and source is not None:
            loop.collection = self._variable(activity, reference(source.text), "dataInputAssociation")
        target = element.find(B + "loopDataOutputRef")
        if target is not None:
            loop.output_collection = self._variable(activity, reference(target.text), "dataOutputAssociation")
        item = element.find(B + "inputDataItem")
        if item is not None and loop.item is None:
            loop.item = item.get("name") or item.get("id")
        output = element.find(B + "outputDataItem")
        if output is not None:
            loop.output_item = output.get("name") or output.get("id")
        for attribute, place in (
            ("oneBehaviorEventRef", "one_event"),
            ("noneBehaviorEventRef", "none_event"),
        ):
            identifier = reference(element.get(attribute))
            if identifier is None:
                continue
            found = self.by_id.get(identifier)
            if found is not None and local_name(found).endswith(_EVENT_TAG):
                setattr(loop, place, self._event(found))
        for item in element.findall(B + "complexBehaviorDefinition"):
            condition = text_of(item.find(B + "condition"))
            event = item.find(B + "event")
            definitions = (
                [self._event(child) for child in event if local_name(child).endswith(_EVENT_TAG)]
                if event is not None
                else []
            )
            definitions += list(self._event_references(event)) if event is not None else []
            if condition and definitions:
                loop.complex_events.append((condition, definitions[0]))
        return loop

    def _variable(self, activity: "etree._Element", identifier: str | None, association: str) -> str | None:
        """Return the variable behind a data input or output of an activity: follow its association."""
        if identifier is None:
            return None
        for item in activity.findall(B + association):
            ends = {
                "dataInputAssociation": ("targetRef", "sourceRef"),
                "dataOutputAssociation": ("sourceRef", "targetRef"),
            }[association]
            if reference(text_of(item.find(B + ends[0]))) == identifier:
                identifier = reference(text_of(item.find(B + ends[1]))) or identifier
                break
        found = self.by_id.get(identifier)
        if found is None:
            return identifier
        if local_name(found) == "dataObjectReference":
            found = self.by_id.get(reference(found.get("dataObjectRef")) or "", found)
        return found.get("name") or found.get("id")
