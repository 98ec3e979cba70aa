"""From a new version to running requests that work by it, and back: on the pages, as an administrator does it."""

import re

import pytest
from sqlalchemy import func, select

from bpmn.actors import Actor
from storage.models import Instance
from tests.web_kit import CHECK, CHECK_FILES

SYSTEM = Actor.system()
APPROVED = CHECK.replace(
    b'name="stages"', b'name="activation_approval" value="required"/><camunda:property name="stages"'
)
RENAMED = (
    CHECK.replace(b'<bpmn:userTask id="look"', b'<bpmn:userTask id="inspect"')
    .replace(b'"look"', b'"inspect"')
    .replace(
        b'<bpmn:sequenceFlow id="c" sourceRef="decide" targetRef="end"/>',
        b'<bpmn:sequenceFlow id="c" sourceRef="decide" targetRef="sign"/><bpmn:userTask id="sign" name="Sign" camunda:candidateGroups="heads"/><bpmn:sequenceFlow id="dd" sourceRef="sign" targetRef="end"/>',
    )
)  # fmt: skip


@pytest.fixture
def run_jobs(engine):
    def run_jobs():
        for _ in range(300):
            if not engine.jobs.run_due():
                return

    return run_jobs


def deploy(engine, diagram, *, activate=False, by=SYSTEM):
    files = {**CHECK_FILES, "check.bpmn": diagram}
    return engine.deployments.deploy(files, by=by, activate=activate).definitions[0].id


def running_on(storage, definition_id):
    with storage.read() as connection:
        return connection.execute(
            select(func.count())
            .select_from(Instance)
            .where(Instance.definition_id == definition_id, Instance.state == "active")
        ).scalar_one()


def text(response):
    assert response.status_code == 200, response.status_code
    return response.get_data(as_text=True)


def test_a_new_version_is_seen_before_put_in_force_with_its_requests_and_taken_back(
    engine, storage, admin_browser, run_jobs, ann
):
    old = deploy(engine, CHECK, activate=True)
    started = [engine.instances.start(key="check", variables={}, by=SYSTEM).instance_id for _ in range(200)]
    with storage.reading() as uow:
        task = uow.tasks.open_of(started[0])[0]
    engine.tasks.complete(task_id=task.id, values={"note": "ok"}, by=ann)
    with storage.reading() as uow:
        task = uow.tasks.open_of(started[0])[0]
    engine.tasks.complete(task_id=task.id, values={}, by=ann)
    new = deploy(engine, RENAMED)

    page = text(admin_browser.get(f"/processes/versions/{new}/activation"))
    assert "Что меняется" in page
    assert "Sign" in page
    assert "Ввести версию 2, перенести заявок: 199" in page
    answer = admin_browser.post(f"/processes/versions/{new}/replay")
    run_jobs()
    replay = text(admin_browser.get(answer.location))
    assert "Проиграно заявок: 200" in replay
    assert "на «Sign» никто не отвечал" in replay
    one = re.search(r'href="([^"]+/requests/\d+)">', replay)
    assert text(admin_browser.get(one[1])).count("<svg") >= 2
    plan = text(admin_browser.get(f"/processes/versions/{old}/move/{new}"))
    assert "единственный такой шаг с этим названием" in plan
    assert "Перенести 199 заявок" in plan

    admin_browser.get(f"/processes/versions/{new}/activation")
    answer = admin_browser.post(f"/processes/versions/{new}/activation", {"move": str(old)})
    run_jobs()
    moved = text(admin_browser.get(answer.location))
    assert "Закончено" in moved or "Завершено" in moved
    assert running_on(storage, new) == 199
    assert running_on(storage, old) == 0

    admin_browser.post(answer.location + "/undo")
    run_jobs()
    assert "Отменено" in text(admin_browser.get(answer.location))
    assert running_on(storage, old) == 199
    admin_browser.get(f"/processes/versions/{old}/activation")
    admin_browser.post(f"/processes/versions/{old}/activation", {"move": "0"})
    assert engine.deployments.active("check").definition.id == old


def test_a_version_that_needs_approval_waits_for_another_person(engine, admin_browser, add_user, sign_in):
    author = add_user("author@example.com", roles=("administrator",))
    deploy(engine, CHECK, activate=True)
    new = deploy(engine, APPROVED, by=author)
    mine = sign_in("author@example.com")

    mine.get(f"/processes/versions/{new}/activation")
    mine.post(f"/processes/versions/{new}/approve")
    mine.post(f"/processes/versions/{new}/activation")
    assert engine.deployments.active("check").definition.version == 1

    admin_browser.get(f"/processes/versions/{new}/activation")
    admin_browser.post(f"/processes/versions/{new}/approve")
    admin_browser.post(f"/processes/versions/{new}/activation")
    assert engine.deployments.active("check").definition.version == 2


def test_a_version_comes_into_force_at_its_time(engine, admin_browser, clock, run_jobs):
    deploy(engine, CHECK, activate=True)
    new = deploy(engine, RENAMED)
    admin_browser.get(f"/processes/versions/{new}/activation")
    admin_browser.post(f"/processes/versions/{new}/activation", {"at": "2026-06-11T09:00"})
    assert "Вступит в действие сама" in text(admin_browser.get(f"/processes/versions/{new}/activation"))
    run_jobs()
    assert engine.deployments.active("check").definition.version == 1

    clock.advance(days=2)
    run_jobs()

    assert engine.deployments.active("check").definition.version == 2


def test_starts_are_suspended_and_resumed(engine, admin_browser):
    old = deploy(engine, CHECK, activate=True)
    admin_browser.get("/processes/check")
    admin_browser.post(f"/processes/versions/{old}/suspend")
    assert "приостановлена" in text(admin_browser.get("/processes/check"))
    assert admin_browser.get("/start/check").status_code == 404

    admin_browser.post(f"/processes/versions/{old}/resume")
    assert engine.deployments.active("check").definition.id == old


def test_what_does_not_exist_is_not_found(engine, admin_browser):
    old = deploy(engine, CHECK, activate=True)
    for address in (
        "/processes/versions/1/activation", "/processes/replays/1", "/processes/migrations/1",
        f"/processes/versions/{old}/move/{old}",
    ):  # fmt: skip
        assert admin_browser.get(address).status_code == 404, address
