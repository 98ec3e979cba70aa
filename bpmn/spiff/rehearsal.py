"""What a replay needs to know of a live instance beside its positions."""

from bpmn.spiff.events import CodedEvent
from bpmn.spiff.workflow import Workflow


def caught_code(workflow: Workflow, token_id: int) -> str:
    """Return the code that an error or escalation event catches; "" when it catches every one."""
    event = workflow._token(token_id).task_spec.event
    return (event.code or "") if isinstance(event, CodedEvent) else ""
