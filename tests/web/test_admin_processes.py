"""Uploading, looking at, putting in force and withdrawing processes."""

import io
import zipfile

import pytest
from sqlalchemy import func, select

from bpmn.actors import Actor
from storage.models import Definition, Deployment
from tests.web.kit import order_diagram, order_files

BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">&b;</definitions>"""


@pytest.fixture
def order(engine):
    return engine.deployments.deploy(order_files(), by=Actor.system(), activate=True)


@pytest.fixture
def analyst(add_user, sign_in):
    add_user("nina@example.com", "Нина Смирнова", roles=("analyst",))
    return sign_in("nina@example.com")


def zipped(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return target.getvalue()


def upload(browser, files: dict[str, bytes], **fields: str):
    browser.get("/processes/upload")
    data = {"files": [(io.BytesIO(content), name) for name, content in files.items()], **fields}
    return browser.post("/processes/upload", data, content_type="multipart/form-data")


def stored(storage) -> int:
    with storage.read() as connection:
        return connection.execute(select(func.count(Deployment.id))).scalar_one()


def test_a_zipped_folder_is_checked_stored_and_put_in_force(admin_browser, storage):
    answer = upload(admin_browser, {"order.zip": zipped(order_files())}, activate="1", note="первая")

    assert answer.status_code == 200
    assert "1 процесс загружен" in answer.text
    with storage.read() as connection:
        assert connection.execute(select(Definition.key, Definition.state)).all() == [("order", "active")]


def test_an_upload_without_the_mark_waits_until_somebody_puts_it_in_force(admin_browser, storage):
    upload(admin_browser, {"order.zip": zipped(order_files())})
    with storage.read() as connection:
        definition_id, state = connection.execute(select(Definition.id, Definition.state)).one()
    assert state == "stored"

    question = admin_browser.get(f"/processes/versions/{definition_id}/activate", follow_redirects=True)
    answer = admin_browser.post(f"/processes/versions/{definition_id}/activation")

    assert "Это первая версия" in question.text
    assert answer.status_code == 303
    assert "в силе" in admin_browser.get("/processes/order").text


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"bad.bpmn": b"hello"}, "XML"),
        ({"bomb.bpmn": BOMB}, "DOCTYPE"),
        ({"order.zip": zipped(order_files(**{"order.bpmn": order_diagram(handler="no.such")}))}, "no.such"),
        ({"order.zip": zipped({"../../evil.bpmn": b"<a/>"})}, "evil.bpmn"),
        ({"order.zip": b"PK\x03\x04 damaged"}, "order.zip"),
        ({"note.txt": b"nothing"}, "диаграмм"),
    ],
    ids=["not XML", "entity bomb", "unknown handler", "path traversal", "damaged archive", "no diagram"],
)
def test_what_cannot_run_is_refused_with_the_culprit_named(admin_browser, storage, files, words):
    answer = upload(admin_browser, files)

    assert answer.status_code == 422
    assert words in answer.text
    assert "Traceback" not in answer.text
    assert stored(storage) == 0


def test_an_unknown_handler_names_file_and_element(admin_browser):
    answer = upload(
        admin_browser, {"order.zip": zipped(order_files(**{"order.bpmn": order_diagram(handler="no.such")}))}
    )

    assert "order.bpmn" in answer.text
    assert "<code>work</code>" in answer.text


def test_a_file_of_fifty_megabytes_is_refused_in_words(admin_browser, storage):
    answer = upload(admin_browser, {"big.bpmn": b" " * 50_000_001})

    assert answer.status_code == 422
    assert "big.bpmn" in answer.text
    assert "50" in answer.text
    assert stored(storage) == 0


def test_a_request_far_beyond_the_limit_is_refused_in_words(admin_browser, monkeypatch):
    monkeypatch.setattr("web.processes.REQUEST_LIMIT", 1_000_000)

    answer = upload(admin_browser, {"big.bpmn": b" " * 1_100_000})

    assert answer.status_code == 413
    assert "Слишком много данных" in answer.text


def test_problems_are_told_in_the_language_of_the_page(add_user, sign_in):
    add_user("root@example.com", "Root", roles=("administrator",), language="en")

    answer = upload(sign_in("root@example.com"), {"bomb.bpmn": BOMB})

    assert "DOCTYPE declaration is not allowed" in answer.text


def test_the_passport_shows_diagram_versions_and_files(admin_browser, order):
    page = admin_browser.get("/processes/order").text

    assert "<svg" in page
    assert 'data-element-id="work"' in page
    assert "Заказ со склада" in page
    assert "http://localhost" in page
    assert "/c/order" in page
    assert "forms/order.form" in page


def test_the_diagram_counts_the_requests_that_stand_at_an_element(admin_browser, order, engine):
    for _ in range(3):
        engine.instances.start(key="order", variables={}, by=Actor.system(), start_id="begin")

    page = admin_browser.get("/processes/order").text

    assert 'class="count"' in page
    assert "Принять" in page or "accepted" in page


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("order.bpmn", "<svg"),
        ("forms/order.form", "Ваше имя"),
        ("texts/question.ru.md", "Мы собрали"),
        ("translations/en.yaml", "Accept the order"),
    ],
)
def test_every_file_can_be_looked_at(analyst, order, path, words):
    answer = analyst.get(f"/processes/order/versions/1/files/{path}")

    assert answer.status_code == 200
    assert words in answer.text


def test_a_downloaded_file_is_byte_for_byte_what_came(analyst, order):
    answer = analyst.get("/processes/order/versions/1/files/order.bpmn?download=1")

    assert answer.data == order_files()["order.bpmn"]
    assert "attachment" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    "path", ["/processes/nothing", "/processes/order/versions/9", "/processes/order/versions/1/files/x"]
)
def test_what_is_not_there_is_said_to_be_not_there(analyst, order, path):
    assert analyst.get(path).status_code == 404


def test_withdrawing_stops_new_requests_only(admin_browser, order, engine, storage):
    definition_id = order.definitions[0].id
    engine.instances.start(key="order", variables={}, by=Actor.system(), start_id="begin")

    question = admin_browser.get(f"/processes/versions/{definition_id}/retire").text
    admin_browser.post(f"/processes/versions/{definition_id}/retire")

    assert "1 идущая заявка дойдёт до конца" in question
    assert admin_browser.get("/c/order").status_code == 404


@pytest.mark.parametrize("path", ["/processes/upload", "/processes/versions/1/activate"])
def test_analysts_look_but_do_not_change(analyst, order, path):
    assert analyst.get("/processes/order").status_code == 200
    assert analyst.get(path).status_code == 403


def test_employees_see_neither_processes_nor_administration(add_user, sign_in):
    add_user("ivan@example.com", "Иван", roles=("employee",))
    browser = sign_in("ivan@example.com")

    assert [
        browser.get(path).status_code for path in ("/processes", "/admin", "/admin/mailbox", "/admin/people")
    ] == [403] * 4


def test_the_start_catalogue_offers_processes_and_finds_them(add_user, sign_in, order):
    add_user("ivan@example.com", "Иван", roles=("employee",))
    browser = sign_in("ivan@example.com")

    assert "Заказ со склада" in browser.get("/start").text
    assert "Заказ со склада" in browser.get("/start?q=склад").text
    assert "Показать все" in browser.get("/start?q=отпуск").text


def test_an_employee_starts_a_request_once_however_often_it_is_sent(add_user, sign_in, order, storage):
    add_user("ivan@example.com", "Иван", roles=("employee",))
    browser = sign_in("ivan@example.com")
    page = browser.get("/start/order").text
    token = page.split('name="_key" value="')[1].split('"')[0]

    first = browser.post("/start/order", {"_key": token})
    again = browser.post("/start/order", {"_key": token})

    assert first.status_code == again.status_code == 303
    assert first.location == again.location


def test_names_in_a_diagram_are_text_and_never_markup(admin_browser, engine):
    hostile = "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt;"
    engine.deployments.deploy(
        order_files(**{"order.bpmn": order_diagram(hostile).replace("Собрать".encode(), hostile.encode())}),
        by=Actor.system(), activate=True,
    )  # fmt: skip

    for address in (
        "/processes",
        "/processes/order",
        "/processes/order/versions/1/files/order.bpmn",
        "/start",
        "/c/order",
    ):
        page = admin_browser.get(address).text
        assert "<script>alert" not in page, address
        assert "<img src=x" not in page, address
