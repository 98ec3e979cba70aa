"""A failing step parks its token; everything else goes on, and a retry after repair goes on too."""

import re

import pytest

from bpmn import journal
from bpmn.scripts import ScriptFailed
from bpmn.spiff import StepFailed, Workflow, explain, run_unit
from tests.engine.kit import (
    HOUR,
    START,
    PlainServices,
    Run,
    boundary,
    catch,
    chain,
    compiled,
    el,
    flow,
    gateway,
    job,
    many,
    run,
    script,
    sub,
    user,
)
from tests.paths import ROOT

TIMER = HOUR.replace("PT1H", "=nope")
CASES = {
    "gateway": (gateway("exclusive", "el", default="fd") + user("y"), flow("el", "y", "nope = 1") + flow("el", "z", id="fd") + chain("y", "e"), {"nope": 2}),
    "condition null": (gateway("exclusive", "el", default="fd") + user("y"), flow("el", "y", "nope &gt; 1") + flow("el", "z", id="fd") + chain("y", "e"), {"nope": 1}),
    "script": (script("el", "amount = 1\ntotal = nope * 2"), chain("el", "z"), {"nope": 2}),
    "timer": (catch("el", TIMER), chain("el", "z"), {"nope": "PT1H"}),
    "boundary timer": (user("el2") + boundary("el", "el2", TIMER), chain("el2", "z") + chain("el", "e"), {"nope": "PT1H"}),
    "instances": (el("userTask", "el", many("nope")), chain("el", "z"), {"nope": [1, 2]}),
    "inside a subprocess": (sub("s", script("el", "x = nope") + chain("s.s", "el", "s.e")), chain("s", "z"), {"nope": 2}),
    "assignment": (el("userTask", "el", camunda_dueDate="${nope}"), chain("el", "z"), {"nope": "P1D"}),
    "input parameter": (
        el("userTask", "el", '<bpmn:extensionElements><camunda:inputOutput><camunda:inputParameter name="a">=duration(nope)</camunda:inputParameter></camunda:inputOutput></bpmn:extensionElements>', camunda_priority="${a}"),
        chain("el", "z"),
        {"nope": "P1D"},
    ),
}  # fmt: skip


def diagram(elements, flows):
    first = {"inside a subprocess": "s"}.get(elements, "")
    return first or (
        START + gateway("parallel", "g1") + user("a", "o", "z") + script("side", "side_done = 1") + elements
        + el("endEvent", "e") + chain("start", "a", "g1", "side", "o", "e") + chain("z", "e") + flows
    )  # fmt: skip


@pytest.mark.parametrize(
    "name", ["gateway", "script", "timer", "instances", "inside a subprocess", "assignment"]
)
def test_the_failing_element_is_parked_and_the_rest_goes_on(name):
    elements, flows, repair = CASES[name]
    first = "s" if name == "inside a subprocess" else "el"
    bad = {"gateway": {"nope": None}, "assignment": {"nope": "soon"}}.get(name, {})
    r = run(diagram(elements, flows + chain("g1", first)).replace(">nope = 1<", ">nope &gt; 1<"), **bad)

    r.task("a", form="kept")

    assert list(r.incidents) == ["el"]
    assert "o" in r.tasks
    assert r.variables["form"] == "kept"
    assert r.variables["side_done"] == 1
    r.retry("el")
    assert list(r.incidents) == ["el"]  # not mended yet: parked again
    r.retry("el", **repair)
    assert r.incidents == {}
    assert set(r.open) - {"o"}
    assert [type(e) for e in r.entries(journal.Parked) + r.entries(journal.Unparked)].count(
        journal.Unparked
    ) == 2


def test_a_failing_boundary_timer_leaves_its_task_open():
    elements, flows, repair = CASES["boundary timer"]
    r = run(diagram(elements, flows + chain("g1", "el2")))
    r.task("a")
    assert list(r.incidents) == ["el"]
    assert r.tasks == ["el2", "o"]
    r.retry("el", **repair)
    assert r.open == ["el", "el2", "o"]


def test_a_task_completed_while_its_boundary_timer_is_parked_closes_the_incident():
    elements, flows, _ = CASES["boundary timer"]
    r = run(diagram(elements, flows + chain("g1", "el2")))
    r.task("a").task("el2")
    assert r.incidents == {}
    assert "el" in r.visited("cancelled")


def test_an_employees_completion_stands_when_the_completion_condition_of_the_loop_fails():
    r = run(
        START + el("userTask", "t", many(condition="nope &gt; 1")) + user("z") + chain("start", "t", "z"),
        items=[1, 2],
    )
    r.task("t", result=5)
    assert r.variables["result"] == 5
    assert list(r.incidents) == ["t"]
    assert r.tasks == ["t"]
    r.retry("t", nope=2)
    assert r.tasks == ["z"]


def test_two_branches_may_fail_in_one_unit():
    body = START + gateway("parallel", "g") + script("x", "a = nope") + script("y", "b = nope") + user("z")
    r = run(body + chain("start", "g", "x", "z") + chain("g", "y", "z"))
    assert sorted(r.incidents) == ["x", "y"]
    r.retry("x", nope=1)
    assert (list(r.incidents), r.tasks) == (["y"], ["z"])


def test_a_boundary_event_may_interrupt_a_parked_activity():
    body = (
        START + el("userTask", "t", camunda_dueDate="${nope}") + boundary("b", "t", HOUR) + user("late", "z")
    )
    r = run(body + chain("start", "t", "z") + chain("b", "late"), nope="soon")
    assert list(r.incidents) == ["t"]
    r.fire("b")
    assert (r.incidents, r.tasks) == ({}, ["late"])


@pytest.mark.parametrize("element", ["gateway", "script", "timer", "instances", "assignment"])
def test_a_parked_element_may_be_passed_over(element):
    elements, flows, _ = CASES[element]
    bad = {"gateway": {"nope": None}, "assignment": {"nope": "soon"}}.get(element, {})
    r = run(diagram(elements, flows + chain("g1", "el")).replace(">nope = 1<", ">nope &gt; 1<"), **bad)
    r.task("a")
    token = r.parked("el")
    r.act(lambda w: w.skip(token, {"skipped": True}))
    assert r.tasks == ["o", "z"]
    assert r.variables["skipped"] is True
    assert r.incidents == {}


def test_an_open_job_may_be_passed_over():
    r = run(START + job("j") + user("z") + chain("start", "j", "z"))
    token = r.token("j")
    assert r.act(lambda w: w.skip(token, {"sent": False})).tasks == ["z"]


def test_a_failing_start_parks_at_its_element():
    r = run(START + script("x", "a = nope") + user("z") + chain("start", "x", "z"))
    assert list(r.incidents) == ["x"]
    assert r.retry("x", nope=1).tasks == ["z"]


def test_when_too_much_fails_at_once_the_rest_is_parked_unrun_and_the_command_stands():
    task = el("scriptTask", "x", "<bpmn:script>a = nope</bpmn:script>" + many(), scriptFormat="python")
    body = START + user("a") + task + user("z") + chain("start", "a", "x", "z")
    model, services = compiled(body).processes["proc"], PlainServices()
    first = Workflow.start(model, services, variables={"items": list(range(9))})
    first.advance()
    state, values = first.dump().state, first.dump().new_values
    token = first.positions()[0].token_id
    begin = lambda: Workflow.restore(model, state, services, lambda keys: {k: values[k] for k in keys})  # noqa: E731

    workflow = run_unit(begin, lambda w: w.complete_task(token, {"done": 1}), max_repeats=3)

    codes = [p.incident[0] for p in workflow.positions() if p.incident]
    assert (codes.count("script.failed"), codes.count("unit.stopped")) == (3, 6)
    assert workflow.variables["done"] == 1


def test_a_failed_step_names_element_token_code_and_cause():
    model = compiled(START + script("x", "a = nope") + user("z") + chain("start", "x", "z")).processes["proc"]
    workflow = Workflow.start(model, PlainServices(), variables={})
    with pytest.raises(StepFailed) as raised:
        workflow.advance()
    assert (raised.value.element_id, raised.value.token_id, raised.value.step) == ("x", 2, 1)
    assert "NameError" in raised.value.message
    assert isinstance(raised.value.__cause__, ScriptFailed)


def test_cancelling_an_instance_closes_everything():
    r = run(
        START
        + sub("s", user("u") + chain("s.s", "u", "s.e"))
        + boundary("b", "s", HOUR)
        + user("z")
        + chain("start", "s", "z")
        + chain("b", "z")
    )
    r.act(lambda w: w.cancel())
    assert r.state == "cancelled"
    assert sorted(r.visited("cancelled")) == ["b", "s", "u"]
    assert isinstance(r, Run)


def test_every_code_of_the_engine_has_words_in_both_languages():
    source = "\n".join(path.read_text() for path in (ROOT / "bpmn" / "spiff").glob("*.py"))
    source += (ROOT / "bpmn" / "scripts.py").read_text()
    codes = set(re.findall(r'code(?:: str)? ?= ?"([a-z_]+\.[a-z_]+)"', source)) | set(
        re.findall(r'ScriptFailed\(\s*"([a-z_.]+)"', source)
    )
    commands = {
        "engine.error",
        "token.gone",
        "start.not_found",
        "state.unreadable",
        "unit.not_repeatable",
        "migration.refused",
    }
    for code in codes - commands:
        assert re.search("[а-я]{4}", explain(code, "", "ru")), code
        assert re.search("[a-z]{4}", explain(code, "", "en")), code


def test_an_incident_is_explained_before_its_own_message():
    assert explain("gateway.no_flow", "no flow of g", "ru").endswith("по умолчанию нет. no flow of g")
    assert explain("something.else", "text", "ru") == "text"
