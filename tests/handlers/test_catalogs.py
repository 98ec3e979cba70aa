"""Products and organisations for forms: what is offered, at which price and with which tax."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from handlers.demo_catalogs import add_clients, add_organisations, add_products
from handlers.errors import HandlerError
from storage.models import Counterparty, Product


@pytest.fixture
def catalogs(storage, settings):
    from datetime import UTC, datetime

    with storage.unit_of_work() as uow:
        add_organisations(uow)
        add_products(uow)
        add_clients(uow, now=datetime(2026, 6, 1, tzinfo=UTC), managers={})


def test_products_of_the_named_group_come_first(catalogs, run, new_request):
    result = run("catalogs.offer", new_request(), group="Инструмент")

    codes = [option["value"] for option in result["products"]]
    assert set(codes[:3]) == {"IN-PATRON", "IN-REZ", "IN-SV"}
    assert len(codes) == 12
    assert any("6\N{NO-BREAK SPACE}420,00" in option["label"] for option in result["products"])


def test_a_product_out_of_sale_is_not_offered(catalogs, run, new_request, storage):
    with storage.unit_of_work() as uow:
        uow.session.scalars(select(Product).where(Product.code == "IN-SV")).one().active = False

    result = run("catalogs.offer", new_request())

    assert "IN-SV" not in [option["value"] for option in result["products"]]


def test_our_organisations_are_offered_by_code(catalogs, run, new_request):
    result = run("catalogs.offer", new_request())

    assert [(option["value"], option["vat_payer"]) for option in result["organisations"]] == [
        ("technosnab", True),
        ("sokolov", False),
    ]
    assert result["organisation"] == "technosnab"


def test_the_requests_company_comes_with_its_requisites(catalogs, run, new_request, storage):
    with storage.read_session() as session:
        company = session.scalars(select(Counterparty).where(Counterparty.name == "ООО «Ромашка»")).one()

    known = run("catalogs.offer", new_request(counterparty_id=company.id))["buyer"]
    unknown = run("catalogs.offer", new_request())["buyer"]

    assert known == {
        "name": "ООО «Ромашка»",
        "inn": company.inn,
        "kpp": company.kpp,
        "address": company.address,
    }
    assert set(unknown.values()) == {""}


def test_chosen_products_become_lines_with_price_cost_and_tax(catalogs, run, new_request):
    wanted = [{"product": "IN-SV", "qty": 3}, {"product": None, "qty": 1}, {"product": "US-PNR"}]

    items = run("catalogs.price_items", new_request(), wanted=wanted)["items"]

    assert [(item["code"], item["qty"], item["kind"], item["vat"]) for item in items] == [
        ("IN-SV", 3, "goods", "22"),
        ("US-PNR", 1, "service", "22"),
    ]
    assert (items[0]["price"], items[0]["cost"], items[0]["discount"]) == (Decimal(6420), Decimal(4650), 0)
    assert (items[0]["unit"], items[0]["unit_code"]) == ("компл", "839")


def test_an_organisation_without_vat_sells_everything_without_it(catalogs, run, new_request):
    wanted = [{"product": "IN-SV", "qty": 1}]

    items = run("catalogs.price_items", new_request(), wanted=wanted, organisation="sokolov")["items"]

    assert items[0]["vat"] == "none"


def test_names_are_in_the_language_of_the_request(catalogs, run, new_request):
    wanted = [{"product": "IN-SV", "qty": 1}]

    items = run("catalogs.price_items", new_request(language="en"), wanted=wanted)["items"]

    assert items[0]["name"] == "Set of 25 metal drills"


def test_an_unknown_product_is_named(catalogs, run, new_request):
    with pytest.raises(HandlerError, match="NO-SUCH") as refused:
        run("catalogs.price_items", new_request(), wanted=[{"product": "NO-SUCH", "qty": 1}])

    assert refused.value.code == "catalogs.unknown_product"
