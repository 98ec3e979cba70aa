"""Diagrams, element by element, by what they mean.

Ids tell which element is which.  References are read as the names that they lead to (a message, an error), the
lists of incoming and outgoing flows are left to the flows, order and white space do not count.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from bpmn.xml import parse_xml

_OWN_ENDINGS = ("Event", "Gateway", "Task")
_OWN = frozenset(
    {
        "task", "subProcess", "transaction", "adHocSubProcess", "callActivity", "sequenceFlow", "messageFlow",
        "participant", "lane", "process", "dataObjectReference", "dataStoreReference", "textAnnotation",
        "association", "group", "dataInput", "dataOutput",
    }
)  # fmt: skip
_GLOBAL = frozenset({"message", "signal", "error", "escalation"})
_SKIPPED = frozenset({"incoming", "outgoing", "laneSet", "flowNodeRef", "dataObject", "childLaneSet", ""})
_QUIET_ATTRIBUTES = frozenset({"id", "isExecutable", "processType", "historyTimeToLive"})


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting that changed; `name` is a stable code, `detail` which one of several; "" is: not set."""

    name: str
    detail: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ElementChange:
    """One element; `how` is added, removed, changed or moved (only drawn elsewhere)."""

    id: str
    type: str
    name: str
    how: str
    settings: tuple[Setting, ...] = ()


@dataclass(slots=True)
class _Known:
    type: str
    name: str
    facts: dict[tuple[str, str], str] = field(default_factory=dict)
    place: tuple[float, ...] = ()


def compare_diagrams(old: bytes | None, new: bytes | None) -> tuple[ElementChange, ...]:
    """Compare two BPMN files.  Raises ValueError (`bpmn.xml.XmlRefused`) where one cannot be read."""
    before, after = _read(old), _read(new)
    found = []
    moved = {key for key, one in after.items() if key in before and one.place != before[key].place}
    for key, one in after.items():
        earlier = before.get(key)
        if earlier is None:
            found.append(ElementChange(key, one.type, one.name, "added", _settings({}, one.facts)))
            continue
        settings = _settings(earlier.facts, one.facts)
        if earlier.type != one.type:
            settings = (Setting("type", "", earlier.type, one.type), *settings)
        if settings:
            found.append(ElementChange(key, one.type, one.name or earlier.name, "changed", settings))
        elif key in moved and not (
            one.type.endswith("Flow")
            and {one.facts.get(("source", "")), one.facts.get(("target", ""))} & moved
        ):
            found.append(ElementChange(key, one.type, one.name, "moved"))
    found += [
        ElementChange(key, one.type, one.name, "removed") for key, one in before.items() if key not in after
    ]
    return tuple(found)


def plain(element: "etree._Element") -> str:
    """Return the local name of an element; "" of a comment."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def canonical(element: "etree._Element") -> str:
    """Return an element as one line that does not depend on prefixes, ids, order of attributes or white space."""
    attributes = "".join(f' {name}="{value}"' for name, value in _attributes(element) if name != "id")
    text = " ".join((element.text or "").split())
    inner = " ".join(canonical(child) for child in element if plain(child))
    body = " ".join(filter(None, [text, inner]))
    return f"{plain(element)}{attributes}" + (f" {{{body}}}" if body else "")


def _attributes(element: "etree._Element") -> Iterator[tuple[str, str]]:
    for name, value in sorted(element.attrib.items()):
        yield etree.QName(str(name)).localname, str(value)


def _settings(before: dict[tuple[str, str], str], after: dict[tuple[str, str], str]) -> tuple[Setting, ...]:
    return tuple(
        Setting(*key, before.get(key, ""), after.get(key, ""))
        for key in dict.fromkeys([*after, *before])
        if before.get(key, "") != after.get(key, "")
    )


def _read(content: bytes | None) -> dict[str, _Known]:
    if content is None:
        return {}
    root = parse_xml(content).getroot()
    names = {
        child.get("id") or "": child.get("name") or child.get("errorCode") or child.get("id") or ""
        for child in root
        if plain(child) in _GLOBAL
    }
    found: dict[str, _Known] = {}
    for child in root:
        if plain(child) in ("process", "collaboration"):
            _collect(child, names, found)
    for element in root.iter():
        if plain(element) == "lane":
            for reference in element:
                key = (reference.text or "").strip()
                if plain(reference) == "flowNodeRef" and key in found:
                    found[key].facts["lane", ""] = element.get("name") or element.get("id") or ""
    for element in root.iter():
        if plain(element) in ("BPMNShape", "BPMNEdge"):
            shown = (element.get("bpmnElement") or "").rpartition(":")[2]
            if shown in found:
                found[shown].place = tuple(_place(element))
    return found


def _place(shape: "etree._Element") -> Iterator[float]:
    for child in shape:
        if plain(child) in ("Bounds", "waypoint"):
            for name in ("x", "y", "width", "height"):
                try:
                    yield round(float(child.get(name) or 0), 1)
                except ValueError:
                    yield 0.0


def _is_own(name: str) -> bool:
    return name in _OWN or name.endswith(_OWN_ENDINGS)


def _collect(root: "etree._Element", names: dict[str, str], found: dict[str, _Known]) -> None:
    for element in root.iter():
        kind, key = plain(element), element.get("id")
        if not _is_own(kind) or not key:
            continue
        known = found[key] = _Known(kind, element.get("name") or "")
        known.facts.update(_facts(element, names))
        outer = element.getparent()
        if outer is not None and plain(outer) in ("subProcess", "transaction", "adHocSubProcess"):
            known.facts["parent", ""] = outer.get("name") or outer.get("id") or ""


_ATTRIBUTES = {
    "candidateGroups": "groups", "candidateUsers": "users", "formKey": "form", "formRef": "form",
    "topic": "handler", "calledElement": "called", "decisionRef": "decision", "dueDate": "due",
    "followUpDate": "follow_up", "sourceRef": "source", "targetRef": "target", "attachedToRef": "attached",
    "messageRef": "message", "signalRef": "signal", "errorRef": "error", "escalationRef": "escalation",
}  # fmt: skip


def _facts(element: "etree._Element", names: dict[str, str]) -> Iterator[tuple[tuple[str, str], str]]:
    for name, value in _attributes(element):
        if name not in _QUIET_ATTRIBUTES:
            reference = value.rpartition(":")[2] if name.endswith("Ref") else value
            yield (_ATTRIBUTES.get(name, name), ""), names.get(reference, reference)
    for child in element:
        kind = plain(child)
        if kind in _SKIPPED or _is_own(kind):
            continue
        if kind == "extensionElements":
            for extension in child:
                yield from _extension(extension)
        elif kind.endswith("EventDefinition"):
            yield from _event(child, kind, names)
        elif kind in ("documentation", "conditionExpression", "script", "text"):
            yield ({"conditionExpression": "condition"}.get(kind, kind), ""), _text(child)
        elif kind.endswith("LoopCharacteristics"):
            yield ("loop", ""), canonical(child)
        else:
            yield ("other", kind), canonical(child)


def _event(
    definition: "etree._Element", kind: str, names: dict[str, str]
) -> Iterator[tuple[tuple[str, str], str]]:
    what = kind.removesuffix("EventDefinition")
    parts = [
        names.get(value.rpartition(":")[2], value) for name, value in _attributes(definition) if name != "id"
    ]
    for child in definition:
        if plain(child) == "extensionElements":
            for extension in child:
                yield from _extension(extension)
        elif plain(child):
            parts.append(_text(child))
    yield (what, ""), " ".join(filter(None, parts)) or what


def _extension(element: "etree._Element") -> Iterator[tuple[tuple[str, str], str]]:
    kind = plain(element)
    if kind in ("properties", "inputOutput", "ioMapping", "taskHeaders"):
        for child in element:
            part = plain(child)
            name = child.get("name") or child.get("key") or child.get("target") or ""
            value = child.get("value") or child.get("source")
            code = {
                "inputParameter": "input", "outputParameter": "output",
            }.get(part, part)  # fmt: skip
            if part:
                yield (code, name), value if value is not None else _inner(child)
    elif kind:
        yield ("extension", kind), canonical(element)


def _inner(element: "etree._Element") -> str:
    if len(element):
        return " ".join(canonical(child) for child in element if plain(child))
    return _text(element)


def _text(element: "etree._Element") -> str:
    lines = [" ".join(line.split()) for line in (element.text or "").strip().splitlines()]
    return "\n".join(lines)
