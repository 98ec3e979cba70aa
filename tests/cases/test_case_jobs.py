"""Jobs run once after the commit, are retried as drawn, and end as incidents that people deal with."""

import socket
import subprocess
import sys

import pytest

from bpmn.errors import NotAllowed, NotFound
from bpmn.retries import next_attempt_at, retries_of
from handlers.errors import UncertainEffect
from tests.engine.kit import END, ERROR, NOW, START, boundary, chain, el, job, user

WORK = START + job("work", topic="test.work") + END + chain("start", "work", "end")


def incidents(engine, request):
    return [wait for wait in engine.instances.waits(request) if wait.kind == "incident"]


def fail_for_good(engine, clock):
    while engine.jobs.run_until_idle():
        clock.advance(minutes=10)


def test_a_handler_runs_after_the_commit_and_its_result_comes_back(engine, deploy, start, state, behaviour):
    behaviour.result = {"sent": 3}
    deploy(WORK)
    request = start()
    assert behaviour.calls == []

    engine.jobs.run_until_idle()

    assert behaviour.calls == [""]
    assert state(request) == "completed"
    assert engine.instances.variables(request)["sent"] == 3


def test_a_failing_job_is_retried_with_one_key_and_then_is_an_incident(
    engine, deploy, start, clock, behaviour
):
    behaviour.failure = RuntimeError("the printer is on fire")
    deploy(WORK)
    request = start()

    fail_for_good(engine, clock)

    assert len(behaviour.calls) == 1 + 3
    assert len(set(behaviour.keys)) == 1
    assert [wait.element_id for wait in incidents(engine, request)] == ["work"]


def test_an_incident_is_retried_after_the_cause_is_mended(
    engine, deploy, start, clock, state, behaviour, administrator
):
    behaviour.failure = RuntimeError("away")
    deploy(WORK)
    request = start()
    fail_for_good(engine, clock)

    behaviour.failure = None
    engine.incidents.retry(incident_id=incidents(engine, request)[0].row_id, by=administrator)
    engine.jobs.run_until_idle()

    assert state(request) == "completed"
    assert incidents(engine, request) == []


def test_an_incident_is_skipped_with_the_values_the_handler_would_have_given(
    engine, deploy, start, clock, state, behaviour, administrator
):
    behaviour.failure = RuntimeError("away")
    deploy(WORK)
    request = start()
    fail_for_good(engine, clock)

    engine.incidents.skip(
        incident_id=incidents(engine, request)[0].row_id, by=administrator, variables={"sent": 0}
    )

    assert state(request) == "completed"
    assert engine.instances.variables(request)["sent"] == 0


def test_alike_incidents_are_retried_together(engine, deploy, start, clock, state, behaviour, administrator):
    behaviour.failure = RuntimeError("away")
    deploy(WORK)
    requests = [start() for _ in range(3)]
    fail_for_good(engine, clock)

    behaviour.failure = None
    first = incidents(engine, requests[0])[0].row_id
    assert engine.incidents.retry_alike(incident_id=first, by=administrator) == 3
    engine.jobs.run_until_idle()

    assert {state(request) for request in requests} == {"completed"}


def test_only_administrators_deal_with_incidents_and_only_once(
    engine, deploy, start, clock, behaviour, ann, administrator
):
    behaviour.failure = RuntimeError("away")
    deploy(WORK)
    request = start()
    fail_for_good(engine, clock)
    incident = incidents(engine, request)[0].row_id

    with pytest.raises(NotAllowed):
        engine.incidents.retry(incident_id=incident, by=ann)
    engine.incidents.retry(incident_id=incident, by=administrator)
    with pytest.raises(NotFound):
        engine.incidents.retry(incident_id=incident, by=administrator)


def test_an_effect_of_unknown_outcome_is_never_repeated_by_itself(engine, deploy, start, clock, behaviour):
    behaviour.failure = UncertainEffect("send")
    deploy(WORK)
    request = start()

    fail_for_good(engine, clock)

    assert len(behaviour.calls) == 1
    assert len(incidents(engine, request)) == 1


def test_a_handler_that_returns_no_variables_is_an_incident_that_says_so(
    engine, deploy, start, storage, behaviour
):
    behaviour.result = ["not", "variables"]
    deploy(WORK)
    request = start()

    engine.jobs.run_until_idle()

    with storage.reading() as uow:
        incident = uow.incidents.open_of(request)[0]
    assert (incident.code, incident.element_id) == ("handler.result", "work")


def test_a_business_error_takes_the_way_that_is_drawn_for_it(engine, deploy, start, open_tasks):
    body = START + job("work", topic="test.decline") + boundary("declined", "work", ERROR) + END
    deploy(body + user("explain") + chain("start", "work", "end") + chain("declined", "explain", "end"))
    request = start()

    engine.jobs.run_until_idle()

    assert [task.element_id for task in open_tasks(request)] == ["explain"]
    assert engine.instances.variables(request)["why"] == "too expensive"


def test_a_business_error_that_nobody_catches_is_an_incident(engine, deploy, start):
    deploy(START + job("work", topic="test.decline") + END + chain("start", "work", "end"))
    request = start()

    engine.jobs.run_until_idle()

    assert [wait.element_id for wait in incidents(engine, request)] == ["work"]


def test_a_worker_that_lost_its_lease_changes_nothing(engine, deploy, start, clock, state, behaviour):
    deploy(WORK)
    request = start()
    slow = engine.jobs.acquire()[0]
    clock.advance(minutes=10)
    engine.jobs.run_until_idle()
    assert state(request) == "completed"

    engine.jobs.execute(slow)

    assert state(request) == "completed"
    assert incidents(engine, request) == []


def test_a_running_job_keeps_its_lease_by_heartbeat(engine, deploy, start, clock, behaviour):
    deploy(WORK)
    start()
    slow = engine.jobs.acquire()[0]

    for _ in range(5):
        clock.advance(seconds=20)
        engine.jobs.heartbeat()

    assert engine.jobs.acquire() == []
    engine.jobs.execute(slow)
    assert len(behaviour.calls) == 1


def test_what_a_killed_process_held_is_taken_back_at_once(engine, deploy, start, storage, state):
    deploy(WORK)
    request = start()
    engine.jobs.acquire()
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with storage.unit_of_work() as uow:
        owner = f"{socket.gethostname()}:{gone.pid}:x"
        uow.connection.exec_driver_sql(f"update job set lease_owner = '{owner}'")

    assert engine.jobs.run_until_idle() == 0
    assert engine.jobs.release_dead() == 1
    engine.jobs.run_until_idle()

    assert state(request) == "completed"


def test_a_job_whose_request_was_cancelled_meanwhile_changes_nothing(
    engine, deploy, start, state, behaviour, administrator
):
    deploy(WORK)
    request = start()
    behaviour.during = lambda: engine.instances.cancel(
        instance_id=request, reason="by mistake", by=administrator
    )

    engine.jobs.run_until_idle()

    assert state(request) == "cancelled"
    assert engine.jobs.acquire() == []


def test_a_transactional_handler_works_inside_the_step_without_a_job(engine, deploy, start, storage, state):
    body = START + el(
        "serviceTask",
        "subject",
        "<bpmn:extensionElements><camunda:inputOutput>"
        '<camunda:inputParameter name="text">=topic</camunda:inputParameter>'
        "</camunda:inputOutput></bpmn:extensionElements>",
        camunda_type="external",
        camunda_topic="test.subject",
    )
    deploy(body + END + chain("start", "subject", "end"))

    request = start(topic="A lathe")

    assert state(request) == "completed"
    with storage.reading() as uow:
        assert uow.instances.get(request).subject == "A lathe"


def test_a_timer_fires_when_it_is_due_and_not_before(engine, deploy, start, clock, open_tasks):
    hour = (
        "<bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>"
    )
    body = START + user("answer", "remind") + boundary("late", "answer", hour, interrupting=False) + END
    deploy(body + chain("start", "answer", "end") + chain("late", "remind", "end"))
    request = start()

    clock.advance(minutes=59)
    assert engine.jobs.run_until_idle() == 0
    clock.advance(minutes=1)
    assert engine.jobs.run_until_idle() == 1

    assert sorted(task.element_id for task in open_tasks(request)) == ["answer", "remind"]


def test_a_timer_start_begins_a_request_each_time_and_moves_with_activation(engine, deploy, clock, storage):
    cycle = "<bpmn:timerEventDefinition><bpmn:timeCycle>R/PT1H</bpmn:timeCycle></bpmn:timerEventDefinition>"
    body = el("startEvent", "start", cycle) + user("check") + END + chain("start", "check", "end")
    deploy(body)
    deploy(body.replace('name="check"', 'name="Check again"'))

    for _ in range(3):
        clock.advance(hours=1)
        engine.jobs.run_until_idle()

    with storage.read() as connection:
        versions = connection.exec_driver_sql(
            "select d.version, count(*) from instance i join definition d on d.id = i.definition_id group by 1"
        ).all()
    assert versions == [(2, 3)]


def test_retries_are_as_drawn():
    assert retries_of("R5/PT1M") == 5
    assert retries_of("PT1M,PT5M") == 2
    due = next_attempt_at(retry="R5/PT1M", retries_left=5, attempt=1, failed_at=NOW)
    assert (due - NOW).total_seconds() == 60
    second = next_attempt_at(retry="PT1M,PT5M", retries_left=1, attempt=2, failed_at=NOW)
    assert (second - NOW).total_seconds() == 300
    assert next_attempt_at(retry=None, retries_left=0, attempt=4, failed_at=NOW) is None


def test_a_throwing_event_with_a_handler_leaves_no_job_behind(
    engine, deploy, start, storage, state, behaviour
):
    throw = el(
        "intermediateThrowEvent",
        "tell",
        '<bpmn:messageEventDefinition messageRef="msg1" camunda:type="external" camunda:topic="test.work"/>',
    )
    deploy(START + throw + user("next") + END + chain("start", "tell", "next", "end"))
    request = start()

    engine.jobs.run_until_idle()

    assert behaviour.calls == [""]
    with storage.reading() as uow:
        assert uow.jobs.of_instance(request) == []


def test_the_more_urgent_of_what_is_due_runs_first(engine, deploy, start, behaviour):
    names = '<bpmn:extensionElements><camunda:inputOutput><camunda:inputParameter name="text">=who</camunda:inputParameter></camunda:inputOutput></bpmn:extensionElements>'
    work = el(
        "serviceTask", "work", names, camunda_type="external", camunda_topic="test.work",
        camunda_taskPriority="${urgency}",
    )  # fmt: skip
    deploy(START + work + END + chain("start", "work", "end"))
    for who, urgency in (("slow", 10), ("usual", 50), ("urgent", 90)):
        start(who=who, urgency=urgency)

    engine.jobs.run_until_idle()

    assert behaviour.calls == ["urgent", "usual", "slow"]


def test_a_process_has_a_retry_policy_for_elements_that_draw_none(engine, deploy, start, clock, behaviour):
    behaviour.failure = RuntimeError("away")
    deploy(WORK, properties='<camunda:property name="retry" value="R1/PT1M"/>')
    request = start()

    engine.jobs.run_until_idle()
    clock.advance(minutes=1)
    engine.jobs.run_until_idle()

    assert len(behaviour.calls) == 2
    assert [wait.element_id for wait in incidents(engine, request)] == ["work"]
