"""What the sale prints: read back from the PDF as a person and as a bank's application would."""

import io
import re
from decimal import Decimal

import pypdf
import pypdfium2
import pytest
import zxingcpp


def text_of(pdf: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def codes_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        picture = document[0].render(scale=3).to_pil()
    finally:
        document.close()
    return [code.bytes.decode("utf-8") for code in zxingcpp.read_barcodes(picture)]


@pytest.fixture
def delivered(company, helpers):
    """A sale with works, by an organisation that pays VAT, up to the rating."""
    sale = helpers.lead(company, "payment", wanted=helpers.WITH_WORKS)
    helpers.pay(sale, 697400, number="118")
    helpers.ship(sale)
    helpers.deliver(sale)
    sale.do("install", installed_on=company.clock().date())
    return sale


def test_the_quotation_names_the_goods_the_sum_and_the_terms(delivered):
    text = text_of(delivered.pdf("quote"))

    assert delivered.number in text
    assert "LP-300" in text
    assert "697 400,00" in text
    assert "Шестьсот девяносто семь тысяч четыреста рублей 00 копеек" in text
    assert "22%" in text


def test_the_invoice_carries_the_bank_the_words_and_the_tax(delivered):
    text = text_of(delivered.pdf("invoice"))

    for printed in (
        "044525225", "40702810200000000001", "30101810400000000225", "7700000016", "770001001",
        "Счёт на оплату № 1", "697 400,00", "Шестьсот девяносто семь тысяч четыреста рублей 00 копеек",
        "125 760,66", "7707083893",
    ):  # fmt: skip
        assert printed in text, printed


def test_the_qr_of_the_invoice_is_a_payment_of_the_whole_sum(delivered):
    (code,) = codes_of(delivered.pdf("invoice"))

    assert code.startswith("ST00012|")
    fields = dict(part.split("=", 1) for part in code.split("|")[1:])
    assert fields["PersonalAcc"] == "40702810200000000001"
    assert fields["BIC"] == "044525225"
    assert fields["CorrespAcc"] == "30101810400000000225"
    assert Decimal(fields["Sum"]) == 69740000
    assert fields["PayeeINN"] == "7700000016"
    assert "№ 1" in fields["Purpose"]


def test_goods_go_by_upd_and_works_by_act_and_both_make_the_invoice(delivered):
    amounts = {item.kind: item.amount for item in delivered.documents()}

    assert amounts["upd"] + amounts["act"] == amounts["invoice"] == Decimal("697400.00")
    upd, act = text_of(delivered.pdf("upd")), text_of(delivered.pdf("act"))
    assert "LP-300" in upd
    assert "118" in upd
    assert "Пусконаладочные" not in upd
    assert "Пусконаладочные" in act
    assert "LP-300" not in act


def test_an_organisation_on_usn_prints_no_vat_and_ships_by_torg12(company, helpers):
    sale = helpers.lead(company, "payment", organisation="sokolov", wanted=[{"product": "IN-SV", "qty": 2}])
    helpers.pay(sale, 12840)
    helpers.ship(sale)

    kinds = [item.kind for item in sale.documents()]
    assert kinds == ["quote", "invoice", "delivery_note"]
    quote, invoice, note = (text_of(sale.pdf(kind)) for kind in kinds)
    assert "22%" not in quote
    assert sale.variables["total_vat"] == 0
    assert "Без налога (НДС)" in invoice
    assert "В том числе НДС" not in invoice
    assert "12 840,00" in invoice
    assert "без ндс" in note.lower()
    assert "ТОРГ-12" in note
    (code,) = codes_of(sale.pdf("invoice"))
    assert "без НДС" in code


def test_an_english_client_gets_english_documents(company, helpers):
    sale = company.request(
        language="en", subject="Drills", contact_name="Erik Lund", email="erik@example.com"
    )
    sale.do("qualify", wanted=[{"product": "IN-SV", "qty": 1}], clarified="25 drills", next="quote")
    helpers.send_quote(sale)

    text = text_of(sale.pdf("quote"))

    assert "Set of 25 metal drills" in text
    assert "Quotation" in text


def test_numbers_of_accounting_documents_have_no_gaps(company, helpers):
    sales = [helpers.lead(company, "payment", wanted=[{"product": "IN-SV", "qty": 1}]) for _ in range(3)]

    assert [item.number for sale in sales for item in sale.documents() if item.kind == "invoice"] == [
        "1",
        "2",
        "3",
    ]
