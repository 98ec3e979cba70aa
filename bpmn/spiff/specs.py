"""Elements of a process as SpiffWorkflow specs: the base of all and the scope that holds them.

A step of the engine enters a token (`_update_hook`), runs it (`_run_hook`: True when done, None when it waits
for the outside) and lets it leave over the flows that `choose` names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.mixins import BpmnSpecMixin

from bpmn.spiff import token as tokens
from bpmn.spiff.errors import ExecutionError
from bpmn.spiff.expressions import Expression
from bpmn.spiff.model import Element, Param
from bpmn.spiff.token import Token
from bpmn.spiff.writes import write
from handlers.errors import BpmnError

if TYPE_CHECKING:
    from bpmn.spiff.scopes import Instance, Scope


#: The spec of a loop's inner instances is named as the loop, with this behind.
INNER = "#"


class NoFlowTaken(ExecutionError):
    """All outgoing flows have conditions, none is true and there is no default flow."""

    code = "gateway.no_flow"

    def __init__(self, element_id: str) -> None:
        super().__init__(f"no outgoing flow of {element_id} has a true condition", element=element_id)


@dataclass(frozen=True, eq=False, slots=True)
class FlowSpec:
    """An outgoing sequence flow."""

    id: str
    target: "Node"
    condition: Expression | None = None


@dataclass(frozen=True, eq=False, slots=True)
class CompensationHandler:
    """What undoes an activity: the handler's spec."""

    activity: str
    spec: "Node"


@dataclass(frozen=True, slots=True)
class DataOutputs:
    """What an element's data associations write; `needs` names the variable without which a copy is left out."""

    outs: tuple[tuple[str, Param, str | None], ...] = ()
    own: frozenset[str] = frozenset()

    def available(self, sheet: Mapping[str, Any]) -> list[tuple[str, Param]]:
        """Return the outputs that can be made."""
        return [(name, param) for name, param, needs in self.outs if needs is None or needs in sheet]


NO_DATA = DataOutputs()


class ScopeSpec(BpmnProcessSpec):
    """A process or subprocess: its elements, where it begins and what may start its event subprocesses."""

    def __init__(self, name: str, element_type: str = "process") -> None:
        super().__init__(name=name)
        self.task_specs.clear()  # the library's Start, EndJoin and End: a scope ends when no token is left
        self.start = self.end = None
        self.element_type = element_type
        self.entries: list[Node] = []
        self.triggers: list[Node] = []
        #: sequence flow -> element it leaves, and element -> elements from which a token may come to it
        self.flow_sources: dict[str, str] = {}
        self.predecessors: dict[str, set[str]] = {}

    def node(self, name: str) -> "Node":
        """Return an element's spec; KeyError when there is none."""
        found: Node = self.task_specs[name]
        return found

    def entries_for(self, scope: "Instance | Scope") -> "list[Node]":
        """Return where tokens stand when the scope begins."""
        return self.entries

    def after_completion(self, scope: "Instance | Scope", token: Token) -> None:
        """A token of the scope has left its element."""

    def continue_scope(self, scope: "Instance | Scope") -> bool:
        """Start something more in a scope without tokens; False when it may end."""
        return False


class Node(BpmnSpecMixin):
    """Base of every element's spec."""

    element: Element
    #: Does an open token of this kind keep its scope open?
    counts = True
    #: Do its tokens see the variables of their host?
    inherits_sheet = False
    is_boundary = False
    reports_to_host = False
    #: Which kind of event its tokens wait for, if any.
    waits_for: str | None = None
    #: Do its waiting tokens ask, when all else rests, whether they may go on?
    is_join = False
    #: Does a token that comes here only begin to wait for events?
    arms = False
    #: Is it an event subprocess?
    event_driven = False
    #: Is the visit left out of the journal (it belongs to another element there)?
    silent = False
    #: Are input parameters evaluated when the token enters, as local variables?
    local_inputs = True

    def __init__(self, scope: ScopeSpec, element: Element, name: str | None = None, **kwargs: Any) -> None:
        super().__init__(scope, name or element.id, **kwargs)
        self._inputs: list[str] = []
        self._outputs: list[str] = []
        self.element = element
        self.element_id, self.element_type = element.id, element.type
        self.scope_spec = scope
        self.boundaries: list[Node] = []
        self.compensation: CompensationHandler | None = None
        self.flows: Sequence[FlowSpec] = ()
        self.default: FlowSpec | None = None
        self.conditional = False
        self.incoming: tuple[str, ...] = ()
        self.outputs_map: tuple[tuple[str, Param], ...] = ()
        self.data_outputs = NO_DATA
        #: scripts around the activity (SpiffArena), run in the sandbox
        self.pre_script: str | None = None
        self.post_script: str | None = None
        #: what a thrown event carries, and the variable to which a caught one goes (SpiffArena)
        self.payload: Expression | None = None
        self.payload_variable: str | None = None
        #: tokens that an activity needs to begin, and puts on each flow when it completes (BPMN 2.0 table 10.3)
        self.start_quantity = self.completion_quantity = 1

    def test(self) -> None:
        """The library asks whether the spec is connected; lint has answered already."""

    # ------------------------------------------------------------ entering
    def gather(self, token: Token) -> bool:
        """Wait until `start_quantity` tokens are here and let this one stand for them."""
        if self.start_quantity == 1 or "armed" in token.internal_data:
            return True
        waiting = [
            other
            for other in token.scope.members()
            if other.task_spec is self and "gathered" in other.internal_data and other is not token
        ]
        if len(waiting) + 1 < self.start_quantity:
            token.internal_data["gathered"] = 1
            token._set_state(tokens.WAITING)
            return False
        for other in waiting[: self.start_quantity - 1]:
            other._set_state(tokens.COMPLETED)
            other._remove("completed")
        return True

    def _update_hook(self, my_task: Token) -> bool:
        self.map_inputs(my_task)
        return True

    def _run_hook(self, my_task: Token) -> bool | None:
        return True

    def run_beside(self, script: str, token: Token) -> bool:
        """Run a script before or after the activity; False when it threw an error that is caught."""
        from bpmn.spiff.catching import climb

        services = token.top.services
        try:
            changed = services.scripts.run(script, token.sheet, now=services.now)
        except BpmnError as error:
            if climb(token, "error", error.code, error.message, error.variables or {}, own=True):
                return False
            raise ExecutionError(
                f"{error.code}: {error.message}", code="bpmn_error.uncaught", error=error.code
            ) from error
        for name, value in changed.items():
            token.sheet[name] = value
        return True

    def map_inputs(self, token: Token) -> None:
        """Make the input parameters local variables of the activity (Camunda 7 input mapping)."""
        if self.local_inputs and self.element.parameters:
            token.sheet = token.sheet.local({})
            for name, param in self.element.parameters.items():
                token.sheet.declare(name, param.evaluate(token.sheet, token.top.services))

    def receive(self, token: Token, variables: Mapping[str, Any]) -> None:
        """Take the variables that came from outside; with output parameters they stay local for the mapping.

        So do those that are data outputs with an association.
        """
        local = variables.keys() if self.outputs_map else self.data_outputs.own & variables.keys()
        if local:
            token.sheet = token.sheet.local({})
            for name, value in variables.items():
                if name in local:
                    token.sheet.declare(name, value)
            write(token, token.sheet, {k: v for k, v in variables.items() if k not in local})
        else:
            write(token, token.sheet, variables)

    # ------------------------------------------------------------ leaving
    def leave(self, token: Token) -> Sequence[FlowSpec]:
        """Map the outputs and choose the flows to follow."""
        if "passed" in token.internal_data and (
            self.conditional or self.outputs_map or self.data_outputs.outs
        ):
            return self.pass_over()
        self.map_outputs(token)
        return self.choose(token)

    def pass_over(self) -> Sequence[FlowSpec]:
        """Return the flows of an element that is passed over: no mapping, no condition is evaluated."""
        if not self.conditional:
            return self.flows
        if self.default is not None:
            return (self.default,)
        if len(self.flows) != 1:
            raise NoFlowTaken(self.element_id)
        return self.flows

    def map_outputs(self, token: Token) -> None:
        """Write the output parameters and the associated data to the scope around the activity."""
        if self.outputs_map or self.data_outputs.outs:
            values = [
                (name, param.evaluate(token.sheet, token.top.services))
                for name, param in (*self.data_outputs.available(token.sheet), *self.outputs_map)
            ]
            write(token, token.base_sheet, dict(values))

    def choose(self, token: Token) -> Sequence[FlowSpec]:
        """Every unconditional flow and every true one; the default flow where none is (BPMN 2.0 §13.2.1)."""
        if not self.conditional:
            return self.flows
        sheet, services = token.base_sheet, token.top.services
        taken = [
            flow
            for flow in self.flows
            if flow is not self.default and (flow.condition is None or flow.condition.test(sheet, services))
        ]
        if taken:
            return taken
        if self.default is None:
            raise NoFlowTaken(self.element_id)
        return (self.default,)

    def _on_complete_hook(self, my_task: Token) -> None:
        """Nothing to do."""

    def _on_cancel(self, my_task: Token) -> None:
        """Nothing to do."""

    # ------------------------------------------------------------ told by others
    def fired(self, token: Token) -> None:
        """The awaited event has come: go on."""
        token._set_state(tokens.READY)
        token.run()

    def concerned(self, token: Token, changed: frozenset[str]) -> bool:
        """Tell whether a change of these variables may make the token's condition true."""
        return False

    def check(self, token: Token) -> None:
        """Evaluate the token's condition."""

    def may_fire(self, token: Token) -> bool:
        """Tell whether a waiting inclusive or complex join may go on."""
        return False

    def guest_done(self, host: Token, guest: Token) -> None:
        """A guest of *host* has completed."""

    def guest_fired(self, host: Token, guest: Token) -> None:
        """The event of a guest has come."""

    def scope_done(self, host: Token, scope: "Scope") -> None:
        """The subprocess of *host* has ended: its compensation log moves up."""
        if scope.log:
            entry: dict[str, Any] = {"s": self.scope_spec.name, "a": self.element_id, "n": scope.log}
            local = host.scope.locals_of(host)
            if local:
                entry["l"] = local
            host.scope.log.append(entry)

    def skip(self, token: Token, variables: Mapping[str, Any]) -> None:
        """Pass over the element (an operator's decision): complete it with *variables*."""
        base = token.base_sheet
        for name, value in variables.items():
            base[name] = value
        token.internal_data["done"] = token.internal_data["passed"] = 1
