"""Shorthand of the rules."""

from collections.abc import Iterator

from bpmn.lint.problem import Problem
from bpmn.spiff.graph import Graph, Node
from bpmn.spiff.reader import Reader


def finding(
    reader: Reader,
    element: str | None,
    rule: str,
    ru: str,
    en: str,
    *,
    line: int | None = None,
    severity: str = "error",
) -> Problem:
    """Make a problem of this file."""
    return Problem(reader.file, element, rule, severity, ru, en, line)


def named(node: Node) -> tuple[str, str]:
    """Return how to call a node in Russian and English: its name where it has one."""
    title = f"«{node.name}» ({node.id})" if node.name else node.id
    return title, f"{node.name!r} ({node.id})" if node.name else node.id


def about(reader: Reader, node: Node, rule: str, ru: str, en: str, *, severity: str = "error") -> Problem:
    """Make a problem of a node; `{}` in the texts stands for it."""
    title_ru, title_en = named(node)
    return finding(
        reader,
        node.id,
        rule,
        ru.replace("{}", title_ru),
        en.replace("{}", title_en),
        line=node.line,
        severity=severity,
    )


def graphs(reader: Reader) -> Iterator[Graph]:
    """Yield every scope of the executable processes."""
    for drawing in reader.drawings:
        if drawing.executable:
            yield from drawing.graph.graphs()


def nodes(reader: Reader) -> Iterator[Node]:
    """Yield every node of the executable processes."""
    for graph in graphs(reader):
        yield from graph.nodes.values()
