"""The table of goods of the quotation is filled in by the keyboard alone, and the sums follow."""

import pytest

from bpmn.actors import Actor
from tests.cases.conftest import diagram
from tests.engine.kit import END, START, chain, el
from tests.paths import ROOT
from web.demo import seed

pytestmark = pytest.mark.browser


@pytest.fixture
def quote(own_server, open_page, enter):
    """The form of the quotation, opened by a manager of sales."""
    server = own_server()
    seed(server.engine, server.storage, stories=0)
    task = el(
        "userTask",
        "quote",
        name="Подготовить КП",
        camunda_assignee="gromov@example.com",
        camunda_formKey="quote",
    )
    form = (ROOT / "processes" / "equipment_sale" / "forms" / "quote.form").read_bytes()
    files = {
        "quote.bpmn": diagram(START + task + END + chain("start", "quote", "end"), key="quote_alone"),
        "forms/quote.form": form,
    }
    server.engine.deployments.deploy(files, by=Actor.system(), activate=True)
    variables = {"organisations": [{"value": "own", "label": "Станкоторг", "vat_payer": True}]}
    started = server.engine.instances.start(key="quote_alone", variables=variables, by=Actor.system())
    with server.storage.reading() as uow:
        task_id = uow.tasks.open_of(started.instance_id)[0].id
    page = open_page()
    enter(page, "gromov", at=server)
    page.goto(f"{server.url}/tasks/{task_id}")
    return page


def tab_to(page, name):
    """Press Tab until the field of that name has the focus."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.getAttribute('name')") == name:
            return
    raise AssertionError(f"Tab never reaches {name}")


def test_goods_are_typed_without_a_mouse_and_the_sums_and_vat_follow(quote):
    page = quote

    for field, typed in (
        ("name", "Станок"),
        ("qty", "2"),
        ("unit", "шт"),
        ("price", "1000"),
        ("discount", "10"),
    ):
        tab_to(page, f"items[0].{field}")
        page.keyboard.type(typed)
    tab_to(page, "items[0].vat")
    page.keyboard.type("22")
    page.keyboard.press("Tab")
    page.get_by_text("324,59").wait_for()
    text = " ".join(page.locator("form#task").inner_text().split()).replace("\xa0", " ")
    assert "В том числе НДС 324,59" in text
    assert "Итого с НДС 1 800,00" in text

    tab_to(page, "_add:items")
    page.keyboard.press("Enter")
    page.locator('[name="items[1].name"]').wait_for()
    assert page.locator('[name="items[0].name"]').input_value() == "Станок"
