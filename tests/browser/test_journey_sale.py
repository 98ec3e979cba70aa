"""The sale as people live it, in a browser and in Russian: the client's pages, every role's inbox, the papers."""

import io
import re
from datetime import UTC, datetime, timedelta

import pypdf
import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import expect

from storage.models import Instance
from web.demo import seed

pytestmark = pytest.mark.browser

MORNING = datetime(2026, 6, 10, 6, 0, tzinfo=UTC)  # a Wednesday, 9:00 in Moscow


def press(page, button):
    """Send a form by its button and wait until the server has answered and the next page is there."""
    with page.expect_response(lambda answer: answer.request.is_navigation_request()):
        button.click()
    page.wait_for_load_state()


class Clock:
    def __init__(self):
        self.now = MORNING

    def __call__(self):
        return self.now


class Company:
    """One server, its clock, the client's browser and one browser per employee."""

    def __init__(self, server, clock, open_page, enter):
        self.server, self.clock = server, clock
        self._open, self._enter, self._pages = open_page, enter, {}
        self.client = open_page()

    def person(self, who):
        if who not in self._pages:
            self._pages[who] = self._enter(self._open(), who, at=self.server)
        return self._pages[who]

    def work(self):
        self.server.work()
        assert not self.failures()

    def failures(self):
        from storage.models import Incident

        with self.server.storage.read_session() as session:
            return [(row.element_id, row.message) for row in session.query(Incident).filter_by(state="open")]

    def later(self, **duration):
        self.clock.now += timedelta(**duration)
        self.work()

    @property
    def request(self):
        with self.server.storage.read_session() as session:
            return session.query(Instance).one()

    # -- the client ----------------------------------------------------------------------------------

    def send_form(self):
        page = self.client
        page.goto(f"{self.server.url}/c/equipment_sale")
        page.get_by_label("Что вас интересует").fill("Ленточнопильный станок с пуском")
        page.get_by_label("Раздел").select_option("Станки")
        page.get_by_label("Регион доставки").select_option("Москва")
        page.get_by_label("Подробности").fill("Нужен станок LP-300, пусконаладка на месте.")
        page.get_by_label("Ваше имя").fill("Иван Петров")
        page.get_by_label("Электронная почта").fill("ivan@example.com")
        page.get_by_label("Телефон").fill("8 916 555-00-11")
        page.get_by_label("Компания").fill("ООО «Новая мастерская»")
        page.get_by_label("ИНН").fill("7707083893")
        page.locator('input[name="_consent_personal_data"]').check()
        press(page, page.get_by_role("button", name="Отправить заявку"))
        self.work()
        self.track()

    def track(self):
        """Open the client's page by the link of the first letter."""
        letter = min(self.server.config.mail_dir.rglob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        from email import message_from_bytes, policy

        text = (
            message_from_bytes(letter.read_bytes(), policy=policy.default).get_body(("plain",)).get_content()
        )
        link = re.search(rf"{re.escape(self.server.url)}/t/[\w.~-]+", text)
        assert link is not None, text
        self.client.goto(link[0])

    def answer(self, button, **fields):
        page = self.client
        page.reload()
        opener = page.locator("summary", has_text=re.compile(f"^{button}…$"))
        scope = page
        if opener.count():
            opener.click()
            scope = page.locator("details[open]")
        for label, value in fields.items():
            field = scope.locator(f'[name="{label}"]')
            if field.first.evaluate("e => e.tagName") == "SELECT":
                field.select_option(value)
            elif field.first.get_attribute("type") in ("radio", "hidden"):
                scope.locator(f'[name="{label}"][value="{value}"]').check()
            else:
                field.fill(value)
        press(page, scope.get_by_role("button", name=button, exact=True))
        self.work()

    def papers(self):
        """The documents on the client's page: title to content."""
        page = self.client
        page.reload()
        found = {}
        for link in page.locator("ul.docs a").all():
            response = page.request.get(self.server.url + link.get_attribute("href"))
            assert response.status == 200
            assert response.headers["content-type"] == "application/pdf"
            found[" ".join(link.inner_text().split())] = response.body()
        return found

    # -- the staff -----------------------------------------------------------------------------------

    def open_task(self, who, name):
        page = self.person(who)
        for view in ("mine", "groups"):
            page.goto(f"{self.server.url}/inbox?view={view}")
            row = page.locator(".worklist a", has_text=name)
            if row.count():
                row.first.click()
                page.get_by_role("heading", name=name).wait_for()
                break
        else:
            raise AssertionError(f"{who} has no task {name!r}")
        claim = page.get_by_role("button", name="Взять в работу")
        if claim.count():
            claim.first.click()
            page.get_by_role("button", name="Вернуть в группу").or_(
                page.locator(".actions button.btn-primary")
            ).first.wait_for()
        return page

    def do(self, who, task, button, **fields):
        """Open a task from the inbox, fill its form in and press a button by its name."""
        page = self.open_task(who, task)
        form = page.locator("form#task")
        for name, value in fields.items():
            key = name.replace("__", "].").replace("_0", "[0") if "__" in name else name
            field = form.locator(f'[name="{key}"]')
            kind = field.last.get_attribute("type")
            if field.first.evaluate("e => e.tagName") == "SELECT":
                field.select_option(value)
            elif kind == "radio":
                form.locator(f'[name="{key}"][value="{value}"]').check()
            else:
                field.last.fill(str(value))
        page.wait_for_load_state("networkidle")
        press(page, page.locator("form#task .actions").get_by_role("button", name=button, exact=True))
        expect(page.locator("#form-errors")).to_have_count(0)
        self.work()

    def qualify(self):
        page = self.open_task("gromov", "Связаться и уточнить детали")
        form = page.locator("form#task")
        form.locator('[name="wanted[0].product"]').select_option("ST-LP300")
        form.locator('[name="wanted[0].qty"]').fill("1")
        form.get_by_role("button", name=re.compile("Добавить")).click()
        form.locator('[name="wanted[1].product"]').select_option("US-PNR")
        form.locator('[name="wanted[1].qty"]').fill("1")
        form.locator('[name="clarified"]').fill("Цех отапливаемый, 380 В есть.")
        form.locator('[name="delivery_address"]').fill("Москва, ул. Заводская, 1")
        page.wait_for_load_state("networkidle")
        press(page, form.get_by_role("button", name="Готовить предложение"))
        self.work()

    def quote(self, task="Подготовить коммерческое предложение", **fields):
        self.do("gromov", task, "Отправить предложение", **fields)


@pytest.fixture
def company(own_server, open_page, enter):
    clock = Clock()
    server = own_server(clock=clock)
    seed(server.engine, server.storage, stories=0)
    return Company(server, clock, open_page, enter)


def text_of(pdf):
    return re.sub(
        r"\s+", " ", " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    )


def code_of(pdf):
    document = pypdfium2.PdfDocument(pdf)
    picture = document[0].render(scale=3).to_pil()
    document.close()
    (code,) = zxingcpp.read_barcodes(picture)
    return code.bytes.decode()


def test_one_sale_from_the_public_form_to_closed(company):
    company.send_form()
    number = company.request.number
    assert number in company.client.inner_text("body")

    company.qualify()
    company.quote(items_0__discount="7", payment_terms="half", delivery_days="10")
    company.do("belov", "Согласовать предложение", "Согласовать")
    company.answer("Принять предложение")
    company.do("gromov", "Оформить счёт на оплату", "Выставить счёт")
    company.do(
        "kim",
        "Отметить оплату",
        "Учесть оплату",
        payment_amount="100 000,00",
        payment_date="10.06.2026",
        payment_number="41",
    )
    assert company.request.status == "Оплачена частично"
    company.do(
        "kim",
        "Отметить оплату",
        "Учесть оплату",
        payment_amount="227 266",
        payment_date="10.06.2026",
        payment_number="42",
    )
    company.do("kim", "Оформить отгрузку", "Оформить накладную")
    company.do("zaitsev", "Собрать и упаковать", "Собрано", places="2", weight="480")
    company.do(
        "lebedeva",
        "Организовать доставку",
        "Сообщить клиенту",
        carrier="own",
        planned_date="15.06.2026",
        driver="Сидоров, А123ВС",
    )
    company.later(days=5)
    company.do("lebedeva", "Подтвердить доставку", "Доставлено", delivered_on="15 июн")
    company.do("lebedeva", "Выполнить монтаж и пусконаладку", "Работы выполнены", installed_on="15.06.2026")
    company.do(
        "kim", "Отметить остаток оплаты", "Учесть оплату", payment_date="15.06.2026", payment_number="77"
    )
    company.answer("Отправить оценку", rating="5")

    request = company.request
    assert (request.state, request.status, request.resolution) == ("completed", "Закрыта", "Продано")
    papers = company.papers()
    assert [title.split(" № ")[0] for title in reversed(papers)] == [
        "Коммерческое предложение", "Счёт на оплату", "УПД", "Акт выполненных работ",
    ]  # fmt: skip
    invoice = next(content for title, content in papers.items() if title.startswith("Счёт"))
    assert "654 532,00" in text_of(invoice)
    assert "Шестьсот пятьдесят четыре тысячи пятьсот тридцать два рубля 00 копеек" in text_of(invoice)
    assert code_of(invoice).startswith("ST00012|")
    assert "Sum=65453200" in code_of(invoice)
    assert number in text_of(next(content for title, content in papers.items() if title.startswith("Комм")))
    company.client.reload()
    assert "Закрыта" in company.client.inner_text("body")


def test_a_client_declines_on_the_public_page_of_an_old_phone(company, open_page):
    company.client = open_page(width=390, height=760, script=False)
    company.send_form()
    company.qualify()
    company.quote()

    company.answer("Отказаться", decline_reason="Дорого")

    request = company.request
    assert (request.state, request.status, request.resolution) == ("completed", "Отказ клиента", "Дорого")
    company.client.reload()
    assert "Отказ клиента" in company.client.inner_text("body")


def test_a_quotation_is_reworked_twice_and_accepted(company):
    company.send_form()
    company.qualify()
    company.quote()

    for version, wish in enumerate(("Нужна доставка за неделю", "Прошу 50 / 50"), start=2):
        company.answer("Попросить изменить", client_comment=wish)
        page = company.open_task("gromov", "Доработать коммерческое предложение")
        assert wish in page.locator("form#task").inner_text()
        company.quote("Доработать коммерческое предложение", delivery_days="7")
        assert any(f"/{version}" in title for title in company.papers())
    company.answer("Принять предложение")

    assert company.request.stage == "Счёт"
    company.open_task("gromov", "Оформить счёт на оплату")


def test_a_silent_client_is_reminded_on_the_third_business_day(company):
    company.send_form()
    company.qualify()
    company.quote()
    folder = company.server.config.mail_dir
    before = len(list(folder.rglob("*.eml")))

    company.clock.now = datetime(2026, 6, 16, 5, 59, tzinfo=UTC)
    company.work()
    assert len(list(folder.rglob("*.eml"))) == before
    company.clock.now = datetime(2026, 6, 16, 6, 0, tzinfo=UTC)
    company.work()

    assert len(list(folder.rglob("*.eml"))) == before + 1
    admin = company.person("admin")
    admin.goto(f"{company.server.url}/admin/mailbox")
    assert "Ждём вашего ответа" in admin.inner_text("body")
    company.answer("Принять предложение")
    assert company.request.stage == "Счёт"


def test_a_paid_request_is_cancelled_from_its_card_and_the_money_returned(company):
    company.send_form()
    company.qualify()
    company.quote()
    company.answer("Принять предложение")
    company.do("gromov", "Оформить счёт на оплату", "Выставить счёт")
    company.do("kim", "Отметить оплату", "Учесть оплату", payment_amount="1 000", payment_date="10.06.2026")

    page = company.person("gromov")
    page.goto(f"{company.server.url}/requests/{company.request.number}")
    page.locator("details.menu:has(#reason) > summary").click()
    page.fill("#reason", "Клиент закрыл проект")
    page.locator(".menu-body.cancel button").click()
    press(page, page.locator("dialog[open]").get_by_role("button", name="Отменить заявку"))
    company.work()
    company.do("kim", "Вернуть оплату", "Возврат сделан", refund_amount="1 000,00", refund_date="10.06.2026")

    request = company.request
    assert (request.state, request.status, request.resolution) == (
        "completed", "Отменена", "Клиент закрыл проект",
    )  # fmt: skip
    company.client.reload()
    assert "Отменена" in company.client.inner_text("body")
