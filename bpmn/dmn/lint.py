"""Find mistakes in a decision model before it runs.

Overlaps and gaps are proven by an example: concrete inputs on which two rules match, or none.
Every finding is true of the model; rules over functions may hide some that are not found.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bpmn.dmn import hit_policies, lint_tables
from bpmn.dmn.errors import DmnError
from bpmn.dmn.evaluation import Model, Node
from bpmn.dmn.messages import render
from bpmn.dmn.model import Decision, DecisionService, Expression, InputData, KnowledgeModel, Literal, Table
from bpmn.dmn.types import ANY, Restricted, Structure, Type
from bpmn.dmn.walk import expressions

_MAX_PROBLEMS = 500


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding: `element` is an id of the file, `rule` a stable name, `severity` error, warning or info."""

    element: str | None
    rule: str
    severity: str
    message_ru: str
    message_en: str
    line: int | None = None

    def message(self, language: str) -> str:
        """Return the message in "ru" or "en"."""
        return self.message_ru if language == "ru" else self.message_en


def lint(model: Model) -> list[Problem]:
    """Return what is wrong with *model*, errors first; an error means that evaluation can fail or mislead."""
    found: list[Problem] = []
    for problem in _all(model):
        if problem not in found:
            found.append(problem)
        if len(found) >= _MAX_PROBLEMS:
            break
    return sorted(found, key=lambda problem: ("error", "warning", "info").index(problem.severity))


def _all(model: Model) -> Iterator[Problem]:
    yield from (_of_error(error) for error in model.problems)
    yield from _names(model)
    yield from _unused(model)
    for node in model.nodes():
        yield from _logic(node)
        yield from _used_names(model, node)
        for place, table in _tables(node):
            for finding in lint_tables.check(table, place, _column_types(model, table, node)):
                yield _problem(
                    finding.element, finding.rule, finding.severity, line=finding.line, **finding.values
                )


def _of_error(error: DmnError) -> Problem:
    return Problem(error.element, error.code, "error", error.message("ru"), error.message("en"), error.line)


def _problem(
    element: str | None, rule: str, severity: str, /, *, line: int | None = None, **values: Any
) -> Problem:
    russian = render(rule, "ru", values)
    english = render(rule, "en", values)
    return Problem(element, rule, severity, russian, english, line)


def _names(model: Model) -> Iterator[Problem]:
    elements = list(model.definitions.elements.values())
    counts = Counter(element.name for element in elements)
    for element in elements:
        if counts[element.name] > 1:
            yield _problem(
                element.id,
                "dmn.same_name",
                "warning",
                line=element.line,
                name=element.name,
                count=counts[element.name],
            )
        if element.variable.name != element.name:
            values = {"name": element.name, "variable": element.variable.name}
            yield _problem(element.id, "dmn.name_differs", "warning", line=element.line, **values)


def _unused(model: Model) -> Iterator[Problem]:
    used = {key for node in model.graph.values() for key in node.requires}
    elements = model.definitions.elements.values()
    for service in (element for element in elements if isinstance(element, DecisionService)):
        used |= {(model.definitions.namespace, href.rpartition("#")[2]) for href in service.input_data}
    for node in model.nodes():
        if isinstance(node.element, InputData) and node.key not in used:
            yield _problem(
                node.element.id, "dmn.unused", "info", line=node.element.line, name=node.element.name
            )


def _logic(node: Node) -> Iterator[Problem]:
    element = node.element
    if isinstance(element, Decision) and element.expression is None:
        yield _problem(element.id, "dmn.no_expression", "info", line=element.line, name=element.name)
    if (
        isinstance(element, Decision)
        and isinstance(element.expression, Literal)
        and not element.expression.text
    ):
        yield _problem(element.id, "dmn.empty_expression", "warning", line=element.line, place=element.name)


def _used_names(model: Model, node: Node) -> Iterator[Problem]:
    element = node.element
    if isinstance(element, InputData):
        return
    severity = "warning" if isinstance(element, KnowledgeModel) or node.requires else "info"
    declared = {other.variable.name for other in model.definitions.elements.values()}
    for used in sorted(model.unknown_names.get(element.id, ())):
        values = {"place": element.name, "used": used}
        if used in declared:
            yield _problem(element.id, "dmn.not_required", "error", line=element.line, **values)
        else:
            yield _problem(element.id, "dmn.unknown_name", severity, line=element.line, **values)


def _tables(node: Node) -> Iterator[tuple[str, Table]]:
    element = node.element
    top: Expression | None = None
    if isinstance(element, Decision):
        top = element.expression
    elif isinstance(element, KnowledgeModel) and element.function is not None:
        top = element.function
    for expression in expressions(top):
        if isinstance(expression, Table):
            yield element.name, expression


def _column_types(model: Model, table: Table, node: Node) -> lint_tables.ColumnTypes:
    """Return the types that the file declares for the columns: by themselves, or by what their text names."""
    known = {model.graph[key].name: model.graph[key].type for key in node.requires}
    if isinstance(node.element, KnowledgeModel) and node.element.function is not None:
        for parameter in node.element.function.parameters:
            known[parameter.name] = _type(model, parameter.type_ref)
    inputs = [
        _type(model, column.expression.type_ref)
        if column.expression.type_ref
        else _type_of_path(known, column.expression.text)
        for column in table.inputs
    ]
    outputs = [_type(model, column.type_ref) for column in table.outputs]
    is_whole = isinstance(node.element, Decision) and node.element.expression is table
    if is_whole and len(outputs) == 1 and outputs[0] is ANY and table.hit_policy not in hit_policies.MULTIPLE:
        outputs = [node.type]
    return lint_tables.ColumnTypes(inputs, outputs)


def _type(model: Model, type_ref: str | None) -> Type:
    try:
        return model.types.get(type_ref)
    except DmnError:
        return ANY  # the compiler has said so


def _type_of_path(known: Mapping[str, Type], text: str) -> Type:
    """Return the type of ``name`` or ``name.component.component``; Any when it is not such a path."""
    if text in known:
        return known[text]
    name, _, path = text.partition(".")
    kind = known.get(name.strip(), ANY)
    for part in path.split("."):
        while isinstance(kind, Restricted):
            kind = kind.base
        kind = kind.components.get(part.strip(), ANY) if isinstance(kind, Structure) else ANY
    return kind
