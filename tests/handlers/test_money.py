"""Money, VAT, words and the payment QR against the vectors."""

from datetime import date
from decimal import Decimal

import pytest
import segno
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from handlers.money import (
    Line,
    UnknownRate,
    format_money,
    format_number,
    format_rate,
    rates_on,
    totals,
    vat_inside,
    vat_on_top,
    vat_rate,
)
from handlers.payment_qr import MANDATORY_BYTES, Payment, payment_svg, payment_text
from handlers.words import amount_in_words, count_in_words, date_in_digits, date_in_words

DAY = date(2026, 6, 10)


@pytest.mark.parametrize(
    ("code", "on", "vat"),
    [
        ("22", DAY, "22000.09"),
        ("20", date(2025, 12, 31), "20333.42"),
        ("10", DAY, "11090.95"),
        ("7", DAY, "7981.34"),
        ("5", DAY, "5809.55"),
        ("0", DAY, "0.00"),
        ("none", DAY, "0.00"),
    ],
)
def test_the_tax_inside_an_amount(code, on, vat):
    assert vat_inside(Decimal("122000.50"), vat_rate(code, on)) == Decimal(vat)


def test_a_rate_is_valid_only_in_its_time():
    with pytest.raises(UnknownRate, match="2025-12-31"):
        vat_rate("22", date(2025, 12, 31))
    with pytest.raises(UnknownRate, match="2026-01-01"):
        vat_rate("20", date(2026, 1, 1))
    with pytest.raises(UnknownRate, match="18"):
        vat_rate("18", DAY)
    assert [rate.code for rate in rates_on(DAY)] == ["22", "10", "7", "5", "0", "none"]


def test_without_vat_is_not_zero_per_cent():
    assert format_rate(vat_rate("none", DAY), "ru") == "Без НДС"
    assert format_rate(vat_rate("0", DAY), "ru") == "0%"
    assert format_rate(vat_rate("22", DAY), "ru") == "22%"


def test_lines_are_rounded_one_by_one_and_summed_per_rate():
    rate, low, none = (vat_rate(code, DAY) for code in ("22", "10", "none"))
    lines = [
        Line(Decimal(3), Decimal("33.33"), rate),
        Line(Decimal(1), Decimal("0.05"), rate),
        Line(Decimal("1.5"), Decimal(100), low, discount_percent=Decimal(5)),
        Line(Decimal(2), Decimal(10), none),
        Line(Decimal(1), Decimal(100), rate, includes_vat=False),
    ]

    total = totals(lines)

    assert [line.gross for line in lines] == [
        Decimal(x) for x in ("99.99", "0.05", "142.50", "20.00", "122.00")
    ]
    assert [line.vat for line in lines] == [Decimal(x) for x in ("18.03", "0.01", "12.95", "0.00", "22.00")]
    assert [(item.rate.code, item.vat) for item in total.by_rate] == [
        ("22", Decimal("40.04")),
        ("10", Decimal("12.95")),
        ("none", Decimal("0.00")),
    ]
    assert (total.gross, total.vat, total.net) == (Decimal("384.54"), Decimal("52.99"), Decimal("331.55"))


amounts = st.decimals(min_value=0, max_value=10**9, places=2)


@settings(deadline=None)
@given(st.lists(st.tuples(amounts, st.sampled_from(["22", "10", "0", "none"])), max_size=20))
def test_net_and_tax_always_make_the_whole(items):
    total = totals([Line(Decimal(1), price, vat_rate(code, DAY)) for price, code in items])

    assert total.net + total.vat == total.gross == sum((price for price, _ in items), Decimal(0))


@settings(deadline=None)
@given(amounts)
def test_tax_on_top_of_the_net_is_the_tax_inside_the_gross(net):
    rate = vat_rate("22", DAY)
    vat = vat_on_top(net, rate)

    assert vat_inside(net + vat, rate) == vat


def test_money_is_written_as_each_language_does():
    value = Decimal("1234567.8")

    assert format_money(value, "RUB", "ru") == "1\u00a0234\u00a0567,80\u00a0₽"
    assert format_money(value, "USD", "en") == "$1,234,567.80"
    assert format_money(-value, "EUR", "en") == "-€1,234,567.80"
    assert format_money(Decimal("0.005"), "XXX", "en") == "0.01\u00a0XXX"
    assert format_number(Decimal("2.00"), "ru", places=None) == "2"
    assert format_number(Decimal("0.50"), "ru", places=None) == "0,5"
    assert format_number(Decimal(1200), "en", places=None) == "1,200"


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "Ноль рублей 00 копеек"),
        ("1", "Один рубль 00 копеек"),
        ("2", "Два рубля 00 копеек"),
        ("21.01", "Двадцать один рубль 01 копейка"),
        ("111.22", "Сто одиннадцать рублей 22 копейки"),
        ("1000", "Одна тысяча рублей 00 копеек"),
        ("2001.11", "Две тысячи один рубль 11 копеек"),
        ("121000.50", "Сто двадцать одна тысяча рублей 50 копеек"),
        ("1234567.89", "Один миллион двести тридцать четыре тысячи пятьсот шестьдесят семь рублей 89 копеек"),
        ("101102103.40", "Сто один миллион сто две тысячи сто три рубля 40 копеек"),
        ("-1.50", "Минус один рубль 50 копеек"),
    ],
)
def test_amounts_in_russian_words(amount, words):
    assert amount_in_words(Decimal(amount)) == words


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        ("1234.56", "USD", "One thousand, two hundred and thirty-four dollars and 56 cents"),
        ("1.01", "EUR", "One euro and 01 cent"),
        ("2", "RUB", "Two roubles and 00 kopecks"),
        ("2", "JPY", "Two JPY and 00/100"),
    ],
)
def test_amounts_in_english_words(amount, currency, words):
    assert amount_in_words(Decimal(amount), currency, "en") == words


def test_an_amount_without_end_is_refused():
    with pytest.raises(ValueError, match="words"):
        amount_in_words(Decimal("1e20"))


def test_counts_and_dates_in_words():
    assert count_in_words(21) == "двадцать один"
    assert date_in_words(date(2026, 12, 5)) == "5 декабря 2026 г."
    assert date_in_words(date(2026, 12, 5), "en") == "5 December 2026"
    assert date_in_digits(date(2026, 12, 5)) == "05.12.2026"


PAYMENT = Payment(
    name="ООО «Техноснаб»",
    account="40702810200000000001",
    bank="ПАО СБЕРБАНК",
    bic="044525225",
    correspondent="30101810400000000225",
    amount=Decimal("122000.50"),
    purpose="Оплата по счету № 104 от 10.06.2026, в т.ч. НДС 22% - 22000.09",
    inn="7700000016",
    kpp="770001001",
)


def test_the_payment_text_is_that_of_the_standard():
    assert payment_text(PAYMENT) == (
        "ST00012|Name=ООО «Техноснаб»|PersonalAcc=40702810200000000001|BankName=ПАО СБЕРБАНК|BIC=044525225|"
        "CorrespAcc=30101810400000000225|Sum=12200050|Purpose=Оплата по счету № 104 от 10.06.2026, в т.ч. НДС "
        "22% - 22000.09|PayeeINN=7700000016|KPP=770001001"
    )


def test_a_scanner_reads_the_payment_text_back(tmp_path):
    text = payment_text(PAYMENT)
    picture = tmp_path / "qr.png"
    segno.make(text, error="m", encoding="utf-8", micro=False).save(picture, scale=6, border=4)

    (read,) = zxingcpp.read_barcodes(Image.open(picture))

    assert read.text == text
    assert payment_svg(PAYMENT).startswith("<svg")


def test_another_separator_is_taken_when_a_value_holds_the_usual_one():
    text = payment_text(Payment("А|Б", "4" * 20, "Банк", "0" * 9, ""))

    assert text == f"ST00012;Name=А|Б;PersonalAcc={'4' * 20};BankName=Банк;BIC={'0' * 9};CorrespAcc=0"


@settings(deadline=None)
@given(st.text(min_size=1, max_size=400), st.text(max_size=100))
def test_the_mandatory_block_never_grows_beyond_its_limit(name, bank):
    try:
        text = payment_text(Payment(name, "4" * 20, bank, "0" * 9, "3" * 20))
    except ValueError:
        return

    assert len(text.encode()) <= MANDATORY_BYTES


@pytest.mark.parametrize("amount", [Decimal(0), Decimal(-1)])
def test_nothing_to_pay_makes_no_qr(amount):
    with pytest.raises(ValueError, match="above zero"):
        payment_text(Payment("А", "4" * 20, "Банк", "0" * 9, "", amount=amount))
