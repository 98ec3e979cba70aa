"""Compile a decision table once; its evaluation says which rules fired on which inputs (DMN 1.5 §8).

What the standard leaves open is decided so that nothing is wrong in silence: two rules of a UNIQUE table,
differing rules of an ANY table, an input or output outside its declared values are errors.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from bpmn import feel
from bpmn.dmn import hit_policies
from bpmn.dmn.errors import DmnError
from bpmn.dmn.json_values import brief
from bpmn.dmn.model import Input, Literal, Output, Table
from bpmn.dmn.plain_cells import PlainTest, plain_test
from bpmn.dmn.run import Evaluator, Run, Scope, Values, as_type, show
from bpmn.dmn.types import Type, compile_tests

if TYPE_CHECKING:
    from bpmn.dmn.compiler import Compiler

#: How many rules of one table an explanation quotes.
MAX_EXPLAINED = 20

_PLAIN_TESTS_PER_CHARGE = 16

Test = Callable[[Any, Values, Run], bool]


def compile_table(compiler: "Compiler", table: Table, names: frozenset[str], place: str) -> Evaluator:
    """Return the evaluator of *table*; a defect of the table as a whole becomes a problem of the compiler."""
    defect = _defect(table, place)
    if defect is not None:
        return compiler.broken(defect)
    inputs = [_compile_input(compiler, column, names, place) for column in table.inputs]
    cell_names = names | {column.variable for column in table.inputs if column.variable}
    outputs = [
        _compile_output(compiler, column, names, index, table, place)
        for index, column in enumerate(table.outputs)
    ]
    rules = [
        _compile_rule(compiler, table, index + 1, cell_names, place) for index in range(len(table.rules))
    ]
    policy = hit_policies.POLICIES[table.hit_policy]
    if policy in ("PRIORITY", "OUTPUT ORDER") and not any(output.rank for output in outputs):
        return compiler.broken(
            DmnError("dmn.no_priority", table.element, line=table.line, place=place, policy=policy)
        )
    aggregation = table.aggregation if policy == "COLLECT" else None
    assumed = frozenset[str]().union(*(cell.assumed for rule in rules for cell in rule.tests))
    return _Table(
        table.element or place, place, policy, aggregation, inputs, outputs, rules, assumed
    ).evaluate


def _defect(table: Table, place: str) -> DmnError | None:
    values: dict[str, Any] = {"line": table.line, "place": place}
    if table.hit_policy not in hit_policies.POLICIES:
        return DmnError("dmn.hit_policy", table.element, policy=table.hit_policy, **values)
    if table.aggregation and hit_policies.POLICIES[table.hit_policy] == "COLLECT":
        if table.aggregation not in hit_policies.AGGREGATIONS:
            return DmnError("dmn.hit_policy", table.element, policy=table.aggregation, **values)
        if len(table.outputs) > 1:
            symbol = hit_policies.SYMBOLS[table.aggregation]
            return DmnError(
                "dmn.aggregation", table.element, policy=symbol, count=len(table.outputs), **values
            )
    for index, rule in enumerate(table.rules, start=1):
        for part, cells, columns in (
            (("input", "входы"), rule.inputs, table.inputs),
            (("output", "выходы"), rule.outputs, table.outputs),
        ):
            if len(cells) != len(columns):
                element = rule.element or table.element
                found = {"rule": index, "found": len(cells), "part": part, "expected": len(columns)}
                return DmnError("dmn.rule_width", element, line=rule.line, place=place, **found)
    return None


@dataclass(frozen=True, slots=True)
class _Input:
    label: str
    variable: str | None
    evaluate: Evaluator
    allowed: Any


@dataclass(frozen=True, slots=True)
class _Output:
    name: str
    type: Type
    default: Evaluator | None
    allowed: Any
    rank: hit_policies.Ranker | None


@dataclass(frozen=True, slots=True)
class _Cell:
    """A test of one column: what decides most values, and FEEL for those that it leaves undecided.

    ``assumed`` are the built-in functions whose values ``quick`` holds; where the host replaces one, FEEL decides.
    """

    column: int
    quick: PlainTest
    test: Test
    assumed: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Rule:
    index: int
    element: str | None
    annotations: dict[str, str]
    tests: Sequence[_Cell]
    outputs: Sequence[Evaluator]
    conditions: Sequence[dict[str, str]]


def _compile_input(compiler: "Compiler", column: Input, names: frozenset[str], place: str) -> _Input:
    inner = f"{place}: {column.label}"
    if not column.expression.text:
        line = column.expression.line
        compiler.problems.append(DmnError("dmn.empty_input", column.element, line=line, place=place))
    evaluate = compiler.typed(
        compiler.literal(column.expression, names, inner), column.expression.type_ref, inner
    )
    return _Input(column.label, column.variable, evaluate, _allowed(compiler, column.values, inner))


def _compile_output(
    compiler: "Compiler", column: Output, names: frozenset[str], index: int, table: Table, place: str
) -> _Output:
    single = len(table.outputs) == 1
    name = column.name or column.label or (place if single else f"output {index + 1}")
    inner = f"{place}: {name}"
    default = None if column.default is None else compiler.literal(column.default, names, inner)
    values = column.values or compiler.allowed_values(column.type_ref)
    if values is None and single:
        values = compiler.allowed_values(table.type_ref)
    kind = compiler.type(column.type_ref, inner)
    rank = None if values is None else _ranker(compiler, values, inner)
    return _Output(name, kind, default, _allowed(compiler, column.values, inner), rank)


def _allowed(compiler: "Compiler", values: str | None, place: str) -> Any:
    if values is None:
        return None
    try:
        return compile_tests(values, place)
    except DmnError as problem:
        compiler.problems.append(problem)
        return None


def _ranker(compiler: "Compiler", values: str, place: str) -> hit_policies.Ranker | None:
    """Return the ranks of an enumeration of values; None when the tests are not one."""
    try:
        listed = feel.compile(f"[{values}]").evaluate({})
    except feel.FeelError:
        return None
    return hit_policies.ranker(listed) if isinstance(listed, list) else None


def _compile_rule(compiler: "Compiler", table: Table, index: int, names: frozenset[str], place: str) -> _Rule:
    rule = table.rules[index - 1]
    inner = f"{place} #{index}"
    tests = [
        _compile_cell(compiler, column, cell, names, inner)
        for column, cell in enumerate(rule.inputs)
        if cell.text not in ("", "-")
    ]
    outputs = [compiler.literal(cell, names, inner) for cell in rule.outputs]
    conditions = [
        {"input": table.inputs[test.column].label, "test": rule.inputs[test.column].text} for test in tests
    ]
    return _Rule(index, rule.element, rule.annotations, tests, outputs, conditions)


def _compile_cell(
    compiler: "Compiler", column: int, cell: Literal, names: frozenset[str], place: str
) -> _Cell:
    """Return a cell compiled; a plain one is given to FEEL only for the values that its plain test leaves open."""

    def compile_text() -> feel.Expression | DmnError:
        compiled: feel.Expression | DmnError = compiler.text(cell, names | {"?"}, place, kind="unary")
        return compiled

    plain = plain_test(cell.text) if compiler.is_feel(cell) else None
    if plain is not None:
        make = cache(lambda: _feel_test(compiler, compile_text(), place))
        return _Cell(column, plain, lambda value, values, run: make()(value, values, run), frozenset())
    compiled = compile_text()
    test = _feel_test(compiler, compiled, place)
    if isinstance(compiled, DmnError):
        return _Cell(column, _undecided, test, frozenset())
    return _Cell(column, compiled.quick or _undecided, test, compiled.assumed)


def _undecided(value: Any) -> bool | None:
    return None


def _feel_test(compiler: "Compiler", compiled: feel.Expression | DmnError, place: str) -> Test:
    if isinstance(compiled, DmnError):
        problem = compiled
        compiler.problems.append(problem)

        def refuse(value: Any, values: Values, run: Run) -> bool:
            raise problem

        return refuse
    types = compiler.predicates

    def test(value: Any, values: Values, run: Run) -> bool:
        run.charge(place)
        try:
            matched = compiled.test(value, values, functions=run.functions, now=run.now, types=types)
        except feel.FeelError as error:
            raise DmnError("dmn.expression_limit", place, place=place, detail=error) from error
        return matched is True

    return test


@dataclass(frozen=True, slots=True)
class _Table:
    element: str
    place: str
    policy: str
    aggregation: str | None
    inputs: Sequence[_Input]
    outputs: Sequence[_Output]
    rules: Sequence[_Rule]
    assumed: frozenset[str]

    def evaluate(self, values: Values, run: Run) -> Any:
        run.charge(self.place, 1 + len(self.rules) * len(self.inputs) // _PLAIN_TESTS_PER_CHARGE)
        asked = [column.evaluate(values, run) for column in self.inputs]
        self._check_inputs(asked)
        named = {
            column.variable: value
            for column, value in zip(self.inputs, asked, strict=True)
            if column.variable
        }
        scope = Scope(named, values) if named else values
        matching = self._matching(asked, scope, run)
        rows = [self._outputs(rule, scope, run) for rule in matching]
        chosen = self._choose(matching, rows)
        fired = [matching[index] for index in chosen]
        results = [rows[index] for index in chosen]
        if not fired and any(column.default for column in self.outputs):
            results = [self._defaults(values, run)]
            value = self._value(results, run, of_default=True)
        else:
            value = self._value(results, run)
        self._explain(asked, matching, fired, results, value, run)
        if self.aggregation is not None:
            run.rows[self.element] = [{self.outputs[0].name: value}]
        else:
            run.rows[self.element] = [self._named(row) for row in results]
        return value

    def _check_inputs(self, asked: list[Any]) -> None:
        for column, value in zip(self.inputs, asked, strict=True):
            if value is None or column.allowed is None:
                continue
            if column.allowed.test(value, {}) is not True:
                shown = show(value)
                raise DmnError(
                    "dmn.input_value", self.element, place=self.place, input=column.label, value=shown
                )

    def _matching(self, asked: list[Any], scope: Values, run: Run) -> list[_Rule]:
        matching = []
        hidden = run.functions is not None and any(name in run.functions for name in self.assumed)
        for rule in self.rules:
            for cell in rule.tests:
                value = asked[cell.column]
                decided = None if hidden else cell.quick(value)
                if decided is None:
                    decided = cell.test(value, scope, run)
                if not decided:
                    break
            else:
                matching.append(rule)
                if self.policy == "FIRST":
                    break
        if self.policy == "UNIQUE" and len(matching) > 1:
            raise DmnError("dmn.unique", self.element, place=self.place, rules=_indexes(matching))
        return matching

    def _outputs(self, rule: _Rule, scope: Values, run: Run) -> list[Any]:
        row = []
        for column, evaluate in zip(self.outputs, rule.outputs, strict=True):
            value = as_type(evaluate(scope, run), column.type, f"{self.place}: {column.name}", run)
            if (
                value is not None
                and column.allowed is not None
                and column.allowed.test(value, {}) is not True
            ):
                place = f"{self.place}: {column.name}"
                raise DmnError(
                    "dmn.output_value", self.element, place=place, rule=rule.index, value=show(value)
                )
            row.append(value)
        return row

    def _defaults(self, values: Values, run: Run) -> list[Any]:
        return [
            None
            if column.default is None
            else as_type(column.default(values, run), column.type, self.place, run)
            for column in self.outputs
        ]

    def _choose(self, matching: list[_Rule], rows: list[list[Any]]) -> list[int]:
        """Return the places of the rules that make the result, in its order."""
        if self.policy in ("PRIORITY", "OUTPUT ORDER"):
            order = hit_policies.by_priority(rows, [column.rank for column in self.outputs])
            return order[:1] if self.policy == "PRIORITY" else order
        if self.policy == "ANY" and len(rows) > 1 and not hit_policies.all_equal(rows):
            raise DmnError("dmn.any", self.element, place=self.place, rules=_indexes(matching))
        return list(range(len(matching)))

    def _value(self, rows: list[list[Any]], run: Run, *, of_default: bool = False) -> Any:
        if of_default:
            return self._entry(rows[0])
        if self.aggregation is not None:
            if not rows:
                return 0 if self.aggregation == "COUNT" else None
            gathered = [row[0] for row in rows]
            value = hit_policies.aggregate(self.aggregation, gathered)
            if value is None:
                symbol = hit_policies.SYMBOLS[self.aggregation]
                return run.null("dmn.aggregate_type", self.place, policy=symbol, value=show(gathered))
            return value
        if self.policy in hit_policies.MULTIPLE:
            return [self._entry(row) for row in rows]
        return self._entry(rows[0]) if rows else None

    def _entry(self, row: list[Any]) -> Any:
        return row[0] if len(row) == 1 else self._named(row)

    def _named(self, row: list[Any]) -> dict[str, Any]:
        return {column.name: value for column, value in zip(self.outputs, row, strict=True)}

    def _explain(
        self,
        asked: list[Any],
        matching: list[_Rule],
        fired: list[_Rule],
        results: list[list[Any]],
        value: Any,
        run: Run,
    ) -> None:
        for rule in fired:
            run.match(
                {
                    "table": self.element,
                    "rule_index": rule.index,
                    "rule_id": rule.element,
                    "annotations": dict(rule.annotations),
                }
            )
        run.record(
            {
                "kind": "table",
                "table": self.element,
                "name": self.place,
                "hit_policy": self.policy
                if self.aggregation is None
                else f"{self.policy} {self.aggregation}",
                "inputs": [
                    {"label": column.label, "value": brief(value)}
                    for column, value in zip(self.inputs, asked, strict=True)
                ],
                "matched": [rule.index for rule in matching],
                "fired": [rule.index for rule in fired],
                "rules": [
                    {
                        "rule_index": rule.index,
                        "conditions": list(rule.conditions),
                        "outputs": brief(self._named(row)),
                        "annotations": dict(rule.annotations),
                    }
                    for rule, row in zip(fired[:MAX_EXPLAINED], results, strict=False)
                ],
                "value": brief(value),
            }
        )


def _indexes(rules: list[_Rule]) -> str:
    return ", ".join(str(rule.index) for rule in rules)
