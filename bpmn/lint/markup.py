"""The file around the processes: pools, message flows, redundant tags."""

from collections.abc import Iterator

from bpmn.lint.finding import about, finding, nodes
from bpmn.lint.problem import Problem
from bpmn.spiff.graph import ACTIVITIES, Node
from bpmn.spiff.parts import B, line_of, local_name, reference, text_of
from bpmn.spiff.reader import Reader

_ROOTS = frozenset(
    [
        "import",
        "extension",
        "relationship",
        "category",
        "collaboration",
        "correlationProperty",
        "dataStore",
        "endPoint",
        "error",
        "escalation",
        "globalBusinessRuleTask",
        "globalManualTask",
        "globalScriptTask",
        "globalTask",
        "globalUserTask",
        "interface",
        "itemDefinition",
        "message",
        "partnerEntity",
        "partnerRole",
        "process",
        "resource",
        "signal",
        "choreography",
        "globalChoreographyTask",
        "globalConversation",
        "documentation",
        "extensionElements",
    ]
)


def root_elements(reader: Reader) -> Iterator[Problem]:
    """What stands directly in `definitions` is a root element (BPMN 2.0 §8.1.1); choreographies are not run."""
    for element in reader.root:
        tag = local_name(element)
        if not tag:
            continue
        identifier = element.get("id")
        if tag in ("choreography", "globalChoreographyTask"):
            yield finding(
                reader,
                identifier,
                "choreography",
                f"Хореография {identifier} не выполняется",
                f"The choreography {identifier} is not executed",
                line=line_of(element),
            )
        elif tag not in _ROOTS and not tag.endswith("EventDefinition"):
            yield finding(
                reader,
                identifier,
                "misplaced",
                f"Элемент {tag} ({identifier}) не может стоять вне процесса",
                f"An element {tag} ({identifier}) cannot stand outside a process",
                line=line_of(element),
            )


def definition_references(reader: Reader) -> Iterator[Problem]:
    """`eventDefinitionRef` names a definition that stands in the file by itself (BPMN 2.0 table 10.82)."""
    for ref in reader.root.iter(B + "eventDefinitionRef"):
        owner = ref.getparent()
        found = reader.by_id.get(reference(text_of(ref)) or "")
        if found is not None and found.getparent() is not reader.root and owner is not None:
            yield finding(
                reader,
                owner.get("id"),
                "definition_reference",
                f"{owner.get('id')}: eventDefinitionRef указывает на определение внутри другого события",
                f"{owner.get('id')}: eventDefinitionRef names a definition inside another event",
                line=line_of(ref),
            )


def redundant_tags(reader: Reader) -> Iterator[Problem]:
    """`incoming` and `outgoing` tags, in a file that uses them, repeat the sequence flows (BPMN 2.0 table 8.45)."""
    pairs = [(node, name) for node in nodes(reader) for name in ("incoming", "outgoing")]
    if not any(node.xml is not None and node.xml.find(B + name) is not None for node, name in pairs):
        return
    for node, name in pairs:
        assert node.xml is not None
        written = {reference(text_of(item)) for item in node.xml.findall(B + name)}
        drawn = {flow.id for flow in (node.incoming if name == "incoming" else node.outgoing)}
        if written != drawn:
            yield about(
                reader,
                node,
                "redundant_tags",
                f"{{}}: теги {name} не совпадают со стрелками; действуют стрелки",
                f"{{}}: its {name} tags differ from the sequence flows; the flows count",
                severity="warning",
            )


def formal_expressions(reader: Reader) -> Iterator[Problem]:
    """Expressions of an executable process are formal (BPMN 2.0 §8.3.6); untyped ones are read as FEEL."""
    names = ("conditionExpression", "completionCondition", "loopCondition", "loopCardinality", "condition",
             "timeDate", "timeDuration", "timeCycle", "activationCondition", "messagePath", "dataPath")  # fmt: skip
    for element in reader.root.iter(*(B + name for name in names)):
        kind = next((str(value) for key, value in element.attrib.items() if str(key).endswith("}type")), "")
        if not kind.endswith("tFormalExpression"):
            owner = element.getparent()
            while owner is not None and owner.get("id") is None:
                owner = owner.getparent()
            identifier = owner.get("id") if owner is not None else None
            yield finding(
                reader,
                identifier,
                "expression_untyped",
                f"{identifier}: выражение {local_name(element)} без типа tFormalExpression читается как FEEL",
                f"{identifier}: {local_name(element)} without the type tFormalExpression is read as FEEL",
                line=line_of(element),
                severity="info",
            )


def message_flows(reader: Reader) -> Iterator[Problem]:
    """A message flow leads from a sender in one pool to a receiver in another (BPMN 2.0 §9.4)."""
    known = {node.id: node for drawing in reader.drawings for node in drawing.graph.walk()}
    pools = {}
    for drawing in reader.drawings:
        pools.update({node.id: drawing.id for node in drawing.graph.walk()})
    for participant in reader.root.iter(B + "participant"):
        identifier = participant.get("id") or ""
        pools[identifier] = reference(participant.get("processRef")) or identifier
    for flow in reader.root.iter(B + "messageFlow"):
        parent = flow.getparent()
        if parent is None or local_name(parent) != "collaboration":
            continue
        ends = [reference(flow.get(name)) or "" for name in ("sourceRef", "targetRef")]
        name = flow.get("id")
        if ends[0] in pools and ends[1] in pools and pools[ends[0]] == pools[ends[1]]:
            yield finding(
                reader,
                name,
                "message_flow_pool",
                f"Поток сообщений {name} соединяет элементы одного и того же участника",
                f"The message flow {name} connects elements of the same pool",
                line=line_of(flow),
            )
        for end, sends in zip(ends, (True, False), strict=True):
            node = known.get(end)
            if node is not None and not _may(node, sends):
                ru, en = ("отправлять", "send") if sends else ("получать", "receive")
                yield finding(
                    reader,
                    end,
                    "message_flow_end",
                    f"{end} не может {ru} сообщение потока {name}",
                    f"{end} cannot {en} the message of the flow {name}",
                    line=line_of(flow),
                )


def _may(node: Node, sends: bool) -> bool:
    if node.type in ACTIVITIES:
        return node.type != ("receiveTask" if sends else "sendTask")
    kinds = {event.kind for event in node.events}
    throwing = node.type in ("endEvent", "intermediateThrowEvent")
    catching = node.type in ("startEvent", "intermediateCatchEvent", "boundaryEvent")
    return "message" in kinds and (throwing if sends else catching)


RULES = (root_elements, definition_references, redundant_tags, formal_expressions, message_flows)
