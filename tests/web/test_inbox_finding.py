"""Narrowing the inbox down, keeping the choice under a name, taking the next task, undoing."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bpmn.actors import Actor
from storage.models import Instance, SavedView, Task, TaskCandidate
from tests.web_kit import CHECK_FILES


@pytest.fixture
def start(engine, storage):
    """Start a check about something; return its open task."""
    engine.deployments.deploy(CHECK_FILES, by=Actor.system(), activate=True)

    def start(subject, *, priority=50, due_at=None):
        instance_id = engine.instances.start(key="check", variables={}, by=Actor.system()).instance_id
        with storage.unit_of_work() as uow:
            row = uow.session.get(Instance, instance_id)
            row.subject = row.requester = subject
            task = uow.session.scalars(select(Task).where(Task.instance_id == instance_id)).one()
            task.priority = priority
            if due_at is not None:
                task.due_at = due_at
                uow.connection.execute(
                    update(TaskCandidate).where(TaskCandidate.task_id == task.id).values(due_at=due_at)
                )
            return task.id

    return start


@pytest.fixture
def anna(add_user, sign_in):
    add_user("anna@example.com", "Анна Петрова", groups=("heads",))
    return sign_in("anna@example.com")


@pytest.fixture
def boris(add_user, sign_in):
    add_user("boris@example.com", "Борис Котов", groups=("heads",))
    return sign_in("boris@example.com")


def listed(browser, view):
    """The tasks that a list shows, in its order."""
    page = browser.get("/inbox", query_string={"view": view}).get_data(as_text=True)
    rows = re.search(r'<section class="worklist".*?</section>', page, re.S)[0]
    return [int(found) for found in re.findall(r'<li><a href="/tasks/(\d+)', rows)]


def test_the_filter_form_becomes_one_word_of_the_address(start, anna):
    lathe, pump = start("Токарные станки"), start("Насос")

    answer = anna.get("/inbox?view=groups&q=станок&sort=due&due=&step=&process=")

    assert answer.status_code == 302
    assert listed(anna, "groups?q=станок") == [lathe]
    assert listed(anna, "groups?q=насосы") == [pump]
    assert "Подходящих задач нет" in anna.get("/inbox?view=groups%3Fq%3Dнетакого").get_data(as_text=True)


def test_the_choice_is_kept_while_a_task_is_opened_and_done(start, anna):
    first, second = start("станок первый"), start("станок второй")
    view = "groups?q=%D1%81%D1%82%D0%B0%D0%BD%D0%BE%D0%BA"
    assert listed(anna, view) == [first, second]

    page = anna.get(f"/tasks/{first}", query_string={"view": view}).get_data(as_text=True)
    assert 'name="_view" value="groups?q=' in page
    done = anna.post(f"/tasks/{first}", {"note": "x", "_view": view})

    assert done.status_code == 303
    assert listed(anna, view)[0] == second


def test_tasks_can_be_put_in_another_order_and_cut_into_pages(start, anna, monkeypatch):
    usual, urgent, newest = start("a"), start("b", priority=90), start("c")

    assert listed(anna, "groups?sort=priority") == [urgent, usual, newest]
    assert listed(anna, "groups?sort=newest")[0] in (usual, urgent, newest)
    assert listed(anna, "groups?urgent=1") == [urgent]


def test_what_i_completed_is_listed_the_latest_first(start, anna, clock):
    tasks = [start("a"), start("b")]
    for task in tasks:
        clock.advance(minutes=1)
        anna.post(f"/tasks/{task}", {"note": "x", "colour": "синий"})

    assert listed(anna, "done") == tasks[::-1]


def test_taking_the_next_prefers_what_is_late_and_then_what_is_urgent(start, anna, boris, clock):
    start("обычная")
    urgent = start("срочная", priority=90)
    late = start("просроченная", due_at=clock() - timedelta(hours=1))

    assert f"/tasks/{late}?" in anna.post("/inbox/next").headers["Location"]
    assert f"/tasks/{urgent}?" in boris.post("/inbox/next").headers["Location"]


def test_taking_the_next_of_an_empty_queue_says_so(start, anna):
    page = anna.post("/inbox/next", follow_redirects=True).get_data(as_text=True)

    assert "В ваших группах сейчас ничего не ждёт" in page


def test_a_view_is_kept_counted_shared_and_removed_with_a_way_back(start, anna, boris, engine, storage):
    start("станок")
    engine.searching.refresh()
    view = "groups?q=%D1%81%D1%82%D0%B0%D0%BD%D0%BE%D0%BA"
    anna.post("/inbox/views", {"view": view, "name": "Станки", "group": "heads"})

    for browser in (anna, boris):
        page = browser.get("/inbox").get_data(as_text=True)
        assert re.search(r'Станки</span>.*?<span class="n">1</span>', page, re.S)
    with storage.read_session() as session:
        view_id = session.scalars(select(SavedView.id)).one()
    assert boris.post(f"/inbox/views/{view_id}/remove").status_code == 404
    page = anna.post(f"/inbox/views/{view_id}/remove", follow_redirects=True).get_data(as_text=True)
    assert "Вид «Станки» удалён" in page
    undo = dict(re.findall(r'type="hidden" name="(name|view|group)" value="([^"]*)"', page))
    anna.post("/inbox/views", undo)

    assert "Станки" in boris.get("/inbox").get_data(as_text=True)


def test_a_view_is_not_shared_with_a_group_of_others(start, anna):
    assert anna.post("/inbox/views", {"view": "mine", "name": "x", "group": "buyers"}).status_code == 403


def test_a_claim_is_taken_back_by_the_button_beside_the_message(start, anna, boris, storage):
    task = start("станок")

    page = anna.post(f"/tasks/{task}/claim", follow_redirects=True).get_data(as_text=True)
    assert f'action="/tasks/{task}/take-back' in page
    anna.post(f"/tasks/{task}/take-back")

    assert listed(boris, "groups") == [task]
    assert boris.post(f"/tasks/{task}/take-back").status_code == 403


def test_a_hand_over_is_taken_back_only_before_anybody_acted(start, anna, boris, add_user, storage, clock):
    task = start("станок")
    other = add_user("vera@example.com", "Вера", groups=("heads",))
    anna.post(f"/tasks/{task}/claim")
    anna.post(f"/tasks/{task}/assign", {"_user": str(other.id)})

    assert anna.post(f"/tasks/{task}/take-back").status_code == 303
    assert listed(anna, "mine") == [task]
    anna.post(f"/tasks/{task}/assign", {"_user": str(other.id)})
    clock.advance(minutes=11)
    assert anna.post(f"/tasks/{task}/take-back").status_code == 403


@pytest.mark.parametrize(
    "view", ["groups?sort=bad&due=worse", "groups?q=" + "я" * 5000, "nothing", "done?q=%00", "mine?step=%25"]
)
def test_a_strange_address_shows_a_list_and_breaks_nothing(start, anna, view):
    start("станок")

    assert anna.get("/inbox", query_string={"view": view}).status_code in (200, 302)
    assert anna.get("/inbox/filters", query_string={"view": view}).status_code == 200
    assert anna.get("/inbox", query_string={"view": "groups?sort=priority", "after": view}).status_code == 200


def test_several_tasks_are_taken_at_once_and_what_could_not_be_is_named(start, anna, boris, storage):
    mine, his = start("станок"), start("насос")
    boris.post(f"/tasks/{his}/claim")

    page = anna.post(
        "/inbox/several",
        {"task": [str(mine), str(his)], "act": "claim", "_view": "groups"},
        follow_redirects=True,
    ).get_data(as_text=True)

    assert listed(anna, "mine") == [mine]
    assert "1 задача осталась как была" in page
    assert re.search(r"осталась как была\. \S+: Задача у другого: Борис Котов", page)


def test_several_tasks_are_handed_over_and_given_back(start, anna, boris, storage, add_user):
    tasks = [start("станок"), start("насос")]
    vera = add_user("vera@example.com", "Вера", groups=("heads",))
    chosen = [str(one) for one in tasks]
    anna.post("/inbox/several", {"task": chosen, "act": "claim"})
    anna.post("/inbox/several", {"task": chosen[:1], "act": "assign", "_user": str(vera.id)})
    anna.post("/inbox/several", {"task": chosen[1:], "act": "release"})

    assert listed(anna, "mine") == []
    assert listed(boris, "groups") == tasks[1:]
    with storage.read_session() as session:
        assert session.get(Task, tasks[0]).assignee_id == vera.id


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"act": "claim"}, "Сначала отметьте задачи"),
        ({"act": "assign", "task": "1"}, "Выберите, кому передать"),
    ],
)
def test_an_incomplete_choice_says_what_is_missing(start, anna, sent, said):
    start("a"), start("b")

    assert said in anna.post("/inbox/several", sent, follow_redirects=True).get_data(as_text=True)
