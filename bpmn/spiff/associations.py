"""Data associations: which values an element takes in and gives out by drawn data (BPMN 2.0 §10.4.2).

The data of a process are variables of the request, named by their data objects and properties.  An association that
computes (a transformation, assignments) is executed, and so is one that joins data of different names; one that
only repeats a name, or has an end without a variable's name, is documentation.  What an element declares as its
data inputs and outputs is its own: local to it.
"""

import re
from collections.abc import Mapping

from lxml import etree

from bpmn.spiff.parts import B, line_of, local_name, reference, text_of, variable
from bpmn.spiff.transfers import NO_TRANSFERS, Transfer, Transfers

NAME = re.compile(r"[^\W\d]\w*")
_PATH = re.compile(r"[^\W\d]\w*(\s*\.\s*[^\W\d]\w*)*")
TAGS = ("dataInputAssociation", "dataOutputAssociation")
_OWN = ("dataInput", "dataOutput")
_DATA = (*_OWN, "dataObject", "dataObjectReference", "property")


class Unfit(Exception):
    """An association that cannot mean anything; the reason in both languages."""

    def __init__(self, ru: str, en: str) -> None:
        super().__init__(en)
        self.ru, self.en = ru, en


def computes(item: "etree._Element") -> bool:
    """Tell whether an association has a transformation or assignments."""
    return item.find(B + "assignment") is not None or item.find(B + "transformation") is not None


def read(by_id: "Mapping[str, etree._Element]", element: "etree._Element") -> Transfers:
    """Return what the associations of *element* move; what lint refuses is left out."""
    moved: list[list[Transfer]] = [[], []]
    own: set[str] = set()
    for number, tag in enumerate(TAGS):
        for item in element.findall(B + tag):
            try:
                found = transfers(by_id, item)
            except Unfit:
                continue
            moved[number] += found
            if number and found:
                sources = (by_id.get(reference(text_of(ref)) or "") for ref in item.findall(B + "sourceRef"))
                own |= {
                    variable(by_id, ref) for ref in sources if ref is not None and local_name(ref) in _OWN
                }
    if not any(moved):
        return NO_TRANSFERS
    return Transfers(tuple(moved[0]), tuple(moved[1]), frozenset(own))


def transfers(by_id: "Mapping[str, etree._Element]", item: "etree._Element") -> list[Transfer]:
    """Return what one association moves; raises Unfit."""
    sources = [by_id.get(reference(text_of(ref)) or "") for ref in item.findall(B + "sourceRef")]
    target = by_id.get(reference(text_of(item.find(B + "targetRef"))) or "")
    known = [found for found in (*sources, target) if found is not None and local_name(found) in _DATA]
    ids = {str(found.get("id")): variable(by_id, found) for found in known}
    if _of_loop(item):
        return []
    if not computes(item):
        return _copy(by_id, sources, target, item)
    _fit(by_id, item, sources, target)
    assert target is not None
    name = variable(by_id, target)
    if (transformation := item.find(B + "transformation")) is not None:
        whole, line = text_of(transformation) or "", line_of(transformation)
        return [Transfer((name,), whole, transformation.get("language"), line=line, ids=ids)]
    made = []
    for assignment in item.findall(B + "assignment"):
        source, to = assignment.find(B + "from"), assignment.find(B + "to")
        text, path = text_of(source), _path(text_of(to) or "", target, name)
        if source is None or text is None:
            raise Unfit("у присваивания нет from", "an assignment has no from")
        made.append(Transfer(path, text, source.get("language"), line=line_of(assignment), ids=ids))
    return made


def _of_loop(item: "etree._Element") -> bool:
    """Tell whether the collection of a loop moves here: the loop itself reads and writes it.  Raises Unfit."""
    activity = item.getparent()
    loop = activity.find(B + "multiInstanceLoopCharacteristics") if activity is not None else None
    if loop is None:
        return False
    incoming = local_name(item) == TAGS[0]
    ends = item.findall(B + ("targetRef" if incoming else "sourceRef"))
    mine = reference(text_of(loop.find(B + ("loopDataInputRef" if incoming else "loopDataOutputRef"))))
    if mine is None or mine not in [reference(text_of(end)) for end in ends]:
        return False
    if item.find(B + "assignment") is not None or (computes(item) and not incoming):
        raise Unfit(
            "коллекцию цикла может вычислить только преобразование на входе",
            "only a transformation of an input can compute the collection of a loop",
        )
    return True


def _copy(
    by_id: "Mapping[str, etree._Element]",
    sources: "list[etree._Element | None]",
    target: "etree._Element | None",
    item: "etree._Element",
) -> list[Transfer]:
    source = sources[0] if len(sources) == 1 else None
    if source is None or target is None:
        return []
    mine = target if local_name(item) == TAGS[0] else source
    if local_name(mine) not in _OWN or not {local_name(source), local_name(target)} <= set(_DATA):
        return []
    names = variable(by_id, source), variable(by_id, target)
    if names[0] == names[1] or not all(map(NAME.fullmatch, names)):
        return []
    return [Transfer((names[1],), "=" + names[0], needs=names[0], line=line_of(item))]


def _fit(
    by_id: "Mapping[str, etree._Element]",
    item: "etree._Element",
    sources: "list[etree._Element | None]",
    target: "etree._Element | None",
) -> None:
    """Refuse what cannot be executed."""
    if item.find(B + "assignment") is not None and item.find(B + "transformation") is not None:
        raise Unfit(
            "и преобразование, и присваивания: оставьте одно",
            "both a transformation and assignments: keep one",
        )
    if target is None:
        raise Unfit("вычислению некуда писать: нет targetRef", "the computation has no targetRef to write to")
    for end in (*sources, target):
        if end is not None and local_name(end) not in _DATA:
            kind = local_name(end)
            raise Unfit(
                f"{kind} {end.get('id')} — не переменная заявки: её нельзя прочитать или записать",
                f"the {kind} {end.get('id')} is no variable of the request: it cannot be read or written",
            )
    name = variable(by_id, target)
    if not NAME.fullmatch(name):
        raise Unfit(
            f"«{name}» не может быть именем переменной: нужны буквы, цифры и _",
            f"{name!r} cannot be the name of a variable: use letters, digits and _",
        )


def _path(text: str, target: "etree._Element", name: str) -> tuple[str, ...]:
    text = text.removeprefix("=").strip()
    parts = tuple(part.strip() for part in text.split("."))
    if not _PATH.fullmatch(text) or parts[0] not in (name, target.get("id")):
        raise Unfit(
            f"to «{text}» должно быть «{name}» или путь в нём (например, {name}.price)",
            f"to {text!r} must be {name!r} or a path in it (for example, {name}.price)",
        )
    return (name, *parts[1:])
