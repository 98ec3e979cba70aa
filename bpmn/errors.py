"""What the engine refuses.

Every error carries a stable `code` and its values, so that pages, the API and logs need not read its text;
`web` puts the code in the user's words.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bpmn.lint.problem import Problem


class EngineError(Exception):
    """Something was asked that cannot be done; nothing was changed."""

    code = "engine.error"

    def __init__(self, message: str, **values: Any) -> None:
        super().__init__(message)
        self.values = values


class NotFound(EngineError):
    """There is no such thing, or the person may not know of it."""

    code = "not_found"

    def __init__(self, what: str, key: object) -> None:
        super().__init__(f"there is no {what} {key!r}", what=what, key=str(key))
        self.what = what


class NotAllowed(EngineError):
    """The person has no right to do this."""

    code = "not_allowed"

    def __init__(self, message: str, *, reason: str, **values: Any) -> None:
        super().__init__(message, reason=reason, **values)
        self.reason = reason


class Conflict(EngineError):
    """Somebody was faster."""

    code = "conflict"


class TaskNotOpen(Conflict):
    """The task was completed or cancelled before this attempt."""

    code = "task.not_open"

    def __init__(self, task_id: int, state: str, by: str = "", at: datetime | None = None) -> None:
        super().__init__(f"cannot act on task {task_id}: it is {state}", state=state, by=by, at=at)
        self.task_id, self.state, self.by, self.at = task_id, state, by, at


class TaskHeld(Conflict):
    """Somebody else holds the task."""

    code = "task.held"

    def __init__(self, task_id: int, holder: str) -> None:
        super().__init__(f"task {task_id} is held by {holder}", holder=holder)
        self.task_id, self.holder = task_id, holder


class AlreadyAnswered(Conflict):
    """The question on the client's page was answered before, or is no longer asked."""

    code = "client.already_answered"


class RequestEnded(Conflict):
    """The request is finished; nothing can be done with it."""

    code = "request.ended"

    def __init__(self, instance_id: int, state: str) -> None:
        super().__init__(f"request {instance_id} is {state}", state=state)
        self.state = state


class InvalidForm(EngineError):
    """The form was not filled correctly; `errors` names every field with its message."""

    code = "form.invalid"

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{path}: {text}" for path, text in errors.items()), errors=dict(errors))
        self.errors = dict(errors)


class DeploymentRefused(EngineError):
    """The bundle cannot run; `problems` names every element."""

    code = "deployment.refused"

    def __init__(self, problems: Sequence[Problem]) -> None:
        found = [problem for problem in problems if problem.severity == "error"]
        text = "; ".join(f"{p.file}: {p.element or '-'}: {p.message_en}" for p in found)
        super().__init__(f"the deployment is refused: {text}", count=len(found))
        self.problems = list(problems)


class MessageAmbiguous(Conflict):
    """More than one receiver matches the message; nobody got it."""

    code = "message.ambiguous"

    def __init__(self, name: str, count: int) -> None:
        super().__init__(f"{count} receivers match the message {name!r}", name=name, count=count)


class MessageNotExpected(EngineError):
    """Nobody waits for the message and it was not to be kept."""

    code = "message.not_expected"

    def __init__(self, name: str) -> None:
        super().__init__(f"nobody waits for the message {name!r}", name=name)


class WaitGone(MessageNotExpected):
    """The wait was answered, or its request ended, while the message was on its way to it."""


class CallFailed(EngineError):
    """A called process, decision or handler is not there."""

    code = "call.failed"
