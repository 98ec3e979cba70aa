"""Claiming, completing and drafting tasks: one winner, nothing lost, nothing done twice."""

import threading

import pytest
from sqlalchemy import select

from bpmn.errors import InvalidForm, NotAllowed, NotFound, TaskHeld, TaskNotOpen
from storage.models import Activity
from tests.engine.kit import END, START, chain, el, job

FORM = b"""{"type": "default", "components": [
  {"type": "number", "key": "amount", "label": "Amount", "validate": {"required": true, "min": 1}}]}"""
REVIEW = START + el("userTask", "review", name="Review", camunda_candidateGroups="heads") + END
REVIEW += chain("start", "review", "end")


def review_with_form(deploy):
    body = START + el(
        "userTask", "review", name="Review", camunda_candidateGroups="heads", camunda_formKey="review"
    )
    deploy(body + END + chain("start", "review", "end"), **{"forms/review.form": FORM})


def test_completing_a_task_ends_the_request_and_says_who_did_it(
    engine, deploy, start, open_tasks, state, ann
):
    deploy(REVIEW)
    request = start()
    task = open_tasks(request)[0]

    engine.tasks.complete(task_id=task.id, values={"approved": True}, by=ann)

    assert state(request) == "completed"
    assert engine.instances.variables(request)["approved"] is True
    with engine.storage.reading() as uow:
        done = uow.tasks.get(task.id)
    assert (done.state, done.completed_by_id, done.completed_at) == ("completed", ann.id, engine.now())


def test_the_record_of_a_task_says_what_its_values_replaced(engine, deploy, start, open_tasks, ann):
    tasks = "".join(el("userTask", name, camunda_candidateGroups="heads") for name in ("one", "two"))
    two = START + tasks + END + chain("start", "one", "two", "end")
    deploy(two)
    request = start()
    first = {"amount": 5, "note": "x", "long": "y" * 600}
    engine.tasks.complete(task_id=open_tasks(request)[0].id, values=first, by=ann)
    second = {"amount": 7, "note": "x", "new": 1, "long": "short"}
    engine.tasks.complete(task_id=open_tasks(request)[0].id, values=second, by=ann)

    with engine.storage.reading() as uow:
        rows = uow.connection.execute(select(Activity.element_id, Activity.data)).all()
    told = {element: data for element, data in rows if element in ("one", "two")}
    assert told["one"]["values"] == first
    assert "before" not in told["one"]
    assert told["two"]["values"] == {"amount": 7, "new": 1, "long": "short"}, (
        "what stayed as it was is no change"
    )
    assert told["two"]["before"] == {"amount": 5, "long": "y" * 600}


def test_completing_a_task_twice_is_refused_and_names_who_was_first(
    engine, deploy, start, open_tasks, ann, bob
):
    deploy(REVIEW)
    task = open_tasks(start())[0]
    engine.tasks.complete(task_id=task.id, values={}, by=ann)

    with pytest.raises(TaskNotOpen) as refused:
        engine.tasks.complete(task_id=task.id, values={}, by=bob)

    assert (refused.value.state, refused.value.by) == ("completed", "Ann")


def test_of_two_people_claiming_at_once_one_gets_the_task_and_the_other_is_told_who(
    engine, deploy, start, open_tasks, ann, bob
):
    deploy(REVIEW)
    task = open_tasks(start())[0]
    told = []

    def claim(person):
        try:
            engine.tasks.claim(task_id=task.id, by=person)
        except TaskHeld as held:
            told.append(held.holder)

    threads = [threading.Thread(target=claim, args=(person,)) for person in (ann, bob)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    holder = engine.tasks.page(task_id=task.id, by=ann, language="en").holder_name
    assert told == [holder]


def test_a_claimed_task_leaves_the_queue_and_a_released_one_returns(
    engine, deploy, start, open_tasks, storage, ann
):
    deploy(REVIEW)
    task = open_tasks(start())[0]

    def queued():
        with storage.read() as connection:
            return connection.exec_driver_sql("select principal from task_candidate").scalars().all()

    assert queued() == ["g:heads"]
    engine.tasks.claim(task_id=task.id, by=ann)
    assert queued() == []
    engine.tasks.release(task_id=task.id, by=ann)
    assert queued() == ["g:heads"]


def test_somebody_else_may_neither_open_nor_complete_a_task(engine, deploy, start, open_tasks, add_person):
    deploy(REVIEW)
    task = open_tasks(start())[0]
    stranger = add_person("eve@example.com", "Eve", groups=("warehouse",))

    with pytest.raises(NotAllowed):
        engine.tasks.page(task_id=task.id, by=stranger, language="en")
    with pytest.raises(NotAllowed):
        engine.tasks.complete(task_id=task.id, values={}, by=stranger)


def test_what_is_typed_is_kept_as_a_draft_until_the_task_is_completed(engine, deploy, start, open_tasks, ann):
    review_with_form(deploy)
    task = open_tasks(start())[0]
    engine.tasks.save_draft(task_id=task.id, fields={"amount": ["12"]}, by=ann)

    page = engine.tasks.page(task_id=task.id, by=ann, language="en")
    assert page.form.fields[0].text == "12"
    assert page.draft_saved_at == engine.now()

    engine.tasks.submit(task_id=task.id, posted={"amount": ["12"]}, by=ann, language="en")
    assert engine.tasks.page(task_id=task.id, by=ann, language="en").draft_saved_at is None


def test_a_wrong_field_is_named_and_nothing_changes(engine, deploy, start, open_tasks, state, ann):
    review_with_form(deploy)
    request = start()
    task = open_tasks(request)[0]

    with pytest.raises(InvalidForm) as refused:
        engine.tasks.submit(task_id=task.id, posted={"amount": ["0"]}, by=ann, language="en")

    assert set(refused.value.errors) == {"amount"}
    assert state(request) == "active"


def test_fields_that_the_form_does_not_have_are_refused_by_name(engine, deploy, start, open_tasks, ann):
    review_with_form(deploy)
    task = open_tasks(start())[0]

    with pytest.raises(InvalidForm) as refused:
        engine.tasks.complete(task_id=task.id, values={"amount": 5, "is_admin": True}, by=ann)

    assert set(refused.value.errors) == {"is_admin"}


def test_a_task_for_an_unknown_person_is_an_incident_not_silence(engine, deploy, start, open_tasks):
    body = START + el("userTask", "review", name="Review", camunda_assignee="nobody@example.com") + END
    deploy(body + chain("start", "review", "end"))

    request = start()

    incidents = [wait for wait in engine.instances.waits(request) if wait.kind == "incident"]
    assert [wait.element_id for wait in incidents] == ["review"]
    assert len(open_tasks(request)) == 1


def test_the_employees_completion_stands_when_what_follows_fails(
    engine, deploy, start, open_tasks, behaviour, ann, administrator
):
    body = REVIEW.replace(END + chain("start", "review", "end"), "")
    gateway = el("exclusiveGateway", "amount", default="small")
    flows = (
        chain("start", "review", "amount")
        + '<bpmn:sequenceFlow id="large" sourceRef="amount" targetRef="work"><bpmn:conditionExpression>'
        "total &gt; 10</bpmn:conditionExpression></bpmn:sequenceFlow>"
        '<bpmn:sequenceFlow id="small" sourceRef="amount" targetRef="end"/>' + chain("work", "end")
    )
    deploy(body + gateway + job("work", topic="test.work") + END + flows)
    request = start(total="not a number")
    task = open_tasks(request)[0]

    engine.tasks.complete(task_id=task.id, values={"note": "kept"}, by=ann)

    waits = engine.instances.waits(request)
    assert [(wait.kind, wait.element_id) for wait in waits] == [("incident", "amount")]
    assert engine.instances.variables(request)["note"] == "kept"

    engine.instances.set_variables(instance_id=request, values={"total": 5}, by=administrator)
    engine.incidents.retry(incident_id=waits[0].row_id, by=administrator)
    with engine.storage.reading() as uow:
        assert uow.instances.get(request).state == "completed"


def test_there_is_no_task_with_an_unknown_number(engine, ann):
    with pytest.raises(NotFound):
        engine.tasks.claim(task_id=404, by=ann)


def test_the_initiator_is_known_to_the_diagram(engine, deploy, start, open_tasks, ann):
    begin = el("startEvent", "start", camunda_initiator="author")
    deploy(begin + el("userTask", "check", camunda_assignee="=author") + END + chain("start", "check", "end"))

    request = start(by=ann)

    assert engine.instances.variables(request)["author"] == ann.email
    assert open_tasks(request)[0].assignee_id == ann.id
