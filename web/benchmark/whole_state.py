"""The usual way to persist SpiffWorkflow, for comparison: its whole state as JSON, read and written by every step.

Its `notify` runs at once as a script, without a job, and its scripts run in the process, without a sandbox: less
work than the product does.
"""

import random
import time
from typing import Any

from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from web.benchmark import workload
from web.benchmark.bare import Bare


class WholeState:
    """Runs the workload «request» on a bare connection; every step is durable before it answers."""

    def __init__(self, bare: Bare) -> None:
        self._bare = bare
        parser = BpmnParser()
        parser.add_bpmn_str(workload.request(job=False))
        self._spec = parser.get_spec("bench_request")
        self._serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())
        self._last_id = 0

    def round(self, count: int, number: int) -> float:
        """Start *count* instances, approve all in random order, fulfil all; return the seconds."""
        order = random.Random(number)  # noqa: S311
        begin = time.perf_counter()
        keys = [self._start(workload.request_payload(index)) for index in range(count)]
        for values in workload.ANSWERS:
            order.shuffle(keys)
            for key in keys:
                self._complete(key, values)
        return time.perf_counter() - begin

    def _start(self, payload: dict[str, Any]) -> int:
        self._last_id += 1
        workflow = BpmnWorkflow(self._spec)
        workflow.get_next_task(state=TaskState.READY).data.update(payload)
        workflow.do_engine_steps()
        self._bare.begin()
        self._bare.run("INSERT INTO bench_whole VALUES (?, ?)", self._last_id, self._dump(workflow))
        self._bare.end()
        return self._last_id

    def _complete(self, key: int, values: dict[str, Any]) -> None:
        self._bare.begin()
        (state,) = self._bare.run("SELECT state FROM bench_whole WHERE id = ?", key).fetchone()
        workflow = self._serializer.deserialize_json(bytes(state).decode())
        task = workflow.get_next_task(state=TaskState.READY, manual=True)
        task.data.update(values)
        task.run()
        workflow.do_engine_steps()
        self._bare.run("UPDATE bench_whole SET state = ? WHERE id = ?", self._dump(workflow), key)
        self._bare.end()

    def _dump(self, workflow: BpmnWorkflow) -> bytes:
        text: str = self._serializer.serialize_json(workflow)
        return text.encode()
