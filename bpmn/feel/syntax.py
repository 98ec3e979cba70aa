"""The syntax tree of FEEL: what the parser builds and the compiler reads (DMN 1.5 §10.3.1.2)."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Node:
    """Any part of an expression."""

    def children(self) -> Iterator["Node"]:
        """Yield the direct parts of this node."""
        for field in fields(self):
            yield from _nodes(getattr(self, field.name))


def _nodes(value: Any) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _nodes(item)


@dataclass(frozen=True, slots=True)
class Literal(Node):
    value: Any


@dataclass(frozen=True, slots=True)
class Name(Node):
    name: str


@dataclass(frozen=True, slots=True)
class ContextLiteral(Node):
    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class ListLiteral(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class RangeLiteral(Node):
    start: Node
    end: Node
    start_included: bool
    end_included: bool


@dataclass(frozen=True, slots=True)
class OperatorRange(Node):
    """``< e``, ``>= e``, ``= e``, ``!= e``: a test of a value, and in parentheses a range."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Path(Node):
    base: Node
    name: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    base: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    function: Node
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class NamedCall(Node):
    function: Node
    arguments: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Span(Node):
    """``start..end`` after ``in`` of a ``for``: counts up or down."""

    start: Node
    end: Node


@dataclass(frozen=True, slots=True)
class For(Node):
    iterators: tuple[tuple[str, Node], ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    kind: str
    iterators: tuple[tuple[str, Node], ...]
    condition: Node


@dataclass(frozen=True, slots=True)
class If(Node):
    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class TypeRef(Node):
    """A type: a name, ``list<T>``, ``range<T>``, ``context<a: T>`` or ``function<T, T> -> T``.

    ``name`` is "list", "range", "context" or "function" for the latter; ``parts`` are named for a context.
    """

    name: str
    parts: tuple[tuple[str, "TypeRef"], ...] = ()
    result: "TypeRef | None" = None


@dataclass(frozen=True, slots=True)
class FunctionLiteral(Node):
    parameters: tuple[tuple[str, TypeRef | None], ...]
    body: Node


@dataclass(frozen=True, slots=True)
class External(Node):
    """The body of an external function (Java, PMML): nothing outside of FEEL is ever called."""


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    value: Node
    type: TypeRef


@dataclass(frozen=True, slots=True)
class Between(Node):
    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Binary(Node):
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Chain(Node):
    """Operators of one level read from left to right: ``a + b - c``; kept flat so that it may be long."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """``and`` or ``or`` of two or more operands."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Negation(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class AnyInput(Node):
    """The unary test ``-``: every input fits."""


@dataclass(frozen=True, slots=True)
class UnaryTests(Node):
    tests: tuple[Node, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Empty(Node):
    """JUEL ``empty e``: null, an empty string, list or context."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Template(Node):
    """JUEL text with expressions in it: the parts are joined as strings, null as nothing."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class RequiredName(Node):
    """A variable of JUEL: that it is missing is an error, not null."""

    name: str


@dataclass(frozen=True, slots=True)
class Element(Node):
    """JUEL ``base[key]``: an item of a list from 0, or an entry of a context."""

    base: Node
    key: Node


@dataclass(frozen=True, slots=True)
class Method(Node):
    """JUEL ``base.name(…)`` for the methods that ``juel_methods`` knows."""

    base: Node
    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class JavaOperation(Node):
    """A binary operator of JUEL, with its coercions."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class JavaMinus(Node):
    """JUEL ``-e``."""

    operand: Node


@dataclass(frozen=True, slots=True)
class JavaBoolean(Node):
    """What a JUEL condition makes of a value: true or false."""

    operand: Node
