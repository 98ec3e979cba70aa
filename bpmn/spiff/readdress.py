"""What the new version says of a task that stays open: its name, its form, who may take it.

Both versions are asked with the same variables, so that only what was drawn differently is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bpmn.journal import TaskOpened
from bpmn.spiff import token as tokens
from bpmn.spiff.activities import UserTask
from bpmn.spiff.errors import ExecutionError
from bpmn.spiff.workflow import Workflow


@dataclass(frozen=True, slots=True)
class Readdressed:
    """An open task as the old and the new version open it."""

    token_id: int
    old: TaskOpened
    new: TaskOpened


def readdressed(old: Workflow, new: Workflow) -> Mapping[int, Readdressed]:
    """Return the open tasks that the new version opens in another way; neither workflow is changed.

    A task whose name or assignment cannot be evaluated stays as it is.
    """
    found = {}
    before = _announced(old)
    for token_id, entry in _announced(new).items():
        if token_id in before and before[token_id] != entry:
            found[token_id] = Readdressed(token_id, before[token_id], entry)
    return found


def _announced(workflow: Workflow) -> dict[int, TaskOpened]:
    instance = workflow._instance
    instance.thaw_all()
    found = {}
    for key in sorted(instance.live):
        token = instance.live[key]
        if not isinstance(token.task_spec, UserTask) or token._state != tokens.READY:
            continue
        known = len(instance.journal)
        try:
            token.task_spec.announce(token)
        except ExecutionError:
            continue
        finally:
            said = instance.journal[known:]
            del instance.journal[known:]
        entry = said[-1]
        assert isinstance(entry, TaskOpened)
        found[key] = entry
    return found
