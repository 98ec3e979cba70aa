"""Compiled models: reading with imports, and evaluation of the requirement graph (DMN 1.5 §6, §10.4).

A model is immutable and may be shared by threads; everything that one evaluation
changes is in its `Run` and `Session`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias

from bpmn import feel
from bpmn.dmn.errors import DmnError
from bpmn.dmn.json_values import brief
from bpmn.dmn.model import Decision, DecisionService, Definitions, Element, InputData, KnowledgeModel
from bpmn.dmn.outcome import Outcome
from bpmn.dmn.run import MAX_CALL_DEPTH, Evaluator, Run, Scope, Undeclared, Values, as_type
from bpmn.dmn.types import Type, Types

Key: TypeAlias = tuple[str, str]
MakeFunction: TypeAlias = Callable[[Values, Run], feel.FeelFunction]


@dataclass(frozen=True, slots=True)
class Node:
    """An element of the graph, compiled.  `imported_as` is the name of the import it is seen through, per reader."""

    key: Key
    element: Element
    type: Type
    requires: tuple[Key, ...] = ()
    knowledge: tuple[Key, ...] = ()
    evaluate: Evaluator | None = None
    function: MakeFunction | None = None
    prefixes: Mapping[Key, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name under which expressions see the value."""
        return self.element.variable.name


@dataclass(slots=True)
class Session:
    """The values of a part of the graph during one evaluation or one call of a decision service."""

    graph: Mapping[Key, Node]
    run: Run
    variables: Values
    outer: Values
    import_names: Mapping[str, str] = field(default_factory=dict)
    values: dict[Key, Any] = field(default_factory=dict)

    def value(self, wanted: Key) -> Any:
        """Return the value of an input or a decision, evaluating what it requires first; each once."""
        open_keys = [wanted]
        while open_keys:
            key = open_keys[-1]
            if key in self.values:
                open_keys.pop()
                continue
            node = self.graph[key]
            missing = [required for required in node.requires if required not in self.values]
            if missing:
                open_keys.extend(missing)
                continue
            self.values[key] = self._evaluate(node)
            open_keys.pop()
        return self.values[wanted]

    def _evaluate(self, node: Node) -> Any:
        if isinstance(node.element, InputData):
            value = as_type(self._variable(node), node.type, node.element.name, self.run)
            self.run.inputs[node.name] = value
            return value
        if node.evaluate is None:
            value = self._variable(node)
            if value is None:
                return self.run.null("dmn.no_logic", node.element.name, name=node.element.name)
        else:
            value = node.evaluate(self.scope(node), self.run)
        value = as_type(value, node.type, node.element.name, self.run)
        self.run.record(
            {"kind": "decision", "id": node.element.id, "name": node.element.name, "value": brief(value)}
        )
        return value

    def _variable(self, node: Node) -> Any:
        """Return the variable of an input; that of an imported model may stand in a context of the import's name."""
        prefix = self.import_names.get(node.key[0])
        if prefix:
            inner = self.variables.get(prefix)
            if isinstance(inner, Mapping) and node.name in inner:
                return feel.to_feel(inner[node.name])
        return feel.to_feel(self.variables.get(node.name))

    def scope(self, node: Node) -> Values:
        """Return the names that the logic of *node* sees: what it requires, and what the model does not declare."""
        local: dict[str, Any] = {}
        for key in node.requires:
            required = self.graph[key]
            _put(local, node.prefixes.get(key, ""), required.name, self.values[key])
            if isinstance(required.element, Decision) and not required.element.has_variable:
                local.setdefault(required.element.id, self.values[key])
                _put_outputs(local, self.values[key])
        self.put_knowledge(local, node)
        return Scope(local, self.outer)

    def put_knowledge(self, local: dict[str, Any], node: Node) -> None:
        """Add the functions that *node* requires to *local*."""
        for key in node.knowledge:
            _put(local, node.prefixes.get(key, ""), self.graph[key].name, self.function(key))

    def function(self, key: Key) -> feel.FeelFunction:
        """Return a knowledge model or decision service as a function; made once per evaluation."""
        known = self.run.knowledge.get(key)
        if known is None:
            make = self.graph[key].function
            assert make is not None  # only knowledge models and services are required as knowledge
            local: dict[str, Any] = {}
            known = self.run.knowledge[key] = make(Scope(local, {}), self.run)
            self.put_knowledge(local, self.graph[key])
            local.setdefault(self.graph[key].name, known)
        return known


def _put(local: dict[str, Any], prefix: str, name: str, value: Any) -> None:
    if prefix:
        local.setdefault(prefix, {})[name] = value
    else:
        local[name] = value


def _put_outputs(local: dict[str, Any], value: Any) -> None:
    """Add the outputs of a table by name, as Camunda 7 shows the result of a required decision without variable."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            local.setdefault(name, item)


class Model:
    """A DMN file ready to be evaluated.

    `problems` are the texts and tables that cannot run; `unknown_names` what the texts of an element
    use beyond what it requires.
    """

    def __init__(
        self,
        definitions: Definitions,
        graph: Mapping[Key, Node],
        types: Types,
        *,
        import_names: Mapping[str, str] | None = None,
        problems: Sequence[DmnError] = (),
        unknown_names: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        self.definitions = definitions
        self.graph = graph
        self.types = types
        self.import_names = import_names or {}
        self.problems = tuple(problems)
        self.unknown_names = unknown_names or {}
        self._declared = frozenset(node.name for node in graph.values())
        self._by_name: dict[str, Element] = {}
        for element in definitions.elements.values():
            if not isinstance(element, InputData):
                self._by_name.setdefault(element.name, element)

    def nodes(self) -> Iterator[Node]:
        """Yield the elements of the file, compiled, in its order."""
        return (self.graph[self.definitions.namespace, key] for key in self.definitions.elements)

    @property
    def decisions(self) -> dict[str, Decision]:
        """The decisions of the file by id, in its order."""
        return {key: item for key, item in self.definitions.elements.items() if isinstance(item, Decision)}

    @property
    def inputs(self) -> dict[str, InputData]:
        """The inputs of the file by id, in its order."""
        return {key: item for key, item in self.definitions.elements.items() if isinstance(item, InputData)}

    def find(self, name_or_id: str) -> Decision | KnowledgeModel | DecisionService:
        """Return the element with this id, otherwise the one with this name.

        Raises:
            DmnError: dmn.not_found.
        """
        found = self.definitions.elements.get(name_or_id) or self._by_name.get(" ".join(name_or_id.split()))
        if found is None or isinstance(found, InputData):
            raise DmnError("dmn.not_found", name_or_id, name=name_or_id)
        return found

    def holds(self, name_or_id: str) -> bool:
        """Tell whether `find` finds something."""
        try:
            self.find(name_or_id)
        except DmnError:
            return False
        return True

    def evaluate(
        self,
        name_or_id: str,
        variables: Mapping[str, Any],
        *,
        functions: Mapping[str, Callable[..., Any]] | None = None,
        now: datetime | None = None,
    ) -> Outcome:
        """Evaluate a decision, decision service or knowledge model on *variables* and explain the result.

        *variables* may be lazy: only the names that are used are read.  A service takes its inputs and input
        decisions by name, a knowledge model its parameters.

        Raises:
            DmnError: dmn.not_found; a text that cannot run; a violated hit policy; a limit.
        """
        element = self.find(name_or_id)
        run = Run(now=now or datetime.now(UTC), functions=functions)
        outer = Undeclared(variables, self._declared, run.inputs)
        session = Session(self.graph, run, variables, outer, self.import_names)
        key = (self.definitions.namespace, element.id)
        try:
            if isinstance(element, Decision):
                value = session.value(key)
            else:
                value = _call(session, key, element, variables, run)
        except RecursionError:
            raise DmnError("dmn.too_deep", element.id, place=element.name, limit=MAX_CALL_DEPTH) from None
        except feel.FeelError as error:  # a variable without a meaning in FEEL
            raise DmnError("dmn.expression_limit", element.id, place=element.name, detail=error) from error
        rows = None
        if isinstance(element, Decision):
            rows = run.rows.get(table_id(element))
        return Outcome(
            decision=element.name,
            value=feel.to_variable(value),
            matched_rules=run.matched,
            inputs={name: feel.to_variable(feel.to_feel(value)) for name, value in run.inputs.items()},
            trace=run.trace,
            reasons=list(dict.fromkeys(run.reasons)),
            rows=None if rows is None else [feel.to_variable(row) for row in rows],
        )


def _call(session: Session, key: Key, element: Element, variables: Values, run: Run) -> Any:
    """Call a knowledge model or service with the variables that bear the names of its parameters."""
    function = session.function(key)
    arguments = [feel.to_feel(variables.get(name)) for name in function.parameters]
    run.inputs.update(zip(function.parameters, arguments, strict=True))
    return function.call(None, arguments)


def table_id(decision: Decision) -> str:
    """Return the id under which the rows of a decision's table are kept."""
    return getattr(decision.expression, "element", None) or decision.name
