"""Sequence flows, gateways and joins."""

import pytest

from bpmn import journal
from tests.engine.kit import END, START, chain, el, end, flow, gateway, job, run, script, user

LOOP = gateway("exclusive", "again") + gateway("exclusive", "more", default="more.z")


def loop(first: str, last: str, turns: int = 3) -> str:
    """Flows of a loop from *first* to *last* while n < turns."""
    return (
        chain("start", "again", first)
        + chain(last, "more")
        + flow("more", "again", f"n &lt; {turns}")
        + chain("more", "z", "end")
        + user("z")
    )


def test_a_straight_process_stops_at_each_task_and_ends():
    r = run(START + user("a") + job("b") + END + chain("start", "a", "b", "end"))
    assert r.tasks == ["a"]

    r.task("a", answer=1)
    assert r.tasks == ["b"]
    r.job("b", sent=True)

    assert (r.state, r.workflow.end_element) == ("completed", "end")
    assert r.variables == {"answer": 1, "sent": True}
    assert r.visited() == ["start", "a", "b", "end"]


def test_an_exclusive_gateway_takes_the_first_true_flow_in_order():
    body = START + gateway("exclusive", "g", default="g.c") + user("a", "b", "c") + chain("start", "g", "c")
    body += flow("g", "a", "n &gt; 10") + flow("g", "b", "n &gt; 5")
    assert run(body, n=20).tasks == ["a"]
    assert run(body, n=7).tasks == ["b"]
    assert run(body, n=1).tasks == ["c"]


def test_a_gateway_without_a_true_condition_becomes_an_incident_not_an_end():
    r = run(
        START
        + gateway("exclusive", "g")
        + user("a", "b")
        + chain("start", "g")
        + flow("g", "a", "n &gt; 1")
        + flow("g", "b", "n &lt; 0"),
        n=1,
    )
    assert "no outgoing flow" in r.incidents["g"]
    assert r.retry("g", n=2).tasks == ["a"]


def test_a_condition_that_is_null_is_an_incident_not_false():
    r = run(
        START
        + gateway("exclusive", "g", default="g.b")
        + user("a", "b")
        + chain("start", "g", "b")
        + flow("g", "a", "amount &gt; 1")
    )
    assert "amount" in r.incidents["g"]


def test_a_parallel_join_waits_for_every_flow():
    body = START + gateway("parallel", "g1", "g2") + user("a", "b", "z") + END
    r = run(body + chain("start", "g1", "a", "g2", "z", "end") + chain("g1", "b", "g2"))
    assert r.tasks == ["a", "b"]
    assert r.task("b").tasks == ["a"]
    assert r.task("a").tasks == ["z"]
    assert r.task("z").state == "completed"


def test_a_parallel_join_in_a_loop_fires_once_per_turn_whatever_the_order():
    body = START + LOOP + gateway("parallel", "g1", "g2") + user("a", "b") + END + loop("g1", "g2")
    r = run(body + chain("g1", "a", "g2") + chain("g1", "b", "g2"), n=0)
    for turn, order in enumerate([("a", "b"), ("b", "a"), ("a", "b")], start=1):
        assert r.tasks == ["a", "b"]
        r.task(order[0], n=turn)
        r.task(order[1])
    assert r.tasks == ["z"]


def test_a_parallel_join_keeps_an_excess_token():
    body = START + gateway("parallel", "g0", "g2") + user("a", "a2", "b", "z") + gateway("exclusive", "m")
    r = run(
        body + chain("start", "g0", "a", "m", "g2", "z") + chain("g0", "a2", "m") + chain("g0", "b", "g2")
    )
    r.task("a").task("a2")
    assert r.tasks == ["b"]
    r.task("b")
    assert r.tasks == ["z"]
    assert r.task("z").state == "active"  # a2's token still waits for a second b


def test_an_inclusive_gateway_splits_by_condition_and_joins_what_came():
    body = (
        START
        + gateway("inclusive", "g1", default="g1.c")
        + gateway("inclusive", "g2")
        + user("a", "b", "c", "z")
        + END
    )
    body += (
        chain("start", "g1")
        + flow("g1", "a", "n &gt; 0")
        + flow("g1", "b", "n &gt; 1")
        + chain("g1", "c", "g2")
    )
    body += chain("a", "g2") + chain("b", "g2", "z", "end")
    assert run(body, n=0).tasks == ["c"]
    r = run(body, n=2)
    assert r.tasks == ["a", "b"]
    assert r.task("a").tasks == ["b"]
    assert r.task("b").tasks == ["z"]
    assert run(body, n=1).task("a").tasks == ["z"]


def test_an_inclusive_join_waits_for_a_token_that_can_come_by_a_boundary_event():
    from tests.engine.kit import HOUR, boundary

    body = START + gateway("inclusive", "g1") + gateway("inclusive", "g2") + user("a", "b", "c", "late", "z")
    body += (
        chain("start", "g1")
        + flow("g1", "a", "true")
        + flow("g1", "b", "true")
        + chain("a", "g2", "z")
        + chain("b", "c")
    )
    body += boundary("t", "b", HOUR) + chain("t", "late", "g2")
    r = run(body)
    r.task("a")
    assert r.tasks == ["b"]
    r.fire("t")
    assert r.tasks == ["late"]
    assert r.task("late").tasks == ["z"]


def test_an_inclusive_join_in_a_loop_works_in_every_turn():
    body = START + LOOP + gateway("inclusive", "g1", "g2") + user("a", "b") + END + loop("g1", "g2", 2)
    body += flow("g1", "a", "n &gt;= 0") + flow("g1", "b", "n = 1") + chain("a", "g2") + chain("b", "g2")
    r = run(body, n=0)
    assert r.tasks == ["a"]
    assert r.task("a", n=1).tasks == ["a", "b"]
    assert r.task("b").tasks == ["a"]
    assert r.task("a", n=2).tasks == ["z"]


def test_several_flows_out_of_a_task_fork_and_conditions_choose():
    body = (
        START
        + user("t", "a", "b", "c")
        + chain("start", "t", "a")
        + flow("t", "b", "n &gt; 1")
        + flow("t", "c", "n &gt; 2")
    )
    assert run(body).task("t", n=2).tasks == ["a", "b"]
    assert run(body).task("t", n=3).tasks == ["a", "b", "c"]


def test_a_task_takes_its_default_flow_only_when_no_condition_is_true():
    body = (
        START
        + el("userTask", "t", default="t.d")
        + user("a", "d")
        + chain("start", "t", "d")
        + flow("t", "a", "n = 1")
    )
    assert run(body).task("t", n=1).tasks == ["a"]
    assert run(body).task("t", n=2).tasks == ["d"]


def test_several_flows_into_a_task_run_it_once_per_token():
    r = run(
        START + gateway("parallel", "g") + user("a") + chain("start", "g", "a") + flow("g", "a", id="second")
    )
    assert r.tasks == ["a", "a"]


def test_a_process_without_start_and_end_events_begins_and_ends_implicitly():
    r = run(user("a", "b") + chain("a", "b"))
    assert r.tasks == ["a"]
    assert r.task("a").task("b").state == "completed"


def test_a_long_script_loop_does_not_grow():
    body = START + LOOP + script("count", "n = n + 1") + END + loop("count", "count", 400)
    r = run(body, n=0)
    assert r.tasks == ["z"]
    assert r.variables == {"n": 400}


def test_the_journal_names_the_flow_by_which_a_token_came():
    r = run(START + user("a") + END + chain("start", "a", "end")).task("a")
    assert [(e.element_id, e.via) for e in r.entries(journal.Closed)] == [
        ("start", None),
        ("a", "start.a"),
        ("end", "a.end"),
    ]


def test_a_terminate_end_takes_every_token_away():
    from tests.engine.kit import TERMINATE

    body = START + gateway("parallel", "g") + user("a", "b") + end("stop", TERMINATE) + END
    r = run(body + chain("start", "g", "a", "stop") + chain("g", "b", "end"))
    r.task("a")
    assert (r.state, r.workflow.end_element) == ("terminated", "stop")
    assert r.visited("cancelled") == ["b"]


@pytest.mark.parametrize("name", ["Start", "End", "Root", "self"])
def test_reserved_words_are_ordinary_ids(name):
    r = run(START + user(name) + END + chain("start", name, "end"))
    assert r.task(name).state == "completed"
