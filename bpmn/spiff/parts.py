"""Event definitions and loop characteristics of BPMN XML, and how its ids and references are read."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from lxml import etree

from bpmn import dialects
from bpmn.dialects import zeebe
from bpmn.dialects.spiffworkflow import OF_MESSAGES
from bpmn.lint.problem import Problem
from bpmn.spiff.graph import EventDef, Loop, Node

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
B = f"{{{BPMN}}}"
EVENT_TAG = "EventDefinition"


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


class PartReader:
    """Reads parts of elements; problems are collected."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.by_id: dict[str, etree._Element] = {}

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

    @staticmethod
    def _with_message(extras: dialects.Extras, message: "etree._Element") -> dialects.Extras:
        """Add what SpiffArena says once for all that throw or catch a message."""
        theirs = dialects.read(message).attributes
        shared = {
            name: theirs[name] for name in OF_MESSAGES if name in theirs and name not in extras.attributes
        }
        if not shared:
            return extras
        return replace(extras, attributes=MappingProxyType({**extras.attributes, **shared}))

    def _event_references(self, element: "etree._Element") -> Iterable[EventDef]:
        for ref in element.findall(B + "eventDefinitionRef"):
            identifier = reference(ref.text)
            found = self.by_id.get(identifier or "")
            if found is None or not local_name(found).endswith(EVENT_TAG):
                self.problem(
                    element.get("id"),
                    "unknown_reference",
                    f"eventDefinitionRef указывает на несуществующее определение {identifier}",
                    f"eventDefinitionRef names the definition {identifier}, which does not exist",
                    line=line_of(ref),
                )
                continue
            yield self._event(found)

    # ---------------------------------------------------------------- event definitions
    def _event(self, element: "etree._Element") -> EventDef:
        kind = local_name(element)[: -len(EVENT_TAG)]
        event = EventDef(kind, extras=dialects.read(element), line=line_of(element))
        if kind in ("message", "signal"):
            event.reference = reference(element.get(kind + "Ref"))
            found = self._resolve(element, element.get(kind + "Ref"), kind)
            if found is not None:
                event.name = (found.get("name") or "").strip() or found.get("id")
                event.extras = self._with_message(event.extras, found)
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
        loop.output_collection = extras.get("outputCollection")
        if (made := extras.get("outputElement")) is not None:
            name, loop.output_expression = zeebe.output_of(made)
            loop.output_item = name or None
        if element.find(f"{B}extensionElements/{{{zeebe.NAMESPACE}}}loopCharacteristics") is not None:
            loop.first = 1
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
            if found is not None and local_name(found).endswith(EVENT_TAG):
                setattr(loop, place, self._event(found))
        for item in element.findall(B + "complexBehaviorDefinition"):
            condition = text_of(item.find(B + "condition"))
            event = item.find(B + "event")
            definitions = (
                [self._event(child) for child in event if local_name(child).endswith(EVENT_TAG)]
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
                computed = text_of(item.find(B + "transformation"))
                if computed is not None:
                    return computed if computed.startswith(("=", "${")) else "=" + computed
                identifier = reference(text_of(item.find(B + ends[1]))) or identifier
                break
        found = self.by_id.get(identifier)
        return identifier if found is None else variable(self.by_id, found)


def variable(by_id: "Mapping[str, etree._Element]", found: "etree._Element") -> str:
    """Return the variable's name behind a data element: its name, else its id."""
    name = found.get("name")
    if local_name(found) == "dataObjectReference":
        behind = by_id.get(reference(found.get("dataObjectRef")) or "", found)
        name = behind.get("name") or name
        found = behind
    return " ".join((name or found.get("id") or "").split())
