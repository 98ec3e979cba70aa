"""Diagrams that would run for ever, or grow without end, become incidents."""

import time

import pytest

from bpmn import scripts
from bpmn.spiff import budget
from tests.engine.kit import END, START, chain, el, gateway, many, process, run, script, user


@pytest.fixture(autouse=True)
def _few_steps(monkeypatch):
    monkeypatch.setattr(budget, "MAX_STEPS", 3000)


def test_a_loop_that_never_waits_is_parked_and_other_branches_go_on():
    body = START + gateway("parallel", "g") + gateway("exclusive", "m") + script("turn", "x = 1") + user("z")
    r = run(body + chain("start", "g", "m", "turn", "m") + chain("g", "z"))
    assert len(r.incidents) == 1
    assert "endless" in next(iter(r.incidents.values()))
    assert r.tasks == ["z"]


def test_a_circle_of_scripts_costs_a_bounded_time_whatever_fails_beside_it(monkeypatch):
    monkeypatch.setattr(budget, "MAX_STEPS", 1_000_000)
    monkeypatch.setattr(budget, "MAX_ATTEMPT_S", 0.3)
    monkeypatch.setattr(budget, "MAX_UNIT_S", 0.6)
    branches = [f"b{n}" for n in range(8)]
    body = START + gateway("parallel", "g") + gateway("exclusive", "m") + script("turn", "x = 1") + user("z")
    body += "".join(script(name, "y = missing") for name in branches)
    body += (
        chain("start", "g", "m", "turn", "m")
        + chain("g", "z")
        + "".join(chain("g", name, "end") for name in branches)
    )
    before = time.thread_time() + scripts.waited_s()
    r = run(body)
    assert time.thread_time() + scripts.waited_s() - before < 3
    assert {"turn", "m"} & set(r.incidents)
    assert set(branches) <= set(r.incidents)
    assert {p.incident[0] for p in r.restore().positions() if p.incident} == {
        "unit.too_much_work",
        "script.failed",
    }
    assert r.tasks == ["z"]
    assert len(r.restore().positions()) == 10


def test_a_retry_of_what_took_too_long_goes_on_where_it_stood(monkeypatch):
    monkeypatch.setattr(budget, "MAX_ATTEMPT_S", 0.1)
    body = START + el(
        "scriptTask",
        "t",
        "<bpmn:script>n = item</bpmn:script>" + many(sequential=True),
        scriptFormat="python",
    )
    r = run(body + user("z") + END + chain("start", "t", "z", "end"), items=list(range(400)))
    assert set(r.incidents) == {"t"}
    monkeypatch.setattr(budget, "MAX_ATTEMPT_S", 10.0)
    assert r.retry("t").tasks == ["z"]


def test_a_process_that_calls_itself_is_parked():
    body = START + el("callActivity", "c", calledElement="proc") + END + chain("start", "c", "end")
    r = run(body)
    assert "call itself" in next(iter(r.incidents.values()))


@pytest.mark.parametrize("items", [5, "text", None, list(range(10_001))])
def test_a_collection_that_is_no_list_or_too_long_is_an_incident(items):
    r = run(START + el("userTask", "t", many()) + END + chain("start", "t", "end"), items=items)
    assert list(r.incidents) == ["t"]


def test_an_endless_standard_loop_is_an_incident():
    loop = "<bpmn:standardLoopCharacteristics><bpmn:loopCondition>true</bpmn:loopCondition></bpmn:standardLoopCharacteristics>"
    task = el("scriptTask", "t", "<bpmn:script>x = 1</bpmn:script>" + loop, scriptFormat="python")
    r = run(START + task + END + chain("start", "t", "end"))
    assert len(r.incidents) == 1


def test_a_thousand_open_instances_complete():
    r = run(
        START + el("userTask", "t", many()) + user("z") + END + chain("start", "t", "z", "end"),
        items=list(range(1000)),
    )
    assert len(r.tasks) == 1000
    r.task("t", 500)
    assert len(r.tasks) == 999


def test_deeply_nested_subprocesses_run():
    inner = user("deep")
    entry = "deep"
    for level in range(30):
        name = f"s{level}"
        inner = el(
            "subProcess",
            name,
            el("startEvent", name + ".s")
            + inner
            + el("endEvent", name + ".e")
            + chain(name + ".s", entry, name + ".e"),
        )
        entry = name
    assert run(START + inner + END + chain("start", entry, "end")).task("deep").state == "completed"


def test_a_called_process_with_the_same_inner_ids_does_not_collide():
    inner = el(
        "subProcess",
        "s",
        el("startEvent", "s.s") + user("u") + el("endEvent", "s.e") + chain("s.s", "u", "s.e"),
    )
    called = process(el("startEvent", "qs") + el("endEvent", "qe") + chain("qs", "qe"), id="q")
    r = run(
        START + inner + el("callActivity", "c", calledElement="q") + END + chain("start", "s", "c", "end"),
        called,
    )
    assert r.task("u").state == "completed"
