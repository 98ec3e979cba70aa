"""The compiled, immutable form of a deployed folder, shared between threads and instances."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bpmn.lint.problem import Problem
from bpmn.spiff.expressions import Environment, Expression, ExpressionFailed

if TYPE_CHECKING:
    from bpmn.spiff.specs import ScopeSpec


@dataclass(frozen=True, slots=True)
class Param:
    """An input or output parameter: `kind` is "value", "list", "map" or "update".

    An update takes the map that `expression` gives (none is empty) and writes its entries, whose keys are paths
    (`price.sum`), into a copy.
    """

    kind: str
    expression: Expression | None = None
    items: tuple["Param", ...] = ()
    entries: tuple[tuple[str, "Param"], ...] = ()

    @property
    def literal(self) -> Any:
        """The value when it needs no evaluation: a text, or a list or map of texts; else None."""
        if self.kind == "list":
            return [item.literal for item in self.items] if self.constant else None
        if self.kind == "map":
            return {key: item.literal for key, item in self.entries} if self.constant else None
        return self.expression.literal if self.expression else None

    @property
    def constant(self) -> bool:
        """Tell whether the parameter needs no evaluation."""
        if self.kind == "value":
            return self.expression is None or self.expression.language == "literal"
        if self.kind == "update":
            return False
        return all(item.constant for item in (*self.items, *(item for _, item in self.entries)))

    @property
    def names(self) -> frozenset[str]:
        """Variables that it may read."""
        own = self.expression.names if self.expression is not None else frozenset()
        parts = [item.names for item in (*self.items, *(item for _, item in self.entries))]
        return own.union(*parts)

    def evaluate(self, scope: Mapping[str, Any], environment: Environment) -> Any:
        """Return the value; raises ExpressionFailed."""
        if self.kind == "list":
            return [item.evaluate(scope, environment) for item in self.items]
        if self.kind == "map":
            return {key: item.evaluate(scope, environment) for key, item in self.entries}
        made = None if self.expression is None else self.expression.evaluate(scope, environment)
        if self.kind == "update":
            for path, item in self.entries:
                made = _put(made, path.split("."), item.evaluate(scope, environment))
        return made


def _put(into: Any, path: list[str], value: Any) -> Any:
    """Return a copy of *into* with *value* at *path*; raises ExpressionFailed where a part of it is no map."""
    if not path:
        return value
    if not isinstance(into, dict | None):
        raise ExpressionFailed(f"{'.'.join(path)} cannot be written into {into!r}", source=".".join(path))
    found = dict(into or {})
    found[path[0]] = _put(found.get(path[0]), path[1:], value)
    return found


@dataclass(frozen=True, slots=True)
class Element:
    """One flow node of a diagram, for inbox, documentation and projection.

    `handler` is the name of the handler of a service or send task, `parameters` its input parameters, `form`
    the key of its form, `retry` its retry cycle (`R3/PT1M`), `parent` the enclosing subprocess.
    """

    id: str
    type: str
    name: str = ""
    documentation: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    lane: str | None = None
    parent: str | None = None
    handler: str | None = None
    parameters: Mapping[str, Param] = field(default_factory=dict)
    form: str | None = None
    retry: str | None = None
    form_data: bool = False
    decision: str | None = None
    called: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer definition: `kind` is "date", "duration" or "cycle"."""

    kind: str
    expression: Expression


@dataclass(frozen=True, slots=True)
class StartTrigger:
    """A way to start the process: `kind` none, message, signal, timer or conditional.

    `name` is the message or signal, `correlation` its keys (expressions over the payload), `form` the start form.
    An `implicit` start stands for a process without a start event: tokens begin wherever nothing leads to.
    """

    kind: str
    element_id: str
    name: str | None = None
    timer: Timer | None = None
    condition: Expression | None = None
    form: str | None = None
    correlation: Mapping[str, Expression] = field(default_factory=dict)
    implicit: bool = False


@dataclass(eq=False)
class ProcessModel:
    """One executable process of a deployed folder.

    `forms` are the form-js definitions that stand in the diagram, by the keys that its elements use.
    Immutable apart from `reference`, which the deployment sets once: the durable name under which
    `Services.called_process` finds exactly this version again.
    """

    key: str
    name: str
    file: str
    documentation: str
    properties: Mapping[str, str]
    version_tag: str | None
    elements: Mapping[str, Element]
    starts: list[StartTrigger]
    stages: list[str]
    attributes: Mapping[str, str]
    root: "ScopeSpec"
    scopes: Mapping[str, "ScopeSpec"]
    siblings: Mapping[str, "ProcessModel"] = field(default_factory=dict)
    reference: str = ""
    forms: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.reference = self.reference or self.key


@dataclass(frozen=True, slots=True)
class Bundle:
    """A compiled folder: what may run, what is only drawn, and what is wrong."""

    processes: Mapping[str, ProcessModel]
    drawings: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def deployable(self) -> bool:
        """Tell whether no problem is an error."""
        return all(problem.severity != "error" for problem in self.problems)
