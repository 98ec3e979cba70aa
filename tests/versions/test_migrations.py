"""Running requests move to another version with everything they have, and can be put back."""

import pytest
from sqlalchemy import select

from bpmn.actors import Actor
from bpmn.errors import Conflict, NotAllowed
from bpmn.migrations import Chosen
from storage.models import Activity, Event, Incident, Instance, Job, Subscription, Task, TaskDraft
from tests.versions.bodies import BOUNDARY, NEW, OLD, rows

SYSTEM = Actor.system()


def definition_of(storage, instance_id):
    with storage.read() as connection:
        return connection.execute(
            select(Instance.definition_id).where(Instance.id == instance_id)
        ).scalar_one()


def everything(storage, instance_id):
    """All rows of a request that decide what happens next."""
    with storage.read() as connection:
        found = {
            model.__tablename__: sorted(
                map(
                    tuple, connection.execute(select(model.__table__).where(model.instance_id == instance_id))
                )
            )
            for model in (Task, Job, Subscription, Incident)
        }
        instance = connection.execute(select(Instance.__table__).where(Instance.id == instance_id)).one()
        found["instance"] = [instance.definition_id, bytes(instance.blob), instance.stage, instance.state]
    return found


@pytest.fixture
def migrate(engine, run_jobs):
    def migrate(old: int, new: int, **options) -> int:
        run_id = engine.migrations.start(from_id=old, to_id=new, by=SYSTEM, **options)
        run_jobs()
        return run_id

    return migrate


def test_a_task_keeps_its_row_draft_and_holder_and_takes_what_the_new_version_says(
    engine, storage, deploy, start, migrate, ann
):
    old = deploy(OLD)
    (held, free) = start(2)
    task = rows(storage, Task, held)[0]
    engine.tasks.claim(task_id=task.id, by=ann)
    engine.tasks.save_draft(task_id=task.id, fields={"note": ["typed"]}, by=ann)
    new = deploy(NEW)

    run = engine.migrations.progress(migrate(old, new))

    assert (run.state, dict(run.counts)) == ("done", {"moved": 2})
    after = rows(storage, Task, held)[0]
    assert (after.id, after.element_id, after.assignee_id) == (task.id, "check", ann.id)
    assert rows(storage, Task, free)[0].candidate_groups == ["chiefs"]
    with storage.reading() as uow:
        assert uow.session.get(TaskDraft, (task.id, ann.id)).fields == {"note": ["typed"]}
    assert definition_of(storage, held) == new
    engine.tasks.complete(task_id=task.id, values={}, by=ann)
    assert [one.name for one in rows(storage, Subscription, held)] == ["settled"]


def test_a_timer_keeps_the_time_it_had(engine, storage, deploy, start, migrate):
    old = deploy(OLD)
    (request,) = start()
    before = rows(storage, Job, request)[0]

    migrate(old, deploy(NEW))

    after = rows(storage, Job, request)[0]
    assert (after.id, after.due_at, after.kind) == (before.id, before.due_at, "timer")


def test_a_timer_that_only_the_new_version_has_is_armed_and_one_that_is_gone_goes(
    storage, deploy, start, migrate, clock
):
    old = deploy(OLD.replace(BOUNDARY, ""))
    (request,) = start()
    new = deploy(OLD)
    clock.advance(days=1)

    migrate(old, new)

    (timer,) = rows(storage, Job, request)
    assert (timer.element_id, (timer.due_at - clock()).days) == ("late", 3)
    migrate(new, old)
    assert rows(storage, Job, request) == []


def test_a_wait_for_another_message_waits_for_it_now(engine, storage, deploy, start, migrate, ann):
    old = deploy(OLD)
    (request,) = start()
    engine.tasks.complete(task_id=rows(storage, Task, request)[0].id, values={}, by=SYSTEM)

    migrate(old, deploy(NEW))

    assert [one.name for one in rows(storage, Subscription, request)] == ["settled"]
    engine.messages.correlate(name="settled", correlation={}, payload={}, by=SYSTEM)
    assert rows(storage, Job, request)[0].element_id == "work"


CHOICE = (
    '<bpmn:startEvent id="s"/><bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="calc"/>'
    '<bpmn:exclusiveGateway id="calc" name="Сумма?"/><bpmn:sequenceFlow id="f2" sourceRef="calc" targetRef="look">'
    "<bpmn:conditionExpression>sum &gt; 10</bpmn:conditionExpression></bpmn:sequenceFlow>"
    '<bpmn:userTask id="look" name="Проверить" camunda:candidateGroups="heads"/>'
    '<bpmn:sequenceFlow id="f4" sourceRef="look" targetRef="e"/><bpmn:endEvent id="e"/>'
)


def test_an_incident_goes_along_and_is_retried_in_the_new_version(engine, storage, deploy, start, migrate):
    old = deploy(CHOICE)
    (request,) = start(sum=1)
    new = deploy(CHOICE.replace("sum &gt; 10", "sum &gt; 0").replace('"calc"', '"choose"'))

    run = engine.migrations.progress(migrate(old, new))

    assert dict(run.counts) == {"moved": 1}
    (incident,) = rows(storage, Incident, request)
    assert (incident.element_id, incident.state) == ("choose", "open")
    engine.incidents.retry(incident_id=incident.id, by=SYSTEM)
    assert [task.element_id for task in rows(storage, Task, request)] == ["look"]


def test_what_has_no_place_in_the_new_version_stays_and_says_why(engine, storage, deploy, start, migrate):
    old = deploy(OLD)
    (stays, goes) = start(2)
    engine.tasks.complete(task_id=rows(storage, Task, goes)[0].id, values={}, by=SYSTEM)
    new = deploy(OLD.replace('"look"', '"other"').replace("Проверить", "Взвесить"))

    dry = engine.migrations.dry_run(from_id=old, to_id=new)
    run_id = migrate(old, new)

    assert [verdict.possible for verdict in dry.verdicts] == [False, True]
    assert dry.verdicts[0].plan.obstacles[0].code == "gone"
    refused, moved = sorted(engine.migrations.items(run_id), key=lambda item: item.state, reverse=True)
    assert (refused.instance_id, refused.data["obstacles"]) == (stays, [["look", "gone"]])
    assert moved.instance_id == goes
    assert definition_of(storage, stays) == old
    assert [
        row.reason for row in engine.migrations.mapping(from_id=old, to_id=new) if row.element.id == "look"
    ] == ["none"]


def test_only_the_requests_that_are_meant_are_moved(engine, storage, deploy, start, migrate):
    old = deploy(OLD)
    (looking, waiting) = start(2)
    engine.tasks.complete(task_id=rows(storage, Task, waiting)[0].id, values={}, by=SYSTEM)
    new = deploy(NEW)

    migrate(old, new, which=Chosen(elements=frozenset({"wait"})))

    assert definition_of(storage, waiting) == new
    assert definition_of(storage, looking) == old


def test_a_migration_can_be_undone_while_nothing_has_moved_on(
    engine, storage, deploy, start, migrate, run_jobs
):
    old = deploy(OLD)
    (looking, waiting, moving) = start(3)
    engine.tasks.complete(task_id=rows(storage, Task, waiting)[0].id, values={}, by=SYSTEM)
    before = {request: everything(storage, request) for request in (looking, waiting)}
    new = deploy(NEW)
    run_id = migrate(old, new)
    engine.tasks.complete(task_id=rows(storage, Task, moving)[0].id, values={}, by=SYSTEM)

    engine.migrations.undo(run_id=run_id, by=SYSTEM)
    run_jobs()

    run = engine.migrations.progress(run_id)
    assert (run.state, dict(run.counts)) == ("undone", {"undone": 2, "kept": 1})
    assert {request: everything(storage, request) for request in (looking, waiting)} == before
    assert definition_of(storage, moving) == new
    with pytest.raises(Conflict):
        engine.migrations.undo(run_id=run_id, by=SYSTEM)


def test_forth_and_back_changes_nothing_that_decides(engine, storage, deploy, start, migrate):
    old = deploy(OLD)
    (request,) = start()
    before = everything(storage, request)
    new = deploy(NEW)
    migrate(old, new)

    migrate(new, old)

    assert everything(storage, request) == before


def test_what_happened_is_on_record(engine, storage, deploy, start, migrate):
    old = deploy(OLD)
    (request,) = start()
    new = deploy(NEW)
    history = len(rows(storage, Activity, request))

    migrate(old, new)

    kinds = [one.kind for one in rows(storage, Event, request)]
    assert kinds[-1] == "migrated"
    assert len(rows(storage, Activity, request)) >= history
    with storage.reading() as uow:
        audit = uow.session.scalars(select(Event).where(Event.kind == "migration_started")).one()
    assert audit.data["from"] == 1
    assert audit.data["to"] == 2


def test_a_cancelled_migration_leaves_the_rest_where_it_is(engine, storage, deploy, start, run_jobs):
    old = deploy(OLD)
    (request,) = start()
    new = deploy(NEW)
    run_id = engine.migrations.start(from_id=old, to_id=new, by=SYSTEM)

    engine.migrations.cancel(run_id=run_id, by=SYSTEM)
    run_jobs()

    assert definition_of(storage, request) == old
    assert engine.migrations.progress(run_id).state == "cancelled"


def test_only_administrators_migrate(engine, deploy, start, ann):
    old, new = deploy(OLD), deploy(NEW)
    with pytest.raises(NotAllowed):
        engine.migrations.start(from_id=old, to_id=new, by=ann)
    with pytest.raises(Conflict):
        engine.migrations.start(from_id=old, to_id=old, by=SYSTEM)
