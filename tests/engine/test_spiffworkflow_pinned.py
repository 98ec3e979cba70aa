"""What we rely on of SpiffWorkflow: the version, the code of its that runs, what its classes promise.

A failure after an upgrade names what changed; docs/upgrading-spiffworkflow.md says how to read it.
"""

import inspect
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
import SpiffWorkflow
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.mixins import BpmnSpecMixin
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from bpmn.spiff.specs import Node
from bpmn.spiff.token import Token
from tests.engine.kit import (
    END,
    ERROR,
    HOUR,
    MESSAGE,
    SIGNAL,
    START,
    Run,
    boundary,
    catch,
    chain,
    compiled,
    el,
    event_sub,
    gateway,
    job,
    many,
    process,
    sub,
    throw,
    user,
)

LIBRARY = str(Path(SpiffWorkflow.__file__).parent)

#: Every function of the library that a run of ours enters; what is not here cannot change how we run.
ENTERED = {
    "bpmn/specs/bpmn_process_spec:BpmnProcessSpec.__init__",
    "bpmn/specs/bpmn_process_spec:BpmnProcessSpec._add_notify",
    "bpmn/specs/bpmn_task_spec:BpmnTaskSpec.__init__",
    "bpmn/specs/control:BpmnStartTask.__init__",
    "bpmn/specs/event_definitions/base:EventDefinition.__init__",
    "bpmn/specs/mixins/bpmn_spec_mixin:BpmnSpecMixin.__init__",
    "bpmn/specs/mixins/events/event_types:CatchingEvent.__init__",
    "bpmn/specs/mixins/events/event_types:ThrowingEvent.__init__",
    "bpmn/specs/mixins/events/intermediate_event:BoundaryEvent.__init__",
    "bpmn/specs/mixins/service_task:ServiceTask.__init__",
    "bpmn/specs/mixins/subworkflow_task:CallActivity.__init__",
    "bpmn/specs/mixins/subworkflow_task:SubWorkflowTask.__init__",
    "bpmn/specs/mixins/user_task:UserTask.__init__",
    "bpmn/util/event:EventManager.__init__",
    "bpmn/util/subworkflow:BpmnBaseWorkflow.__init__",
    "bpmn/util/subworkflow:BpmnSubWorkflow.__init__",
    "bpmn/workflow:BpmnWorkflow.__init__",
    "bpmn/workflow:BpmnWorkflow.depth",
    "bpmn/workflow:BpmnWorkflow.parent_task_id",
    "bpmn/workflow:BpmnWorkflow.top_workflow",
    "specs/ExclusiveChoice:ExclusiveChoice.__init__",
    "specs/Join:Join.__init__",
    "specs/MultiChoice:MultiChoice.__init__",
    "specs/StartTask:StartTask.__init__",
    "specs/WorkflowSpec:WorkflowSpec.__init__",
    "specs/WorkflowSpec:WorkflowSpec._add_notify",
    "specs/base:TaskSpec.__init__",
    "specs/base:TaskSpec._connect_notify",
    "specs/base:TaskSpec._on_ready",
    "specs/base:TaskSpec._on_ready_hook",
    "specs/base:TaskSpec._run",
    "specs/base:TaskSpec._update",
    "specs/base:TaskSpec.connect",
    "task:Task.__init__",
    "task:Task._ready",
    "task:Task.has_state",
    "task:Task.run",
    "util/event:Event.__init__",
    "util/event:Event.emit",
    "workflow:Workflow.__init__",
}


def test_the_version_is_the_one_that_was_examined():
    assert version("SpiffWorkflow") == "3.2.0"


def test_stored_states_keep_their_numbers():
    assert {name: int(getattr(TaskState, name)) for name in (
        "FUTURE", "WAITING", "READY", "STARTED", "COMPLETED", "ERROR", "CANCELLED", "FINISHED_MASK",
    )} == {
        "FUTURE": 4, "WAITING": 8, "READY": 16, "STARTED": 32, "COMPLETED": 64, "ERROR": 128, "CANCELLED": 256,
        "FINISHED_MASK": 448,
    }  # fmt: skip


SIGNATURES = {
    Task.__init__: ["self", "workflow", "task_spec", "parent", "state", "id"],
    BpmnSpecMixin.__init__: ["self", "wf_spec", "bpmn_id", "kwargs"],
    BpmnProcessSpec.__init__: ["self", "name", "description", "filename", "svg"],
    BpmnWorkflow.__init__: ["self", "spec", "subprocess_specs", "script_engine", "kwargs"],
    BpmnSubWorkflow.__init__: ["self", "spec", "parent_task_id", "top_workflow", "kwargs"],
    EventDefinition.__init__: ["self", "name", "description"],
    TaskSpec._run: ["self", "my_task"],
    TaskSpec._update: ["self", "my_task"],
    TaskSpec._update_hook: ["self", "my_task"],
    TaskSpec._run_hook: ["self", "my_task"],
    TaskSpec._on_complete_hook: ["self", "my_task"],
}


@pytest.mark.parametrize("function", SIGNATURES, ids=lambda function: function.__qualname__)
def test_what_we_call_and_override_takes_the_same_arguments(function):
    assert list(inspect.signature(function).parameters) == SIGNATURES[function]


SPECS = (
    "BoundaryEvent", "CallActivity", "EndEvent", "ExclusiveGateway", "InclusiveGateway", "IntermediateCatchEvent",
    "IntermediateThrowEvent", "NoneTask", "ParallelGateway", "ReceiveTask", "ServiceTask", "StartEvent",
    "SubWorkflowTask", "UserTask",
)  # fmt: skip


@pytest.mark.parametrize("name", SPECS)
def test_our_elements_stand_before_the_library_s_in_every_hook(name):
    """Our `Node` overrides each hook of the class that it is mixed with."""
    made = type("Made", (Node, getattr(defaults, name)), {})
    for hook in ("_run_hook", "_on_complete_hook", "_on_cancel", "test"):
        assert getattr(made, hook) is getattr(Node, hook)


def test_a_task_has_the_attributes_that_tokens_use():
    for name in ("parent", "children", "_child_added_notify", "_inherit_data", "_set_state", "error"):
        assert hasattr(Task, name), f"SpiffWorkflow has no Task.{name} any more"
        assert name in vars(Token), f"Token no longer overrides {name}"


def rich_run():
    """Play a diagram with most kinds of elements, saved and reloaded around every act."""
    called = process(
        el("startEvent", "qs") + user("qu") + el("endEvent", "qe") + chain("qs", "qu", "qe"), id="q"
    )
    body = (
        START + END + gateway("parallel", "s", "j") + gateway("exclusive", "x") + gateway("inclusive", "i", "k")
        + user("a") + boundary("b", "a", HOUR) + job("w") + boundary("e", "w", ERROR)
        + el("userTask", "m", many()) + el("receiveTask", "r", messageRef="msg1") + throw("t", SIGNAL)
        + catch("c", SIGNAL) + el("callActivity", "call", calledElement="q")
        + sub("p", user("pu") + chain("p.s", "pu", "p.e")) + event_sub("es", MESSAGE, chain("es.s", "es.e"), False)
        + chain("start", "s", "a", "w", "x", "j") + chain("b", "x") + chain("e", "x")
        + chain("s", "m", "t", "i", "k", "j") + chain("s", "c", "r", "call", "p", "j") + chain("j", "end")
    )  # fmt: skip
    model = compiled(body, called).processes["proc"]
    r = Run(model, {"items": [1, 2]})
    r.task("a").error("w", "E1")
    r.task("m").task("m").fire("r").task("qu").task("pu")
    assert r.state == "completed"


def test_only_this_code_of_the_library_runs():
    entered = set()

    def note(frame, event, argument):
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(LIBRARY) and "<" not in code.co_qualname:
            entered.add(code.co_filename[len(LIBRARY) + 1 :].removesuffix(".py") + ":" + code.co_qualname)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        rich_run()
    finally:
        sys.setprofile(before)
    assert entered == ENTERED
