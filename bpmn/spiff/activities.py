"""Tasks: work for people, jobs, scripts and decisions."""

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs import defaults

from bpmn import journal
from bpmn.spiff import timers
from bpmn.spiff.catching import climb
from bpmn.spiff.errors import ExecutionError
from bpmn.spiff.expressions import Expression
from bpmn.spiff.services import Binding
from bpmn.spiff.specs import Node
from bpmn.spiff.token import Token
from handlers.errors import BpmnError


class PassTask(Node, defaults.NoneTask):
    """An abstract task: nothing to do, the token passes (as in every other engine)."""

    manual = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.manual = False


class UserTask(Node, defaults.UserTask):
    """Work for a person: the token stays until the task is completed."""

    def __init__(
        self, *args: Any, assignment: Mapping[str, Expression], form: Expression | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.manual = True
        self.assignment = assignment
        self.form = form

    def _update_hook(self, my_task: Token) -> bool:
        super()._update_hook(my_task)
        self.announce(my_task)
        return True

    def announce(self, token: Token) -> None:
        """Open the task in the inbox."""
        value = {
            name: item.evaluate(token.sheet, token.top.services) for name, item in self.assignment.items()
        }
        token.top.record(
            journal.TaskOpened(
                token_id=token.id,
                element_id=self.element_id,
                name=_text(value.get("title"), "title") or self.element.name or self.element_id,
                assignee=_text(value.get("assignee"), "assignee"),
                candidate_users=_names(value.get("candidateUsers"), "candidateUsers"),
                candidate_groups=_names(value.get("candidateGroups"), "candidateGroups"),
                due_at=_moment(value.get("dueDate"), token),
                follow_up_at=_moment(value.get("followUpDate"), token),
                priority=_priority(value.get("priority")),
                form=_text(self.form.evaluate(token.sheet, token.top.services), "form")
                if self.form
                else None,
            )
        )


class AssignmentUnreadable(ExecutionError):
    """Assignee, candidates, due date or priority came out as something else."""

    code = "task.assignment"

    def __init__(self, attribute: str, value: Any) -> None:
        super().__init__(f"{attribute} cannot be {value!r}", attribute=attribute, value=repr(value))


def _text(value: Any, attribute: str) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise AssignmentUnreadable(attribute, value)
    return str(value)


def _names(value: Any, attribute: str) -> tuple[str, ...]:
    if value is None:
        return ()
    parts = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else [value]
    found = [(_text(part, attribute) or "").strip() for part in parts]
    return tuple(dict.fromkeys(name for name in found if name))


def _moment(value: Any, token: Token) -> Any:
    """A date, a date-time, or a duration counted from now."""
    if value is None or value == "":
        return None
    zone = zone_of(token)
    try:
        if isinstance(value, str) and not value.lstrip("+-").startswith("P"):
            return timers.parse_date(value, zone)
        if isinstance(value, str) or not hasattr(value, "year"):
            return timers.duration_of(value).after(token.top.now, zone)
        return timers.at(value, zone)
    except timers.TimerUnreadable as error:
        raise AssignmentUnreadable("date", value) from error


def zone_of(token: Token) -> Any:
    """Return the zone of the organisation (UTC where the services name none)."""
    return getattr(token.top.services, "zone", None) or timers.UTC


def _priority(value: Any) -> int:
    if value is None or value == "":
        return 50
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise AssignmentUnreadable("priority", value) from error


class JobTask(Node, defaults.ServiceTask):
    """A service or send task with a handler: a job, or, for a transactional handler, a part of the step."""

    local_inputs = False

    def __init__(
        self, *args: Any, handler: str, result: str | None, priority: Expression | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.handler, self.result, self.priority = handler, result, priority

    def parameters(self, token: Token) -> dict[str, Any]:
        """Evaluate the input parameters for the handler, each seeing those before it."""
        sheet = token.sheet.local({})
        for name, param in self.element.parameters.items():
            sheet.declare(name, param.evaluate(sheet, token.top.services))
        return {name: sheet[name] for name in self.element.parameters}

    def _run_hook(self, my_task: Token) -> bool | None:
        top = my_task.top
        if not top.services.transactional(self.handler):
            priority = _priority(
                self.priority.evaluate(my_task.sheet, top.services) if self.priority else None
            )
            external = top.services.external(self.handler)
            retry = self.element.retry or top.model.properties.get("retry") or None
            top.record(
                journal.JobOpened(my_task.id, self.element_id, self.handler, retry, priority, external)
            )
            return None
        try:
            result = top.services.run_transactional(
                self.element, self.parameters(my_task), top.facade, my_task.id
            )
        except BpmnError as error:
            raise_bpmn_error(my_task, error)
            return None
        self.receive(my_task, result)
        return True

    def receive(self, token: Token, variables: Mapping[str, Any]) -> None:
        """Store the handler's result, under one name where the diagram asks so."""
        super().receive(token, {self.result: dict(variables)} if self.result else variables)


class UncaughtBpmnError(ExecutionError):
    """A script or a transactional handler raised a BPMN error that nothing in the diagram catches."""

    code = "bpmn_error.uncaught"


def raise_bpmn_error(token: Token, error: BpmnError) -> None:
    """Hand a BPMN error raised inside a step to its catcher; the token waits to be cancelled by it."""
    if not climb(token, "error", error.code, error.message, error.variables or {}, own=True):
        raise UncaughtBpmnError(f"{error.code}: {error.message}", error=error.code) from error


class ScriptTask(Node, defaults.NoneTask):
    """A script in the sandbox, or a FEEL expression whose value goes to a variable."""

    def __init__(
        self, *args: Any, script: str, expression: Expression | None, result: str | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.manual = False
        self.script, self.expression, self.result = script, expression, result

    def _run_hook(self, my_task: Token) -> bool | None:
        services = my_task.top.services
        if self.expression is not None:
            value = self.expression.evaluate(my_task.sheet, services)
            if self.result:
                self.receive(my_task, {self.result: value})
            elif isinstance(value, dict):
                self.receive(my_task, value)
            return True
        try:
            changed = services.scripts.run(self.script, my_task.sheet, now=services.now)
        except BpmnError as error:
            raise_bpmn_error(my_task, error)
            return None
        self.receive(my_task, changed)
        return True


class DecisionTask(Node, defaults.NoneTask):
    """A business rule task: a DMN decision over the variables."""

    def __init__(
        self,
        *args: Any,
        decision: Expression,
        binding: str | None,
        version: Expression | None,
        mapping: str | None,
        result: str | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.manual = False
        self.decision, self.binding, self.version = decision, binding, version
        self.mapping, self.result = mapping, result

    def _run_hook(self, my_task: Token) -> bool | None:
        services = my_task.top.services
        version = self.version.evaluate(my_task.sheet, services) if self.version else None
        binding = Binding(self.binding or "deployment", None if version is None else str(version))
        name = str(self.decision.evaluate(my_task.sheet, services))
        outcome = services.decide(name, my_task.sheet, binding)
        my_task.top.record(journal.Decided(my_task.id, self.element_id, outcome.as_json()))
        # Without `camunda:mapDecisionResult` the value is the decision's own (DMN 1.5 §8.2.11).
        value = outcome.mapped(self.mapping) if self.mapping else outcome.value
        if self.result:
            self.receive(my_task, {self.result: value})
        elif self.outputs_map:
            self.receive(my_task, {"decisionResult": value})
        elif isinstance(value, dict):
            self.receive(my_task, value)
        return True
