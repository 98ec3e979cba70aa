"""The fields of one form at one moment: built from the definition and a source, then settled.

`grow` makes a node for every component (and every row of every list);
`settle` evaluates conditions, read-only flags, options and computed values
until nothing changes, as form-js does.  Afterwards:

- a hidden node's value is in no data, neither what expressions see nor what is submitted;
- a read-only node has the value of the process (or its default), whatever was entered;
- a choice's value is one of its options or a problem.
"""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from bpmn.forms.entries import Entry
from bpmn.forms.evaluation import Evaluator, Scope, odd_names, root_scope, row_scope
from bpmn.forms.messages import Problem, problem
from bpmn.forms.options import Option, option_named, option_of, resolve_options
from bpmn.forms.schema import CHOICES, ENTRIES, INPUTS, MULTIPLE_CHOICE, Component, Form
from bpmn.forms.sources import RowSource, Source

MAX_PASSES = 12
MAX_NODES = 20_000


@dataclass(slots=True)
class Node:
    """A component at work.  *name* is its posted name and the path of its errors, *keys* its place in its data."""

    component: Component
    name: str
    keys: tuple[str, ...]
    stored: Any = None
    entry: Entry | None = None
    texts: list[str] | None = None
    hidden: bool = False
    readonly: bool = False
    value: Any = None
    problem: Problem | None = None
    options: tuple[Option, ...] = ()
    children: "list[Node]" = field(default_factory=list)
    rows: "list[Row]" = field(default_factory=list)
    scope: Scope | None = None

    @property
    def is_input(self) -> bool:
        return self.component.type in INPUTS


@dataclass(slots=True)
class Row:
    """A row of a list: the stored row it continues (*origin*, *base*) and its fields."""

    name: str
    origin: int | None
    base: dict[str, Any]
    children: list[Node]
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Tree:
    """The nodes of a form, its data after `settle`, and the outcome whose button was pressed."""

    form: Form
    nodes: list[Node]
    variables: Mapping[str, Any]
    too_large: bool = False
    outcome: tuple[str, str] | None = None
    data: dict[str, Any] = field(default_factory=dict)

    def walk(self) -> Iterator[Node]:
        return _walk(self.nodes)

    @property
    def owned(self) -> frozenset[str]:
        """Root variables that this form writes."""
        keys = {node.keys[0] for node in _flat(self.nodes) if node.keys}
        return frozenset(keys | {button.outcome_key for button in self.form.outcomes})


def _walk(nodes: Iterable[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from _walk(node.children)
        for row in node.rows:
            yield from _walk(row.children)


def _flat(nodes: Iterable[Node]) -> Iterator[Node]:
    """Nodes of one data container that hold data: groups are transparent, rows are not entered."""
    for node in nodes:
        if node.component.type == "group":
            yield from _flat(node.children)
        elif node.is_input or node.component.type == "dynamiclist":
            yield node


def at(data: Any, keys: Iterable[str], default: Any = None) -> Any:
    """Return the value at a path of keys in nested dicts."""
    for key in keys:
        if not isinstance(data, Mapping) or key not in data:
            return default
        data = data[key]
    return data


def put(data: dict[str, Any], keys: tuple[str, ...], value: Any) -> None:
    """Set the value at a path, making the dicts on the way."""
    for key in keys[:-1]:
        inner = data.get(key)
        if not isinstance(inner, dict):
            inner = data[key] = {}
        data = inner
    data[keys[-1]] = value


def drop(data: dict[str, Any], keys: tuple[str, ...]) -> None:
    """Remove the value at a path, if there is one."""
    inner = at(data, keys[:-1]) if len(keys) > 1 else data
    if isinstance(inner, dict):
        inner.pop(keys[-1], None)


def evaluator_for(form: Form, variables: Mapping[str, Any], **settings: Any) -> Evaluator:
    """Make an evaluator that knows every name of *form* and *variables* that is not a plain identifier."""
    keys = (key for component, _ in form.walk() for key in component.keys)
    return Evaluator(names=odd_names([*variables, *keys]), **settings)


def grow(form: Form, variables: Mapping[str, Any], source: Source, evaluator: Evaluator) -> Tree:
    """Make the nodes of *form*, each with what the process has and what *source* says.

    At most `MAX_NODES` are made, so lists in lists in lists cannot fill the memory; a tree that was cut is
    `too_large`, and no submission of it is accepted.
    """
    growth = _Growth(source, evaluator)
    nodes = list(growth.nodes(form.components, "", "", (), variables))
    return Tree(form=form, nodes=nodes, variables=variables, too_large=growth.left < 0)


class _Growth:
    """Makes nodes from one source, counting them."""

    def __init__(self, source: Source, evaluator: Evaluator) -> None:
        self._source, self._evaluator = source, evaluator
        self.left = MAX_NODES

    def nodes(
        self,
        components: Iterable[Component],
        read_prefix: str | None,
        prefix: str,
        inside: tuple[str, ...],
        stored: Mapping[str, Any],
    ) -> Iterator[Node]:
        """Make the nodes of a container; values were sent under *read_prefix* and are named by *prefix* now."""
        for component in components:
            self.left -= 1
            if self.left < 0:
                return
            keys = (*inside, *component.keys)
            path = ".".join(keys)
            name = prefix + (path if component.keys else f"_{component.where}")
            read = None if read_prefix is None else read_prefix + path
            node = Node(component, name, keys if component.keys else ())
            if component.type in ENTRIES:
                node.stored = _initial(component, at(stored, keys))
                if read is not None:
                    node.entry = self._source.entry(component, read, self._evaluator)
                    node.texts = self._source.texts(read)
            elif component.type == "group":
                node.children = list(self.nodes(component.components, read_prefix, prefix, keys, stored))
            elif component.type == "dynamiclist":
                self._rows(node, read, at(stored, keys))
            yield node

    def _rows(self, node: Node, read: str | None, stored: Any) -> None:
        known = stored if isinstance(stored, list) else None
        count = None if known is None else len(known)
        rows: list[RowSource]
        if read is None:
            rows, node.problem = Source().rows(node.component, "", count)
        else:
            rows, node.problem = self._source.rows(node.component, read, count)
        for index, row in enumerate(rows):
            if self.left < 0:
                return
            base = known[row.origin] if known is not None and row.origin is not None else {}
            base = dict(base) if isinstance(base, Mapping) else {}
            name = f"{node.name}[{index}]"
            read_row = None if read is None or row.read_index is None else f"{read}[{row.read_index}]."
            children = self.nodes(node.component.components, read_row, name + ".", (), base)
            node.rows.append(Row(name=name, origin=row.origin, base=base, children=list(children)))


def _initial(component: Component, stored: Any) -> Any:
    """Return the value a field starts with: the process's, else `defaultValue`, else the empty value of its type."""
    value = stored if stored is not None else component.get("defaultValue")
    if component.type == "checkbox":
        return value is True
    if component.type in MULTIPLE_CHOICE:
        return list(value) if isinstance(value, list | tuple) else []
    return value


def settle(tree: Tree, evaluator: Evaluator) -> None:
    """Evaluate everything that depends on something else until it stands still (at most `MAX_PASSES` rounds).

    Read-only flags start as true and, where a definition never comes to rest, end as true: an entered value
    is taken only when it is certain that it may be.
    """
    for node in tree.walk():
        node.readonly = bool(node.component.get("disabled") or node.component.get("readonly"))
        node.value = node.stored if node.readonly or node.entry is None else node.entry.value
    owned = tree.owned
    for _ in range(MAX_PASSES):
        tree.data = _collected(tree.nodes, _kept(tree.variables, tree.nodes))
        if tree.outcome:
            tree.data[tree.outcome[0]] = tree.outcome[1]
        scope = root_scope(tree.data, tree.variables, owned)
        if not _Pass(evaluator).run(tree.nodes, scope, tree.data, hidden=False):
            return
    for node in tree.walk():
        if isinstance(node.component.get("readonly"), str):
            node.readonly, node.value, node.problem = True, node.stored, None
    tree.data = _collected(tree.nodes, _kept(tree.variables, tree.nodes))
    if tree.outcome:
        tree.data[tree.outcome[0]] = tree.outcome[1]


def _kept(stored: Mapping[str, Any], nodes: list[Node]) -> dict[str, Any]:
    """Copy what the process keeps beside the form's own fields in the dicts that the form writes into."""
    kept: dict[str, Any] = {}
    for node in _flat(nodes):
        if len(node.keys) > 1 and node.keys[0] not in kept and isinstance(stored.get(node.keys[0]), dict):
            kept[node.keys[0]] = deepcopy(stored[node.keys[0]])
    return kept


def _collected(nodes: list[Node], data: dict[str, Any]) -> dict[str, Any]:
    """Put the values of all visible nodes into *data*, and take those of hidden ones out."""
    flat = list(_flat(nodes))
    for node in flat:
        drop(data, node.keys)
    for node in flat:
        if node.hidden:
            continue
        if node.component.type == "dynamiclist":
            for row in node.rows:
                row.data = _collected(row.children, deepcopy(row.base))
            put(data, node.keys, [row.data for row in node.rows])
        else:
            put(data, node.keys, node.value)
    return data


class _Pass:
    """One round over all nodes in reading order; says whether anything changed."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._changed = False

    def run(self, nodes: list[Node], scope: Scope, data: dict[str, Any], *, hidden: bool) -> bool:
        for node in nodes:
            node.scope = scope
            was_hidden, before = node.hidden, (node.hidden, node.readonly, node.value, node.problem)
            node.hidden = hidden or self._is_hidden(node, scope)
            if was_hidden and not node.hidden and node.is_input:
                put(data, node.keys, node.value)
            elif node.hidden and not was_hidden and node.keys and node.component.type != "group":
                drop(data, node.keys)
            if not node.hidden:
                self._update(node, scope, data)
            if before != (node.hidden, node.readonly, node.value, node.problem):
                self._changed = True
            self.run(node.children, scope, data, hidden=node.hidden)
            for index, row in enumerate(node.rows):
                self.run(row.children, row_scope(row.data, index, scope), row.data, hidden=node.hidden)
        return self._changed

    def _is_hidden(self, node: Node, scope: Scope) -> bool:
        hide = node.component.get("conditional", {}).get("hide")
        return hide is True or (
            isinstance(hide, str) and self._evaluator.value(hide.removeprefix("="), scope) is True
        )

    def _update(self, node: Node, scope: Scope, data: dict[str, Any]) -> None:
        component = node.component
        if component.type == "expression":
            node.value = self._evaluator.value(str(component.get("expression", "")).removeprefix("="), scope)
            put(data, node.keys, node.value)
        elif component.type in ENTRIES:
            readonly = component.get("readonly", False)
            node.readonly = (
                bool(component.get("disabled")) or self._evaluator.property(readonly, scope) is True
            )
            if component.type in CHOICES:
                node.options = resolve_options(component, scope, self._evaluator)
            node.value, node.problem = _value_of(node)
            put(data, node.keys, node.value)


def _value_of(node: Node) -> tuple[Any, Problem | None]:
    """Return the value of an entry field and what is wrong with what was entered."""
    if node.readonly or node.entry is None:
        return node.stored, None
    entry = node.entry
    if entry.problem or node.component.type not in CHOICES:
        return entry.value, entry.problem
    if node.component.type in MULTIPLE_CHOICE:
        chosen: list[Any] = []
        for part in entry.value:
            option = _option(part, node.options, entry.by_token)
            if option is None:
                return entry.value, problem("choice.unknown", value=str(part))
            if option.value not in chosen:
                chosen.append(option.value)
        return chosen, None
    if entry.value is None:
        return None, None
    option = _option(entry.value, node.options, entry.by_token)
    if option is None:
        return None, problem("choice.unknown", value=str(entry.value))
    return option.value, None


def _option(value: Any, options: tuple[Option, ...], by_token: bool) -> Option | None:
    return option_named(str(value), options) if by_token else option_of(value, options)


__all__ = ["Node", "Row", "Tree", "at", "drop", "evaluator_for", "grow", "put", "settle"]
