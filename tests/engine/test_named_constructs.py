"""Constructs that BPMN 2.0 names and diagrams rarely have: each runs as the standard says, or is refused."""

from datetime import timedelta

import pytest

from bpmn import journal
from tests.engine.kit import (
    END,
    ESCALATION,
    HOUR,
    MESSAGE,
    NOW,
    SIGNAL,
    START,
    Run,
    boundary,
    catch,
    chain,
    compiled,
    el,
    end,
    event_sub,
    gateway,
    job,
    many,
    process,
    run,
    sub,
    throw,
    user,
)

TWICE = HOUR.replace("timeDuration>PT1H</bpmn:timeDuration", "timeCycle>R2/PT1H</bpmn:timeCycle")
CONDITION = "<bpmn:conditionalEventDefinition><bpmn:condition>n &gt; 5</bpmn:condition></bpmn:conditionalEventDefinition>"


def fired(r, element, times):
    """Fire a timer as often as asked; tell how often it could be."""
    done = 0
    for _ in range(times):
        if element not in r.open:
            break
        r.fire(element)
        done += 1
    return done


def due(r, element):
    return [entry.due_at for entry in r.entries(journal.TimerOpened) if entry.element_id == element]


def test_an_event_may_refer_to_a_definition_of_the_file():
    body = START + catch("x", "<bpmn:eventDefinitionRef>shared</bpmn:eventDefinitionRef>") + user("z") + END
    shared = '<bpmn:signalEventDefinition id="shared" signalRef="sig1"/>'
    r = run(body + chain("start", "x", "z", "end"), shared)
    assert [entry.name for entry in r.entries(journal.SignalOpened)] == ["S1"]
    assert r.fire("x").tasks == ["z"]


def test_an_activity_waits_for_its_quantity_of_tokens_and_gives_as_many_as_it_says():
    body = (
        START
        + gateway("parallel", "g")
        + user("a", "b")
        + el("task", "x", startQuantity="2", completionQuantity="3")
    )
    body += user("z") + END + chain("start", "g", "a", "x", "z", "end") + chain("g", "b", "x")
    r = run(body).task("a")
    assert r.tasks == ["b"]
    assert r.task("b").tasks == ["z", "z", "z"]


def test_several_timers_of_one_event_gateway_race():
    body = (
        START
        + el("eventBasedGateway", "g")
        + catch("soon", HOUR)
        + catch("late", HOUR.replace("PT1H", "PT2H"))
    )
    body += user("a", "b") + END + chain("start", "g", "soon", "a") + chain("g", "late", "b")
    r = run(body)
    assert due(r, "soon") == [NOW + timedelta(hours=1)]
    assert due(r, "late") == [NOW + timedelta(hours=2)]
    assert r.fire("late").open == ["b"]


@pytest.mark.parametrize("interrupting", [True, False])
def test_a_cycle_on_a_boundary_fires_once_or_as_often_as_it_says(interrupting):
    body = (
        START
        + user("x", "n")
        + boundary("b", "x", TWICE, interrupting)
        + END
        + chain("start", "x", "end")
        + chain("b", "n")
    )
    r = run(body)
    assert fired(r, "b", 5) == (1 if interrupting else 2)
    assert r.tasks == (["n"] if interrupting else ["n", "n", "x"])


@pytest.mark.parametrize("interrupting", [True, False])
def test_a_cycle_of_an_event_subprocess_fires_once_or_as_often_as_it_says(interrupting):
    body = START + user("x") + END + chain("start", "x", "end")
    body += event_sub("es", TWICE, user("n") + chain("es.s", "n", "es.e"), interrupting)
    r = run(body)
    assert fired(r, "es.s", 5) == (1 if interrupting else 2)
    assert r.tasks == (["n"] if interrupting else ["n", "n", "x"])


def test_a_counted_cycle_of_an_intermediate_event_lets_a_token_pass_each_time():
    r = run(START + catch("x", TWICE) + user("z") + END + chain("start", "x", "z", "end"))
    assert fired(r, "x", 5) == 2
    assert r.tasks == ["z", "z"]


def test_a_cycle_behind_an_event_gateway_passes_once():
    body = (
        START + el("eventBasedGateway", "g") + catch("t", TWICE) + catch("m", MESSAGE) + user("a", "b") + END
    )
    r = run(body + chain("start", "g", "t", "a") + chain("g", "m", "b"))
    assert fired(r, "t", 5) == 1
    assert r.open == ["a"]


CONDITIONAL = [
    catch("c", CONDITION) + user("z") + chain("g", "c", "z"),
    user("x", "z") + boundary("c", "x", CONDITION) + chain("g", "x") + chain("c", "z"),
    el("eventBasedGateway", "e") + catch("c", CONDITION) + catch("m", MESSAGE) + user("z") + chain("g", "e", "c", "z") + chain("e", "m", "end"),
    user("x") + chain("g", "x") + event_sub("es", CONDITION, user("z") + chain("es.s", "z", "es.e"), False),
]  # fmt: skip


@pytest.mark.parametrize("body", CONDITIONAL)
@pytest.mark.parametrize("how", ["task", "operator"])
def test_a_condition_is_evaluated_again_when_somebody_changes_what_it_reads(body, how):
    r = run(START + gateway("parallel", "g") + user("other") + END + chain("start", "g", "other") + body, n=1)
    assert "z" not in r.tasks
    r.act(lambda w: w.set_variables({"unrelated": 9}))
    assert "z" not in r.tasks
    if how == "task":
        r.task("other", n=6)
    else:
        r.act(lambda w: w.set_variables({"n": 6}))
    assert "z" in r.tasks


def test_a_process_that_begins_by_a_condition_is_refused():
    body = el("startEvent", "start", CONDITION) + user("x") + END + chain("start", "x", "end")
    found = [p for p in compiled(body).problems if p.severity == "error"]
    assert [(p.rule, p.element) for p in found] == [("start_condition", "start")]


BEHAVIOUR = [("None", 3), ("One", 1), ("All", 0)]


@pytest.mark.parametrize(("behaviour", "thrown"), BEHAVIOUR)
def test_a_loop_throws_with_every_instance_with_the_first_or_never(behaviour, thrown):
    attribute = {"None": "noneBehaviorEventRef", "One": "oneBehaviorEventRef"}.get(behaviour)
    ref = f' {attribute}="shared"' if attribute else ""
    loop = many().replace(
        "<bpmn:multiInstanceLoopCharacteristics",
        f'<bpmn:multiInstanceLoopCharacteristics behavior="{behaviour}"{ref}',
    )
    body = START + el("userTask", "x", loop) + boundary("b", "x", SIGNAL, False) + user("n") + END
    r = run(
        body + chain("start", "x", "end") + chain("b", "n"),
        '<bpmn:signalEventDefinition id="shared" signalRef="sig1"/>',
        items=[1, 2, 3],
    )
    for _ in range(3):
        r.task("x")
    assert len(r.entries(journal.SignalThrown)) == thrown


def test_a_complex_behaviour_throws_where_its_condition_holds_and_ends_the_rest():
    loop = many().replace(
        "<bpmn:multiInstanceLoopCharacteristics", '<bpmn:multiInstanceLoopCharacteristics behavior="Complex"'
    )
    complex_ = (
        "<bpmn:complexBehaviorDefinition><bpmn:condition>nrOfCompletedInstances = 2</bpmn:condition>"
        '<bpmn:event xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="bpmn:tImplicitThrowEvent" id="ie">'
        "<bpmn:eventDefinitionRef>shared</bpmn:eventDefinitionRef></bpmn:event></bpmn:complexBehaviorDefinition>"
    )
    loop = loop.replace("</bpmn:multiInstanceLoop", complex_ + "</bpmn:multiInstanceLoop")
    body = START + el("userTask", "x", loop) + user("z") + END + chain("start", "x", "z", "end")
    r = run(body, '<bpmn:signalEventDefinition id="shared" signalRef="sig1"/>', items=[1, 2, 3])
    assert r.task("x").tasks == ["x", "x"]
    assert r.task("x").tasks == ["z"]
    assert len(r.entries(journal.SignalThrown)) == 1


def test_a_receive_task_may_begin_the_process():
    body = (
        el("receiveTask", "rt", instantiate="true", messageRef="msg1")
        + user("x")
        + END
        + chain("rt", "x", "end")
    )
    model = compiled(body).processes["proc"]
    assert [(start.kind, start.name, start.element_id) for start in model.starts] == [("message", "M1", "rt")]
    assert Run(model, {"a": 1}, start="rt").tasks == ["x"]


def test_an_event_gateway_may_begin_the_process_by_either_message():
    body = el("eventBasedGateway", "g", instantiate="true") + catch("m", MESSAGE)
    body += catch("other", MESSAGE.replace("msg1", "msg2")) + user("a", "b") + END
    bundle = compiled(body + chain("g", "m", "a", "end") + chain("g", "other", "b", "end"))
    model = bundle.processes["proc"]
    assert sorted(start.name for start in model.starts) == ["M1", "M2"]
    assert Run(model, {}, start="m").tasks == ["a"]
    assert Run(model, {}, start="other").tasks == ["b"]


def test_pools_of_one_file_are_processes_that_talk_by_messages():
    about = MESSAGE
    client = START + throw("ask", about) + user("x") + END + chain("start", "ask", "x", "end")
    shop = process(
        el("startEvent", "asked", about) + user("y") + el("endEvent", "e2") + chain("asked", "y", "e2"),
        id="shop",
    )
    pools = (
        '<bpmn:collaboration id="co"><bpmn:participant id="p1" processRef="proc"/>'
        '<bpmn:participant id="p2" processRef="shop"/><bpmn:messageFlow id="mf" sourceRef="ask" targetRef="asked"/>'
        "</bpmn:collaboration>"
    )
    bundle = compiled(client, shop, pools)
    assert bundle.deployable
    assert [entry.name for entry in Run(bundle.processes["proc"]).entries(journal.MessageThrown)] == ["M1"]
    assert [start.name for start in bundle.processes["shop"].starts] == ["M1"]
    assert Run(bundle.processes["shop"], {}, start="asked").tasks == ["y"]


def test_an_escalation_that_nothing_catches_is_a_warning_and_one_that_is_caught_is_not():
    lost = START + throw("x", ESCALATION) + END + chain("start", "x", "end")
    assert [(p.rule, p.element, p.severity) for p in compiled(lost).problems] == [
        ("escalation_uncaught", "x", "warning")
    ]
    inner = sub("s", throw("t", ESCALATION) + chain("s.s", "t", "s.e"))
    caught = (
        START
        + inner
        + boundary("b", "s", ESCALATION, False)
        + user("n")
        + END
        + chain("start", "s", "end")
        + chain("b", "n", "end")
    )
    assert not [p for p in compiled(caught).problems if p.rule == "escalation_uncaught"]


def test_an_escalation_that_the_caller_catches_is_no_warning():
    called = process(el("startEvent", "qs") + end("qe", ESCALATION) + chain("qs", "qe"), id="q")
    body = (
        START
        + el("callActivity", "c", calledElement="q")
        + boundary("b", "c", ESCALATION, False)
        + user("n")
        + END
    )
    bundle = compiled(body + chain("start", "c", "end") + chain("b", "n", "end"), called)
    assert not [p for p in bundle.problems if p.rule == "escalation_uncaught"]
    assert Run(bundle.processes["proc"]).tasks == ["n"]


def test_a_diagram_of_two_thousand_elements_compiles_and_runs():
    names = [f"t{n}" for n in range(1000)]
    body = START + "".join(el("task", name) for name in names) + user("z") + END
    body += "".join(gateway("exclusive", f"g{n}") for n in range(1000))
    body += chain("start", *(part for n, name in enumerate(names) for part in (name, f"g{n}")), "z", "end")
    r = run(body)
    assert r.tasks == ["z"]
    assert len(r.visited()) == 2001


def test_a_wait_without_a_key_is_a_warning_and_one_with_a_key_or_a_button_is_not():
    def told(*names):
        properties = "".join(f'<camunda:property name="{name}" value="x"/>' for name in names)
        extra = f"<bpmn:extensionElements><camunda:properties>{properties}</camunda:properties></bpmn:extensionElements>"
        body = START + catch("x", extra + MESSAGE) + END + chain("start", "x", "end")
        return [(p.rule, p.element, p.severity) for p in compiled(body).problems]

    assert told() == [("message_uncorrelated", "x", "warning")]
    assert told("correlation:order") == told("client_action") == []


@pytest.mark.parametrize(
    ("value", "fine"),
    [
        ("=name + &quot; name (new)&quot;", True),
        ("=business days after(now(), 3)", True),
        ("=name.first", True),
        ("=if (name) then (1) else (2)", True),
        ("=nmae(1)", False),
    ],
)
def test_a_function_that_there_is_not_is_refused_and_a_mere_bracket_is_not(value, fine):
    body = START + el("userTask", "x", camunda_assignee=value) + END + chain("start", "x", "end")
    assert compiled(body).deployable is fine


def test_compensation_that_is_not_waited_for_is_refused():
    event = '<bpmn:compensateEventDefinition waitForCompletion="false"/>'
    problems = compiled(START + throw("x", event) + END + chain("start", "x", "end")).problems
    assert ("compensation_wait", "x", "error") in [(p.rule, p.element, p.severity) for p in problems]


@pytest.mark.parametrize(
    ("method", "told"), [("##Store", True), ("##Compensate", False), ("compensate", False)]
)
def test_another_method_of_a_transaction_is_told_to_have_no_effect(method, told):
    inner = sub("x", chain("x.s", "x.e"), tag="transaction", method=method)
    problems = compiled(START + inner + END + chain("start", "x", "end")).problems
    assert [(p.rule, p.severity) for p in problems] == ([("transaction_method", "warning")] if told else [])


@pytest.mark.parametrize(
    ("text", "told"), [("often", True), ("${a}", True), ("R3/PT1M", False), ("PT1M, PT5M", False)]
)
def test_retries_that_cannot_be_read_are_told_to_be_the_usual_ones(text, told):
    cycle = f"<camunda:failedJobRetryTimeCycle>{text}</camunda:failedJobRetryTimeCycle>"
    body = job("x", f"<bpmn:extensionElements>{cycle}</bpmn:extensionElements>")
    problems = compiled(START + body + END + chain("start", "x", "end")).problems
    assert [(p.rule, p.severity) for p in problems] == ([("retry_text", "warning")] if told else [])
