"""Where an instance stands: SpiffWorkflow's task without its history tree, prediction and copies of data.

A token that has run drops itself; only what is waiting or queued exists.  A guest is a token that lives and dies
with its host: a boundary event with its activity, a loop's inner instance with the loop, a branch with its
event-based gateway, a compensation handler with its throw.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from bpmn.spiff.sheets import Sheet

if TYPE_CHECKING:
    from bpmn.spiff.scopes import Instance, Scope
    from bpmn.spiff.specs import FlowSpec, Node

FUTURE, WAITING, READY, STARTED = TaskState.FUTURE, TaskState.WAITING, TaskState.READY, TaskState.STARTED
COMPLETED, CANCELLED = TaskState.COMPLETED, TaskState.CANCELLED
FINISHED = TaskState.FINISHED_MASK


class Token(Task):
    """A live token.

    `internal` flags (all of them part of the state): `done` its outcome is recorded, `fired` its event has
    come, `armed` its boundary events stand, `incident` (code, message) it is parked.
    """

    task_spec: "Node"
    internal_data: dict[str, Any]

    def __init__(
        self,
        workflow: "Instance | Scope",
        spec: "Node",
        *,
        host: "Token | None" = None,
        sheet: Sheet | None = None,
        via: str | None = None,
        state: int = FUTURE,
        id: int | None = None,
    ) -> None:
        top = workflow.top_workflow
        self.host = host
        self.guests: list[Token] = []
        self.sheet = sheet if sheet is not None else workflow.sheet
        self.via = via
        self.opened_at: datetime | None = None
        self.counted = False
        super().__init__(workflow, spec, None, state, cast(Any, id if id is not None else top.new_id()))
        if host is not None:
            host.guests.append(self)
        top.live[self.id] = self
        if spec.counts:
            self.count()

    # ------------------------------------------------------------ SpiffWorkflow's view of a task
    @property
    def data(self) -> Sheet:
        """The variables that the token sees."""
        return self.sheet

    @data.setter
    def data(self, value: Any) -> None:
        """Ignore the empty dictionary that the library sets at creation."""

    @property
    def parent(self) -> "Token | None":
        """The host."""
        return self.host

    @property
    def children(self) -> "list[Token]":
        """The guests."""
        return self.guests

    def _child_added_notify(self, child: Task) -> None:
        """Guests are kept by the host itself."""

    def _inherit_data(self) -> None:
        """Variables belong to the scope: nothing is copied from token to token."""

    def _set_state(self, value: int) -> None:
        self._state = value

    def error(self) -> None:
        """An exception discards the whole live object; there is no error state."""

    # ------------------------------------------------------------ ours
    @property
    def top(self) -> "Instance":
        """The instance."""
        return cast("Instance", self.workflow.top_workflow)

    @property
    def scope(self) -> "Instance | Scope":
        """The process instance or the open subprocess in which the token is."""
        return cast("Instance | Scope", self.workflow)

    @property
    def base_sheet(self) -> Sheet:
        """The sheet around the token's own local ones."""
        if self.host is not None and self.task_spec.inherits_sheet:
            return self.host.sheet
        if self.host is not None and self.task_spec.is_boundary:
            return self.host.base_sheet
        return self.scope.sheet

    @property
    def alive(self) -> bool:
        """Tell whether the token is still there."""
        return not self._state & FINISHED

    @property
    def incident(self) -> tuple[str, str] | None:
        """Code and message of the failure that parked the token."""
        found = self.internal_data.get("incident")
        return (found[0], found[1]) if found else None

    def count(self) -> None:
        """From now on the scope does not end without this token."""
        if not self.counted:
            self.counted = True
            self.scope.open += 1

    def detach(self) -> None:
        """Leave the host and go on alone."""
        if self.host is not None:
            self.host.guests.remove(self)
            self.host = None

    def complete(self) -> None:
        """Leave the element: close what it held open and put a token on every flow that is taken."""
        spec, scope, top = self.task_spec, self.scope, self.top
        script = spec.post_script if "passed" not in self.internal_data else None
        if script is not None and not spec.run_beside(script, self):
            return
        flows = spec.leave(self)
        self._set_state(COMPLETED)
        spec._on_complete_hook(self)
        for guest in list(self.guests):
            guest.cancel()
        handler = spec.compensation
        if handler is not None:
            scope.log_compensation(self, handler)
        host = self.host
        self._remove("completed")
        if host is not None and spec.reports_to_host:
            host.task_spec.guest_done(host, self)
        for flow in flows:
            for _ in range(spec.completion_quantity):
                self.follow(flow)
        scope.spec.after_completion(scope, self)
        if scope.open == 0 and scope is top and top.end_element is None:
            top.end_element = spec.element_id
        scope.check_end()

    def follow(self, flow: "FlowSpec") -> None:
        """Put a token on a sequence flow."""
        top = self.top
        top.push(Token(self.scope, flow.target, via=flow.id))

    def cancel(self) -> None:
        """Take the token away with everything below it."""
        if self._state & FINISHED:
            return
        self.top.thaw_guests(self)
        self._set_state(CANCELLED)
        for guest in list(self.guests):
            guest.cancel()
        scope = self.top.subprocesses.pop(self.id, None)
        if scope is not None:
            scope.drop()
        self.task_spec._on_cancel(self)
        self._remove("cancelled")

    def _remove(self, outcome: str) -> None:
        scope, top = self.scope, self.top
        top.closed(self, outcome)
        del top.live[self.id]
        del scope.tasks[self.id]
        top.forget(self)
        if self.host is not None:
            self.host.guests.remove(self)
        if self.counted:
            self.counted = False
            scope.open -= 1
