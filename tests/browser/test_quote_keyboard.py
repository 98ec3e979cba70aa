"""The quotation, form F2, is filled in and sent by the keyboard alone, in Russian; what arrives is what was typed."""

from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from bpmn.actors import Actor
from tests.cases.conftest import diagram
from tests.engine.kit import END, START, chain, el
from tests.paths import ROOT
from web.demo import seed

pytestmark = pytest.mark.browser

FORM = ROOT / "processes" / "equipment_sale" / "forms" / "quote.form"
WAIT = el("userTask", "wait", name="Подождать", camunda_assignee="gromov@example.com")


@pytest.fixture
def quote(own_server, open_page, enter, clock):
    """The form of the quotation, opened by a manager of sales; also what the request then has."""
    server = own_server(clock=clock)
    seed(server.engine, server.storage, stories=0)
    task = el(
        "userTask",
        "quote",
        name="Подготовить КП",
        camunda_assignee="gromov@example.com",
        camunda_formKey="quote",
    )
    body = START + task + WAIT + END + chain("start", "quote", "wait", "end")
    files = {"quote.bpmn": diagram(body, key="quote_alone"), "forms/quote.form": FORM.read_bytes()}
    server.engine.deployments.deploy(files, by=Actor.system(), activate=True)
    variables = {"organisations": [{"value": "own", "label": "Станкоторг", "vat_payer": True}]}
    started = server.engine.instances.start(key="quote_alone", variables=variables, by=Actor.system())
    with server.storage.reading() as uow:
        task_id = uow.tasks.open_of(started.instance_id)[0].id
    page = open_page()
    enter(page, "gromov", at=server)
    page.goto(f"{server.url}/tasks/{task_id}")
    return page, lambda: server.engine.instances.variables(started.instance_id)


class Keyboard:
    """Fingers that know Tab, Enter, Space and the arrows, and a place that must be what they expect."""

    def __init__(self, page):
        self.page = page

    def find(self, name):
        """Press Tab until the field of that name has the focus."""
        for _ in range(120):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("() => document.activeElement.getAttribute('name')") == name:
                return
        raise AssertionError(f"Tab never reaches {name}")

    def next(self, name):
        """Press Tab once: it must lead to the field of that name."""
        self.page.keyboard.press("Tab")
        self.is_at(name)

    def is_at(self, name):
        expect(self.page.locator(f'[name="{name}"]:not([type=hidden])')).to_be_focused()

    def type(self, text):
        self.page.keyboard.type(text)

    def press(self, key, times=1):
        for _ in range(times):
            self.page.keyboard.press(key)

    def goods(self, row, **values):
        for name, text in values.items():
            if name == "name":
                self.is_at(f"items[{row}].name")
            else:
                self.next(f"items[{row}].{name}")
            self.type(text)
        self.next(f"items[{row}].vat")


def test_the_whole_quotation_is_filled_in_and_sent_without_a_mouse(quote):
    page, variables = quote
    keys = Keyboard(page)

    keys.find("items[0].name")
    keys.goods(0, name="Станок токарный", qty="2", unit="шт", price="1 000,50", discount="10")
    keys.type("22")
    expect(page.locator(".totals")).to_contain_text("1\u202f800,90")
    keys.find("_add:items")
    keys.press("Enter")
    keys.is_at("items[1].name")
    keys.goods(1, name="Пусконаладка", qty="1,5", unit="ч", price="2000", discount="")
    keys.press("ArrowDown", times=3)
    keys.find("_add:items")
    keys.press("Space")
    keys.is_at("items[2].name")
    keys.type("лишняя строка")
    keys.find("_remove:items[2]")
    keys.press("Enter")
    keys.is_at("_remove:items[1]")
    expect(page.locator(".totals")).to_contain_text("4\u202f800,90")
    expect(page.locator(".totals")).to_contain_text("324,75")

    keys.next("_add:items")
    keys.next("organisation")
    keys.press("ArrowDown")
    keys.next("valid_until")
    keys.type("31.12.2026")
    keys.next("delivery_days")
    keys.type("21")
    keys.next("payment_terms")
    keys.press("ArrowDown", times=2)
    keys.next("warranty_months")
    keys.type("24")
    keys.next("cover_text")
    keys.type("Добрый день!")
    keys.press("Enter")
    keys.type("Цены с доставкой.")
    keys.press("Tab")
    expect(page.get_by_role("button", name="Отправить предложение")).to_be_focused()
    keys.press("Enter")

    expect(page.get_by_role("heading", name="Подождать")).to_be_visible()
    sent = variables()
    assert [{name: row[name] for name in row if name != "sum"} for row in sent["items"]] == [
        {"name": "Станок токарный", "qty": 2, "unit": "шт", "price": Decimal("1000.50"), "discount": 10, "vat": "22"},
        {"name": "Пусконаладка", "qty": Decimal("1.5"), "unit": "ч", "price": 2000, "discount": 0, "vat": "none"},
    ]  # fmt: skip
    assert [row["sum"] for row in sent["items"]] == [Decimal("1800.90"), 3000]
    assert (sent["total"], sent["total_vat"]) == (Decimal("4800.90"), Decimal("324.75"))
    assert sent["organisation"] == "own"
    assert sent["valid_until"] == date(2026, 12, 31)
    assert (sent["delivery_days"], sent["payment_terms"], sent["warranty_months"]) == (21, "deferred", 24)
    assert sent["cover_text"] == "Добрый день!\nЦены с доставкой."


def test_what_is_wrong_has_the_focus_and_leads_to_its_field(quote):
    page, variables = quote
    keys = Keyboard(page)

    keys.find("items[0].name")
    keys.press("Control+Enter")

    expect(page.locator("#form-errors")).to_be_focused()
    expect(page.locator("#form-errors")).to_contain_text("Наименование: Заполните это поле")
    keys.press("Tab")
    keys.press("Enter")
    keys.press("Tab")
    keys.press("Shift+Tab")
    keys.is_at("items[0].name")
    assert "total" not in variables()
