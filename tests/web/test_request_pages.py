"""The list of requests, the request card, comments, cancelling, documents."""

import pytest

from bpmn.actors import Actor
from storage.ids import new_id
from storage.models import Document, File, Instance
from tests.web_kit import CHECK_FILES


@pytest.fixture
def request_id(engine, storage, add_user):
    engine.deployments.deploy(CHECK_FILES, by=Actor.system(), activate=True)
    instance_id = engine.instances.start(
        key="check", variables={"colour": "синий"}, by=Actor.system()
    ).instance_id
    with storage.unit_of_work() as uow:
        row = uow.session.get(Instance, instance_id)
        row.number, row.subject, row.status = "ПО-2026-000007", "Станок токарный", "В работе"
    return instance_id


@pytest.fixture
def anna(add_user, sign_in):
    add_user("anna@example.com", "Анна Петрова", groups=("heads",))
    return sign_in("anna@example.com")


def test_the_card_shows_route_who_holds_it_and_the_diagram(request_id, anna):
    page = anna.get("/requests/ПО-2026-000007").get_data(as_text=True)

    assert "ПО-2026-000007 · Станок токарный" in page
    assert 'aria-current="step"' in page
    assert "heads" in page
    assert "<svg" in page
    assert 'class="here' in page or "here" in page


def test_a_request_without_number_is_found_by_its_id(engine, request_id, anna):
    other = engine.instances.start(key="check", variables={}, by=Actor.system()).instance_id

    assert anna.get(f"/requests/{other}").status_code == 200


def test_a_request_that_does_not_exist_is_a_calm_page(anna):
    response = anna.get("/requests/ПО-1")

    assert response.status_code == 404
    assert "Такой страницы нет" in response.get_data(as_text=True)


def test_searching_by_a_part_of_the_subject_ignores_the_case_of_russian_letters(request_id, anna):
    for words in ("станок", "СТАНОК", "токарный станок", "000007"):
        assert "ПО-2026-000007" in anna.get(f"/requests?q={words}&state=all").get_data(as_text=True), words
    assert "Подходящих заявок нет" in anna.get("/requests?q=насос&state=all").get_data(as_text=True)


def test_searching_by_the_whole_number_opens_the_card(request_id, anna):
    response = anna.get("/requests?q=ПО-2026-000007")

    assert response.status_code == 302


def test_a_percent_sign_in_the_search_is_only_a_percent_sign(request_id, anna):
    assert "Подходящих заявок нет" in anna.get("/requests?q=%25&state=all").get_data(as_text=True)


def test_comments_stand_on_the_timeline_and_nothing_in_them_is_markup(request_id, anna):
    anna.get("/requests/ПО-2026-000007")

    anna.post("/requests/ПО-2026-000007/comments", {"body": "<script>alert(1)</script> важно"})

    page = anna.get("/requests/ПО-2026-000007").get_data(as_text=True)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; важно" in page
    assert "<script>alert" not in page


def test_an_empty_comment_comes_back_with_words(request_id, anna):
    anna.get("/requests/ПО-2026-000007")

    response = anna.post("/requests/ПО-2026-000007/comments", {"body": "  "})

    assert response.status_code == 422
    assert "Сначала напишите комментарий." in response.get_data(as_text=True)


def test_cancelling_asks_for_a_reason_and_keeps_it(request_id, admin_browser, engine):
    admin_browser.get("/requests/ПО-2026-000007")
    without = admin_browser.post("/requests/ПО-2026-000007/cancel", {"reason": ""})
    assert without.status_code == 422
    assert "Укажите причину" in without.get_data(as_text=True)

    admin_browser.post("/requests/ПО-2026-000007/cancel", {"reason": "дубль"})

    page = admin_browser.get("/requests/ПО-2026-000007").get_data(as_text=True)
    assert "дубль" in page
    assert "Заявка отменена" in page


def test_somebody_who_is_not_responsible_cannot_cancel(request_id, anna):
    anna.get("/requests/ПО-2026-000007")

    response = anna.post("/requests/ПО-2026-000007/cancel", {"reason": "хочу"})

    assert response.status_code == 403
    assert "Это может только ответственный" in response.get_data(as_text=True)


def test_the_data_of_a_request_is_shown_by_name(request_id, anna):
    page = anna.get("/requests/ПО-2026-000007/data").get_data(as_text=True)

    assert "colour" in page
    assert "синий" in page


def test_a_document_is_sent_as_stored_and_only_to_people_who_signed_in(request_id, anna, app, storage, clock):
    stored = storage.files.put(b"%PDF-1.7 content", "application/pdf")
    document_id = new_id()
    with storage.unit_of_work() as uow:
        uow.session.add(File(hash=stored.hash, size=16, media_type="application/pdf", created_at=clock()))
        uow.flush()
        uow.session.add(
            Document(
                id=document_id, instance_id=request_id, kind="invoice", title="Счёт", state="ready",
                organisation_id=None, year=None, sequence=None, dated_on=None, amount=None, data=None,
                file_hash=stored.hash, file_name="Счёт 12.pdf", idempotency_key="d1", created_at=clock(),
                created_by_id=None,
            )
        )  # fmt: skip

    response = anna.get(f"/documents/{document_id}")

    assert response.data == b"%PDF-1.7 content"
    assert response.mimetype == "application/pdf"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert app.test_client().get(f"/documents/{document_id}").status_code == 303
    assert anna.get(f"/documents/{document_id + 1}").status_code == 404


def test_pages_forbid_foreign_scripts_and_are_kept_by_no_cache(request_id, anna):
    response = anna.get("/requests/ПО-2026-000007")

    policy = response.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert response.headers["Cache-Control"] == "no-store"
    page = response.get_data(as_text=True)
    assert "<script>" not in page
    assert " style=" not in page
    assert " onclick=" not in page


def test_the_card_names_the_people_behind_the_group_that_a_task_waits_for(request_id, anna):
    page = anna.get("/requests/ПО-2026-000007").get_data(as_text=True)

    now = page[page.index('id="now"') : page.index("</section>", page.index('id="now"'))]
    assert "Анна Петрова" in now


def test_the_task_is_offered_only_to_those_who_may_open_it(request_id, anna, add_user, sign_in):
    add_user("stranger@example.com")

    assert "Открыть задачу" in anna.get("/requests/ПО-2026-000007").get_data(as_text=True)
    stranger = sign_in("stranger@example.com").get("/requests/ПО-2026-000007").get_data(as_text=True)
    assert "Открыть задачу" not in stranger


def test_the_list_reads_the_same_number_of_statements_however_long_it_is(
    request_id, engine, anna, statements
):
    few = statements(lambda: anna.get("/requests"))
    for _ in range(20):
        engine.instances.start(key="check", variables={}, by=Actor.system())

    assert statements(lambda: anna.get("/requests")) == few
    anna.get("/inbox?view=groups")
    assert statements(lambda: anna.get("/inbox?view=groups")) <= 12
