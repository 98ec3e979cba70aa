"""Waiting instances move to another version of their process, or say why not."""

import pytest

from bpmn import journal
from bpmn.spiff.migration import MigrationRefused, migrate, plan, propose
from tests.engine.kit import (
    COMPENSATE,
    END,
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
    run,
    script,
    sub,
    throw,
    user,
)

OLD = START + user("a", "b") + END + chain("start", "a", "b", "end")


def model(body):
    bundle = compiled(body)
    assert bundle.deployable, [problem.message_en for problem in bundle.problems]
    return bundle.processes["proc"]


def moved(r, body, **mapping):
    new = model(body)
    before = r.model
    workflow = migrate(
        r.dumped.state, before, new, mapping, r.services, lambda keys: {k: r.stored[k] for k in keys}
    )
    workflow.advance()
    other = Run.__new__(Run)
    other.model, other.services, other.stored = new, r.services, dict(r.stored)
    other.journal, other.workflow, other.dumped = list(workflow.journal), workflow, workflow.dump()
    other.stored.update(other.dumped.new_values)
    return other


def refusal(r, body, **mapping):
    with pytest.raises(MigrationRefused) as raised:
        moved(r, body, **mapping)
    found = plan(r.dumped.state, r.model, model(body), mapping)
    assert found == raised.value.plan
    return [obstacle.code for obstacle in found.obstacles]


def test_a_task_keeps_its_token_and_goes_the_new_way():
    r = run(OLD)
    token = r.token("a")
    new = moved(r, START + user("a", "c", "b") + END + chain("start", "a", "c", "b", "end"))
    assert new.token("a") == token
    assert new.task("a").tasks == ["c"]


def test_a_renamed_task_is_proposed_by_its_name_and_moved():
    old = START + el("userTask", "a", name="Check") + END + chain("start", "a", "end")
    new = START + el("userTask", "a2", name="Check") + END + chain("start", "a2", "end")
    r = run(old)
    assert propose(r.model, model(new)) == {"a": "a2"}
    assert moved(r, new, a="a2").task("a2").state == "completed"


def test_a_renamed_boundary_timer_keeps_its_due_time():
    r = run(
        START + user("a") + boundary("t", "a", HOUR) + END + chain("start", "a", "end") + chain("t", "end")
    )
    body = (
        START
        + user("a")
        + boundary("t2", "a", HOUR.replace("PT1H", "PT9H"))
        + END
        + chain("start", "a", "end")
        + chain("t2", "end")
    )
    new = moved(r, body, t="t2")
    assert not new.entries(journal.TimerOpened)
    assert new.open == ["a", "t2"]


def test_boundary_events_are_added_and_taken_away():
    r = run(
        START + user("a") + boundary("t", "a", HOUR) + END + chain("start", "a", "end") + chain("t", "end")
    )
    new = moved(
        r,
        START
        + user("a", "n")
        + boundary("s", "a", SIGNAL, False)
        + END
        + chain("start", "a", "end")
        + chain("s", "n", "end"),
    )
    assert new.open == ["a", "s"]
    assert [e.element_id for e in new.entries(journal.Closed)] == ["t"]
    assert new.fire("s").tasks == ["a", "n"]


def test_an_event_subprocess_is_added():
    new = moved(run(OLD), OLD + event_sub("es", MESSAGE, user("h") + chain("es.s", "h", "es.e")))
    assert new.fire("es.s").tasks == ["h"]


def test_tokens_in_subprocesses_loops_and_joins_move_along():
    inner = el(
        "subProcess",
        "s",
        el("startEvent", "s.s")
        + user("p")
        + el("endEvent", "s.e")
        + chain("s.s", "p", "s.e")
        + many(sequential=True),
    )
    body = (
        START
        + gateway("parallel", "g1", "g2")
        + inner
        + user("q")
        + END
        + chain("start", "g1", "s", "g2", "end")
        + chain("g1", "q", "g2")
    )
    r = run(body, items=[1, 2])
    r.task("q")
    renamed = body.replace('"p"', '"p2"').replace("s.s.p", "s.s.p2").replace("p.s.e", "p2.s.e")
    new = moved(r, renamed, p="p2")
    assert new.task("p2").task("p2").state == "completed"


def test_a_wait_for_a_message_of_another_name_is_opened_again():
    r = run(START + catch("m", MESSAGE) + END + chain("start", "m", "end"))
    new = moved(r, START + catch("m", MESSAGE.replace("msg1", "msg2")) + END + chain("start", "m", "end"))
    assert [type(e).__name__ for e in new.journal] == ["Closed", "MessageOpened"]
    assert new.entries(journal.MessageOpened)[0].name == "M2"
    assert new.fire("m").state == "completed"


def test_an_instance_in_a_called_process_keeps_that_version():
    from tests.engine.kit import process

    called = process(
        el("startEvent", "qs") + user("q1") + el("endEvent", "qe") + chain("qs", "q1", "qe"), id="q"
    )
    body = START + el("callActivity", "c", calledElement="q") + END + chain("start", "c", "end")
    r = run(body, called)
    new = compiled(body, called).processes["proc"]
    workflow = migrate(r.dumped.state, r.model, new, {}, r.services, lambda keys: {})
    workflow.advance()
    assert [p.element_id for p in workflow.positions()] == ["c", "q1"]


def test_what_was_done_can_still_be_undone():
    undo = boundary("cb", "a", COMPENSATE) + el("userTask", "ua", isForCompensation="true")
    undo += '<bpmn:association id="as" sourceRef="cb" targetRef="ua"/>'
    body = (
        START + user("a", "b") + undo + throw("ct", COMPENSATE) + END + chain("start", "a", "b", "ct", "end")
    )
    r = run(body).task("a")
    new = body.replace('"ua"', '"ux"')
    assert moved(r, new, ua="ux").task("b").tasks == ["ux"]
    assert refusal(r, body.replace(undo, "")) == ["compensation"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (OLD, START + user("b") + END + chain("start", "b", "end"), "gone"),
        (OLD, OLD.replace(user("a"), job("a")), "kind"),
        (
            START + el("userTask", "a", many()) + END + chain("start", "a", "end"),
            START + user("a") + END + chain("start", "a", "end"),
            "kind",
        ),
        (
            START + el("userTask", "a", many()) + END + chain("start", "a", "end"),
            START + el("userTask", "a", many(sequential=True)) + END + chain("start", "a", "end"),
            "loop",
        ),
        (
            START + catch("a", MESSAGE) + END + chain("start", "a", "end"),
            START + catch("a", HOUR) + END + chain("start", "a", "end"),
            "event",
        ),
        (
            START + gateway("parallel", "g", "j") + user("x") + script("y", "z = 1") + END + chain("start", "g", "x", "j", "end") + chain("g", "y", "j"),
            START + gateway("parallel", "g", "j") + user("x") + script("y", "z = 1") + END + chain("start", "g", "x", "j", "end") + chain("g", "y", "end"),
            "join",
        ),
        (
            START + sub("s", user("p") + chain("s.s", "p", "s.e")) + END + chain("start", "s", "end"),
            START + user("p") + END + chain("start", "p", "end"),
            "gone",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_moved_is_refused_with_the_reason(old, new, code):
    r = run(old, items=[1, 2])
    assert code in refusal(r, new)
    before = plan(r.dumped.state, r.model, model(new), {})
    assert all(obstacle.message_ru and obstacle.message_en for obstacle in before.obstacles)
