"""Jobs of external topics: leased to programs elsewhere, answered once, on both databases."""

import pytest

from bpmn.external import LeaseGone
from tests.engine.kit import END, ERROR, START, boundary, chain, el, job

TOPICS = ["erp.reserve"]
INPUT = (
    '<bpmn:extensionElements><camunda:inputOutput><camunda:inputParameter name="goods">=item</camunda:inputParameter>'
    "</camunda:inputOutput></bpmn:extensionElements>"
)
RESERVE = START + job("reserve", INPUT, topic="erp.reserve") + END + chain("start", "reserve", "end")


@pytest.fixture
def registry(registry):
    registry.external_topics = ("erp.*",)
    return registry


@pytest.fixture
def fetch(engine):
    def fetch(owner="w1", **options):
        found = engine.external.fetch(
            topics=TOPICS, owner=owner, most=10, lease_s=60, variables=("item", "note"), **options
        )
        return found

    return fetch


@pytest.fixture
def request_id(deploy, start):
    deploy(RESERVE)
    return start(item="lathe", note="soon")


def ids(fetched, owner="w1"):
    return {"job_id": fetched.row.id, "lease": fetched.lease, "owner": owner}


def test_an_external_job_is_left_to_whoever_fetches_its_topic(engine, fetch, request_id, state):
    assert engine.jobs.run_until_idle() == 0
    assert engine.external.fetch(topics=["erp.other"], owner="w1", most=1, lease_s=60) == []

    (found,) = fetch()

    assert found.parameters == {"goods": "lathe"}
    assert found.variables == {"item": "lathe", "note": "soon"}
    assert (found.process_key, found.element_name, found.row.attempt) == ("request", "reserve", 1)
    assert fetch("w2") == []
    assert state(request_id) == "active"
    assert [(wait.kind, wait.element_id) for wait in engine.instances.waits(request_id)] == [
        ("job", "reserve")
    ]


def test_completing_gives_the_variables_and_runs_the_request_on(engine, deploy, start, fetch, open_tasks):
    deploy(
        START + job("reserve", topic="erp.reserve") + el("userTask", "look", camunda_candidateGroups="heads")
        + END + chain("start", "reserve", "look", "end")
    )  # fmt: skip
    request_id = start(item="lathe")

    answer = engine.external.complete(**ids(fetch()[0]), variables={"place": "A-7"})

    assert answer == {"outcome": "completed"}
    (task,) = open_tasks(request_id)
    assert task.element_id == "look"
    assert engine.instances.variables(request_id)["place"] == "A-7"


def test_a_repeated_answer_is_replied_the_same_and_done_once(engine, fetch, request_id, state):
    (found,) = fetch()
    first = engine.external.complete(**ids(found), variables={})

    again = engine.external.complete(**ids(found), variables={})

    assert again == first
    assert state(request_id) == "completed"
    with pytest.raises(LeaseGone) as refused:
        engine.external.fail(**ids(found), message="no")
    assert refused.value.state == "answered"


def test_a_program_that_lost_its_lease_changes_nothing(engine, clock, fetch, request_id, state):
    (old,) = fetch("w1")
    clock.advance(seconds=61)
    (new,) = fetch("w2")

    with pytest.raises(LeaseGone) as refused:
        engine.external.complete(**ids(old, "w1"), variables={"place": "nowhere"})

    assert refused.value.state == "taken"
    assert state(request_id) == "active"
    assert new.row.idempotency_key == old.row.idempotency_key
    engine.external.complete(**ids(new, "w2"), variables={})
    assert state(request_id) == "completed"


def test_an_extended_lease_is_not_given_to_others(engine, clock, fetch, request_id):
    (found,) = fetch()
    clock.advance(seconds=50)

    until = engine.external.extend(**ids(found), lease_s=120)

    clock.advance(seconds=60)
    assert fetch("w2") == []
    assert (until - clock()).total_seconds() == 60
    with pytest.raises(LeaseGone):
        engine.external.extend(**ids(found, "w2"), lease_s=60)


def test_a_failed_job_is_repeated_as_the_program_says_and_then_an_incident(
    engine, clock, fetch, request_id, storage, administrator, state
):
    (first,) = fetch()
    answer = engine.external.fail(**ids(first), message="the ERP is down", retries=1, retry_after_s=300)
    assert answer["outcome"] == "retry"
    assert engine.external.fail(**ids(first), message="the ERP is down") == answer
    assert fetch() == []

    clock.advance(seconds=301)
    (second,) = fetch()
    assert engine.external.fail(**ids(second), message="still down") == {"outcome": "incident"}
    with storage.reading() as uow:
        (incident,) = uow.incidents.open_of(request_id)
    assert (incident.code, incident.message) == ("external.failed", "still down")

    engine.incidents.retry(incident_id=incident.id, by=administrator)
    (third,) = fetch()
    engine.external.complete(**ids(third), variables={})
    assert state(request_id) == "completed"


def test_a_business_error_is_caught_by_the_diagram_or_an_incident(
    engine, deploy, start, fetch, state, storage
):
    deploy(
        START + job("reserve", topic="erp.reserve") + boundary("sold_out", "reserve", ERROR) + END
        + chain("start", "reserve", "end") + chain("sold_out", "end"),
    )  # fmt: skip
    request_id = start(item="lathe")

    thrown = engine.external.throw(**ids(fetch()[0]), error="E1", message="sold out", variables={})

    assert thrown == {"outcome": "caught"}
    assert state(request_id) == "completed"
    other = start(item="lathe")
    (found,) = fetch()
    assert engine.external.throw(**ids(found), error="E9", message="?", variables={}) == {
        "outcome": "incident"
    }
    with storage.reading() as uow:
        assert [incident.code for incident in uow.incidents.open_of(other)] == ["error.uncaught"]


def test_a_job_whose_request_went_another_way_is_gone(engine, fetch, request_id, administrator):
    (found,) = fetch()
    engine.instances.cancel(instance_id=request_id, by=administrator, reason="not needed")

    with pytest.raises(LeaseGone) as refused:
        engine.external.complete(**ids(found), variables={})

    assert refused.value.state == "gone"


def test_a_job_whose_parameters_fail_is_an_incident_and_not_given_out(deploy, start, fetch, storage):
    deploy(RESERVE.replace("=item", "=count(for a in 1..100000000 return a)"))
    request_id = start(item="lathe")

    found = fetch()

    with storage.reading() as uow:
        (incident,) = uow.incidents.open_of(request_id)
    assert found == []
    assert incident.element_id == "reserve"


def test_jobs_that_waited_for_a_handler_are_taken_over_when_their_topic_becomes_external(
    engine, deploy, start, fetch, registry, state
):
    registry.handlers["erp.reserve"] = registry.handlers["test.work"]
    deploy(RESERVE.replace("goods", "text"))
    request_id = start(item="lathe")
    del registry.handlers["erp.reserve"]

    engine.jobs.run_until_idle()

    engine.external.complete(**ids(fetch()[0]), variables={})
    assert state(request_id) == "completed"


def test_replies_are_forgotten_after_a_week(engine, clock, fetch, request_id):
    (found,) = fetch()
    engine.external.complete(**ids(found), variables={})
    assert engine.external.forget() == 0

    clock.advance(days=8)

    assert engine.external.forget() == 1
