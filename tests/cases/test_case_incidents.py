"""What fails waits for a person and is dealt with once, whatever kind of work it was; the owner hears of it once."""

import pytest
from sqlalchemy import select

from bpmn.actors import Actor
from bpmn.errors import NotAllowed
from storage.models import Event, Job, Notification
from tests.engine.kit import (
    END,
    HOUR,
    MESSAGE,
    SIGNAL,
    START,
    catch,
    chain,
    el,
    flow,
    gateway,
    job,
    many,
    script,
    user,
)  # fmt: skip

SYSTEM = Actor.system()
WORK = START + job("work", topic="test.work") + END + chain("start", "work", "end")


@pytest.fixture
def open_incidents(storage):
    def open_incidents(request=None):
        with storage.reading() as uow:
            if request is not None:
                return uow.incidents.open_of(request)
            found = uow.connection.exec_driver_sql("select id from incident where state = 'open' order by id")
            return [uow.incidents.get(row[0]) for row in found.all()]

    return open_incidents


@pytest.fixture
def fail_for_good(engine, clock, behaviour):
    def fail_for_good(failure=None):
        behaviour.failure = failure or RuntimeError("away")
        while engine.jobs.run_until_idle():
            clock.advance(minutes=10)

    return fail_for_good


def jobs(storage):
    with storage.read_session() as session:
        return session.scalars(select(Job)).all()


# -- the employee's work is kept -------------------------------------------------------------------------

SUM = (
    '<bpmn:extensionElements><camunda:inputOutput><camunda:inputParameter name="text">=string(1 / rate)'
    "</camunda:inputParameter></camunda:inputOutput></bpmn:extensionElements>"
)
OFFERED = {"camunda_candidateGroups": "heads"}
FAILING = {
    "gateway": gateway("exclusive", "next", default="next.end") + flow("next", "end", "=1 / rate &gt; 0", id="ways"),
    "script": script("next", "rate + 1"),
    "timer": catch("next", HOUR.replace("PT1H", "=rate")),
    "loop": el("userTask", "next", many(collection="=rate"), **OFFERED),
    "transactional": el("serviceTask", "next", SUM, camunda_type="external", camunda_topic="test.subject"),
}  # fmt: skip
MENDED = {"gateway": 1, "script": 1, "timer": "PT1H", "loop": ["a"], "transactional": 1}


@pytest.mark.parametrize("kind", sorted(FAILING))
def test_a_completion_stands_when_the_element_behind_it_fails_and_goes_on_when_the_cause_is_mended(
    kind, engine, deploy, start, open_tasks, open_incidents, ann, administrator
):
    body = START + el("userTask", "check", **OFFERED) + FAILING[kind] + END
    deploy(body + chain("start", "check", "next", "end"))
    request = start()

    engine.tasks.complete(task_id=open_tasks(request)[0].id, values={"verdict": "yes"}, by=ann)

    assert engine.instances.variables(request)["verdict"] == "yes"
    (incident,) = open_incidents(request)
    assert incident.element_id == "next"
    assert not [task for task in open_tasks(request) if task.element_id == "check"]

    engine.instances.set_variables(instance_id=request, values={"rate": MENDED[kind]}, by=administrator)
    engine.incidents.retry(incident_id=incident.id, by=administrator)

    assert open_incidents(request) == []


# -- every kind of job ------------------------------------------------------------------------------------


def test_a_delivery_that_is_passed_over_leaves_no_job_and_is_not_delivered_later(
    engine, deploy, start, storage, open_incidents, administrator, state
):
    deploy(START + catch("paid", MESSAGE) + END + chain("start", "paid", "end"))
    engine.messages.correlate(name="M1", correlation={}, payload={}, by=SYSTEM, ttl_s=3600)
    requests = [start(), start()]
    engine.jobs.run_until_idle()
    (incident,) = [found for found in open_incidents() if found.code == "message.ambiguous"][:1]

    for found in open_incidents():
        engine.incidents.skip(incident_id=found.id, by=administrator)
    engine.jobs.run_until_idle()

    assert incident.job_id is not None
    assert jobs(storage) == []
    assert {state(request) for request in requests} == {"active"}
    assert engine.messages.look_again() == 0


def test_a_delivery_is_tried_again_when_only_one_waits(
    engine, deploy, start, storage, open_incidents, administrator, state
):
    deploy(START + catch("paid", MESSAGE) + END + chain("start", "paid", "end"))
    engine.messages.correlate(name="M1", correlation={}, payload={}, by=SYSTEM, ttl_s=3600)
    first, second = start(), start()
    engine.jobs.run_until_idle()
    engine.instances.cancel(instance_id=first, reason="no", by=administrator)

    for found in open_incidents():
        engine.incidents.retry(incident_id=found.id, by=administrator)
    engine.jobs.run_until_idle()

    assert state(second) == "completed"
    assert jobs(storage) == []


def test_a_failed_job_is_recorded_as_done_by_hand(
    engine, deploy, start, storage, state, open_incidents, fail_for_good, administrator
):
    deploy(WORK)
    request = start()
    fail_for_good()

    engine.incidents.complete(
        incident_id=open_incidents(request)[0].id, by=administrator, variables={"sent": 1}
    )

    assert state(request) == "completed"
    assert engine.instances.variables(request)["sent"] == 1
    assert jobs(storage) == []
    with storage.read_session() as session:
        kinds = session.scalars(select(Event.kind).where(Event.instance_id == request)).all()
    assert "incident_completed" in kinds


def test_how_an_incident_was_dealt_with_is_on_record(
    engine, deploy, start, storage, open_incidents, fail_for_good, administrator
):
    deploy(WORK)
    start()
    fail_for_good()
    incident = open_incidents()[0]

    engine.incidents.skip(incident_id=incident.id, by=administrator)

    with storage.reading() as uow:
        assert uow.incidents.get(incident.id).resolution == "skipped"


def test_a_signal_reaches_the_others_when_one_receiver_is_gone(
    engine, deploy, start, storage, state, administrator
):
    throw = START + el("intermediateThrowEvent", "shout", SIGNAL) + END + chain("start", "shout", "end")
    deploy(START + catch("heard", SIGNAL) + END + chain("start", "heard", "end"), key="hear")
    deploy(throw, key="shouting")
    first, second = start(key="hear"), start(key="hear")
    start(key="shouting")
    engine.instances.cancel(instance_id=first, reason="no", by=administrator)

    engine.jobs.run_until_idle()

    assert (state(first), state(second)) == ("cancelled", "completed")
    assert jobs(storage) == []


def test_a_task_without_anybody_is_handed_over_not_retried(
    engine, deploy, start, open_tasks, open_incidents, ann, administrator
):
    deploy(START + user("check") + END + chain("start", "check", "end"))
    request = start()
    (incident,) = open_incidents(request)

    with pytest.raises(NotAllowed):
        engine.incidents.retry(incident_id=incident.id, by=administrator)
    engine.tasks.assign(task_id=open_tasks(request)[0].id, user_id=ann.id, by=administrator)

    assert open_incidents(request) == []


# -- causes -----------------------------------------------------------------------------------------------


def test_failures_of_one_cause_are_retried_together_and_others_not(
    engine, deploy, start, state, open_incidents, fail_for_good, behaviour, administrator
):
    deploy(WORK)
    deploy(WORK, key="other")
    alike = [start(), start()]
    fail_for_good(RuntimeError("order 17 was refused"))
    other = start(key="other")
    fail_for_good(RuntimeError("order 18 was refused"))
    slow = start()
    fail_for_good(RuntimeError("timeout"))

    behaviour.failure = None
    count = engine.incidents.retry_alike(incident_id=open_incidents(alike[0])[0].id, by=administrator)
    engine.jobs.run_until_idle()

    assert count == 2
    assert [state(request) for request in (*alike, other, slow)] == [
        "completed", "completed", "active", "active",
    ]  # fmt: skip


def test_the_owner_is_told_once_per_cause(
    engine, deploy, start, storage, fail_for_good, open_incidents, ann, bob, behaviour, administrator
):
    deploy(WORK, properties='<camunda:property name="owner" value="ann@example.com"/>')
    start(), start()
    fail_for_good(RuntimeError("order 1 was refused"))
    engine.owners.tell()
    start()
    fail_for_good(RuntimeError("order 2 was refused"))
    engine.owners.tell()

    with storage.read_session() as session:
        told = session.execute(select(Notification.user_id, Notification.title, Notification.body)).all()
    assert [row.user_id for row in told] == [ann.id]
    assert "Сбой" in told[0].title
    assert "order 1 was refused" in told[0].body

    behaviour.failure = None
    engine.incidents.retry_alike(incident_id=open_incidents()[0].id, by=administrator)
    engine.jobs.run_until_idle()
    start()
    fail_for_good(RuntimeError("order 3 was refused"))
    assert engine.owners.tell() == 1


def test_an_unreadable_retry_policy_is_the_usual_one(engine, deploy, start, open_incidents, fail_for_good):
    policy = "<bpmn:extensionElements><camunda:failedJobRetryTimeCycle>R1/PX</camunda:failedJobRetryTimeCycle></bpmn:extensionElements>"
    body = START + job("work", policy, topic="test.work") + END + chain("start", "work", "end")
    deploy(body)
    start()

    fail_for_good()

    assert len(open_incidents()) == 1
