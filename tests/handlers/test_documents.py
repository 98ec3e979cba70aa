"""Documents as their readers see them: text, sums, words, QR; numbers without gaps; no second document."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal

import pypdfium2
import pytest
import zxingcpp
from pypdf import PdfReader
from sqlalchemy import select

from handlers.demo_catalogs import seed
from handlers.documents import file_name_of
from handlers.errors import HandlerError
from storage.models import Contact, Document, Event
from tests.paths import ROOT

TEMPLATES = ROOT / "processes" / "equipment_sale" / "documents"
NOW = datetime(2026, 6, 10, 9, tzinfo=UTC)
ITEMS = [
    {"name": "Станок вертикально-сверлильный 2Н135", "qty": 1, "unit": "шт", "price": 92379, "discount": 5, "vat": "22"},
    {"code": "IN-REZ", "qty": 3, "price": Decimal("9870.50")},
    {"name": "Монтаж", "qty": Decimal("1.5"), "unit": "ч", "price": "3 085,60", "vat": "10"},
]  # fmt: skip
DATA = {
    "items": ITEMS,
    "buyer_kpp": "630001001",
    "basis": "Договор № 5 от 01.06.2026",
    "valid_until": date(2026, 6, 17),
    "delivery_days": 14,
    "payment_terms": "half",
    "act_date": date(2026, 6, 9),
    "payments": [{"number": "51", "date": "2026-06-09"}, {"number": "52", "date": "2026-06-10"}],
}


@pytest.fixture
def bundle(bundle):
    bundle.files |= {f"documents/{path.name}": path.read_bytes() for path in TEMPLATES.glob("*.typ")}
    bundle.words |= {"Коммерческое предложение": "Quotation", "Счёт на оплату": "Invoice"}
    return bundle


@pytest.fixture
def sale(storage, new_request):
    with storage.unit_of_work() as uow:
        seeded = seed(uow, now=NOW, hash_password=str, password="x")
        contact = uow.session.get(Contact, seeded.contacts[3])
        known = {"contact_id": contact.id, "counterparty_id": contact.counterparty_id}
    return new_request(number="ПО-2026-000123", responsible_id=seeded.users["petrova@example.com"], **known)


@pytest.fixture
def make(run, sale):
    def create(
        kind="invoice", template="", title="Счёт на оплату", data=DATA, request=None, key=None, **values
    ):
        context = {"idempotency_key": key} if key else {}
        return run(
            "documents.create", request or sale, kind=kind, template=template or kind, title=title, data=data,
            context=context, **values,
        )  # fmt: skip

    return create


@pytest.fixture
def printed(storage):
    def read(result):
        with storage.read_session() as session:
            document = session.get(Document, result["document_id"])
            return storage.files.open(document.file_hash)

    return read


def words_of(pdf):
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return " ".join(text.replace("\u00a0", " ").split())


def test_an_invoice_prints_its_bank_lines_sums_and_words(make, printed):
    result = make()

    text = words_of(printed(result))
    assert (result["number"], result["date"], result["version"]) == ("1", "2026-06-10", 1)
    assert result["total"] == Decimal("121999.95")
    assert (
        result["vat"] == Decimal("21586.12") == Decimal("15825.58") + Decimal("5339.78") + Decimal("420.76")
    )
    for expected in (
        "Счёт на оплату № 1 от 10 июня 2026 г.", "044525225", "30101810400000000225", "40702810200000000001",
        "ИНН 7700000016", "КПП 770001001", "ПАО «Волгомаш»", "КПП 630001001", "Договор № 5 от 01.06.2026",
        "Набор резцов токарных, 12 шт.", "29 611,50", "В том числе НДС (22%): 21 165,36",
        "В том числе НДС (10%): 420,76", "121 999,95 ₽", "Всего наименований 3",
        "Сто двадцать одна тысяча девятьсот девяносто девять рублей 95 копеек", "Счёт действителен до 17 июня 2026 г.", "Кузнецов А. В.", "Ким О. С.",
    ):  # fmt: skip
        assert expected in text, expected


def test_the_qr_on_the_page_is_the_payment(make, printed):
    pdf = printed(make())

    page = pypdfium2.PdfDocument(pdf)[0].render(scale=4).to_pil()
    (code,) = zxingcpp.read_barcodes(page)

    assert code.text == (
        "ST00012|Name=ООО «Техноснаб»|PersonalAcc=40702810200000000001|BankName=ПАО СБЕРБАНК, г. Москва|"
        "BIC=044525225|CorrespAcc=30101810400000000225|Sum=12199995|"
        "Purpose=Оплата по счету № 1 от 10.06.2026, в т.ч. НДС - 21586.12|PayeeINN=7700000016|KPP=770001001"
    )


def test_an_organisation_without_vat_prints_that_whatever_the_lines_say(make, printed):
    result = make(data=DATA | {"organisation": "sokolov"})

    text = words_of(printed(result))
    assert result["vat"] == 0
    assert "Без налога (НДС)" in text
    assert "В том числе НДС" not in text
    assert "без НДС" in text
    assert "22%" not in text


def test_a_quote_is_numbered_by_the_request_and_its_version(make, printed):
    first = make(kind="quote", title="Коммерческое предложение", number="request")
    second = make(kind="quote", title="Коммерческое предложение", number="request")

    text = words_of(printed(second))
    assert [first["number"], second["number"]] == ["ПО-2026-000123/1", "ПО-2026-000123/2"]
    assert second["version"] == 2
    assert "версия 2" in text
    assert "50 % предоплата, 50 % после поставки" in text
    assert "Анна Петрова" in text


def test_a_quote_links_to_the_page_of_the_request(make, printed):
    reader = PdfReader(io.BytesIO(printed(make(kind="quote", title="Коммерческое предложение"))))

    links = [note.get_object()["/A"]["/URI"] for page in reader.pages for note in page.get("/Annots", [])]

    assert links == ["https://marshrut.example.com/t/s3cret"]


def test_a_delivery_note_is_upd_for_a_payer_of_vat(make, printed):
    result = make(kind="delivery_note", title="Накладная", data=DATA | {"ship_date": date(2026, 6, 15)})

    text = words_of(printed(result))
    assert "УПД" in result["file_name"]
    assert "Универсальный передаточный документ" in text
    assert "Статус: 1" in text
    assert "№ 51 от 09.06.2026; № 52 от 10.06.2026" in text
    for mark in ("(1)", "(2а)", "(3)", "(5)", "(5а)", "(5б)", "(6б)", "(7)", "(8)", "(10)", "(15)", "(19)"):
        assert mark in text, mark
    assert "15 июня 2026 г." in text


def test_upd_without_vat_has_status_two(make, printed):
    result = make(kind="upd", title="УПД", data=DATA | {"organisation": "sokolov"})

    assert "Статус: 2" in words_of(printed(result))


def test_a_delivery_note_is_torg12_where_the_organisation_says_so(make, printed):
    result = make(kind="delivery_note", title="Накладная", data=DATA | {"organisation": "sokolov"})

    text = words_of(printed(result))
    assert "ТОРГ-12" in result["file_name"]
    assert "ТОВАРНАЯ НАКЛАДНАЯ" in text
    assert "0330212" in text
    assert "без НДС" in text
    assert "содержит три порядковых" in text


def test_an_act_says_that_the_services_were_rendered(make, printed):
    text = words_of(printed(make(kind="act", title="Акт выполненных работ")))

    assert "Вышеперечисленные услуги выполнены полностью и в срок." in text
    assert "9 июня 2026 г." in text


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("quote", "Quotation"),
        ("invoice", "Invoice No. 1 dated 10 June 2026"),
        ("delivery_note", "Delivery note No. 1 dated 10 June 2026"),
        ("upd", "Delivery note No. 1"),
        ("act", "Certificate of completion No. 1"),
    ],
)
def test_every_document_has_an_english_form(make, printed, kind, expected):
    text = words_of(printed(make(kind=kind, title="x", language="en")))

    assert expected in text
    assert "Technosnab" in text
    assert "Set of 12 lathe tools" in text
    assert "nine hundred and ninety-nine roubles and 95 kopecks" in text


def test_a_document_is_archival_pdf(make, printed):
    assert b"pdfaid" in printed(make())


def test_numbers_are_gapless_per_kind_and_organisation(make):
    assert [make()["number"], make()["number"]] == ["1", "2"]
    assert make(kind="act", title="Акт")["number"] == "1"
    assert make(data=DATA | {"organisation": "sokolov"})["number"] == "1"


def test_parallel_jobs_never_share_a_number(make):
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: make(), range(8)))

    assert {result["number"] for result in results} == {str(number) for number in range(1, 9)}


def test_a_repeat_of_the_same_job_is_the_same_document(make, storage):
    first, again = make(key="job-1"), make(key="job-1")

    assert again == first
    with storage.read_session() as session:
        assert len(list(session.scalars(select(Document)))) == 1
        assert len(list(session.scalars(select(Event).where(Event.kind == "document")))) == 1


def test_a_failed_template_keeps_its_number_for_the_retry(make, bundle, storage):
    good = bundle.files["documents/invoice.typ"]
    bundle.files["documents/invoice.typ"] = b"#unknown"
    with pytest.raises(HandlerError, match="unknown variable"):
        make(key="job-1")
    with storage.read_session() as session:
        assert [document.state for document in session.scalars(select(Document))] == ["reserved"]
    bundle.files["documents/invoice.typ"] = good

    other, retried = make(key="job-2"), make(key="job-1")

    assert (retried["number"], other["number"]) == ("1", "2")


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([], "no lines"),
        (["x"], "line 1"),
        ([{"qty": 1, "price": 1}], "line 1: it has no name"),
        ([ITEMS[0], {"name": "x", "price": 1}], "line 2: it has no quantity"),
        ([{"name": "x", "qty": 0, "price": 1}], "line 1: quantity"),
        ([{"name": "x", "qty": 1, "price": -1}], "line 1: price"),
        ([{"name": "x", "qty": 1, "price": "1e30"}], "line 1: price"),
        ([{"name": "x", "qty": 1, "price": 1, "vat": "20"}], "not in force"),
        ([{"name": "x", "qty": 1, "price": 1, "discount": 101}], "line 1: discount"),
        ([{"name": "x", "qty": 1, "price": 1}] * 501, "at most 500"),
        ([{"name": "x", "qty": 10**9, "price": 10**9}], "too large"),
    ],
)
def test_a_bad_line_is_named_and_takes_no_number(make, storage, items, words):
    with pytest.raises(HandlerError, match=words):
        make(data=DATA | {"items": items})

    assert make()["number"] == "1"


def test_a_missing_template_is_named(make):
    with pytest.raises(HandlerError, match=r"documents/letter\.typ"):
        make(template="letter")


def test_what_a_client_wrote_is_printed_as_it_is(make, printed):
    hostile = '#read("/etc/passwd") *x* $y$ @z <a> \\ `код`'

    text = words_of(printed(make(data=DATA | {"buyer_name": hostile})))

    assert hostile in text


def test_file_names_are_safe_everywhere():
    assert file_name_of("Счёт на оплату", "ПО-2026-000123/2") == "Счёт на оплату ПО-2026-000123-2.pdf"
    assert file_name_of("../../a\r\nb", "..") == "a-b.pdf"
