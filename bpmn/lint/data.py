"""Data: what contradicts itself is an error, and so is a data association that cannot be executed."""

import re
from collections.abc import Iterator

from lxml import etree

from bpmn.lint.finding import about, finding, nodes
from bpmn.lint.problem import Problem
from bpmn.spiff import associations as data_associations
from bpmn.spiff.graph import EVENTS, Node
from bpmn.spiff.parts import B, line_of, local_name, reference, text_of
from bpmn.spiff.reader import Reader

_LITERAL = re.compile(r'"[^"]*"|-?\d+(\.\d+)?|true|false')
_ASSOCIATIONS = ("dataInputAssociation", "dataOutputAssociation")


def _xml(node: Node) -> "etree._Element":
    assert node.xml is not None
    return node.xml


def _item(reader: Reader, element: "etree._Element | None") -> "etree._Element | None":
    """Return the item definition that a data element has."""
    if element is None:
        return None
    if local_name(element) == "dataObjectReference":
        element = reader.by_id.get(reference(element.get("dataObjectRef")) or "", element)
    for attribute in ("itemSubjectRef", "itemRef", "structureRef"):
        found = reader.by_id.get(reference(element.get(attribute)) or "")
        if found is not None and local_name(found) == "itemDefinition":
            return found
    return None


def _different(one: "etree._Element | None", two: "etree._Element | None") -> bool:
    """Tell whether two item definitions cannot be the same thing."""
    if one is None or two is None or one is two:
        return False
    return one.get("structureRef") is None or one.get("structureRef") != two.get("structureRef")


def _parts(element: "etree._Element", *names: str) -> "list[etree._Element]":
    """Return the data inputs or outputs that an element declares itself."""
    holder = element.find(B + "ioSpecification")
    return [
        child
        for parent in (element, holder)
        if parent is not None
        for child in parent
        if local_name(child) in names
    ]


def associations(reader: Reader) -> Iterator[Problem]:
    """A data association connects two things that exist and fit (BPMN 2.0 §10.4.1)."""
    for node in nodes(reader):
        for name in _ASSOCIATIONS:
            for item in _xml(node).findall(B + name):
                yield from _association(reader, node, item)


def _association(reader: Reader, node: Node, item: "etree._Element") -> Iterator[Problem]:
    computes = data_associations.computes(item)
    sources = item.findall(B + "sourceRef")
    if len(sources) > 1 and not computes:
        yield about(
            reader,
            node,
            "data_sources",
            "{}: у связи с данными несколько источников, а преобразования нет",
            "{}: a data association has several sources and no transformation",
        )
    ends = []
    for ref in (*sources[:1], *item.findall(B + "targetRef")[:1]):
        found = reader.by_id.get(reference(text_of(ref)) or "")
        if found is None:
            yield about(
                reader,
                node,
                "data_unknown",
                f"{{}}: связь с данными указывает на несуществующий элемент {text_of(ref)}",
                f"{{}}: a data association names {text_of(ref)}, which does not exist",
            )
            return
        ends.append(found)
    if computes:
        yield from _computed(reader, node, item, ends)
    elif len(ends) == 2 and _different(_item(reader, ends[0]), _item(reader, ends[1])):
        yield about(
            reader,
            node,
            "data_types",
            "{}: связь соединяет данные разных типов",
            "{}: a data association connects data of different types",
        )
    if ends and local_name(item) == "dataInputAssociation" and local_name(ends[0]) == "dataOutput":
        yield about(
            reader,
            node,
            "data_direction",
            "{}: вход берёт данные из выхода",
            "{}: a data input reads from a data output",
        )


def _computed(
    reader: Reader, node: Node, item: "etree._Element", ends: "list[etree._Element]"
) -> Iterator[Problem]:
    """A computation reads and writes variables, where something uses what it gives."""
    try:
        data_associations.transfers(reader.by_id, item)
    except data_associations.Unfit as error:
        yield about(
            reader, node, "data_computed", f"{{}}: связь с данными: {error.ru}",
            f"{{}}: a data association: {error.en}",
        )  # fmt: skip
    incoming = local_name(item) == "dataInputAssociation"
    kinds = {event.kind for event in node.events}
    if incoming and node.type in EVENTS and not kinds & {"message", "signal", "error", "escalation"}:
        yield about(
            reader, node, "data_unused", "{} ничего не передаёт: вычисленные для него данные никто не получит",
            "{} throws nothing: nobody gets the data that is computed for it",
        )  # fmt: skip
    target = _item(reader, ends[-1]) if ends else None
    for source in item.iter(B + "from", B + "transformation"):
        many = target is not None and target.get("isCollection") == "true"
        if many and _LITERAL.fullmatch((text_of(source) or "").removeprefix("=")):
            yield about(
                reader, node, "data_types", "{}: связь пишет одно значение туда, где описана коллекция",
                "{}: an association writes one value where a collection is declared",
            )  # fmt: skip


def collections(reader: Reader) -> Iterator[Problem]:
    """`isCollection` agrees with that of the item definition (BPMN 2.0 table 10.51)."""
    for element in reader.root.iter(B + "dataInput", B + "dataOutput", B + "dataObject"):
        item = _item(reader, element)
        if item is None or element.get("isCollection") is None or item.get("isCollection") is None:
            continue
        if (element.get("isCollection") == "true") != (item.get("isCollection") == "true"):
            yield finding(
                reader,
                element.get("id"),
                "data_collection",
                f"{element.get('id')}: isCollection не совпадает с описанием типа",
                f"{element.get('id')}: isCollection differs from that of its item definition",
                line=line_of(element),
            )


def instances(reader: Reader) -> Iterator[Problem]:
    """The collection of a multi-instance is data, its item is one of it (BPMN 2.0 table 10.29)."""
    for element in reader.root.iter(B + "multiInstanceLoopCharacteristics"):
        owner = element.getparent()
        identifier = owner.get("id") if owner is not None else None
        for name in ("loopDataInputRef", "loopDataOutputRef"):
            ref = reference(text_of(element.find(B + name)))
            found = reader.by_id.get(ref or "")
            if found is not None and not local_name(found).startswith(("data", "property")):
                yield finding(
                    reader,
                    identifier,
                    "instances_source",
                    f"{identifier}: {name} указывает на {local_name(found)}, а не на данные",
                    f"{identifier}: {name} names a {local_name(found)}, not data",
                    line=line_of(element),
                )
        for name in ("inputDataItem", "outputDataItem"):
            item = _item(reader, element.find(B + name))
            if item is not None and item.get("isCollection") == "true":
                yield finding(
                    reader,
                    identifier,
                    "instances_item",
                    f"{identifier}: {name} — коллекция, а должен быть её элемент",
                    f"{identifier}: {name} is a collection, it must be one item of it",
                    line=line_of(element),
                )


def payloads(reader: Reader) -> Iterator[Problem]:
    """Declared data of an event or a message task is what its definition carries (BPMN 2.0 §10.5.1)."""
    for node in nodes(reader):
        xml = _xml(node)
        carried = []
        for child in xml:
            kind = local_name(child)
            if kind.endswith("EventDefinition"):
                carried.append(reader.by_id.get(reference(child.get(f"{kind[:-15]}Ref")) or ""))
        if node.type in ("sendTask", "receiveTask"):
            carried.append(reader.by_id.get(reference(xml.get("messageRef")) or ""))
        items = [item for item in (_item(reader, element) for element in carried) if item is not None]
        declared = _parts(xml, "dataInput", "dataOutput")
        if not items:
            continue
        if not declared:
            yield about(
                reader,
                node,
                "payload_undeclared",
                "{}: данные события не описаны; они придут в переменные заявки",
                "{}: the data of the event is not declared; it goes to the variables of the request",
                severity="warning",
            )
            continue
        found = [_item(reader, element) for element in declared]
        for item in items:
            if not any(
                other is item or (other is not None and not _different(other, item)) for other in found
            ):
                yield about(
                    reader,
                    node,
                    "payload_type",
                    "{}: описанные данные не совпадают с данными события",
                    "{}: the declared data is not what the event carries",
                )
        if len(items) > len(declared):
            yield about(
                reader,
                node,
                "payload_count",
                "{}: событий с данными больше, чем описанных данных",
                "{}: more events carry data than data is declared",
            )


def called_data(reader: Reader) -> Iterator[Problem]:
    """A call activity declares the data of the process that it calls (BPMN 2.0 §10.3.6)."""
    for node in nodes(reader):
        if node.type != "callActivity" or node.called is None:
            continue
        called = reader.by_id.get(reference(node.called) or "")
        if called is None:
            continue
        if local_name(called).startswith("global"):
            yield about(
                reader,
                node,
                "global_task",
                f"{{}} вызывает глобальную задачу {node.called}: она не выполняется",
                f"{{}} calls the global task {node.called}, which is not executed",
            )
            continue
        for name, ru, en in (("dataInput", "входы", "inputs"), ("dataOutput", "выходы", "outputs")):
            own, theirs = _parts(_xml(node), name), _parts(called, name)
            if called.find(B + "ioSpecification") is not None and len(own) != len(theirs):
                yield about(
                    reader,
                    node,
                    "called_data",
                    f"{{}}: {ru} не совпадают с описанными в процессе {node.called}",
                    f"{{}}: its data {en} are not those of the process {node.called}",
                )


def bindings(reader: Reader) -> Iterator[Problem]:
    """An `ioBinding` binds data of the type that its operation has (BPMN 2.0 table 10.55)."""
    for binding in reader.root.iter(B + "ioBinding"):
        owner = binding.getparent()
        operation = reader.by_id.get(reference(binding.get("operationRef")) or "")
        for attribute, tag in (("inputDataRef", "inMessageRef"), ("outputDataRef", "outMessageRef")):
            data = reader.by_id.get(reference(binding.get(attribute)) or "")
            ref = operation.find(B + tag) if operation is not None else None
            message = reader.by_id.get(reference(text_of(ref)) or "")
            if _different(_item(reader, data), _item(reader, message)):
                yield finding(
                    reader,
                    owner.get("id") if owner is not None else None,
                    "binding_type",
                    f"ioBinding: тип {binding.get(attribute)} не совпадает с типом операции",
                    f"ioBinding: the type of {binding.get(attribute)} is not that of the operation",
                    line=line_of(binding),
                )


def input_sets(reader: Reader) -> Iterator[Problem]:
    """Alternative sets of inputs or outputs are not executed: one of each (BPMN 2.0 §10.4.2)."""
    for node in nodes(reader):
        io = _xml(node).find(B + "ioSpecification")
        if io is not None and (len(io.findall(B + "inputSet")) > 1 or len(io.findall(B + "outputSet")) > 1):
            yield about(
                reader,
                node,
                "data_sets",
                "{}: несколько наборов входов или выходов не выполняются",
                "{}: several input or output sets are not executed",
            )


def performers(reader: Reader) -> Iterator[Problem]:
    """Resource roles are not executed; one cannot both name a resource and compute it (BPMN 2.0 table 10.5)."""
    for element in reader.root.iter(
        B + "performer", B + "humanPerformer", B + "potentialOwner", B + "resourceRole"
    ):
        owner = element.getparent()
        identifier = owner.get("id") if owner is not None else None
        both = element.find(B + "resourceRef") is not None and (
            element.find(B + "resourceAssignmentExpression") is not None
        )
        yield finding(
            reader,
            identifier,
            "performer",
            f"{identifier}: исполнители по {local_name(element)} не назначаются, используйте Assignee и Candidate groups",
            f"{identifier}: {local_name(element)} assigns nobody here, use assignee and candidate groups",
            line=line_of(element),
            severity="error" if both else "warning",
        )


RULES = (associations, collections, instances, payloads, called_data, bindings, input_sets, performers)
