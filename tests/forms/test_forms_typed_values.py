"""Numbers and dates are typed freely and understood; what is printed is read back."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpmn.forms.dates import format_date, format_moment, format_time, read_date, read_moment, read_time
from bpmn.forms.messages import Problem, plural
from bpmn.forms.numbers import format_number, read_number

TODAY = date(2026, 11, 23)
MOSCOW = ZoneInfo("Europe/Moscow")
LANGUAGES = st.sampled_from(["ru", "en"])


@pytest.mark.parametrize(
    ("text", "language", "number"),
    [
        ("1 234,56", "ru", Decimal("1234.56")),
        ("1\u00a0234,56 ₽", "ru", Decimal("1234.56")),
        ("1\u202f940\u202f000,00", "ru", 1_940_000),
        ("1234.5 руб.", "ru", Decimal("1234.5")),
        ("1,5", "en", Decimal("1.5")),
        ("1,234", "en", 1234),
        ("1,234", "ru", Decimal("1.234")),
        ("1,234.56", "ru", Decimal("1234.56")),
        ("1.234,56", "en", Decimal("1234.56")),
        ("1.234.567", "ru", 1_234_567),
        ("\u22125", "ru", -5),
        (" +7 ", "ru", 7),
        ("12 %", "ru", 12),
        (",5", "ru", Decimal("0.5")),
    ],
)
def test_a_number_is_read_as_people_type_it(text, language, number):
    assert read_number(text, language=language) == number


@pytest.mark.parametrize(
    "text", ["1e5", "NaN", "Infinity", "1_000", "1,2,3", "12 34.5.6", "٣", "-", "0x10", "12 станков"]
)
def test_what_is_not_a_number_is_said_so(text):
    read = read_number(text, language="ru")

    assert isinstance(read, Problem)
    assert read.code == "number.not"
    assert text.strip() in read.message("ru")


@given(number=st.decimals(min_value=-(10**12), max_value=10**12, places=2), language=LANGUAGES)
def test_a_printed_number_is_read_back(number, language):
    assert read_number(format_number(number, language=language), language=language) == number


@given(day=st.dates(min_value=date(1900, 1, 1), max_value=date(2999, 12, 31)), language=LANGUAGES)
def test_a_printed_date_is_read_back(day, language):
    assert read_date(format_date(day, language), today=TODAY, language=language) == day


@given(
    moment=st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2090, 1, 1)), language=LANGUAGES
)
def test_a_printed_moment_is_read_back(moment, language):
    moment = moment.replace(second=0, microsecond=0, tzinfo=UTC)
    printed = format_moment(moment, MOSCOW, language)

    read = read_moment(printed, today=TODAY, zone=MOSCOW, language=language)

    assert read in (
        moment,
        moment - timedelta(hours=1),
        moment + timedelta(hours=1),
    )  # a repeated hour of autumn
    if moment.year > 2015:
        assert read == moment


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("7 дек", date(2026, 12, 7)),
        ("7 дек. 2026 г.", date(2026, 12, 7)),
        ("7 Декабря", date(2026, 12, 7)),
        ("07.12.2026", date(2026, 12, 7)),
        ("7.12.26", date(2026, 12, 7)),
        ("7.12", date(2026, 12, 7)),
        ("2026-12-07", date(2026, 12, 7)),
        ("Dec 7, 2026", date(2026, 12, 7)),
        ("7 Dec", date(2026, 12, 7)),
        ("1 мая", date(2027, 5, 1)),
        ("1 июля", date(2026, 7, 1)),
        ("завтра", date(2026, 11, 24)),
        ("в пятницу", date(2026, 11, 27)),
        ("пн", date(2026, 11, 30)),
        ("через 3 дня", date(2026, 11, 26)),
        ("через неделю", date(2026, 11, 30)),
    ],
)
def test_a_date_is_read_as_people_type_it(text, day):
    assert read_date(text, today=TODAY, language="ru") == day


@pytest.mark.parametrize(
    "text", ["31.02.2026", "foo", "7", "32 дек", "7 дек 2026 и ещё", "1" * 100, "", "00.00"]
)
def test_what_is_not_a_date_is_none(text):
    assert read_date(text, today=TODAY, language="ru") is None


def test_a_slash_means_the_month_first_in_english_only():
    assert read_date("12/07/2026", today=TODAY, language="en") == date(2026, 12, 7)
    assert read_date("12/07/2026", today=TODAY, language="ru") == date(2026, 7, 12)


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("14:30", time(14, 30)),
        ("9", time(9)),
        ("2 pm", time(14)),
        ("12am", time(0)),
        ("1430", time(14, 30)),
        ("25:00", None),
    ],
)
def test_a_time_is_read_as_people_type_it(text, hour):
    assert read_time(text) == hour
    if hour:
        assert read_time(format_time(hour)) == hour


@pytest.mark.parametrize(
    "text", ["7 дек 14:30", "07.12.2026, 14:30", "2026-12-07T14:30", "2026-12-07T11:30:00Z"]
)
def test_a_moment_is_local_unless_it_names_its_offset(text):
    assert read_moment(text, today=TODAY, zone=MOSCOW, language="ru") == datetime(
        2026, 12, 7, 11, 30, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("n", "word"), [(1, "поле"), (2, "поля"), (5, "полей"), (11, "полей"), (21, "поле"), (112, "полей")]
)
def test_russian_words_agree_with_their_number(n, word):
    assert plural(n, "поле", "поля", "полей", "ru") == word
