"""Give every node of a scope a column and a row.

The column is the longest way from a start, arcs that close a loop left out.
The row is near that of the predecessor, inside the rows of the node's lane; a
line over several columns gets a free cell in each column that it passes.
"""

import itertools
from collections.abc import Iterator

from bpmn.diagrams.model import Item


class Ranking:
    """Columns and rows of *nodes*; *hosts* says on which node a boundary event sits."""

    def __init__(
        self, nodes: list[Item], flows: list[Item], hosts: dict[str, str], lane_of: dict[str, int]
    ) -> None:
        self._nodes, self._flows, self._hosts, self._lane_of = nodes, flows, hosts, lane_of
        self._arcs = self._forward_arcs()
        self.columns = self._columns()
        self.tracks = self._tracks(self.columns)
        self.rows = self._rows(self.columns)

    def host(self, identifier: str) -> str:
        return self._hosts.get(identifier, identifier)

    def _forward_arcs(self) -> dict[str, list[str]]:
        """Return the successors of every node without the arcs that close a loop (depth-first from the starts)."""
        known = {node.id for node in self._nodes}
        outgoing: dict[str, list[str]] = {node.id: [] for node in self._nodes}
        incoming: dict[str, int] = dict.fromkeys(outgoing, 0)
        for flow in self._flows:
            source, target = self.host(flow.reference("sourceRef")), self.host(flow.reference("targetRef"))
            if flow.kind == "sequenceFlow" and source in known and target in known and source != target:
                outgoing[source].append(target)
                incoming[target] += 1
        starts = [node.id for node in self._nodes if incoming[node.id] == 0]
        done: set[str] = set()
        open_: set[str] = set()
        forward: dict[str, list[str]] = {identifier: [] for identifier in outgoing}
        for first in [*starts, *outgoing]:
            stack = [(first, iter(outgoing[first]))] if first not in done else []
            open_.update([first] if stack else [])
            while stack:
                node, rest = stack[-1]
                for target in rest:
                    if target in open_:
                        continue
                    forward[node].append(target)
                    if target not in done:
                        open_.add(target)
                        stack.append((target, iter(outgoing[target])))
                        break
                else:
                    stack.pop()
                    open_.discard(node)
                    done.add(node)
        return forward

    def _columns(self) -> dict[str, int]:
        """Return the longest way to each node (the forward arcs have no loops)."""
        incoming: dict[str, int] = dict.fromkeys(self._arcs, 0)
        for targets in self._arcs.values():
            for target in targets:
                incoming[target] += 1
        ready = [identifier for identifier, count in incoming.items() if count == 0]
        columns = dict.fromkeys(self._arcs, 0)
        for identifier in ready:
            for target in self._arcs[identifier]:
                columns[target] = max(columns[target], columns[identifier] + 1)
                incoming[target] -= 1
                if incoming[target] == 0:
                    ready.append(target)
        return columns

    def _rows(self, columns: dict[str, int]) -> dict[str, tuple[int, int]]:
        """Return (lane, row in it) of each node and of each cell that a long line passes through.

        A node wants the row of its first predecessor, what a boundary event leads to the row below; a cell of
        a long line comes after the nodes of its column, so lines give way to nodes.
        """
        rows: dict[str, tuple[int, int]] = {}
        taken: set[tuple[int, int, int]] = set()
        by_column: dict[int, list[tuple[str, str, int]]] = {}
        for identifier in self._arcs:
            source, drop = self._first_source(identifier, columns)
            by_column.setdefault(columns[identifier], []).append((identifier, source, drop))
        for line, cells in self.tracks.items():
            source = line[0]
            for column, cell in cells:
                by_column.setdefault(column, []).append((cell, source, 0))
                source = cell
        for column in sorted(by_column):
            for identifier, source, drop in by_column[column]:
                home = rows.get(source, (0, 0))
                lane = self._lane_of.get(identifier, home[0] if identifier not in self._arcs else 0)
                wish = home[1] + drop if home[0] == lane else 0
                row = next(row for row in _nearest(wish) if (lane, column, row) not in taken)
                rows[identifier] = lane, row
                taken.add((lane, column, row))
        return rows

    def _first_source(self, identifier: str, columns: dict[str, int]) -> tuple[str, int]:
        """Return the predecessor whose row a node takes, and how many rows below it."""
        best: tuple[tuple[int, int], str, int] | None = None
        for flow in self._flows:
            source, target = flow.reference("sourceRef"), flow.reference("targetRef")
            host = self.host(source)
            if target != identifier or target not in self._arcs.get(host, ()):
                continue
            attached = int(host != source)
            key = attached, columns[identifier] - columns[host]
            if best is None or key < best[0]:
                best = key, host, attached
        return (best[1], best[2]) if best else ("", 0)

    def _tracks(self, columns: dict[str, int]) -> dict[tuple[str, str], list[tuple[int, str]]]:
        """Return, for each line over more than one column, the cells between: (column, name of the cell)."""
        return {
            (source, target): [
                (column, f"{source} {target} {column}")
                for column in range(columns[source] + 1, columns[target])
            ]
            for source, targets in self._arcs.items()
            for target in targets
            if columns[target] - columns[source] > 1
        }


def _nearest(wish: int) -> Iterator[int]:
    """Rows in the order they are tried: the wish, then below and above it by turns."""
    yield wish
    for step in itertools.count(1):
        yield wish + step
        if step <= wish:
            yield wish - step
