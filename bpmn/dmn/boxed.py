"""Read boxed expressions and decision tables (DMN 1.5 §7.3, §8, §10.2.2) into `model` values."""

from collections.abc import Callable, Collection

from lxml import etree

from bpmn.dmn.errors import DmnError
from bpmn.dmn.model import (
    Conditional,
    Context,
    ContextEntry,
    Expression,
    Filter,
    FunctionDefinition,
    Input,
    Invocation,
    Iteration,
    ListExpression,
    Literal,
    Output,
    Relation,
    Rule,
    Table,
    Variable,
)
from bpmn.dmn.reading import COMMON, Reader, line_of

MAX_CELLS = 200_000

#: What a decision holds besides its expression.
DECISION_PARTS = COMMON | {
    "question",
    "allowedAnswers",
    "variable",
    "informationRequirement",
    "knowledgeRequirement",
    "authorityRequirement",
    "supportedObjective",
    "impactedPerformanceIndicator",
    "decisionMaker",
    "decisionOwner",
    "usingProcess",
    "usingTask",
}


def only_expression(
    reader: Reader, element: "etree._Element", others: Collection[str] = COMMON
) -> Expression | None:
    """Return the one expression under *element*; None when it has none.

    Raises:
        DmnError: dmn.unknown_element for anything but an expression or *others*, and for a second expression.
    """
    found: Expression | None = None
    for child in reader.children(element):
        if reader.local(child) in others:
            continue
        if found is not None:
            raise reader.unknown(child)
        found = expression(reader, child)
    return found


def expression(reader: Reader, element: "etree._Element") -> Expression:
    """Return the expression that *element* is."""
    read = _READERS.get(reader.local(element))
    if read is None:
        raise reader.unknown(element)
    return read(reader, element)


def function(reader: Reader, element: "etree._Element") -> FunctionDefinition:
    """Return a function definition: ``functionDefinition`` or the ``encapsulatedLogic`` of a knowledge model."""
    parameters = tuple(
        Variable(reader.name(parameter), reader.type_ref(parameter))
        for parameter in reader.children(element, "formalParameter")
    )
    kind = (element.get("kind") or "FEEL").strip()
    body = only_expression(reader, element, COMMON | {"formalParameter"})
    return FunctionDefinition(element.get("id"), kind, parameters, body, reader.type_ref(element))


def _literal(reader: Reader, element: "etree._Element") -> Literal:
    if reader.child(element, "importedValues") is not None:
        raise reader.unknown(next(reader.children(element, "importedValues")))
    return Literal(
        text=reader.text(element),
        element=reader.identify(element),
        language=element.get("expressionLanguage"),
        type_ref=reader.type_ref(element),
        line=line_of(element),
    )


def _table(reader: Reader, element: "etree._Element") -> Table:
    reader.only(element, "input", "output", "annotation", "rule", "typeRef")
    inputs = tuple(_input(reader, column) for column in reader.children(element, "input"))
    outputs = tuple(_output(reader, column) for column in reader.children(element, "output"))
    if not outputs:
        raise reader.missing(element, "output")
    annotations = [
        (column.get("name") or "").strip() or f"annotation {index}"
        for index, column in enumerate(reader.children(element, "annotation"), start=1)
    ]
    rows = list(reader.children(element, "rule"))
    if len(rows) * (len(inputs) + len(outputs)) > MAX_CELLS:
        raise DmnError("dmn.limit", reader.identify(element), limit=MAX_CELLS, what=("cells", "ячеек"))
    return Table(
        element=reader.identify(element),
        hit_policy=" ".join((element.get("hitPolicy") or "UNIQUE").upper().split()),
        aggregation=(element.get("aggregation") or "").strip().upper() or None,
        inputs=inputs,
        outputs=outputs,
        rules=tuple(_rule(reader, row, annotations) for row in rows),
        type_ref=reader.type_ref(element),
        line=line_of(element),
    )


def _input(reader: Reader, element: "etree._Element") -> Input:
    asked = reader.child(reader.only(element, "inputExpression", "inputValues"), "inputExpression")
    if asked is None:
        raise reader.missing(element, "inputExpression")
    literal = _literal(reader, asked)
    values = reader.unary_tests(element, "inputValues")
    variable = next(
        (str(value) for key, value in element.attrib.items() if str(key).endswith("}inputVariable")), None
    )
    return Input(
        expression=literal,
        label=(element.get("label") or literal.text).strip(),
        values=values,
        variable=variable,
        element=reader.identify(element),
    )


def _output(reader: Reader, element: "etree._Element") -> Output:
    reader.only(element, "outputValues", "defaultOutputEntry", "typeRef")
    name = (element.get("name") or "").strip() or None
    default = reader.child(element, "defaultOutputEntry")
    return Output(
        name=name,
        label=(element.get("label") or name or "").strip(),
        type_ref=reader.type_ref(element),
        values=reader.unary_tests(element, "outputValues"),
        default=None if default is None else _entry(reader, default),
        element=reader.identify(element),
    )


def _entry(reader: Reader, element: "etree._Element") -> Literal:
    """Return a cell; some tools wrap its text in a literal expression."""
    inner = reader.child(element, "literalExpression")
    return _literal(reader, element if inner is None else inner)


def _rule(reader: Reader, element: "etree._Element", annotations: list[str]) -> Rule:
    reader.only(element, "inputEntry", "outputEntry", "annotationEntry")
    texts = [reader.text(entry) for entry in reader.children(element, "annotationEntry")]
    named = {name: text for name, text in zip(annotations, texts, strict=False) if text}
    description = reader.text(element, "description")
    if description:
        named.setdefault("description", description)
    return Rule(
        element=element.get("id"),
        inputs=tuple(_entry(reader, entry) for entry in reader.children(element, "inputEntry")),
        outputs=tuple(_entry(reader, entry) for entry in reader.children(element, "outputEntry")),
        annotations=named,
        line=line_of(element),
    )


def _context(reader: Reader, element: "etree._Element") -> Context:
    reader.only(element, "contextEntry", "typeRef")
    entries: list[ContextEntry] = []
    for child in reader.children(element, "contextEntry"):
        variable = reader.child(child, "variable")
        entries.append(
            ContextEntry(
                None if variable is None else Variable(reader.name(variable), reader.type_ref(variable)),
                only_expression(reader, child, COMMON | {"variable"}),
            )
        )
    return Context(reader.identify(element), tuple(entries), reader.type_ref(element))


def _list(reader: Reader, element: "etree._Element") -> ListExpression:
    items = tuple(
        expression(reader, child)
        for child in reader.children(element)
        if reader.local(child) not in _LIST_OTHERS
    )
    return ListExpression(reader.identify(element), items, reader.type_ref(element))


_LIST_OTHERS = COMMON | {"typeRef"}


def _relation(reader: Reader, element: "etree._Element") -> Relation:
    columns = tuple(
        Variable(reader.name(column), reader.type_ref(column))
        for column in reader.children(element, "column")
    )
    rows: list[tuple[Expression | None, ...]] = []
    for row in reader.children(element, "row"):
        cells = tuple(
            expression(reader, child) for child in reader.children(row) if reader.local(child) not in COMMON
        )
        if len(cells) != len(columns):
            raise DmnError(
                "dmn.rule_width",
                reader.identify(row),
                line=line_of(row),
                place=reader.identify(row),
                rule=len(rows) + 1,
                found=len(cells),
                part=("relation", "отношение"),
                expected=len(columns),
            )
        rows.append(cells)
    return Relation(
        reader.identify(element), columns, tuple(rows), reader.type_ref(element), line_of(element)
    )


def _invocation(reader: Reader, element: "etree._Element") -> Invocation:
    called = only_expression(reader, element, COMMON | {"binding", "typeRef"})
    bindings: list[tuple[Variable, Expression | None]] = []
    for binding in reader.children(element, "binding"):
        parameter = reader.child(binding, "parameter")
        if parameter is None:
            raise reader.missing(binding, "parameter")
        variable = Variable(reader.name(parameter), reader.type_ref(parameter))
        bindings.append((variable, only_expression(reader, binding, COMMON | {"parameter"})))
    return Invocation(reader.identify(element), called, tuple(bindings), reader.type_ref(element))


def _part(reader: Reader, element: "etree._Element", tag: str) -> Expression | None:
    part = reader.child(element, tag)
    if part is None:
        raise reader.missing(element, tag)
    return only_expression(reader, part)


def _conditional(reader: Reader, element: "etree._Element") -> Conditional:
    reader.only(element, "if", "then", "else", "typeRef")
    return Conditional(
        reader.identify(element),
        _part(reader, element, "if"),
        _part(reader, element, "then"),
        _part(reader, element, "else"),
        reader.type_ref(element),
    )


def _filter(reader: Reader, element: "etree._Element") -> Filter:
    reader.only(element, "in", "match", "typeRef")
    source, match = _part(reader, element, "in"), _part(reader, element, "match")
    return Filter(reader.identify(element), source, match, reader.type_ref(element))


def _iteration(reader: Reader, element: "etree._Element") -> Iteration:
    kind = reader.local(reader.only(element, "in", "return", "satisfies", "typeRef"))
    name = " ".join((element.get("iteratorVariable") or "").split())
    if not name:
        raise reader.missing(element, "iteratorVariable")
    body = _part(reader, element, "return" if kind == "for" else "satisfies")
    source = _part(reader, element, "in")
    return Iteration(reader.identify(element), kind, Variable(name), source, body, reader.type_ref(element))


_READERS: dict[str, Callable[[Reader, "etree._Element"], Expression]] = {
    "literalExpression": _literal,
    "decisionTable": _table,
    "context": _context,
    "list": _list,
    "relation": _relation,
    "invocation": _invocation,
    "functionDefinition": function,
    "conditional": _conditional,
    "filter": _filter,
    "for": _iteration,
    "some": _iteration,
    "every": _iteration,
}
