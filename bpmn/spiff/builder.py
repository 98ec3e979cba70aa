"""From a drawing to SpiffWorkflow specs: the executable form of one process."""

from types import MappingProxyType
from typing import Any

from bpmn.dialects import spiff_forms
from bpmn.spiff import catching, loops
from bpmn.spiff.compiling import Compiler
from bpmn.spiff.databuilder import data_inputs, data_outputs
from bpmn.spiff.eventbuilder import make_event
from bpmn.spiff.graph import Drawing, Graph
from bpmn.spiff.graph import Node as Drawn
from bpmn.spiff.makers import Makers, element_of, inside
from bpmn.spiff.model import Element, Param, ProcessModel, StartTrigger
from bpmn.spiff.specs import INNER, CompensationHandler, FlowSpec, Node, ScopeSpec


class Builder(Makers):
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
            forms=MappingProxyType(self.forms(drawing)),
        )

    def forms(self, drawing: Drawing) -> dict[str, Any]:
        """Return the forms of the diagram: `camunda:formData` and SpiffArena's converted, `zeebe:userTaskForm` as JSON."""
        found: dict[str, Any] = {inside(drawing.id, key): text for key, text in drawing.extras.forms.items()}
        for graph in drawing.graph.graphs():
            for node in graph.nodes.values():
                if node.extras.form_schema is not None:
                    found[inside(drawing.id, node.id)] = node.extras.form_schema
                elif spiff_forms.has_form(node.extras) and node.type in ("userTask", "manualTask"):
                    try:
                        made = spiff_forms.form_of(node.extras, self.compiler.files, drawing.file)
                    except spiff_forms.FormUnfit as error:
                        self.compiler.refuse(node.id, "form_foreign", error.ru, error.en, node.line)
                    else:
                        found[inside(drawing.id, node.id)] = made
        return found

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
        started = any(node.type == "startEvent" for node in graph.nodes.values())
        spec.entries = [
            spec.node(node.id)
            for node in graph.nodes.values()
            if node.id in spec.task_specs and node.id not in handlers and self.is_entry(node, started)
        ]
        return spec

    def is_entry(self, node: Drawn, started: bool) -> bool:
        """Tell whether a token stands here when the scope begins; *started*: the scope has a start event."""
        if node.type == "boundaryEvent" or node.triggered:
            return False
        if started:
            owner = node.scope.owner
            event_sub = owner is not None and owner.triggered
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
        inputs = {**data_inputs(node, self.compiler), **inputs}
        element = element_of(node, inputs)
        self.elements[node.id] = element
        if node.loop is None:
            spec = self.plain(node, scope, element, node.id)
        else:
            body = self.body(node.loop, node, scope, Element(**{**_fields(element), "parameters": {}}))
            spec = self.plain(node, scope, element, node.id + INNER)
            spec.inherits_sheet = spec.reports_to_host = True
            body.inner = spec
        scripted = spec
        if node.loop is not None and node.extras.get("scriptsOnInstances") != "true":
            scripted = scope.node(node.id)
        scripted.pre_script, scripted.post_script = (
            node.extras.get("preScript"),
            node.extras.get("postScript"),
        )
        self.message_data(node, spec)
        spec.outputs_map = tuple(
            (name, self.compiler.parameter(raw, node.id, name, node.line))
            for name, raw in node.extras.outputs
        )
        spec.data_outputs = data_outputs(node, self.compiler)
        outer = scope.node(node.id)
        outer.start_quantity, outer.completion_quantity = (
            int(node.start_quantity),
            int(node.completion_quantity),
        )
        return spec

    def message_data(self, node: Drawn, spec: Node) -> None:
        """Note what the node's message carries and where a caught one goes (SpiffArena)."""
        for extras in (node.extras, *(event.extras for event in node.events)):
            if (text := extras.get("payloadExpression")) is not None and spec.payload is None:
                what = ("Содержание сообщения", "The payload of the message")
                spec.payload = self.compiler.python(text, node.id, what, node.line)
            spec.payload_variable = spec.payload_variable or extras.get("payloadVariable")

    # ------------------------------------------------------------ events
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
            self.message_data(node, spec)
            spec.data_outputs = data_outputs(node, self.compiler)
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
                spec.data_outputs = self.scopes[node.id].node(start.id).data_outputs
                spec.subprocess = scope.node(node.id)
                scope.triggers.append(spec)

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
