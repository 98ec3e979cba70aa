"""Activities that open a scope of their own: subprocesses, transactions, call activities, ad-hoc."""

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs import defaults

from bpmn.spiff import token as tokens
from bpmn.spiff.callmaps import CallMap
from bpmn.spiff.errors import ExecutionError
from bpmn.spiff.expressions import Expression
from bpmn.spiff.services import Binding
from bpmn.spiff.sheets import Sheet
from bpmn.spiff.specs import Node, ScopeSpec
from bpmn.spiff.token import Token

if TYPE_CHECKING:
    from bpmn.spiff.model import ProcessModel
    from bpmn.spiff.scopes import Instance, Scope


_FOR_PEOPLE = frozenset({"userTask", "manualTask"})


class SubProcess(Node, defaults.SubWorkflowTask):
    """An embedded subprocess, transaction or event subprocess: it sees the variables around it."""

    def __init__(
        self, scope: ScopeSpec, element: Any, name: str | None = None, *, inner: ScopeSpec, **kwargs: Any
    ) -> None:
        super().__init__(scope, element, name, subworkflow_spec=inner.name, **kwargs)
        self.manual = False
        self.inner = inner

    def _update_hook(self, my_task: Token) -> bool:
        self.map_inputs(my_task)
        self.open_scope(my_task, self.inner, my_task.scope.model, my_task.sheet)
        return False

    def open_scope(self, token: Token, spec: ScopeSpec, model: "ProcessModel", sheet: Sheet) -> None:
        """Begin the inner scope."""
        from bpmn.spiff.scopes import Scope

        token._set_state(tokens.STARTED)
        scope = Scope(spec, token, model, sheet)
        token.top.subprocesses[token.id] = scope
        scope.begin()

    def _on_cancel(self, my_task: Token) -> None:
        """The token takes its scope away itself."""


class AdHocScope(ScopeSpec):
    """Activities without an order (BPMN 2.0 §13.3.5).

    Where people work in it, a person picks what is done next, as often as needed, and says when it is enough,
    unless a completion condition does.  Activities that need nobody begin by themselves: all at once, or one
    after the other in the order of the diagram.
    """

    sequential = False
    completion: Expression | None = None
    cancel_remaining = True

    @property
    def by_hand(self) -> bool:
        """Tell whether a person picks the activities."""
        return any(entry.element_type in _FOR_PEOPLE for entry in self.entries)

    def entries_for(self, scope: "Instance | Scope") -> list[Node]:
        if self.by_hand:
            return []
        return self.entries[:1] if self.sequential else self.entries

    def startable(self, scope: "Scope") -> list[Node]:
        """Return the activities that a person may begin now: in a sequential one only while nothing runs."""
        if not self.by_hand or "enough" in scope.host.internal_data or (self.sequential and scope.open):
            return []
        return list(self.entries)

    def complete_by_hand(self, scope: "Scope") -> None:
        """End the scope: what still runs is cancelled, or awaited where the diagram says so."""
        scope.host.internal_data["enough"] = 1
        if self.cancel_remaining:
            for other in scope.members():
                other.cancel()
        scope.check_end()

    def after_completion(self, scope: "Instance | Scope", token: Token) -> None:
        """See whether enough has been done (BPMN 2.0 §13.3.5)."""
        if self.completion is None or token.host is not None:
            return
        host: Token = scope.host
        if "enough" in host.internal_data or not self.completion.test(
            scope.sheet, scope.top_workflow.services
        ):
            return
        host.internal_data["enough"] = 1
        if self.cancel_remaining:
            for other in scope.members():
                other.cancel()

    def continue_scope(self, scope: "Instance | Scope") -> bool:
        done = scope.host.internal_data
        if self.by_hand:
            return "enough" not in done
        if not self.sequential:
            return False
        index = done.get("next", 1)
        if index >= len(self.entries) or "enough" in done:
            return False
        done["next"] = index + 1
        scope.top_workflow.push(Token(scope, self.entries[index]))
        return True


class CallActivity(Node, defaults.CallActivity):
    """Runs another process in this instance, with variables of its own."""

    def __init__(
        self,
        *args: Any,
        called: Expression,
        binding: str | None,
        version: Expression | None,
        mapping: CallMap,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, subworkflow_spec="", **kwargs)
        self.manual = False
        self.called, self.binding, self.version, self.mapping = called, binding, version, mapping

    def _update_hook(self, my_task: Token) -> bool:
        from bpmn.spiff.scopes import Scope

        self.map_inputs(my_task)
        model, reference = self.find_called(my_task)
        sheet = self.mapping.sheet_for(my_task)
        my_task._set_state(tokens.STARTED)
        my_task.internal_data["called"] = reference
        scope = Scope(model.root, my_task, model, sheet)
        my_task.top.subprocesses[my_task.id] = scope
        scope.begin()
        return False

    def find_called(self, token: Token) -> "tuple[ProcessModel, list[str | None]]":
        """Return the process to run and how to find it again: the same bundle first, then the services."""
        services, own = token.top.services, token.scope.model
        key = self.called.evaluate(token.sheet, services)
        if not isinstance(key, str) or not key:
            raise ExecutionError(f"the called process is {key!r}", code="call.process_name")
        if self.binding in (None, "deployment") and key in own.siblings:
            return own.siblings[key], [key, None]
        version = self.version.evaluate(token.sheet, services) if self.version else None
        binding = Binding(self.binding or "latest", None if version is None else str(version))
        model = services.called_process(key, binding)
        return model, [key, model.reference]

    def scope_done(self, host: Token, scope: "Scope") -> None:
        """Bring the variables back; what the called process did is compensated by its own boundary only."""
        self.mapping.bring_back(host, scope.sheet)
