"""The card of a request: whoever leads it begins the activities of an ad-hoc subprocess and says when it is enough."""

import html
import re

import pytest

from bpmn.actors import Actor
from storage.models import Instance
from tests.cases.conftest import diagram
from tests.engine.kit import END, START, chain

CALL = '<bpmn:userTask id="call" name="Позвонить" camunda:candidateGroups="heads"/>'
VISIT = '<bpmn:userTask id="visit" name="Съездить" camunda:candidateGroups="heads"/>'


def files(attributes=""):
    inner = f'<bpmn:adHocSubProcess id="help" name="Помочь клиенту" {attributes}>{CALL}{VISIT}</bpmn:adHocSubProcess>'
    body = diagram(START + inner + END + chain("start", "help", "end"), key="adhoc")
    english = "Позвонить: Call\nСъездить: Visit\nПомочь клиенту: Help the client\n".encode()
    return {"adhoc.bpmn": body, "translations/en.yaml": english}


@pytest.fixture
def begin(engine, storage, add_user, sign_in):
    """Start a request for which Anna is responsible; her browser and the address of the card."""

    def begin(attributes="", language="ru"):
        engine.deployments.deploy(files(attributes), by=Actor.system(), activate=True)
        anna = add_user("anna@example.com", "Анна Петрова", groups=("heads",), language=language)
        request_id = engine.instances.start(key="adhoc", variables={}, by=Actor.system()).instance_id
        with storage.unit_of_work() as uow:
            uow.session.get(Instance, request_id).responsible_id = anna.id
        return sign_in("anna@example.com"), f"/requests/{request_id}"

    return begin


def card(browser, address):
    page = browser.get(address).get_data(as_text=True)
    return page, html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def offered(page):
    return re.findall(r'name="start" value="(\w+)"', page)


def action(page):
    return re.search(r'action="([^"]+/adhoc/\d+)"', page)[1]


def test_the_responsible_begins_what_is_needed_as_often_as_needed_and_ends_it(begin, engine):
    anna, address = begin()
    page, text = card(anna, address)
    assert offered(page) == ["call", "visit"]
    assert "Помочь клиенту Выберите, что делать дальше" in text
    assert "Система работает" not in text

    for activity in ("call", "call"):
        assert anna.post(action(page), {"start": activity}).status_code == 303

    page, text = card(anna, address)
    assert "Позвонить 2 в работе" in text
    assert "Начато: Позвонить Анна Петрова" in text
    task = re.search(r"/tasks/\d+", page)[0]
    anna.post(f"{task}/claim")
    anna.post(task, {})
    page, text = card(anna, address)
    assert "Позвонить 1 в работе · сделано 1 раз" in text
    assert "Что ещё открыто, снимается: Позвонить." in text

    anna.post(action(page), {"finish": "1"})

    page, text = card(anna, address)
    assert "завершена" in text
    assert "Сделано достаточно: Помочь клиенту" in text
    assert not offered(page)


def test_one_at_a_time_where_the_diagram_says_so(begin):
    anna, address = begin('ordering="Sequential"')
    page, _ = card(anna, address)

    anna.post(action(page), {"start": "call"})

    page, text = card(anna, address)
    assert offered(page) == []
    assert "По одному" in text


def test_what_is_open_is_waited_for_where_the_diagram_says_so(begin):
    anna, address = begin('cancelRemainingInstances="false"')
    page, _ = card(anna, address)
    anna.post(action(page), {"start": "call"})
    page, text = card(anna, address)
    assert "когда закончится то, что ещё открыто: Позвонить." in text

    anna.post(action(page), {"finish": "1"})

    page, text = card(anna, address)
    assert "Сделано достаточно; ждём то, что ещё открыто." in text
    assert not offered(page)


def test_colleagues_see_the_work_but_lead_nothing(begin, add_user, sign_in):
    anna, address = begin()
    page, _ = card(anna, address)
    add_user("boris@example.com", "Борис", groups=("heads",))
    boris = sign_in("boris@example.com")

    seen, text = card(boris, address)

    assert not offered(seen)
    assert "Ответственный выбирает, что делать дальше" in text
    assert "Позвонить" in text
    refused = boris.post(action(page), {"start": "call"})
    assert refused.status_code == 403
    assert "Это может только ответственный" in refused.get_data(as_text=True)


def test_a_late_or_invented_choice_is_answered_calmly(begin):
    anna, address = begin()
    page, _ = card(anna, address)

    for form in ({"start": "bomb"}, {"start": "end"}):
        assert anna.post(action(page), form).status_code == 303
        assert "Уже нельзя" in card(anna, address)[1]
    assert anna.post(re.sub(r"\d+$", "99", action(page)), {"finish": "1"}).status_code == 303
    anna.post(action(page), {"finish": "1"})
    assert anna.post(action(page), {"finish": "1"}).status_code == 409


def test_everything_is_said_in_english_too(begin):
    anna, address = begin(language="en")

    _, text = card(anna, address)

    assert "Help the client Pick what is done next, as often as needed. Call Begin Visit Begin" in text
    assert "Enough was done…" in text
