"""A DMN file as plain immutable values: what the parser builds, the compiler compiles and lint reads.

Nothing here evaluates.  Names are normalised (runs of blanks are one space);
texts of expressions are kept as written.  `line` is the line in the file.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Variable:
    """A named, optionally typed value: of an input, a decision, a parameter or a context entry."""

    name: str
    type_ref: str | None = None


@dataclass(frozen=True, slots=True)
class ItemDefinition:
    """A type of the model (DMN 1.5 §7.3.3).  `allowed` and `constraint` are unary tests."""

    name: str
    type_ref: str | None = None
    is_collection: bool = False
    allowed: str | None = None
    constraint: str | None = None
    components: tuple["ItemDefinition", ...] = ()
    function: "FunctionType | None" = None
    element: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class FunctionType:
    """The type of a function (DMN 1.5 §7.3.4)."""

    parameters: tuple[Variable, ...]
    result: str | None


@dataclass(frozen=True, slots=True)
class Literal:
    """An expression in text form; an empty text is null."""

    text: str
    element: str | None = None
    language: str | None = None
    type_ref: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Input:
    """An input column.  `values` are the allowed values, as unary tests."""

    expression: Literal
    label: str
    values: str | None = None
    variable: str | None = None
    element: str | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """An output column.  `values` are the allowed values in order of priority, as unary tests."""

    name: str | None
    label: str
    type_ref: str | None = None
    values: str | None = None
    default: Literal | None = None
    element: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: one unary test per input, one expression per output, texts by annotation column."""

    element: str | None
    inputs: tuple[Literal, ...]
    outputs: tuple[Literal, ...]
    annotations: dict[str, str]
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table (DMN 1.5 §8)."""

    element: str | None
    hit_policy: str
    aggregation: str | None
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    type_ref: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class ContextEntry:
    """An entry of a boxed context; the entry without a variable is the result."""

    variable: Variable | None
    expression: "Expression | None"


@dataclass(frozen=True, slots=True)
class Context:
    element: str | None
    entries: tuple[ContextEntry, ...]
    type_ref: str | None = None


@dataclass(frozen=True, slots=True)
class ListExpression:
    element: str | None
    items: tuple["Expression | None", ...]
    type_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """A table of values: a list of contexts."""

    element: str | None
    columns: tuple[Variable, ...]
    rows: tuple[tuple["Expression | None", ...], ...]
    type_ref: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Invocation:
    element: str | None
    function: "Expression | None"
    bindings: tuple[tuple[Variable, "Expression | None"], ...]
    type_ref: str | None = None


@dataclass(frozen=True, slots=True)
class FunctionDefinition:
    """A function: of a knowledge model, or a boxed one.  Only kind FEEL runs."""

    element: str | None
    kind: str
    parameters: tuple[Variable, ...]
    body: "Expression | None"
    type_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Conditional:
    element: str | None
    condition: "Expression | None"
    then: "Expression | None"
    otherwise: "Expression | None"
    type_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    element: str | None
    source: "Expression | None"
    match: "Expression | None"
    type_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Iteration:
    """A boxed iterator; `kind` is "for", "some" or "every"."""

    element: str | None
    kind: str
    variable: Variable
    source: "Expression | None"
    body: "Expression | None"
    type_ref: str | None = None


Expression: TypeAlias = (
    Literal
    | Table
    | Context
    | ListExpression
    | Relation
    | Invocation
    | FunctionDefinition
    | Conditional
    | Filter
    | Iteration
)


@dataclass(frozen=True, slots=True)
class InputData:
    id: str
    name: str
    variable: Variable
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision; `requires` are references to inputs and decisions, `knowledge` to knowledge models."""

    id: str
    name: str
    variable: Variable
    expression: Expression | None
    requires: tuple[str, ...] = ()
    knowledge: tuple[str, ...] = ()
    has_variable: bool = True
    line: int | None = None


@dataclass(frozen=True, slots=True)
class KnowledgeModel:
    """A business knowledge model: a function that decisions share."""

    id: str
    name: str
    variable: Variable
    function: FunctionDefinition | None
    knowledge: tuple[str, ...] = ()
    line: int | None = None


@dataclass(frozen=True, slots=True)
class DecisionService:
    """A part of the requirement graph offered as a function (DMN 1.5 §10.4)."""

    id: str
    name: str
    variable: Variable
    outputs: tuple[str, ...]
    encapsulated: tuple[str, ...]
    input_decisions: tuple[str, ...]
    input_data: tuple[str, ...]
    line: int | None = None


Element: TypeAlias = InputData | Decision | KnowledgeModel | DecisionService


@dataclass(frozen=True, slots=True)
class Import:
    namespace: str
    name: str
    import_type: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Definitions:
    """One file.  `elements` are by id, in the order of the file."""

    id: str | None
    name: str
    namespace: str
    language: str | None
    imports: tuple[Import, ...]
    items: dict[str, ItemDefinition]
    elements: dict[str, Element] = field(default_factory=dict)

    def of_kind(self, kind: type) -> Iterator[Element]:
        """Yield the elements of one kind in the order of the file."""
        return (element for element in self.elements.values() if isinstance(element, kind))
