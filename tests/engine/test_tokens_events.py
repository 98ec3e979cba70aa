"""Timers, messages, signals, conditions, errors, escalations: caught and thrown."""

from datetime import timedelta

import pytest

from bpmn import journal
from bpmn.spiff import TokenGone
from tests.engine.kit import (
    END,
    ERROR,
    ESCALATION,
    HOUR,
    MESSAGE,
    NOW,
    SIGNAL,
    START,
    boundary,
    catch,
    chain,
    el,
    end,
    event_sub,
    flow,
    gateway,
    job,
    run,
    script,
    sub,
    throw,
    user,
)

TWICE = "<bpmn:timerEventDefinition><bpmn:timeCycle>R2/PT1H</bpmn:timeCycle></bpmn:timerEventDefinition>"
READY = "<bpmn:conditionalEventDefinition><bpmn:condition>n &gt; 5</bpmn:condition></bpmn:conditionalEventDefinition>"


def test_a_timer_event_opens_with_its_due_time_and_goes_on_when_fired():
    r = run(START + catch("wait", HOUR) + user("a") + chain("start", "wait", "a"))
    (opened,) = r.entries(journal.TimerOpened)
    assert (opened.due_at, opened.repeats_left, opened.boundary) == (NOW + timedelta(hours=1), None, False)
    assert r.fire("wait").tasks == ["a"]


def test_a_timer_takes_feel_and_juel_values():
    def timer(kind, body):
        text = f"<bpmn:timerEventDefinition><bpmn:{kind}>{body}</bpmn:{kind}></bpmn:timerEventDefinition>"
        r = run(START + catch("wait", text) + END + chain("start", "wait", "end"), days=2, until="2026-02-01")
        return r.entries(journal.TimerOpened)[0].due_at

    assert timer(
        "timeDuration", "=duration(&quot;P&quot; + string(days) + &quot;D&quot;)"
    ) == NOW + timedelta(days=2)
    assert timer("timeDate", "${until}").isoformat() == "2026-02-01T00:00:00+00:00"
    assert timer("timeDate", "=date and time(&quot;2026-03-01T12:00:00+03:00&quot;)").hour == 9
    assert timer("timeDuration", "P1M").isoformat() == "2026-02-12T09:00:00+00:00"


def test_an_interrupting_boundary_timer_takes_the_task_away():
    r = run(
        START
        + user("a", "late")
        + boundary("t", "a", HOUR)
        + END
        + chain("start", "a", "end")
        + chain("t", "late")
    )
    assert r.open == ["a", "t"]
    r.fire("t")
    assert r.tasks == ["late"]
    assert r.visited("cancelled") == ["a"]


def test_a_completed_task_closes_its_boundary_events():
    r = run(
        START
        + user("a", "late")
        + boundary("t", "a", HOUR)
        + END
        + chain("start", "a", "end")
        + chain("t", "late")
    )
    r.task("a")
    assert r.state == "completed"
    assert r.visited("cancelled") == ["t"]


def test_a_non_interrupting_cycle_fires_as_often_as_it_says():
    r = run(
        START
        + user("a", "nudge")
        + boundary("t", "a", TWICE, False)
        + END
        + chain("start", "a", "end")
        + chain("t", "nudge")
    )
    r.fire("t")
    assert r.tasks == ["a", "nudge"]
    r.fire("t")
    assert r.tasks == ["a", "nudge", "nudge"]
    assert [(e.due_at - NOW, e.repeats_left) for e in r.entries(journal.TimerOpened)] == [
        (timedelta(hours=1), 1),
        (timedelta(hours=2), 0),
    ]
    assert r.open == ["a", "nudge", "nudge"]
    r.task("a").task("nudge")
    assert r.state == "active"  # what a non-interrupting event began goes on after the activity
    assert r.task("nudge").state == "completed"


def test_a_message_carries_correlation_keys_and_brings_variables():
    keys = '<bpmn:extensionElements><camunda:properties><camunda:property name="correlation:order" value="=order.id"/></camunda:properties></bpmn:extensionElements>'
    r = run(START + catch("wait", keys + MESSAGE) + END + chain("start", "wait", "end"), order={"id": 7})
    (opened,) = r.entries(journal.MessageOpened)
    assert (opened.name, opened.correlation) == ("M1", {"order": 7})
    assert r.fire("wait", paid=True).variables == {"order": {"id": 7}, "paid": True}


def test_a_receive_task_waits_for_its_message():
    r = run(START + el("receiveTask", "wait", messageRef="msg1") + END + chain("start", "wait", "end"))
    assert r.open == ["wait"]
    assert r.fire("wait").state == "completed"


def test_an_event_may_come_only_once():
    r = run(START + catch("wait", MESSAGE) + END + chain("start", "wait", "end"))
    token = r.token("wait")
    with pytest.raises(TokenGone):
        r.act(lambda w: (w.fire(token, {}), w.fire(token, {})))


def test_the_first_event_of_an_event_based_gateway_closes_the_others():
    two = HOUR.replace("PT1H", "PT2H")
    r = run(
        START + el("eventBasedGateway", "g") + catch("m", SIGNAL) + catch("t1", HOUR) + catch("t2", two)
        + el("receiveTask", "rt", messageRef="msg2") + user("a", "b", "c", "d")
        + chain("start", "g", "m", "a") + chain("g", "t1", "b") + chain("g", "t2", "c") + chain("g", "rt", "d")
    )  # fmt: skip
    assert r.open == ["m", "rt", "t1", "t2"]
    assert [e.due_at - NOW for e in r.entries(journal.TimerOpened)] == [
        timedelta(hours=1),
        timedelta(hours=2),
    ]
    r.fire("t2")
    assert r.open == ["c"]
    assert sorted(r.visited("cancelled")) == ["m", "rt", "t1"]
    assert "g" in r.visited()
    assert r.task("c").state == "completed"


def test_a_signal_reaches_the_catchers_of_its_own_instance_at_once():
    r = run(
        START + gateway("parallel", "g") + user("a") + throw("say", SIGNAL) + catch("hear", SIGNAL) + user("b")
        + chain("start", "g", "a", "say", "end") + END + chain("g", "hear", "b")
    )  # fmt: skip
    r.task("a")
    assert r.tasks == ["b"]
    assert [e.name for e in r.entries(journal.SignalThrown)] == ["S1"]


def test_a_signal_end_is_thrown():
    r = run(START + end("say", SIGNAL) + chain("start", "say"))
    assert [e.name for e in r.entries(journal.SignalThrown)] == ["S1"]
    assert r.state == "completed"


def test_a_thrown_message_carries_its_parameters():
    mapping = '<bpmn:extensionElements><camunda:inputOutput><camunda:inputParameter name="total">=n * 2</camunda:inputParameter></camunda:inputOutput></bpmn:extensionElements>'
    r = run(START + throw("say", mapping + MESSAGE) + END + chain("start", "say", "end"), n=4)
    (thrown,) = r.entries(journal.MessageThrown)
    assert (thrown.name, thrown.payload) == ("M1", {"total": 8})
    assert r.variables == {"n": 4}


def test_a_conditional_event_fires_when_its_condition_becomes_true():
    r = run(
        START
        + gateway("parallel", "g")
        + catch("c", READY)
        + user("a", "b")
        + chain("start", "g", "c", "b")
        + chain("g", "a"),
        n=1,
    )
    assert r.tasks == ["a"]
    assert r.entries(journal.ConditionOpened)[0].reads == {"n"}
    r.task("a", n=9)
    assert r.tasks == ["b"]


def test_a_condition_that_is_true_at_once_does_not_wait():
    assert run(START + catch("c", READY) + user("b") + chain("start", "c", "b"), n=6).tasks == ["b"]


def test_a_non_interrupting_condition_fires_at_each_rising_edge():
    r = run(
        START
        + user("a", "b")
        + boundary("c", "a", READY, False)
        + END
        + chain("start", "a", "end")
        + chain("c", "b"),
        n=1,
    )
    for n, expected in ((6, 1), (7, 1), (2, 1), (8, 2)):
        r.act(lambda w, n=n: w.set_variables({"n": n}))
        assert r.tasks.count("b") == expected


# ---------------------------------------------------------------- errors
def test_a_bpmn_error_of_a_job_goes_to_its_boundary_with_the_exact_code_first():
    body = (
        START + job("j") + boundary("all", "j", "<bpmn:errorEventDefinition/>") + boundary("one", "j", ERROR)
    )
    body += user("a", "b") + END + chain("start", "j", "end") + chain("all", "a") + chain("one", "b")
    r = run(body)
    assert r.error("j", "E1", reason="no stock")
    assert r.tasks == ["b"]
    assert r.variables == {"reason": "no stock"}
    r = run(body)
    assert r.error("j", "other")
    assert r.tasks == ["a"]


def test_an_error_nobody_catches_leaves_the_job_as_it_was():
    r = run(
        START
        + job("j")
        + boundary("one", "j", ERROR)
        + END
        + chain(
            "start",
            "j",
            "end",
        )
        + chain("one", "end")
    )
    assert not r.error("j", "E9")
    assert r.open == ["j", "one"]


def test_an_error_climbs_out_of_subprocesses():
    body = START + sub("s1", sub("s2", job("j") + chain("s2.s", "j", "s2.e")) + chain("s1.s", "s2", "s1.e"))
    body += boundary("b", "s1", ERROR) + user("fix") + END + chain("start", "s1", "end") + chain("b", "fix")
    r = run(body)
    assert r.error("j", "E1")
    assert r.tasks == ["fix"]
    assert sorted(r.visited("cancelled")) == ["j", "s1", "s2"]


def test_an_error_end_is_caught_outside_and_the_subprocess_does_not_complete():
    body = START + sub(
        "s",
        user("p")
        + end("bad", ERROR)
        + chain("s.s", "p", "bad")
        + flow("p", "s.e", "ok = true").replace("p.s.e", "x"),
    )
    body += boundary("b", "s", ERROR) + user("fix", "z") + chain("start", "s", "z") + chain("b", "fix")
    r = run(body)
    r.task("p", ok=False)
    assert r.tasks == ["fix"]
    assert "s" in r.visited("cancelled")
    assert "bad" in r.visited()


def test_an_uncaught_error_end_ends_the_instance_by_error():
    r = run(
        START
        + gateway("parallel", "g")
        + user("a", "b")
        + end("bad", ERROR)
        + chain("start", "g", "a", "bad")
        + chain("g", "b", "e2")
        + end("e2")
    )
    r.task("a")
    assert (r.state, r.workflow.end_element) == ("error_ended", "bad")
    assert r.visited("cancelled") == ["b"]


def test_an_error_event_subprocess_catches_before_the_boundary_outside():
    body = START + sub(
        "s",
        job("j") + chain("s.s", "j", "s.e") + event_sub("h", ERROR, user("fix") + chain("h.s", "fix", "h.e")),
    )
    body += boundary("b", "s", ERROR) + user("wrong", "z") + chain("start", "s", "z") + chain("b", "wrong")
    r = run(body)
    assert r.error("j", "E1")
    assert r.tasks == ["fix"]
    assert r.task("fix").tasks == ["z"]


def test_a_script_may_raise_an_error_for_the_diagram():
    body = (
        START
        + script(
            "sc", "raise BpmnError(&quot;E1&quot;, &quot;m&quot;, {&quot;why&quot;: &quot;script&quot;})"
        )
        + boundary("b", "sc", ERROR)
        + user("fix")
        + END
    )
    r = run(body + chain("start", "sc", "end") + chain("b", "fix"))
    assert r.tasks == ["fix"]
    assert r.variables == {"why": "script"}


def test_an_uncaught_error_of_a_script_is_an_incident():
    r = run(
        START
        + script(
            "sc", "raise BpmnError(&quot;E1&quot;, &quot;m&quot;, {&quot;why&quot;: &quot;script&quot;})"
        )
        + END
        + chain("start", "sc", "end")
    )
    assert "E1" in r.incidents["sc"]


def test_code_and_message_of_an_error_go_to_the_variables_that_are_named():
    event = '<bpmn:errorEventDefinition errorRef="err1" camunda:errorCodeVariable="code" camunda:errorMessageVariable="text"/>'
    r = run(
        START
        + job("j")
        + boundary("b", "j", event)
        + user("fix")
        + END
        + chain("start", "j", "end")
        + chain("b", "fix")
    )
    r.error("j", "E1")
    assert r.variables == {"code": "E1", "text": "failed"}


# ---------------------------------------------------------------- escalation
def test_an_escalation_is_caught_outside_and_need_not_interrupt():
    inner = user("p") + throw("up", ESCALATION) + user("q") + chain("s.s", "up", "p", "q", "s.e")
    body = START + sub("s", inner) + boundary("b", "s", ESCALATION, False) + user("boss") + END
    r = run(body + chain("start", "s", "end") + chain("b", "boss"))
    assert r.tasks == ["boss", "p"]


def test_an_interrupting_escalation_takes_the_subprocess_away():
    inner = throw("up", ESCALATION) + user("q") + chain("s.s", "up", "q", "s.e")
    body = START + sub("s", inner) + boundary("b", "s", ESCALATION) + user("boss") + END
    r = run(body + chain("start", "s", "end") + chain("b", "boss"))
    assert r.tasks == ["boss"]


def test_an_uncaught_escalation_goes_on():
    assert run(START + throw("up", ESCALATION) + user("q") + chain("start", "up", "q")).tasks == ["q"]


# ---------------------------------------------------------------- event subprocesses
@pytest.mark.parametrize("event", [MESSAGE, SIGNAL, HOUR, READY])
def test_an_interrupting_event_subprocess_replaces_everything_in_its_scope(event):
    body = START + user("a") + END + chain("start", "a", "end")
    r = run(body + event_sub("es", event, user("h") + chain("es.s", "h", "es.e")), n=1)
    assert r.tasks == ["a"]
    r.fire("es.s")
    assert r.tasks == ["h"]
    assert r.task("h").state == "completed"


def test_a_non_interrupting_event_subprocess_runs_beside_and_again():
    body = START + user("a") + END + chain("start", "a", "end")
    r = run(body + event_sub("es", MESSAGE, user("h") + chain("es.s", "h", "es.e"), False))
    r.fire("es.s").fire("es.s")
    assert r.tasks == ["a", "h", "h"]
    r.task("a").task("h")
    assert r.state == "active"
    assert r.task("h").state == "completed"


def test_an_event_subprocess_that_was_not_triggered_does_not_keep_the_scope_open():
    body = START + user("a") + END + chain("start", "a", "end")
    r = run(body + event_sub("es", HOUR, user("h") + chain("es.s", "h", "es.e")))
    assert r.task("a").state == "completed"
    assert r.visited("cancelled") == ["es.s"]


def test_a_signal_end_triggers_the_event_subprocess_of_its_scope_before_the_scope_ends():
    body = START + end("say", SIGNAL) + chain("start", "say")
    r = run(body + event_sub("es", SIGNAL, user("h") + chain("es.s", "h", "es.e")))
    assert r.tasks == ["h"]


def test_a_link_leads_from_throw_to_catch():
    link = '<bpmn:linkEventDefinition name="L"/>'
    r = run(
        START + throw("lt", link) + catch("lc", link) + user("b") + chain("start", "lt") + chain("lc", "b")
    )
    assert r.tasks == ["b"]


def test_an_event_with_several_definitions_waits_for_one_or_for_all():
    for parallel in (False, True):
        event = el("intermediateCatchEvent", "w", MESSAGE + SIGNAL, parallelMultiple=str(parallel).lower())
        r = run(START + event + user("b") + chain("start", "w", "b"))
        r.fire("w", nth=1)
        assert r.tasks == ([] if parallel else ["b"])
        if parallel:
            assert r.fire("w").tasks == ["b"]


def test_start_events_are_triggers_of_the_process_and_start_where_they_say():
    body = (
        el("startEvent", "sm", MESSAGE)
        + el("startEvent", "st", TWICE)
        + START
        + user("a", "b")
        + chain("sm", "b")
        + chain("start", "a")
        + chain("st", "a")
    )
    r = run(body, start="sm")
    assert r.tasks == ["b"]
    assert [(t.kind, t.element_id, t.name) for t in r.model.starts] == [
        ("message", "sm", "M1"),
        ("timer", "st", None),
        ("none", "start", None),
    ]
    assert run(body).tasks == ["a"]
