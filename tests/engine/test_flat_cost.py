"""The cost of a step does not grow with what an instance has behind it or beside it.

The calls of Python functions are counted, not the time, so that a loaded machine changes nothing.
"""

import sys

import pytest

from bpmn.spiff import Workflow
from tests.engine.kit import END, START, PlainServices, chain, compiled, el, flow, gateway, many, user

GROWTH = 1.25  # a later step may cost this much of an early one


def counted(act):
    """Return how many Python functions *act* calls, and its result."""
    calls = 0

    def count(frame, event, argument):
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        result = act()
    finally:
        sys.setprofile(before)
    return calls, result


class Saved:
    """An instance that is saved and reloaded around every act; `calls` counts the last one, `size` is its state."""

    def __init__(self, body, **variables):
        self.model = compiled(body).processes["proc"]
        self.services, self.stored = PlainServices(), {}
        self.calls, workflow = counted(lambda: self._start(variables))
        self._keep(workflow)

    def _start(self, variables):
        workflow = Workflow.start(self.model, self.services, variables=variables)
        workflow.advance()
        return workflow

    def _keep(self, workflow):
        self.workflow, dumped = workflow, workflow.dump()
        self.state, self.size = dumped.state, len(dumped.state)
        self.stored.update(dumped.new_values)

    def complete(self, token, variables):
        def unit():
            load = lambda keys: {key: self.stored[key] for key in keys}  # noqa: E731
            workflow = Workflow.restore(self.model, self.state, self.services, load)
            workflow.complete_task(token, variables)
            workflow.advance()
            self._keep(workflow)

        self.calls, _ = counted(unit)

    def tasks(self, element):
        return [
            p.token_id for p in self.workflow.positions() if p.waits_for == "task" and p.element_id == element
        ]


LOOP = (
    START + gateway("exclusive", "in") + user("turn") + gateway("exclusive", "out", default="out.end") + END
    + chain("start", "in", "turn", "out") + flow("out", "in", "n &lt; last") + flow("out", "end")
)  # fmt: skip


def turns(number):
    saved, costs, sizes = Saved(LOOP, n=0, last=number), [], []
    for n in range(1, number + 1):
        (token,) = saved.tasks("turn")
        saved.complete(token, {"n": n})
        costs.append(saved.calls)
        sizes.append(saved.size)
    assert saved.workflow.state == "completed"
    return costs, sizes


def check_turns(number):
    costs, sizes = turns(number)
    part = number // 10
    early, late = sorted(costs[5:part])[part // 2], sorted(costs[-part:])[part // 2]
    assert late <= GROWTH * early, (early, late)
    assert sizes[-2] <= sizes[5] + 32


def test_a_late_turn_of_a_loop_costs_what_an_early_one_does():
    check_turns(500)


@pytest.mark.proof
@pytest.mark.timeout(1800)
def test_so_does_the_ten_thousandth_turn():
    check_turns(10_000)


CROWD = START + el("userTask", "t", many()) + user("z") + END + chain("start", "t", "z", "end")


def instances(number, sample):
    """Return what an instance of a loop costs to open, and to complete."""
    saved = Saved(CROWD, items=list(range(number)))
    opened = saved.calls / number
    waiting, costs = saved.tasks("t"), []
    assert len(waiting) == number
    for token in waiting[:: max(1, number // sample)]:
        saved.complete(token, {})
        costs.append(saved.calls)
    return opened, sorted(costs)[len(costs) // 2], saved


def test_one_of_a_thousand_instances_costs_what_one_of_fifty_does():
    few_opened, few, _ = instances(50, 20)
    many_opened, one_of_many, _ = instances(1000, 20)
    assert many_opened <= GROWTH * few_opened, (few_opened, many_opened)
    assert one_of_many <= GROWTH * few, (few, one_of_many)


@pytest.mark.proof
@pytest.mark.timeout(1800)
def test_a_thousand_instances_complete_one_by_one():
    _, _, saved = instances(1000, 1000)
    (last,) = saved.tasks("z")
    saved.complete(last, {})
    assert saved.workflow.state == "completed"
