"""The inbox and the page of a task: what people see, and that nothing typed is ever lost."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from bpmn.actors import Actor
from storage.models import Task, TaskDraft
from tests.web_kit import CHECK_FILES


@pytest.fixture
def started(engine):
    """Start a check; returns a function that starts another."""
    engine.deployments.deploy(CHECK_FILES, by=Actor.system(), activate=True)

    def start():
        return engine.instances.start(key="check", variables={}, by=Actor.system()).instance_id

    return start


@pytest.fixture
def open_task(storage):
    def find(instance_id):
        with storage.read_session() as session:
            return session.scalars(
                select(Task.id).where(Task.instance_id == instance_id, Task.state == "open")
            ).one()

    return find


@pytest.fixture
def anna(add_user, sign_in):
    add_user("anna@example.com", "Анна Петрова", groups=("heads",))
    return sign_in("anna@example.com")


@pytest.fixture
def boris(add_user, sign_in):
    add_user("boris@example.com", "Борис Котов", groups=("heads",))
    return sign_in("boris@example.com")


def test_a_task_waits_in_the_groups_queue_until_somebody_takes_it(started, open_task, anna):
    task = open_task(started())

    queue = anna.get("/inbox?view=groups").get_data(as_text=True)
    assert "Проверить" in queue
    assert anna.post(f"/tasks/{task}/claim").headers["Location"] == f"/tasks/{task}?view=mine"

    assert "У вас нет задач" not in anna.get("/inbox?view=mine").get_data(as_text=True)
    assert "Очередь ваших групп пуста" in anna.get("/inbox?view=groups").get_data(as_text=True)


def test_completing_leads_to_the_next_task_of_the_same_request(started, open_task, anna):
    instance = started()
    task = open_task(instance)
    anna.get(f"/tasks/{task}")

    response = anna.post(f"/tasks/{task}", {"note": "в порядке", "sum": "1 234,50"})

    assert response.headers["Location"].startswith(f"/tasks/{open_task(instance)}")
    assert "Готово." in anna.get(response.headers["Location"]).get_data(as_text=True)


def test_a_form_filled_wrongly_comes_back_with_everything_typed(started, open_task, anna):
    task = open_task(started())
    anna.get(f"/tasks/{task}")

    response = anna.post(f"/tasks/{task}", {"note": "", "sum": "много"})

    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert 'value="много"' in page
    assert re.search(r'role="alert"[^>]*id="form-errors"', page)


def test_fields_that_the_form_does_not_have_change_nothing(started, open_task, anna, engine):
    instance = started()
    anna.get("/inbox")

    anna.post(f"/tasks/{open_task(instance)}", {"note": "да", "admin": "true", "note2": "x"})

    assert set(engine.instances.variables(instance)) <= {"note", "sum"}


def test_an_oversized_answer_is_refused_in_words(started, open_task, anna):
    task = open_task(started())
    anna.get(f"/tasks/{task}")

    response = anna.post(f"/tasks/{task}", {"note": "я" * 20_000})

    assert response.status_code == 422
    assert "form-errors" in response.get_data(as_text=True)


def test_a_completed_task_completed_again_says_who_was_faster_and_shows_what_was_typed(
    started, open_task, anna, boris
):
    task = open_task(started())
    boris.get(f"/tasks/{task}")
    anna.get(f"/tasks/{task}")
    anna.post(f"/tasks/{task}", {"note": "первая"})

    response = boris.post(f"/tasks/{task}", {"note": "вторая заметка"})

    page = response.get_data(as_text=True)
    assert response.status_code == 409
    assert "Уже выполнено: Анна Петрова, сегодня 09:00" in page.replace("\xa0", " ")
    assert "вторая заметка" in page


def test_of_two_who_take_a_task_the_second_is_told_who_has_it(started, open_task, anna, boris):
    task = open_task(started())
    boris.get(f"/tasks/{task}")
    anna.get(f"/tasks/{task}")
    anna.post(f"/tasks/{task}/claim")

    response = boris.post(f"/tasks/{task}/claim", {"note": "моя заметка"})

    assert response.status_code == 409
    assert "Задача у другого: Анна Петрова" in response.get_data(as_text=True)
    assert "моя заметка" in response.get_data(as_text=True)


def test_what_is_typed_is_kept_as_a_draft_and_comes_back(started, open_task, anna, storage):
    task = open_task(started())
    anna.get(f"/tasks/{task}")

    saved = anna.post(f"/tasks/{task}/draft", {"note": "начала писать"})

    assert saved.get_json() == {"saved": "черновик сохранён 09:00"}
    assert 'value="начала писать"' in anna.get(f"/tasks/{task}").get_data(as_text=True)
    with storage.read_session() as session:
        assert set(session.scalars(select(TaskDraft)).one().fields) == {"note"}


def test_taking_a_task_keeps_what_stood_in_its_form(started, open_task, anna):
    task = open_task(started())
    anna.get(f"/tasks/{task}")

    anna.post(f"/tasks/{task}/claim", {"note": "уже написано"})

    assert 'value="уже написано"' in anna.get(f"/tasks/{task}").get_data(as_text=True)


def test_a_task_offered_to_others_is_not_shown(started, open_task, add_user, sign_in):
    task = open_task(started())
    add_user("stranger@example.com")

    response = sign_in("stranger@example.com").get(f"/tasks/{task}")

    assert response.status_code == 403
    assert "Задача предложена другим" in response.get_data(as_text=True)


def test_a_task_is_handed_to_a_colleague(started, open_task, anna, add_user, sign_in):
    colleague = add_user("vera@example.com", "Вера Лис", groups=("heads",))
    task = open_task(started())
    anna.get(f"/tasks/{task}")
    anna.post(f"/tasks/{task}/claim")
    anna.get(f"/tasks/{task}")

    assert anna.post(f"/tasks/{task}/assign", {"_user": colleague.id}).status_code == 303

    assert f"/tasks/{task}" in sign_in("vera@example.com").get("/inbox?view=mine").get_data(as_text=True)


def test_names_of_steps_and_fields_follow_the_language_of_the_person(started, open_task, anna):
    task = open_task(started())
    anna.get(f"/tasks/{task}")
    anna.post("/settings", {"language": "en"})

    page = anna.get(f"/tasks/{task}").get_data(as_text=True)

    assert "Check" in page
    assert "Note" in page
    assert "Take into work" in page
    assert "Проверить" not in page


def test_overdue_and_due_today_have_views_of_their_own(started, storage, clock, anna, open_task):
    late, soon = open_task(started()), open_task(started())
    with storage.unit_of_work() as uow:
        uow.session.get(Task, late).due_at = clock() - timedelta(hours=1)
        uow.session.get(Task, soon).due_at = clock() + timedelta(hours=2)
        uow.flush()
        for task in (late, soon):
            uow.tasks.unqueue(task)
            uow.tasks.enqueue([uow.tasks.get(task)])

    overdue = anna.get("/inbox?view=overdue").get_data(as_text=True)
    today = anna.get("/inbox?view=today").get_data(as_text=True)

    assert f"/tasks/{late}?" in overdue
    assert f"/tasks/{soon}?" not in overdue
    assert f"/tasks/{soon}?" in today


def test_long_lists_are_cut_into_pages_without_losing_or_repeating(started, anna, storage, monkeypatch):
    from storage.queries import inbox as queries

    for _ in range(7):
        started()
    monkeypatch.setattr(queries, "PAGE", 3)
    seen, address = [], "/inbox?view=groups"
    while address:
        page = anna.get(address).get_data(as_text=True)
        seen += re.findall(r'<li><a href="/tasks/(\d+)', page)
        more = re.search(r'href="(/inbox\?view=groups&amp;after=[^"]+)"', page)
        address = more.group(1).replace("&amp;", "&") if more else None

    assert len(seen) == len(set(seen)) == 7
