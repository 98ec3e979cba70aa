"""A message reaches the one request it is meant for, once, or nobody."""

import pytest

from bpmn.actors import Actor
from bpmn.correlation import matches
from bpmn.errors import MessageAmbiguous, MessageNotExpected
from tests.engine.kit import END, MESSAGE, SIGNAL, START, catch, chain, el, user

SYSTEM = Actor.system()


def waiting(key: str = "") -> str:
    """A process that waits for M1, with `order` as its key."""
    extension = (
        "<bpmn:extensionElements><camunda:properties>"
        '<camunda:property name="correlation:order" value="=order"/>'
        "</camunda:properties></bpmn:extensionElements>"
    )
    return (
        START
        + catch("paid", extension + MESSAGE)
        + user("pack")
        + END
        + chain("start", "paid", "pack", "end")
    )


def correlate(engine, **keys):
    return engine.messages.correlate(name="M1", correlation=keys, payload={"sum": 5}, by=SYSTEM)


def test_a_message_reaches_the_request_whose_key_matches(engine, deploy, start, open_tasks):
    deploy(waiting())
    first, second = start(order="K-1"), start(order="K-2")

    result = correlate(engine, order="K-2")

    assert (result.state, result.instance_id) == ("delivered", second)
    assert open_tasks(first) == []
    assert engine.instances.variables(second)["sum"] == 5


def test_a_message_without_its_key_or_with_another_reaches_nobody(engine, deploy, start):
    deploy(waiting())
    start(order="K-1")

    for keys in ({}, {"order": "K-9"}, {"client": "K-1"}):
        with pytest.raises(MessageNotExpected):
            correlate(engine, **keys)


def test_an_ambiguous_message_changes_nobody(engine, deploy, start, open_tasks):
    deploy(waiting())
    requests = [start(order="K-1"), start(order="K-1")]

    with pytest.raises(MessageAmbiguous):
        correlate(engine, order="K-1")

    assert [open_tasks(request) for request in requests] == [[], []]


def test_the_same_message_sent_twice_is_delivered_once(engine, deploy, start):
    deploy(waiting())
    request = start(order="K-1")
    send = {
        "name": "M1",
        "correlation": {"order": "K-1"},
        "payload": {},
        "by": SYSTEM,
        "message_id": "bank-7",
    }

    assert engine.messages.correlate(**send).state == "delivered"
    again = engine.messages.correlate(**send)

    assert (again.state, again.instance_id) == ("duplicate", request)


def test_a_kept_message_is_delivered_when_somebody_begins_to_wait(engine, deploy, start, open_tasks):
    deploy(waiting())
    result = engine.messages.correlate(
        name="M1", correlation={"order": "K-1"}, payload={"sum": 7}, by=SYSTEM, ttl_s=3600
    )
    assert result.state == "buffered"

    request = start(order="K-1")
    engine.jobs.run_until_idle()

    assert [task.element_id for task in open_tasks(request)] == ["pack"]
    assert engine.instances.variables(request)["sum"] == 7


def test_a_kept_message_is_forgotten_after_its_time(engine, deploy, start, open_tasks, clock):
    deploy(waiting())
    engine.messages.correlate(name="M1", correlation={"order": "K-1"}, payload={}, by=SYSTEM, ttl_s=60)
    clock.advance(minutes=2)
    engine.messages.expire()

    request = start(order="K-1")
    engine.jobs.run_until_idle()

    assert open_tasks(request) == []


def test_a_message_starts_a_request_on_the_version_in_force(engine, deploy):
    body = el("startEvent", "start", MESSAGE) + user("answer") + END + chain("start", "answer", "end")
    deploy(body)

    result = engine.messages.correlate(name="M1", correlation={}, payload={"subject": "x"}, by=SYSTEM)

    assert result.state == "started"
    assert engine.instances.variables(result.instance_id) == {"subject": "x"}


def test_a_signal_reaches_everybody_who_waits(engine, deploy, start, open_tasks):
    deploy(START + catch("alarm", SIGNAL) + user("react") + END + chain("start", "alarm", "react", "end"))
    requests = [start(), start()]

    assert engine.messages.signal(name="S1", payload={"level": 2}, by=SYSTEM) == 2

    assert [[task.element_id for task in open_tasks(request)] for request in requests] == [["react"]] * 2


def test_a_thrown_message_crosses_to_another_request_after_the_commit(engine, deploy, start, open_tasks):
    deploy(waiting(), key="receiver")
    extension = (
        "<bpmn:extensionElements><camunda:properties>"
        '<camunda:property name="correlation:order" value="=order"/>'
        "</camunda:properties></bpmn:extensionElements>"
    )
    throw = el("intermediateThrowEvent", "tell", extension + MESSAGE)
    deploy(START + throw + END + chain("start", "tell", "end"), key="sender")
    receiver = start(key="receiver", order="K-5")

    start(key="sender", order="K-5")
    engine.jobs.run_until_idle()

    assert [task.element_id for task in open_tasks(receiver)] == ["pack"]


@pytest.mark.parametrize(
    ("wanted", "given", "expected"),
    [
        ({"order": "1"}, {"order": "1"}, True),
        ({"order": 1}, {"order": 1.0}, True),
        ({"order": "1"}, {"order": "1", "client": "x"}, True),
        ({"order": "1", "client": "x"}, {"order": "1"}, False),
        ({"order": None}, {"order": None}, False),
        ({}, {"order": "1"}, False),
        ({}, {}, True),
    ],
)
def test_every_key_of_a_wait_must_be_given_and_equal(wanted, given, expected):
    assert matches(wanted, given) is expected
