"""The ways of tokens through one scope, for the rules of soundness."""

from collections.abc import Iterable
from dataclasses import dataclass

from bpmn.spiff.graph import Flow, Graph, Node


@dataclass(frozen=True, slots=True)
class Way:
    """A step from one node to the next: a sequence flow, or from an activity to its boundary event."""

    source: Node
    target: Node
    flow: Flow | None = None


class Ways:
    """Which nodes come after which, and where a scope begins."""

    def __init__(self, graph: Graph) -> None:
        self.nodes = list(graph.nodes.values())
        self.after: dict[str, list[Way]] = {node.id: [] for node in self.nodes}
        for node in self.nodes:
            self.after[node.id] += [Way(node, flow.target, flow) for flow in node.outgoing]
            host = graph.nodes.get(node.attached_to or "")
            if host is not None:
                self.after[host.id].append(Way(host, node))
        self._links()
        begins = [node for node in self.nodes if node.type == "startEvent" or node.instantiate]
        self.entries = begins or [
            node for node in self.nodes if not node.incoming and node.attached_to is None
        ]
        #: event subprocesses and handlers of compensation stand outside the flow
        self.outside = [node for node in self.nodes if node.triggered or node.for_compensation]

    def _links(self) -> None:
        catches = {
            event.name: node
            for node in self.nodes
            for event in node.events
            if event.kind == "link" and node.type == "intermediateCatchEvent"
        }
        for node in self.nodes:
            for event in node.events:
                target = catches.get(event.name)
                if event.kind == "link" and node.type == "intermediateThrowEvent" and target is not None:
                    self.after[node.id].append(Way(node, target))

    def reached(self, starts: Iterable[Node], *, without: Node | None = None) -> set[str]:
        """Return the ids of *starts* and of all that comes after them, on ways that avoid *without*."""
        found: set[str] = set()
        waiting = [node for node in starts if node is not without]
        while waiting:
            node = waiting.pop()
            if node.id not in found:
                found.add(node.id)
                waiting += [way.target for way in self.after[node.id] if way.target is not without]
        return found

    def into(self, node: Node, first: Way, *, stop: frozenset[str] = frozenset()) -> set[str]:
        """Return the flows into *node* that a token on *first* may come by, not through nodes in *stop*."""
        found: set[str] = set()
        seen: set[str] = set()
        waiting = [first]
        while waiting:
            way = waiting.pop()
            if way.target is node:
                if way.flow is not None:
                    found.add(way.flow.id)
            elif way.target.id not in seen and way.target.id not in stop:
                seen.add(way.target.id)
                waiting += self.after[way.target.id]
        return found

    def only_behind(self, split: Node) -> set[str]:
        """Return the nodes that are reached through *split* alone; none where a way leads back to it."""
        behind = self.reached(way.target for way in self.after[split.id])
        return set() if split.id in behind else behind - self.reached(self.entries, without=split)
