"""Vendor attributes and extension elements: each is used, told to be without effect, or refused by name.

A table per dialect decides for flow nodes and, apart from them, for the process, its messages and its pools.  What
stands on mere drawing (pools, lanes, data, notes) can have no effect.  Extensions of a vendor without a table are told
once in a file.
"""

from collections.abc import Iterator

from lxml import etree

from bpmn.dialects import CAMUNDA, ELSEWHERE, NAMESPACES, OTHERS, Dialect, written
from bpmn.lint.finding import about, finding, nodes
from bpmn.lint.problem import Problem
from bpmn.spiff.parts import BPMN, line_of, local_name
from bpmn.spiff.reader import Reader

_DRAWN = frozenset(
    {
        "definitions", "collaboration", "participant", "messageFlow", "lane", "laneSet", "dataObject",
        "dataObjectReference", "dataStore", "dataStoreReference", "textAnnotation", "association", "group", "category",
        "categoryValue", "documentation", "property", "itemDefinition", "import", "choreography", "ioSpecification",
        "dataInput", "dataOutput", "incoming", "outgoing",
    }
)  # fmt: skip
#: Namespaces that only say how something looks or which tool drew it.
_LOOKS = (
    "http://www.omg.org/spec/",
    "http://www.w3.org/",
    "http://camunda.org/schema/modeler/",
    "http://bpmn.io/",
    "http://purl.org/",
)
_DROOLS = "http://www.jboss.org/drools"
_RUNS = frozenset({"onEntry-script", "onExit-script"})


def _tables() -> Iterator[tuple[Dialect, frozenset[str]]]:
    yield CAMUNDA, NAMESPACES
    for dialect in OTHERS:
        yield dialect, frozenset({dialect.namespace})


def _words(dialect: Dialect, local: str, fate: str) -> tuple[str, str, str, str]:
    """Return the rule, the severity and the sentences after the element's name."""
    shown = f"{dialect.name}:{local}"
    if fate == "ignored":
        return "foreign_ignored", "info", f"{shown} здесь ничего не меняет", f"{shown} changes nothing here"
    other = ("", "") if dialect is CAMUNDA else ("задайте это в панели camunda", "set it as camunda")
    mend_ru, mend_en = (", " + text if text else "" for text in dialect.refused.get(local, other))
    rule = "not_executed" if dialect is CAMUNDA else "foreign_dialect"
    return rule, "error", f"{shown} здесь не выполняется{mend_ru}", f"{shown} is not executed here{mend_en}"


def on_nodes(reader: Reader) -> Iterator[Problem]:
    """What stands on a flow node, its events and its loop."""
    for node in nodes(reader):
        if node.xml is None:
            continue
        for dialect, namespaces in _tables():
            for local in written(node.xml, namespaces):
                fate = dialect.fate(local, node.type)
                if fate == "used" or (dialect is CAMUNDA and local in ELSEWHERE):
                    continue
                rule, severity, ru, en = _words(dialect, local, fate)
                yield about(reader, node, rule, f"{{}}: {ru}", f"{{}}: {en}", severity=severity)


def _others(reader: Reader) -> "Iterator[etree._Element]":
    """Yield the elements of the file that are no flow nodes or parts of one, and not of a mere drawing."""
    drawn = [drawing.xml for drawing in reader.drawings if not drawing.executable]
    if len(drawn) == len(reader.drawings):
        return
    spoken = {node.xml for node in nodes(reader)}
    waiting = [reader.root]
    while waiting:
        element = waiting.pop()
        waiting += [child for child in reversed(element) if local_name(child) and child not in drawn]
        part = local_name(element).endswith(("EventDefinition", "LoopCharacteristics"))
        if element not in spoken and not (part and element.getparent() in spoken):
            yield element


def elsewhere(reader: Reader) -> Iterator[Problem]:
    """What stands on the process, its messages, errors and signals, flows, pools and notes."""
    for element in _others(reader):
        place = local_name(element)
        identifier = element.get("id") or _owner(element)
        for dialect, namespaces in _tables():
            for local in written(element, namespaces):
                if local in dialect.outside.get(place, ()) or local == "executionListener":
                    continue
                named = place.endswith("EventDefinition") and dialect.fate(local, place) == "used"
                if named:
                    continue
                fate = "ignored" if place in _DRAWN or local in dialect.ignored else "refused"
                rule, severity, ru, en = _words(dialect, local, fate)
                yield finding(
                    reader, identifier, rule, f"{place} {identifier}: {ru}", f"{place} {identifier}: {en}",
                    line=line_of(element), severity=severity,
                )  # fmt: skip


def _owner(element: "etree._Element") -> str | None:
    found: etree._Element | None = element
    while found is not None and found.get("id") is None:
        found = found.getparent()
    return found.get("id") if found is not None else None


def flow_listeners(reader: Reader) -> Iterator[Problem]:
    """Listeners of a sequence flow are refused as those of elements are."""
    for element in _others(reader):
        if local_name(element) != "process" and "executionListener" in written(element, NAMESPACES):
            identifier = element.get("id") or _owner(element)
            yield finding(
                reader, identifier, "listener", f"{identifier}: слушатель executionListener не выполняется",
                f"{identifier}: the listener executionListener is not executed", line=line_of(element),
            )  # fmt: skip


def unknown_vendors(reader: Reader) -> Iterator[Problem]:
    """Extensions of vendors without a table change nothing; those that would run something are refused."""
    if not any(drawing.executable for drawing in reader.drawings):
        return
    known = {BPMN, "", *(space for _, spaces in _tables() for space in spaces)}
    told: set[str] = set()
    for element in reader.root.iter():
        if not local_name(element):
            continue
        holder = element.find(f"{{{BPMN}}}extensionElements")
        names = [*element.attrib, *(child.tag for child in (holder if holder is not None else ()))]
        for name in names:
            if not isinstance(name, str) or name[:1] != "{":
                continue
            space, _, local = name[1:].partition("}")
            identifier = element.get("id") or _owner(element)
            if space == _DROOLS and local in _RUNS:
                yield finding(
                    reader, identifier, "foreign_dialect",
                    f"{identifier}: drools:{local} не выполняется, нарисуйте задачу-скрипт",
                    f"{identifier}: drools:{local} is not executed, draw a script task", line=line_of(element),
                )  # fmt: skip
            elif space not in known and space not in told and not space.startswith(_LOOKS):
                told.add(space)
                yield finding(
                    reader, identifier, "foreign_ignored",
                    f"Расширения {space} (например, {local} у {identifier}) здесь ничего не меняют",
                    f"Extensions of {space} (for example, {local} at {identifier}) change nothing here",
                    line=line_of(element), severity="info",
                )  # fmt: skip


def correlations(reader: Reader) -> Iterator[Problem]:
    """Correlation keys of conversations are not executed: the waiting element says itself what it waits for."""
    for element in reader.root.iter(f"{{{BPMN}}}correlationKey", f"{{{BPMN}}}correlationSubscription"):
        identifier = element.get("id") or _owner(element)
        yield finding(
            reader, identifier, "correlation_unused",
            f"{local_name(element)} не выполняется: задайте у ожидания свойство correlation:<ключ>",
            f"A {local_name(element)} is not executed: give what waits a property correlation:<key>",
            line=line_of(element), severity="warning",
        )  # fmt: skip


RULES = (on_nodes, elsewhere, flow_listeners, unknown_vendors, correlations)
