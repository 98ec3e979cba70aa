"""From a drawing to SpiffWorkflow specs: the executable form of one process."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from bpmn.spiff import activities, catching, gateways, loops, subprocesses, throwing
from bpmn.spiff.callmaps import CallMap
from bpmn.spiff.compiling import NULL, Compiler
from bpmn.spiff.eventbuilder import make_event
from bpmn.spiff.expressions import Expression
from bpmn.spiff.graph import Drawing, Graph, Loop
from bpmn.spiff.graph import Node as Drawn
from bpmn.spiff.model import Element, Param, ProcessModel, StartTrigger
from bpmn.spiff.specs import CompensationHandler, FlowSpec, Node, ScopeSpec

_ASSIGNMENT = ("assignee", "candidateUsers", "candidateGroups", "dueDate", "followUpDate", "priority")


def handler_of(node: Drawn) -> str | None:
    """Return the handler that an external task names, None for anything else."""
    for extras in (node.extras, *(event.extras for event in node.events)):
        if extras.get("type") == "external" and extras.get("topic"):
            return extras.get("topic")
    return None


def element_of(node: Drawn, parameters: Mapping[str, Param]) -> Element:
    """Return what the outside may know of a node."""
    extras = node.extras
    return Element(
        id=node.id,
        type=node.type,
        name=node.name,
        documentation=node.documentation,
        properties=extras.properties,
        lane=node.lane,
        parent=node.scope.owner.id if node.scope.owner is not None else None,
        handler=handler_of(node),
        parameters=MappingProxyType(dict(parameters)),
        form=extras.get("formKey") or extras.get("formRef"),
        retry=extras.retry,
        form_data=extras.form_data,
        decision=extras.get("decisionRef"),
        called=node.called,
        attributes=extras.attributes,
    )


class Builder:
    """Builds the specs of one drawing; problems of its expressions are collected by the compiler."""

    def __init__(self, drawing: Drawing, compiler: Compiler) -> None:
        self.drawing, self.compiler = drawing, compiler
        self.elements: dict[str, Element] = {}
        self.scopes: dict[str, ScopeSpec] = {}

    def build(self) -> ProcessModel:
        """Return the model; whether it may run is for the compiler's problems to say."""
        drawing = self.drawing
        root = self.scope(drawing.graph, ScopeSpec(drawing.id))
        properties = drawing.extras.properties
        return ProcessModel(
            key=drawing.id,
            name=drawing.name,
            file=drawing.file,
            documentation=drawing.documentation,
            properties=properties,
            version_tag=drawing.extras.get("versionTag"),
            elements=MappingProxyType(self.elements),
            starts=self.starts(drawing.graph),
            stages=[part.strip() for part in properties.get("stages", "").split(";") if part.strip()],
            attributes=drawing.extras.attributes,
            root=root,
            scopes=MappingProxyType(self.scopes),
        )

    # ------------------------------------------------------------ scopes
    def scope(self, graph: Graph, spec: ScopeSpec) -> ScopeSpec:
        """Fill *spec* with the elements of *graph*."""
        self.scopes[spec.name] = spec
        handlers = {node.id for node in graph.nodes.values() if node.for_compensation}
        for node in graph.nodes.values():
            if node.type == "boundaryEvent":
                continue
            self.node(node, spec)
        for node in graph.nodes.values():
            if node.type == "boundaryEvent":
                self.boundary(node, spec)
        for node in graph.nodes.values():
            if node.type == "subProcess" and node.triggered:
                self.triggers(node, spec)
        for node in graph.nodes.values():
            self.flows(node, spec)
        self.links(graph, spec)
        self.compensation(graph, spec)
        self.predecessors(graph, spec)
        spec.entries = [
            spec.node(node.id)
            for node in graph.nodes.values()
            if node.id in spec.task_specs and node.id not in handlers and self.is_entry(node, graph)
        ]
        return spec

    def is_entry(self, node: Drawn, graph: Graph) -> bool:
        """Tell whether a token stands here when the scope begins."""
        if node.type == "boundaryEvent" or node.triggered:
            return False
        starts = [other for other in graph.nodes.values() if other.type == "startEvent"]
        if starts:
            event_sub = graph.owner is not None and graph.owner.triggered
            return node.type == "startEvent" and (not node.events or event_sub)
        if node.incoming or any(event.kind == "link" for event in node.events):
            return False
        return not (node.instantiate or self.instantiated_by_gateway(node))

    @staticmethod
    def instantiated_by_gateway(node: Drawn) -> bool:
        """Tell whether an instantiating event-based gateway leads here."""
        return any(flow.source.instantiate for flow in node.incoming)

    # ------------------------------------------------------------ nodes
    def node(self, node: Drawn, scope: ScopeSpec) -> Node:
        """Make the spec of a node, with its loop around it."""
        inputs = {
            name: self.compiler.parameter(raw, node.id, name, node.line) for name, raw in node.extras.inputs
        }
        element = element_of(node, inputs)
        self.elements[node.id] = element
        if node.loop is None:
            spec = self.plain(node, scope, element, node.id)
        else:
            body = self.body(node.loop, node, scope, Element(**{**_fields(element), "parameters": {}}))
            spec = self.plain(node, scope, element, node.id + "#")
            spec.inherits_sheet = spec.reports_to_host = True
            body.inner = spec
        spec.outputs_map = tuple(
            (name, self.compiler.parameter(raw, node.id, name, node.line))
            for name, raw in node.extras.outputs
        )
        outer = scope.node(node.id)
        outer.start_quantity, outer.completion_quantity = (
            int(node.start_quantity),
            int(node.completion_quantity),
        )
        return spec

    def plain(self, node: Drawn, scope: ScopeSpec, element: Element, name: str) -> Node:
        """Make the spec of the node itself."""
        make: Callable[..., Node] | None = getattr(self, "_" + node.type, None)
        if make is None:
            return activities.PassTask(scope, element, name)
        return make(node, scope, element, name)

    def text(self, node: Drawn, attribute: str) -> Expression | None:
        """Compile a vendor attribute."""
        return self.compiler.text(
            node.extras.get(attribute),
            node.id,
            (f"Атрибут {attribute}", f"The attribute {attribute}"),
            node.line,
        )

    def _userTask(self, node: Drawn, scope: ScopeSpec, element: Element, name: str) -> Node:
        assignment = {key: found for key in _ASSIGNMENT if (found := self.text(node, key)) is not None}
        title = node.extras.properties.get("title")
        if title and (shown := self.compiler.text(title, node.id, ("Название", "The title"), node.line)):
            assignment["title"] = shown
        form = self.compiler.text(element.form, node.id, ("Форма", "The form"), node.line)
        return activities.UserTask(scope, element, name, assignment=assignment, form=form)

    _manualTask = _userTask

    def _job(self, node: Drawn, scope: ScopeSpec, element: Element, name: str) -> Node:
        priority = self.text(node, "taskPriority") or self.text(node, "jobPriority")
        return activities.JobTask(
            scope,
            element,
            name,
            handler=element.handler or "",
            result=node.extras.get("resultVariable") or node.extras.properties.get("result"),
            priority=priority,
        )

    _serviceTask = _job

    def _sendTask(self, node: Drawn, scope: ScopeSpec, element: Element, name: str) -> Node:
        if element.handler or node.message is None:
            return self._job(node, scope, element, name)
        return throwing.ThrowEvent(scope, element, name, events=[self._task_message(node)])

    def _task_message(self, node: Drawn) -> Any:
        from bpmn.spiff.graph import EventDef

        return make_event(EventDef("message", name=node.message, line=node.line), node, self.compiler)

    def _receiveTask(self, node: Drawn, scope: ScopeSpec, element: Element, name: str) -> Node:
        return catching.ReceiveTask(scope, element, name, event=self._task_message(node))

    def _scriptTask(self, node: Drawn, scope: ScopeSpec, element: Element, name: str) -> Node:
        expression = None
        script = node.script or ""
        if node.script_format == "feel":
            expression = self.compiler.feel(script, node.id, ("Скрипт", "The script"), node.line)
        result = node.extras.get("resultVariable")
        return activities.ScriptTask(
            scope, element, name, script=script, expression=expression, result=result
        )

    def _businessRuleTask(self, node: Drawn, scope: ScopeSpec, element: Element, name: str) -> Node:
        if element.handler:
            return self._job(node, scope, element, name)
        version = self.text(node, "decisionRefVersion") or self.text(node, "decisionRefVersionTag")
        return activities.DecisionTask(
            scope,
            element,
            name,
            decision=self.text(node, "decisionRef") or NULL,
            binding=node.extras.get("decisionRefBinding"),
            version=version,
            mapping=node.extras.get("mapDecisionResult"),
            result=node.extras.get("resultVariable"),
        )

    def _callActivity(self, node: Drawn, scope: ScopeSpec, element: Element, name: str) -> Node:
        called = self.compiler.text(
            node.called, node.id, ("Вызываемый процесс", "The called process"), node.line
        )
        version = self.text(node, "calledElementVersion") or self.text(node, "calledElementVersionTag")
        return subprocesses.CallActivity(
            scope,
            element,
            name,
            called=called or NULL,
            binding=node.extras.get("calledElementBinding"),
            version=version,
            mapping=self.call_map(node),
        )

    def call_map(self, node: Drawn) -> CallMap:
        """Compile `camunda:in` and `camunda:out`."""
        what = ("Передача переменных", "The variable mapping")

        def pairs(items: Any) -> tuple[tuple[str, Expression], ...]:
            found = []
            for item in items:
                if item.all or item.business_key:
                    continue
                text = item.expression or item.source
                expression = self.compiler.variable(text, node.id, what, node.line)
                if expression is not None and item.target:
                    found.append((item.target, expression))
            return tuple(found)

        ins = [item for item in node.extras.ins if not item.business_key]
        outs = node.extras.outs
        return CallMap(
            pairs(ins),
            pairs(outs),
            all_in=not ins or any(item.all for item in ins),
            all_out=not outs or any(item.all for item in outs),
        )

    def _subProcess(self, node: Drawn, scope: ScopeSpec, element: Element, name: str) -> Node:
        inner = self.scope(self._inner(node), ScopeSpec(node.id, node.type))
        spec = subprocesses.SubProcess(scope, element, name, inner=inner)
        spec.event_driven = node.triggered
        if node.triggered:
            for entry in inner.entries:
                entry.silent = True
        return spec

    _transaction = _subProcess

    @staticmethod
    def _inner(node: Drawn) -> Graph:
        assert node.inner is not None
        return node.inner

    def _adHocSubProcess(self, node: Drawn, scope: ScopeSpec, element: Element, name: str) -> Node:
        inner = subprocesses.AdHocScope(node.id, node.type)
        inner.sequential = node.ordering == "Sequential"
        inner.cancel_remaining = node.cancel_remaining
        if node.completion is not None:
            what = ("Условие завершения", "The completion condition")
            inner.completion = self.compiler.condition(node.completion, node.id, what, node.line)
        self.scope(self._inner(node), inner)
        return subprocesses.SubProcess(scope, element, name, inner=inner)

    def _exclusiveGateway(self, node: Drawn, scope: ScopeSpec, element: Element, name: str) -> Node:
        return gateways.ExclusiveGateway(scope, element, name)

    def _parallelGateway(self, node: Drawn, scope: ScopeSpec, element: Element, name: str) -> Node:
        return gateways.ParallelGateway(scope, element, name)

    def _inclusiveGateway(self, node: Drawn, scope: ScopeSpec, element: Element, name: str) -> Node:
        return gateways.InclusiveGateway(scope, element, name)

    def _eventBasedGateway(self, node: Drawn, scope: ScopeSpec, element: Element, name: str) -> Node:
        return gateways.EventBasedGateway(scope, element, name)

    def _complexGateway(self, node: Drawn, scope: ScopeSpec, element: Element, name: str) -> Node:
        what = ("Условие срабатывания", "The activation condition")
        activation = (
            self.compiler.condition(node.activation, node.id, what, node.line) if node.activation else None
        )
        return gateways.ComplexGateway(scope, element, name, activation=activation)

    # ------------------------------------------------------------ events
    def _startEvent(self, node: Drawn, scope: ScopeSpec, element: Element, name: str) -> Node:
        from bpmn.spiff.events import NoEvent

        return catching.StartEvent(scope, element, name, event=NoEvent())

    def _endEvent(self, node: Drawn, scope: ScopeSpec, element: Element, name: str) -> Node:
        if element.handler:
            return self._job(node, scope, element, name)
        events = [make_event(event, node, self.compiler, throwing=True) for event in node.events]
        return throwing.EndEvent(scope, element, name, events=events)

    def _intermediateThrowEvent(self, node: Drawn, scope: ScopeSpec, element: Element, name: str) -> Node:
        if element.handler:
            return self._job(node, scope, element, name)
        events = [
            make_event(event, node, self.compiler, throwing=True)
            for event in node.events
            if event.kind != "link"
        ]
        return throwing.ThrowEvent(scope, element, name, events=events)

    def _intermediateCatchEvent(self, node: Drawn, scope: ScopeSpec, element: Element, name: str) -> Node:
        from bpmn.spiff.events import NoEvent

        if len(node.events) > 1:
            body = catching.MultipleCatch(scope, element, name, parallel=node.parallel_multiple)
            for number, event in enumerate(node.events):
                part = catching.CatchEvent(
                    scope, element, f"{name}#{number}", event=make_event(event, node, self.compiler)
                )
                part.silent = True
                body.parts.append(part)
            return body
        only = node.event
        made = NoEvent() if only is None or only.kind == "link" else make_event(only, node, self.compiler)
        return catching.CatchEvent(scope, element, name, event=made)

    def boundary(self, node: Drawn, scope: ScopeSpec) -> None:
        """Make one spec per event definition and attach it to its activity."""
        element = element_of(node, {})
        self.elements[node.id] = element
        outputs = tuple(
            (name, self.compiler.parameter(raw, node.id, name, node.line))
            for name, raw in node.extras.outputs
        )
        for number, event in enumerate(node.events):
            if event.kind == "compensate" or node.attached_to is None:
                continue
            spec = catching.BoundaryEvent(
                scope,
                element,
                node.id if number == 0 else f"{node.id}#{number}",
                event=make_event(event, node, self.compiler),
                interrupting=node.interrupting,
            )
            spec.outputs_map = outputs
            scope.node(node.attached_to).boundaries.append(spec)

    def triggers(self, node: Drawn, scope: ScopeSpec) -> None:
        """Make what starts an event subprocess, in the scope around it."""
        assert node.inner is not None
        for start in node.inner.nodes.values():
            if start.type != "startEvent":
                continue
            for number, event in enumerate(start.events):
                if event.kind == "compensate":
                    continue
                element = self.elements[start.id]
                spec = catching.EventTrigger(
                    scope,
                    element,
                    f"{start.id}#{number}",
                    event=make_event(event, start, self.compiler),
                    interrupting=start.interrupting,
                )
                spec.outputs_map = scope_outputs(self.scopes[node.id], start.id)
                spec.subprocess = scope.node(node.id)
                scope.triggers.append(spec)

    # ------------------------------------------------------------ loops
    def body(self, loop: Loop, node: Drawn, scope: ScopeSpec, element: Element) -> loops.Body:
        """Make the spec around the inner instances."""
        c = self.compiler
        if loop.kind == "standard":
            what = ("Условие цикла", "The loop condition")
            return loops.StandardLoop(
                scope,
                element,
                node.id,
                condition=c.condition(loop.condition, node.id, what, node.line) if loop.condition else None,
                maximum=c.number(
                    loop.maximum, node.id, ("Максимум повторений", "The loop maximum"), node.line
                ),
                test_before=loop.test_before,
            )
        what = ("Условие завершения", "The completion condition")
        return loops.MultiInstance(
            scope,
            element,
            node.id,
            sequential=loop.kind == "sequential",
            cardinality=c.number(
                loop.cardinality, node.id, ("Число экземпляров", "The loop cardinality"), node.line
            ),
            collection=c.variable(loop.collection, node.id, ("Коллекция", "The collection"), node.line),
            item=loop.item,
            output_collection=loop.output_collection,
            output_item=loop.output_item,
            completion=c.condition(loop.completion, node.id, what, node.line) if loop.completion else None,
            behavior=loop.behavior or "All",
            events={
                key: make_event(event, node, c, throwing=True)
                for key, event in (("One", loop.one_event), ("None", loop.none_event))
                if event is not None
            },
            complex_events=[
                (c.condition(condition, node.id, what, node.line), make_event(event, node, c, throwing=True))
                for condition, event in loop.complex_events
            ],
        )

    # ------------------------------------------------------------ flows
    def flows(self, node: Drawn, scope: ScopeSpec) -> None:
        """Connect a node to its targets."""
        names = [
            name
            for name in (node.id, *(f"{node.id}#{k}" for k in range(1, len(node.events))))
            if name in scope.task_specs
        ]
        if not names:
            return
        flows: list[FlowSpec] = []
        default = None
        for flow in node.outgoing:
            if flow.target.id not in scope.task_specs:
                continue
            condition = None
            if (
                flow.condition is not None
                and flow.id != node.default
                and node.type not in ("parallelGateway", "eventBasedGateway")
            ):
                what = (
                    f"Условие потока {flow.name or flow.id}",
                    f"The condition of flow {flow.name or flow.id}",
                )
                condition = self.compiler.condition(flow.condition, flow.id, what, flow.line, flow.language)
            made = FlowSpec(flow.id, scope.node(flow.target.id), condition)
            flows.append(made)
            if flow.id == node.default:
                default = made
        for name in names:
            spec = scope.node(name)
            if node.type == "intermediateCatchEvent" and name != node.id:
                continue  # a part of a multiple event
            spec.flows, spec.default = tuple(flows), default
            spec.conditional = any(flow.condition is not None for flow in flows)
            spec._outputs = [flow.target.name for flow in flows]
        spec = scope.node(node.id)
        spec.incoming = tuple(flow.id for flow in node.incoming)
        spec._inputs = [flow.source.id for flow in node.incoming]

    def links(self, graph: Graph, scope: ScopeSpec) -> None:
        """Let a link throw lead to the catch of the same name (BPMN 2.0 §10.5.1)."""
        catches = {
            event.name: node.id
            for node in graph.nodes.values()
            if node.type == "intermediateCatchEvent"
            for event in node.events
            if event.kind == "link"
        }
        for node in graph.nodes.values():
            for event in node.events:
                if node.type == "intermediateThrowEvent" and event.kind == "link" and event.name in catches:
                    target = scope.node(catches[event.name])
                    scope.node(node.id).flows = (FlowSpec(f"link:{event.name}", target),)
                    scope.predecessors.setdefault(target.name, set()).add(node.id)

    def compensation(self, graph: Graph, scope: ScopeSpec) -> None:
        """Connect activities with what undoes them."""
        for node in graph.nodes.values():
            attached = node.attached_to
            if attached is None or not any(event.kind == "compensate" for event in node.events):
                continue
            for source, target in graph.associations:
                if source == node.id and target in scope.task_specs:
                    handler = scope.node(target)
                    handler.inherits_sheet = handler.reports_to_host = True
                    host = scope.node(attached)
                    if isinstance(host, loops.Body):
                        host = host.inner
                    host.compensation = CompensationHandler(attached, handler)

    def predecessors(self, graph: Graph, scope: ScopeSpec) -> None:
        """Note where tokens can come from, for inclusive joins."""
        for flow in graph.flows:
            scope.flow_sources[flow.id] = flow.source.id
            scope.predecessors.setdefault(flow.target.id, set()).add(flow.source.id)
        for node in graph.nodes.values():
            if node.attached_to is not None:
                scope.predecessors.setdefault(node.id, set()).add(node.attached_to)

    # ------------------------------------------------------------ starts
    def starts(self, graph: Graph) -> list[StartTrigger]:
        """Return the ways to start the process."""
        found: list[StartTrigger] = []
        for node in graph.nodes.values():
            if node.type == "startEvent":
                found.extend(self.triggers_of(node, node.id))
            elif node.instantiate and node.type == "receiveTask":
                correlation = self._task_message(node).correlation
                found.append(StartTrigger("message", node.id, name=node.message, correlation=correlation))
            elif node.instantiate and node.type == "eventBasedGateway":
                for flow in node.outgoing:
                    if flow.target.type == "receiveTask":
                        found.append(StartTrigger("message", flow.target.id, name=flow.target.message))
                    else:
                        found.extend(self.triggers_of(flow.target, flow.target.id))
        if (
            not any(node.type == "startEvent" for node in graph.nodes.values())
            and self.scopes[graph.id].entries
        ):
            found.append(StartTrigger("none", self.scopes[graph.id].entries[0].element_id, implicit=True))
        return found

    def triggers_of(self, node: Drawn, element_id: str) -> list[StartTrigger]:
        """Return a trigger for each definition of a start event."""
        form = self.elements[node.id].form
        if not node.events:
            return [StartTrigger("none", element_id, form=form)]
        found = []
        for event in node.events:
            made = make_event(event, node, self.compiler)
            found.append(
                StartTrigger(
                    event.kind,
                    element_id,
                    name=event.name if event.kind in ("message", "signal") else None,
                    timer=getattr(made, "timer", None),
                    condition=getattr(made, "condition", None),
                    form=form,
                    correlation=getattr(made, "correlation", {}),
                )
            )
        return found


def scope_outputs(scope: ScopeSpec, name: str) -> tuple[tuple[str, Param], ...]:
    """Return the output parameters of an element."""
    return scope.node(name).outputs_map


def _fields(element: Element) -> dict[str, Any]:
    return {name: getattr(element, name) for name in Element.__slots__}
