"""Compile expressions of a model once into closures ``(values, run) -> value``.

A text that cannot be compiled is kept as a problem for lint and raises when it
is reached, so one broken cell does not keep the rest of a model from running.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bpmn import feel
from bpmn.dmn import calls
from bpmn.dmn.errors import DmnError
from bpmn.dmn.model import (
    Conditional,
    Context,
    Expression,
    Filter,
    FunctionDefinition,
    Invocation,
    Iteration,
    ListExpression,
    Literal,
    Relation,
    Table,
)
from bpmn.dmn.plain_cells import plain_value
from bpmn.dmn.probes import is_simple
from bpmn.dmn.run import Evaluator, Run, Scope, Values, as_type, shorten, show
from bpmn.dmn.tables import compile_table
from bpmn.dmn.types import ANY, Type, Types
from bpmn.dmn.walk import entry_names, expressions, names_outside_filters
from bpmn.feel import juel

_MAX_DEPTH = 60

#: How many texts of one file are given to FEEL; cells that hold plain values are not counted.
MAX_TEXTS = 10_000


@dataclass(slots=True)
class Compiler:
    """Compiles the expressions of one file; `problems` gathers what cannot run."""

    types: Types
    language: str | None = None
    problems: list[DmnError] = field(default_factory=list)
    predicates: dict[str, Callable[[Any], bool]] = field(default_factory=dict)
    unknown: dict[str, set[str]] = field(default_factory=dict)
    _element: str = ""
    _texts: int = 0

    def begin(self, element: str) -> None:
        """Note whose texts are compiled from here on."""
        self._element = element

    def compile(
        self, expression: Expression | None, names: frozenset[str], place: str, depth: int = 0
    ) -> Evaluator:
        """Return the evaluator of *expression*, whose texts may use *names*; *place* is for messages."""
        if expression is None:
            return _null
        if depth > _MAX_DEPTH:
            return self.broken(DmnError("dmn.limit", place, limit=_MAX_DEPTH, what=("levels", "уровней")))
        run: Evaluator
        match expression:
            case Literal():
                run = self.literal(expression, names, place)
            case Table():
                run = compile_table(self, expression, names, place)
            case Context():
                run = self._context(expression, names, place, depth)
            case ListExpression():
                run = self._list(expression, names, place, depth)
            case Relation():
                run = self._relation(expression, names, place, depth)
            case Invocation():
                run = calls.compile_invocation(self, expression, names, place, depth)
            case FunctionDefinition():
                run = calls.compile_function(self, expression, names, place, depth)
            case Conditional():
                run = self._conditional(expression, names, place, depth)
            case Filter():
                run = self._filter(expression, names, place, depth)
            case Iteration():
                run = self._iteration(expression, names, place, depth)
        if isinstance(expression, Table | FunctionDefinition):
            return run
        return self.typed(run, expression.type_ref, place)

    def broken(self, problem: DmnError) -> Evaluator:
        """Keep *problem* and return an evaluator that raises it."""
        self.problems.append(problem)

        def refuse(values: Values, run: Run) -> Any:
            raise problem

        return refuse

    def type(self, name: str | None, place: str) -> Type:
        """Return a type; an unknown one is a problem and counts as Any."""
        try:
            return self.types.get(name, place)
        except DmnError as problem:
            self.problems.append(problem)
            return ANY

    def typed(self, evaluate: Evaluator, type_ref: str | None, place: str) -> Evaluator:
        """Return an evaluator whose value is converted to a type, or null with a reason."""
        kind = self.type(type_ref, place)
        if kind is ANY:
            return evaluate

        def evaluate_typed(values: Values, run: Run) -> Any:
            return as_type(evaluate(values, run), kind, place, run)

        return evaluate_typed

    # -- texts -------------------------------------------------------------------------------------

    def literal(self, literal: Literal, names: frozenset[str], place: str) -> Evaluator:
        """Return the evaluator of a text; an empty one is null."""
        if not literal.text:
            return _null
        plain = plain_value(literal.text) if self.is_feel(literal) else None
        if plain is not None:
            return lambda values, run: plain
        compiled = self.text(literal, names, place)
        if isinstance(compiled, DmnError):
            return self.broken(compiled)
        types = self.predicates

        def evaluate(values: Values, run: Run) -> Any:
            run.charge(place)
            try:
                result = compiled.run(values, functions=run.functions, now=run.now, types=types)
            except feel.FeelError as error:
                raise DmnError("dmn.expression_limit", place, place=place, detail=error) from error
            if result.reasons:
                run.reasons.extend(result.reasons)
            return result.value

        if is_simple(literal.text) and not compiled.names:
            constant = compiled.run({})
            if not isinstance(constant.value, list | dict) and not constant.reasons:
                hidden_by = compiled.hidden_by
                return lambda values, run: (
                    evaluate(values, run) if hidden_by(run.functions) else constant.value
                )
        return evaluate

    def is_feel(self, literal: Literal) -> bool:
        """Tell whether a text is written in FEEL: by itself, or by the file that says nothing or FEEL."""
        language = literal.language or self.language
        return language is None or "feel" in language.lower()

    def text(self, literal: Literal, names: frozenset[str], place: str, kind: str = "expression") -> Any:
        """Return the compiled text, or the error that says why it cannot be.

        Raises:
            DmnError: dmn.limit.
        """
        self._texts += 1
        if self._texts > MAX_TEXTS:
            raise DmnError("dmn.limit", literal.element, limit=MAX_TEXTS, what=("expressions", "выражений"))
        language = literal.language or self.language
        values: dict[str, Any] = {"line": literal.line, "place": place}
        try:
            if self.is_feel(literal):
                compiled = feel.compile(literal.text, kind=kind, names=names)
                self._note_unknown(compiled, names)
                return compiled
            if str(language).strip().lower() == "juel" and kind == "expression":
                return juel.compile(literal.text)
        except feel.FeelError as error:
            return DmnError(
                "dmn.expression", literal.element, source=shorten(literal.text), detail=error, **values
            )
        return DmnError("dmn.expression_language", literal.element, language=language, **values)

    def _note_unknown(self, compiled: feel.Expression, names: frozenset[str]) -> None:
        """Keep for lint the names that nothing declares; inside ``list[…]`` they may be entries of the items."""
        unknown = compiled.names - names
        if unknown and "[" in compiled.source:
            unknown &= names_outside_filters(compiled.source, compiled.kind, names)
        self.unknown.setdefault(self._element, set()).update(unknown)

    # -- boxed expressions -------------------------------------------------------------------------

    def _context(self, context: Context, names: frozenset[str], place: str, depth: int) -> Evaluator:
        entries: list[tuple[str | None, Evaluator]] = []
        for entry in context.entries:
            variable = entry.variable
            inner = f"{place}.{variable.name}" if variable else place
            if variable is not None and isinstance(entry.expression, FunctionDefinition):
                evaluate = calls.compile_entry(
                    self, entry.expression, names, inner, depth + 1, variable.type_ref
                )
            else:
                evaluate = self.compile(entry.expression, names, inner, depth + 1)
                evaluate = evaluate if variable is None else self.typed(evaluate, variable.type_ref, inner)
            entries.append((None if variable is None else variable.name, evaluate))
            if variable is None:
                continue
            names = (
                names
                | {variable.name}
                | self.component_names(variable.type_ref)
                | entry_names(entry.expression)
            )

        def evaluate_context(values: Values, run: Run) -> Any:
            result: dict[str, Any] = {}
            scope = Scope(result, values)
            for name, evaluate in entries:
                value = evaluate(scope, run)
                if name is None:
                    return value
                result[name] = value
            return dict(result)

        return evaluate_context

    def _list(self, expression: ListExpression, names: frozenset[str], place: str, depth: int) -> Evaluator:
        items = [self.compile(item, names, place, depth + 1) for item in expression.items]
        return lambda values, run: [item(values, run) for item in items]

    def _relation(self, relation: Relation, names: frozenset[str], place: str, depth: int) -> Evaluator:
        columns = [column.name for column in relation.columns]
        rows = [
            [
                self.typed(
                    self.compile(cell, names, place, depth + 1), column.type_ref, f"{place}.{column.name}"
                )
                for column, cell in zip(relation.columns, row, strict=True)
            ]
            for row in relation.rows
        ]

        def evaluate(values: Values, run: Run) -> Any:
            return [
                {name: cell(values, run) for name, cell in zip(columns, row, strict=True)} for row in rows
            ]

        return evaluate

    def _conditional(
        self, expression: Conditional, names: frozenset[str], place: str, depth: int
    ) -> Evaluator:
        condition = self.compile(expression.condition, names, f"{place}.if", depth + 1)
        then = self.compile(expression.then, names, place, depth + 1)
        otherwise = self.compile(expression.otherwise, names, place, depth + 1)

        def evaluate(values: Values, run: Run) -> Any:
            chosen = condition(values, run)
            if chosen is True:
                return then(values, run)
            if chosen is False or chosen is None:
                return otherwise(values, run)
            return run.null("dmn.not_boolean", place, value=show(chosen))

        return evaluate

    def _filter(self, expression: Filter, names: frozenset[str], place: str, depth: int) -> Evaluator:
        source = self.compile(expression.source, names, place, depth + 1)
        inner = names | {"item"} | entry_names(expression.source)
        match = self.compile(expression.match, inner, f"{place}.match", depth + 1)

        def evaluate(values: Values, run: Run) -> Any:
            items = as_list(source(values, run))
            if items is None:
                return None
            kept = []
            for item in items:
                local = {**item, "item": item} if isinstance(item, Mapping) else {"item": item}
                chosen = match(Scope(local, values), run)
                if chosen is True:
                    kept.append(item)
                elif chosen is not False and chosen is not None:
                    return run.null("dmn.not_boolean", place, value=show(chosen))
            return kept

        return evaluate

    def _iteration(self, expression: Iteration, names: frozenset[str], place: str, depth: int) -> Evaluator:
        source = self.compile(expression.source, names, place, depth + 1)
        variable, kind = expression.variable.name, expression.kind
        inner = names | {variable, "partial"} | entry_names(expression.source)
        body = self.compile(expression.body, inner, f"{place}.{variable}", depth + 1)

        texts = (part.text for part in expressions(expression.body) if isinstance(part, Literal))
        looks_back = any("partial" in text for text in texts)

        def produce(values: Values, run: Run) -> Any:
            items = as_list(source(values, run))
            if items is None:
                return None
            partial: list[Any] = []
            for item in items:
                local = {variable: item, "partial": list(partial)} if looks_back else {variable: item}
                partial.append(body(Scope(local, values), run))
            return partial

        def quantify(values: Values, run: Run) -> Any:
            items = as_list(source(values, run))
            if items is None:
                return None
            unknown, wanted = False, kind == "some"
            decided = False
            for item in items:
                holds = body(Scope({variable: item}, values), run)
                if holds is None:
                    unknown = True
                elif not isinstance(holds, bool):
                    return run.null("dmn.not_boolean", place, value=show(holds))
                elif holds is wanted:
                    decided = True
            if decided:
                return wanted
            return None if unknown else not wanted

        return produce if kind == "for" else quantify

    def allowed_values(self, type_ref: str | None) -> str | None:
        """Return the allowed values that the file declares for a type of its own; None when it does not."""
        item = self.types.item(type_ref)
        return None if item is None else item.allowed

    def component_names(self, type_ref: str | None) -> frozenset[str]:
        """Return the names that paths over a value of this type may use; none for an unknown type."""
        try:
            return frozenset(self.types.get(type_ref).names(set()))
        except DmnError:
            return frozenset()


def as_list(value: Any) -> list[Any] | None:
    """Return the items of a list or of a single value; None for null."""
    return value if value is None or isinstance(value, list) else [value]


def _null(values: Values, run: Run) -> None:
    return None
