"""Buttons that an analyst drew on a public form or an answer are the client's choices; files have their limits."""

import io
import re

import pytest

from bpmn.actors import Actor
from tests.web.kit import form, order_files


def button(label, outcome, **own):
    properties = {"outcome": outcome, **own}
    return {"type": "button", "key": "haste", "label": label, "action": "submit", "properties": properties}


NAME = {"type": "textfield", "key": "contact_name", "label": "Ваше имя", "validate": {"required": True}}
WHEN = {"type": "textfield", "key": "when", "label": "Когда", "properties": {"requiresFor": "urgent"}}
PLAN = {
    "type": "filepicker", "key": "plan", "label": "План", "accept": ".pdf", "multiple": True,
    "properties": {"maxSize": "0.1", "maxFiles": "2"},
}  # fmt: skip
BUTTONS = button("Обычный заказ", "calm"), button("Срочный заказ", "urgent")


@pytest.fixture
def order(engine, consents):
    files = order_files(
        **{
            "forms/order.form": form(NAME, WHEN, PLAN, *BUTTONS),
            "forms/comment.form": form(button("Дешевле", "cheaper"), button("Быстрее", "sooner")),
        }
    )
    return engine.deployments.deploy(files, by=Actor.system(), activate=True)


@pytest.fixture
def send(visitor, order, consents):
    def post(**fields):
        key = re.search(r'name="_submit_key" value="([^"]+)"', visitor.get("/c/order").text)[1]
        agreed = {"_consent_personal_data": str(consents["personal_data", "ru"])}
        data = {"_submit_key": key, "contact_name": "Иван", **agreed, **fields}
        return visitor.post("/c/order", data=data, content_type="multipart/form-data")

    return post


def test_the_public_form_has_the_drawn_buttons_and_not_ours(visitor, order):
    page = visitor.get("/c/order").text

    labels = re.findall(r'name="haste" value="\w+"[^>]*>([^<]+)</button>', page)
    assert labels == ["Обычный заказ", "Срочный заказ"]
    assert "Отправить заявку" not in page


def test_the_pressed_button_is_a_variable_and_decides_what_is_required(send, engine, storage):
    refused = send(haste="urgent")
    assert refused.status_code == 422
    assert "Заполните это поле" in refused.text

    sent = send(haste="urgent", when="завтра")

    assert sent.status_code == 303, sent.text
    with storage.read() as connection:
        (number,) = connection.exec_driver_sql("select id from instance").one()
    assert engine.instances.variables(number)["haste"] == "urgent"


def test_a_post_that_presses_none_of_several_buttons_is_asked_to_choose(send):
    answer = send()

    assert answer.status_code == 422
    assert "Выберите, чем закончить: Обычный заказ, Срочный заказ" in answer.text


def test_the_buttons_of_an_answer_are_the_answers(visitor, send, engine, storage):
    link = re.search(r"(/t/[\w-]+)/received", send(haste="calm").location)[1]
    page = visitor.get(link).text
    action = re.search(r'name="_action" value="(\d+)">(?:(?!</form>).)*Дешевле', page, re.S)[1]
    assert re.findall(r'name="haste" value="(\w+)"', page) == ["cheaper", "sooner"]

    answer = visitor.post(f"{link}/answer", data={"_action": action, "haste": "sooner"})

    assert answer.status_code == 303
    with storage.read() as connection:
        (number,) = connection.exec_driver_sql("select id from instance").one()
    assert engine.instances.variables(number)["haste"] == "sooner"


def test_files_of_clients_are_held_to_the_limits_that_the_form_tells(visitor, send):
    assert "Подойдут: PDF. До 0,1 МБ каждый, не больше 2 файлов" in visitor.get("/c/order").text

    large = send(haste="calm", plan=(io.BytesIO(b"%PDF-1.7" + b"x" * 100_001), "план.pdf"))

    assert large.status_code == 422
    assert "Файл «план.pdf» больше 0,1 МБ, приложите файл поменьше" in large.text
    assert send(haste="calm", plan=(io.BytesIO(b"%PDF-1.7"), "план.pdf")).status_code == 303
