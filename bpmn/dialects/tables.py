"""What a dialect's elements and attributes come to here: used, ignored, or refused.

Everything that is in no table is refused: nothing of another engine is lost silently.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"


@dataclass(frozen=True, slots=True)
class Dialect:
    """The tables of one dialect, by local name; `refused` tells what to draw instead (Russian, English).

    `places` names the types of elements where something is used, and its fate anywhere else.
    `outside` is what is used by elements that are no flow nodes.
    """

    name: str
    namespace: str
    used: frozenset[str]
    ignored: frozenset[str]
    refused: Mapping[str, tuple[str, str]]
    places: Mapping[str, tuple[frozenset[str], str]] = field(default_factory=dict)
    outside: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def fate(self, local: str, place: str) -> str:
        """Return "used", "ignored" or "refused" for what stands on an element of the type *place*."""
        types, elsewhere = self.places.get(local, (None, ""))
        if types is not None and place not in types:
            return elsewhere
        return "used" if local in self.used else "ignored" if local in self.ignored else "refused"


def written(element: "etree._Element", namespaces: Collection[str]) -> Iterator[str]:
    """Yield the local names of a dialect that stand on *element*, its events and its loop, each once.

    The content of an element of the dialect belongs to it: what a table says of `ioMapping` it says of its inputs.
    """
    parts = [element]
    for child in element:
        if isinstance(child.tag, str) and child.tag.startswith(_BPMN):
            local = child.tag[len(_BPMN) :]
            if local.endswith(("EventDefinition", "LoopCharacteristics")):
                parts.append(child)
    names: dict[str, None] = {}
    for part in parts:
        holder = part.find(_BPMN + "extensionElements")
        tags = [child.tag for child in holder if isinstance(child.tag, str)] if holder is not None else []
        for name in (*part.attrib, *tags):
            space, _, local = str(name)[1:].partition("}") if str(name)[:1] == "{" else ("", "", "")
            if space in namespaces:
                names[local] = None
    yield from names
