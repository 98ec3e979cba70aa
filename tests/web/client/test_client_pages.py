"""What somebody outside may see and do, and what they are told when something is wrong."""

import re

import pytest
from sqlalchemy import select

from storage.models import Comment, Consent, Instance


def submit_key(page: str) -> str:
    found = re.search(r'name="_submit_key" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def action(page: str, label: str) -> str:
    """The id that the button *label* posts."""
    forms = re.findall(r'name="_action" value="(\d+)">(.*?)</form>', page, re.S)
    return next(action_id for action_id, inside in forms if f">{label}</button>" in inside)


def count(storage, model) -> int:
    with storage.read_session() as session:
        return len(session.scalars(select(model)).all())


def test_the_form_asks_for_consents_apart_and_unticked(visitor, order):
    page = visitor.get("/c/order").text

    boxes = re.findall(r'<input class="form-check-input"[^>]*name="(_consent_\w+)"[^>]*>', page)
    assert boxes == ["_consent_personal_data", "_consent_marketing"]
    assert not re.search(r'name="_consent_\w+"[^>]* checked', page)
    assert "версия 3" in page


def test_a_sent_form_starts_a_request_and_keeps_who_agreed_to_what(
    visitor, send_order, storage, consents, clock
):
    secret = send_order()

    with storage.read_session() as session:
        request = session.scalars(select(Instance)).one()
        agreed = session.scalars(select(Consent)).one()
    assert request.number == "ЗС-2026-000001"
    assert (agreed.consent_text_id, agreed.instance_id) == (consents["personal_data", "ru"], request.id)
    assert (agreed.address, agreed.given_at) == ("127.0.0.1", clock())
    page = visitor.get(f"/t/{secret}/received").text
    assert "ЗС-2026-000001" in page
    assert f"http://localhost/t/{secret}" in page


def test_without_the_required_consent_nothing_is_stored(visitor, order, storage):
    key = submit_key(visitor.get("/c/order").text)

    answer = visitor.post("/c/order", data={"_submit_key": key, "contact_name": "Иван", "quantity": "2"})

    assert answer.status_code == 422
    assert "Без этого согласия" in answer.text
    assert '<a href="#_consent_personal_data">Без этого согласия' in answer.text
    assert 'value="Иван"' in answer.text
    assert count(storage, Instance) == 0


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"contact_name": ""}, "contact_name"),
        ({"contact_name": "Иван", "quantity": "много"}, "quantity"),
        ({"contact_name": "Иван", "quantity": "1000"}, "quantity"),
        ({"contact_name": "И" * 20_000, "quantity": "1"}, "contact_name"),
    ],
)
def test_a_missing_oversized_or_wrong_field_is_named(visitor, order, storage, consents, fields, message):
    key = submit_key(visitor.get("/c/order").text)
    agreed = {"_consent_personal_data": str(consents["personal_data", "ru"])}

    answer = visitor.post("/c/order", data={"_submit_key": key, **agreed, **fields})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert re.search(rf'aria-invalid="true"|id="[^"]*{message}[^"]*-e"', answer.text)
    assert count(storage, Instance) == 0


def test_fields_that_the_form_does_not_have_change_nothing(visitor, order, engine, storage, consents):
    key = submit_key(visitor.get("/c/order").text)
    agreed = {"_consent_personal_data": str(consents["personal_data", "ru"])}

    answer = visitor.post(
        "/c/order",
        data={
            "_submit_key": key,
            **agreed,
            "contact_name": "Иван",
            "quantity": "2",
            "is_admin": "1",
            "x" * 500: "y",
        },
    )

    assert answer.status_code == 303
    with storage.read_session() as session:
        request = session.scalars(select(Instance)).one()
    assert "is_admin" not in engine.instances.variables(request.id)


def test_the_same_form_sent_twice_is_one_request(visitor, order, storage, consents):
    key = submit_key(visitor.get("/c/order").text)
    data = {
        "_submit_key": key, "contact_name": "Иван", "quantity": "2",
        "_consent_personal_data": str(consents["personal_data", "ru"]),
    }  # fmt: skip

    first, second = visitor.post("/c/order", data=data), visitor.post("/c/order", data=data)

    assert first.location == second.location
    assert count(storage, Instance) == 1


def test_a_form_that_was_not_given_out_by_us_is_sent_again_not_lost(visitor, order, storage, consents):
    agreed = {"_consent_personal_data": str(consents["personal_data", "ru"])}

    answer = visitor.post(
        "/c/order", data={"_submit_key": "forged", **agreed, "contact_name": "Иван", "quantity": "2"}
    )

    assert answer.status_code == 422
    assert "слишком долго" in answer.text
    assert submit_key(answer.text) != "forged"
    assert count(storage, Instance) == 0


@pytest.mark.parametrize(("lang", "words"), [("ru", "Ссылка не работает"), ("en", "This link does not work")])
def test_a_forged_link_gets_a_calm_answer(visitor, order, lang, words):
    answer = visitor.get(f"/t/{'A' * 27}?lang={lang}")

    assert answer.status_code == 404
    assert words in answer.text
    assert "Traceback" not in answer.text


def test_guessing_links_is_slowed_down(visitor, order):
    answers = [visitor.get(f"/t/guess{number}").status_code for number in range(40)]

    assert answers[0] == 404
    assert answers[-1] == 429
    last = visitor.get("/t/guess")
    assert "Слишком много" in last.text
    assert int(last.headers["Retry-After"]) > 0


def test_sending_forms_without_end_is_slowed_down(visitor, order):
    key = submit_key(visitor.get("/c/order").text)

    answers = [visitor.post("/c/order", data={"_submit_key": key}).status_code for _ in range(12)]

    assert answers[0] == 422
    assert answers[-1] == 429


def test_the_page_asks_one_question_with_the_expected_answer_first(visitor, send_order):
    page = visitor.get(f"/t/{send_order(7)}").text

    assert page.count('class="ask"') == 1
    assert "Примите заказ" in page
    assert "<strong>заказ</strong> на 7" in page
    assert (
        page.index(">Принять</button>")
        < page.index(">Изменить</button>")
        < page.index(">Отказаться</button>")
    )
    assert 'aria-current="step"' in page


def test_an_answer_moves_the_request_and_is_confirmed(visitor, send_order, storage):
    secret = send_order()
    page = visitor.get(f"/t/{secret}").text

    answer = visitor.post(f"/t/{secret}/answer", data={"_action": action(page, "Принять")})

    assert answer.status_code == 303
    after = visitor.get(answer.location).text
    assert "Ваш ответ получен" in after
    assert ">Принять</button>" not in after


def test_an_answer_given_twice_is_said_to_be_given(visitor, send_order):
    secret = send_order()
    action_id = action(visitor.get(f"/t/{secret}").text, "Принять")
    visitor.post(f"/t/{secret}/answer", data={"_action": action_id})

    again = visitor.post(f"/t/{secret}/answer", data={"_action": action_id})

    assert again.status_code == 409
    assert "уже" in again.text


def test_an_answer_to_somebody_elses_question_is_refused(visitor, send_order):
    mine, other = send_order(), send_order()
    foreign = action(visitor.get(f"/t/{other}").text, "Принять")

    answer = visitor.post(f"/t/{mine}/answer", data={"_action": foreign})

    assert answer.status_code == 409
    assert ">Принять</button>" in visitor.get(f"/t/{other}").text


def test_an_answer_whose_form_is_empty_shows_the_form_again(visitor, send_order):
    secret = send_order()
    action_id = action(visitor.get(f"/t/{secret}").text, "Изменить")

    answer = visitor.post(f"/t/{secret}/answer", data={"_action": action_id, "comment": " "})

    assert answer.status_code == 422
    assert re.search(r'<details class="answer" open', answer.text)
    assert 'role="alert"' in answer.text


def test_a_message_reaches_the_people_and_an_empty_one_does_not(visitor, send_order, storage):
    secret = send_order()

    sent = visitor.post(f"/t/{secret}/message", data={"body": "<b>Когда?</b>"})
    empty = visitor.post(f"/t/{secret}/message", data={"body": "  "})

    assert sent.status_code == 303
    assert empty.status_code == 422
    assert "&lt;b&gt;Когда?&lt;/b&gt;" in visitor.get(f"/t/{secret}").text
    assert count(storage, Comment) == 1


def test_the_pages_set_no_cookie_and_are_kept_nowhere(visitor, send_order):
    secret = send_order()

    for address in ("/c/order", f"/t/{secret}", f"/t/{secret}/received"):
        answer = visitor.get(address)
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_the_language_stands_in_the_address_and_stays(visitor, send_order):
    secret = send_order()

    page = visitor.get(f"/t/{secret}?lang=en").text

    assert '<html lang="en"' in page
    assert "Accept the order" in page
    assert f"/t/{secret}/answer?lang=en" in page
    assert f'href="/t/{secret}?lang=ru"' in page


@pytest.mark.parametrize("key", ["nothing", "../etc", "order%00"])
def test_a_process_without_a_public_form_is_not_there(visitor, order, key):
    answer = visitor.get(f"/c/{key}")

    assert answer.status_code == 404


def test_a_post_beyond_the_limit_is_refused_in_words(visitor, order):
    answer = visitor.post("/c/order", data={"contact_name": "x" * 30_000_000})

    assert answer.status_code == 413
    assert "Слишком много" in answer.text
