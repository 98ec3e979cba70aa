"""Who may do what with a task or a request: one pure function per rule."""

from bpmn.actors import Actor
from storage.rows import TaskRow


def is_candidate(actor: Actor, task: TaskRow) -> bool:
    """Tell whether the task was offered to the person, by group or by name."""
    return actor.email in task.candidate_users or not actor.groups.isdisjoint(task.candidate_groups)


def why_not_see(actor: Actor, task: TaskRow) -> str | None:
    """Return None when the person may open the task, else the reason."""
    if actor.id is None or task.assignee_id == actor.id or is_candidate(actor, task):
        return None
    return None if actor.is_administrator else "task.not_yours"


def why_not_claim(actor: Actor, task: TaskRow) -> str | None:
    """Return None when the person may take the task into work, else the reason."""
    if task.state != "open":
        return "task.not_open"
    if task.assignee_id is not None:
        return "task.yours_already" if task.assignee_id == actor.id else "task.held"
    return None if is_candidate(actor, task) or actor.is_administrator else "task.not_yours"


def why_not_release(actor: Actor, task: TaskRow) -> str | None:
    """Return None when the person may give the task back to its group, else the reason."""
    if task.state != "open":
        return "task.not_open"
    if not task.principals():
        return "task.no_group"
    if task.assignee_id is None:
        return "task.nobody_holds"
    return None if task.assignee_id == actor.id or actor.is_administrator else "task.held"


def why_not_complete(actor: Actor, task: TaskRow) -> str | None:
    """Return None when the person may complete the task, else the reason.

    A task that nobody holds is completed by any of its candidates.
    """
    if task.state != "open":
        return "task.not_open"
    if actor.id is None:
        return None if actor.is_administrator else "task.not_yours"
    if task.assignee_id is not None:
        return None if task.assignee_id == actor.id else "task.held"
    return None if is_candidate(actor, task) else "task.not_yours"


def why_not_assign(actor: Actor, task: TaskRow) -> str | None:
    """Return None when the person may hand the task to somebody else, else the reason."""
    if task.state != "open":
        return "task.not_open"
    if actor.is_administrator or task.assignee_id == actor.id:
        return None
    return None if task.assignee_id is None and is_candidate(actor, task) else "task.not_yours"


def may_administer(actor: Actor) -> bool:
    """Tell whether the person may deploy, activate, retry and cancel."""
    return actor.is_administrator
