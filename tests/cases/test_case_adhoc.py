"""The responsible leads an ad-hoc subprocess; others do not."""

import pytest

from bpmn.actors import Actor
from bpmn.errors import Conflict, NotAllowed
from storage.models import Event
from tests.scenarios.kit import END, START, chain, diagram

INNER = (
    '<bpmn:adHocSubProcess id="sub" name="Help"><bpmn:userTask id="call" name="Call"/></bpmn:adHocSubProcess>'
)


@pytest.fixture
def request_id(engine):
    files = {"demo.bpmn": diagram(START + INNER + END + chain("start", "sub", "end"))}
    engine.deployments.deploy(files, by=Actor.system(), activate=True)
    return engine.instances.start(key="demo", variables={}, by=Actor.system()).instance_id


def test_activities_begin_by_hand_until_somebody_says_that_it_is_enough(engine, request_id, storage):
    by = Actor.system()
    (choice,) = engine.adhoc.choices(request_id)
    assert (choice.element_id, choice.name) == ("call", "Call")

    engine.adhoc.start(instance_id=request_id, token_id=choice.token_id, element_id="call", by=by)
    assert [wait.element_id for wait in engine.instances.waits(request_id) if wait.kind == "task"] == ["call"]

    (scope,) = engine.adhoc.open(request_id)
    engine.adhoc.complete(instance_id=request_id, token_id=scope.token_id, by=by)
    assert engine.adhoc.choices(request_id) == []
    with storage.read_session() as session:
        events = [(row.kind, row.data) for row in session.query(Event).order_by(Event.id)]
    assert events[-2:] == [("adhoc_started", {"title": "Call"}), ("adhoc_completed", {"title": "Help"})]


def test_only_the_responsible_leads(engine, request_id, ann):
    (choice,) = engine.adhoc.choices(request_id)

    with pytest.raises(NotAllowed):
        engine.adhoc.start(instance_id=request_id, token_id=choice.token_id, element_id="call", by=ann)
    with pytest.raises(Conflict):
        engine.adhoc.start(
            instance_id=request_id, token_id=choice.token_id, element_id="x", by=Actor.system()
        )
