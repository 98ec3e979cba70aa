"""The spec of each kind of element, its loop around it included."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from bpmn.dialects import spiff_forms, zeebe
from bpmn.spiff import activities, catching, gateways, loops, subprocesses, throwing
from bpmn.spiff.callmaps import CallMap
from bpmn.spiff.compiling import NULL, Compiler
from bpmn.spiff.eventbuilder import make_event
from bpmn.spiff.events import MessageEvent, NoEvent
from bpmn.spiff.expressions import Expression
from bpmn.spiff.graph import EventDef, Graph, Loop
from bpmn.spiff.graph import Node as Drawn
from bpmn.spiff.model import Element, Param
from bpmn.spiff.specs import Node, ScopeSpec

_ASSIGNMENT = ("assignee", "candidateUsers", "candidateGroups", "dueDate", "followUpDate", "priority")


def handler_of(node: Drawn) -> str | None:
    """Return the handler that an external task names, None for anything else."""
    for extras in (node.extras, *(event.extras for event in node.events)):
        if extras.get("type") == "external" and extras.get("topic"):
            return extras.get("topic")
    return None


def form_of(node: Drawn) -> str | None:
    """Return the key of a node's form: of a file, of a form in the diagram, or of its own `formData`."""
    key = node.extras.get("formKey") or node.extras.get("formRef")
    process = node.scope.root.id
    if key is None:
        own = node.extras.form_schema is not None
        for_people = node.type in ("userTask", "manualTask")
        own = own or (for_people and spiff_forms.has_form(node.extras))
        return inside(process, node.id) if own else None
    embedded = zeebe.embedded_form(key)
    if embedded is not None:
        return inside(process, embedded)
    if key.startswith("camunda-forms:deployment:"):
        return key.rpartition(":")[2].rpartition("/")[2].removesuffix(".form")
    return key


def inside(process: str, identifier: str) -> str:
    """Return the key of a form that stands in a diagram."""
    return f"diagram:{process}:{identifier}"


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
        form=form_of(node),
        retry=extras.retry,
        form_data=extras.form_data,
        decision=extras.get("decisionRef"),
        called=node.called,
        attributes=extras.attributes,
    )


class Makers:
    """Makes specs; `scope` fills that of a subprocess."""

    compiler: Compiler

    def scope(self, graph: Graph, spec: ScopeSpec) -> ScopeSpec:
        """Fill *spec* with the elements of *graph*."""
        raise NotImplementedError

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

    def _task_message(self, node: Drawn) -> MessageEvent:
        event = make_event(EventDef("message", name=node.message, line=node.line), node, self.compiler)
        assert isinstance(event, MessageEvent)
        return event

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
        tagged = node.extras.get("decisionRefBinding") == "versionTag"
        version = self.text(node, "decisionRefVersionTag" if tagged else "decisionRefVersion")
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
            output=c.variable(
                loop.output_expression, node.id, ("Выходной элемент", "The output element"), node.line
            ),
            first=loop.first,
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
