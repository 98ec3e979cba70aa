"""The timeline of a request tells what each step changed: before → after, in the words of the forms."""

import html
import json
import re

import pytest

from bpmn.actors import Actor
from tests.cases.conftest import diagram
from tests.engine.kit import END, START, chain, el

FORM = {
    "type": "default",
    "components": [
        {"type": "textfield", "key": "subject", "label": "Тема"},
        {"type": "number", "key": "price", "label": "Цена"},
        {
            "type": "select", "key": "terms", "label": "Условия",
            "values": [{"value": "prepaid", "label": "100 % предоплата"}, {"value": "half", "label": "50 / 50"}],
        },
        {"type": "textfield", "key": "email", "label": "Почта", "properties": {"personal": "true"}},
        {"type": "textarea", "key": "note", "label": "Примечание"},
        {
            "type": "dynamiclist", "path": "goods", "label": "Товары",
            "components": [
                {"type": "textfield", "key": "name", "label": "Наименование"},
                {"type": "number", "key": "qty", "label": "Кол-во"},
            ],
        },
        {"type": "button", "key": "haste", "label": "Срочно", "action": "submit", "properties": {"outcome": "urgent"}},
    ],
}  # fmt: skip
SCRIPT = (
    '<bpmn:scriptTask id="count" name="Посчитать" scriptFormat="feel" camunda:resultVariable="price">'
    "<bpmn:script>price * 2</bpmn:script></bpmn:scriptTask>"
)
ENGLISH = "Тема: Subject\nЦена: Price\nУсловия: Terms\n50 / 50: half and half\nПосчитать: Count\n"


@pytest.fixture
def history(engine, add_user, sign_in):
    """Complete a task with values over those that the request has; return its card in words and in HTML."""

    def complete(values, *, language="ru", body=None, **variables):
        ask = el("userTask", "ask", name="Уточнить", camunda_candidateGroups="heads", camunda_formKey="asked")
        body = body or START + ask + SCRIPT + END + chain("start", "ask", "count", "end")
        files = {
            "request.bpmn": diagram(body, key="changes"),
            "forms/asked.form": json.dumps(FORM).encode(),
            "translations/en.yaml": ENGLISH.encode(),
        }
        engine.deployments.deploy(files, by=Actor.system(), activate=True)
        ann = add_user("ann@example.com", "Ann", groups=("heads",), language=language)
        request = engine.instances.start(key="changes", variables=variables, by=ann).instance_id
        with engine.storage.reading() as uow:
            (task,) = uow.tasks.open_of(request)
        engine.tasks.complete(task_id=task.id, values=values, by=ann)
        page = sign_in("ann@example.com").get(f"/requests/{request}").get_data(as_text=True)
        text = html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))
        return text[text.index("Уточнить") :], page

    return complete


def test_a_task_tells_what_it_set_and_what_that_replaced_in_the_words_of_its_form(history):
    text, _ = history({"subject": "Станок", "terms": "half", "price": 5}, price=3, terms="prepaid")

    assert "Тема Станок" in text
    assert "Цена было: 3 стало: 5" in text
    assert "Условия было: 100 % предоплата стало: 50 / 50" in text
    assert "Итог Срочно" in text


def test_what_stayed_as_it_was_is_not_told(history):
    _, page = history({"subject": "Станок", "price": 5}, subject="Станок", price=5)

    assert ">Тема</dt>" not in page


def test_scripts_and_jobs_are_told_in_one_line_with_the_values_on_request(history):
    text, page = history({"price": 5})

    assert "Посчитать изменено: Цена Цена было: 5 стало: 10" in text
    assert re.search(r'<details class="more-changes"><summary>Посчитать <span[^>]*>изменено: Цена', page)


def test_personal_values_are_not_repeated_in_the_history(history):
    text, page = history({"email": "new@example.org", "price": 1}, email="old@example.org", subject="")

    assert "Почта изменено; персональные данные" in text
    assert "example.org" not in page[page.index("Уточнить") :]


def test_long_values_are_folded_and_rows_stand_one_below_the_other(history):
    rows = [{"name": f"Станок {n}", "qty": n} for n in range(1, 26)]
    text, page = history({"note": "Очень длинно. " * 30, "goods": rows, "price": 1})

    assert re.search(r"<details><summary>Очень длинно", page)
    assert "Наименование: Станок 1; Кол-во: 1" in text
    assert "Наименование: Станок 20; Кол-во: 20" in text
    assert "и ещё 5 строк" in text


def test_many_changes_leave_the_timeline_readable(history):
    values = {"subject": "a", "terms": "half", "note": "b", "email": "c", "goods": [{"name": "d", "qty": 1}]}
    _, page = history(values | {"price": 1})

    assert "ещё 2 изменения" in page


def test_values_are_text_and_never_markup(history):
    _, page = history({"subject": "<script>alert(1)</script>", "price": 1})

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_table_that_is_too_large_for_the_record_is_only_named(history):
    text, _ = history({"goods": [{"name": "x" * 90, "qty": n} for n in range(150)], "price": 1})

    assert "Товары изменено; слишком длинно для истории" in text


def test_english_readers_read_english(history):
    text, _ = history({"terms": "half", "price": 5}, language="en", terms="prepaid")

    assert "Terms before: 100 % предоплата after: half and half" in text
    assert "Count changed: Price Price before: 5 after: 10" in text
