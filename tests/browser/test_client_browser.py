"""The clients' pages on a phone, without a script, in both languages and themes."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from storage.models import Comment, Instance, Subscription

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "web/frontend/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def asked(server):
    """The address of a request whose client is asked to accept a quotation."""
    with server.storage.read_session() as session:
        instance_id = session.scalars(
            select(Subscription.instance_id)
            .where(Subscription.element_id == "accepted")
            .order_by(Subscription.id)
        ).first()
    assert instance_id is not None
    return f"{server.url}/t/{server.engine.runtime.links.secret(instance_id)}"


def violations(page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
    return [f"{item['id']}: {item['nodes'][0]['target']}" for item in found["violations"]]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("width", [390, 1440])
def test_clients_pages_can_be_used_by_everybody(open_page, server, asked, dark, language, width):
    page = open_page(width=width, height=844, dark=dark, language=language)

    for address in (f"{server.url}/c/equipment_sale", asked, f"{asked}/received", f"{server.url}/t/forged"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        assert page.locator("html").get_attribute("lang") == language
        assert violations(page) == [], address


def test_a_request_is_sent_followed_and_written_to_without_a_script(open_page, server):
    page = open_page(width=390, height=844, script=False)
    page.goto(f"{server.url}/c/equipment_sale")

    page.get_by_role("button", name="Отправить заявку").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Что вас интересует").fill("Винтовой компрессор")
    page.get_by_label("Ваше имя").fill("Ирина Ковалёва")
    page.get_by_label("Электронная почта").fill("irina@example.com")
    page.get_by_role("button", name="Отправить заявку").click()
    expect(page.locator("body")).to_contain_text("Без этого согласия")
    expect(page.get_by_label("Ваше имя")).to_have_value("Ирина Ковалёва")
    page.get_by_label("Согласие на обработку персональных данных").check()
    page.get_by_role("button", name="Отправить заявку").click()

    page.wait_for_url("**/received**")
    number = re.search(r"ПО-\d{4}-\d{6}", page.locator("h1").inner_text())
    assert number is not None
    page.get_by_role("link", name="Посмотреть, как идёт заявка").click()
    page.get_by_label("Сообщение").fill("Когда ждать ответа?")
    page.get_by_role("button", name="Отправить").click()

    expect(page.locator("#messages").locator("..")).to_contain_text("Сообщение отправлено")
    with server.storage.read_session() as session:
        request = session.scalars(select(Instance).where(Instance.number == number[0])).one()
        assert session.scalars(select(Comment.body).where(Comment.instance_id == request.id)).all() == [
            "Когда ждать ответа?"
        ]
    assert page.context.cookies() == []


def test_the_dangerous_answer_opens_first_and_says_what_it_does(open_page, asked):
    page = open_page(width=390, height=844, script=False)
    page.goto(asked)
    refuse = page.locator("details.answer").filter(has=page.locator("summary.btn-danger-quiet"))

    expect(refuse.locator("button")).to_be_hidden()
    refuse.locator("summary").click()

    expect(refuse.locator("button.btn-danger")).to_be_visible()


def test_the_language_is_switched_by_a_link_and_kept_on_the_way(open_page, asked):
    page = open_page(width=390, height=844, script=False)
    page.goto(asked)

    page.get_by_role("link", name="English").click()
    page.wait_for_url("**lang=en**")
    page.get_by_label("Message").fill("When?")
    page.get_by_role("button", name="Send").click()

    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("body")).to_contain_text("The message is sent")


def test_a_quotation_opens_as_pdf_from_the_question(open_page, asked):
    page = open_page(width=390, height=844)
    page.goto(asked)
    address = page.locator(".ask-document a").get_attribute("href")

    answer = page.request.get(asked.split("/t/")[0] + address)

    assert answer.status == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF")
