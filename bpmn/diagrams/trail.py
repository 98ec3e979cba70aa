"""Which flows a request has certainly gone along, told from the elements it has visited.

History records visits to elements, not to flows.  A flow between two visited
elements was taken for certain when its source has no other way out (or a
parallel gateway takes all of them), or when it is the only visited way into its
target.  Where both ways are open nothing is claimed.
"""

from collections.abc import Mapping

from bpmn.diagrams.model import Item

_TAKES_ALL = frozenset({"parallelGateway"})


def passed_flows(items: Mapping[str, Item], marks: Mapping[str, str]) -> set[str]:
    """Return the ids of the sequence flows that were taken for certain."""
    flows = [item for item in items.values() if item.kind == "sequenceFlow"]
    ways_out: dict[str, int] = {}
    visited_ways_in: dict[str, int] = {}
    for flow in flows:
        source, target = flow.reference("sourceRef"), flow.reference("targetRef")
        ways_out[source] = ways_out.get(source, 0) + 1
        if marks.get(source) == "past":
            visited_ways_in[target] = visited_ways_in.get(target, 0) + 1
    passed = set()
    for flow in flows:
        source, target = flow.reference("sourceRef"), flow.reference("targetRef")
        if marks.get(source) != "past" or target not in marks:
            continue
        kind = items[source].kind if source in items else ""
        if ways_out[source] == 1 or kind in _TAKES_ALL or visited_ways_in[target] == 1:
            passed.add(flow.id)
    return passed
