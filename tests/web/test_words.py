"""Dates, durations, money and sizes as people say them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from web import words

MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 11, 23, 11, 32, tzinfo=UTC)  # Monday, 14:32 in Moscow


def at(*parts):
    return datetime(*parts, tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("when", "russian", "english"),
    [
        (at(2026, 11, 23, 16, 30), "сегодня 16:30", "today 16:30"),
        (at(2026, 11, 22, 17, 40), "вчера 17:40", "yesterday 17:40"),
        (at(2026, 11, 24, 0, 0), "завтра 00:00", "tomorrow 00:00"),
        (at(2026, 11, 30, 9, 0), "пн, 30 нояб.", "Mon, 30 Nov"),
        (at(2025, 3, 7, 9, 0), "7 марта 2025", "7 Mar 2025"),
        (datetime(9999, 1, 1, tzinfo=UTC), "", ""),
        (None, "", ""),
    ],
)
def test_moments_are_told_by_their_distance(when, russian, english):
    assert words.moment(when, NOW, MOSCOW, "ru").replace("\xa0", " ") == russian
    assert words.moment(when, NOW, MOSCOW, "en").replace("\xa0", " ") == english


def test_late_in_the_evening_the_day_is_that_of_the_zone():
    late = datetime(2026, 11, 23, 21, 30, tzinfo=UTC)  # already the 24th in Moscow

    assert words.moment(late, late, MOSCOW, "ru").startswith("сегодня")


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(seconds=20), "менее минуты"),
        (timedelta(minutes=34), "34 мин"),
        (timedelta(hours=1, minutes=58), "1 ч 58 мин"),
        (timedelta(hours=12, minutes=39), "12 ч"),
        (timedelta(days=1), "1 день"),
        (timedelta(days=2, hours=5), "2 дня 5 ч"),
        (timedelta(days=21), "21 день"),
        (timedelta(days=11), "11 дней"),
        (-timedelta(minutes=5), "5 мин"),
    ],
)
def test_durations_have_two_units_at_most(length, said):
    assert words.span(length, "ru").replace("\xa0", " ") == said


def test_money_has_thin_spaces_and_hundredths_only_where_there_are_any():
    assert words.money(Decimal("1890150"), "RUB", "ru") == "1\u202f890\u202f150\xa0₽"
    assert words.money(Decimal("340846.72"), "", "ru") == "340\u202f846,72\xa0₽"
    assert words.money(Decimal("1234.5"), "USD", "en") == "$1,234.50"
    assert words.money(Decimal("-0.5"), "RUB", "ru") == "-0,50\xa0₽"
    assert words.money(None, "RUB", "ru") == ""


def test_sizes_read_in_the_unit_that_fits():
    assert words.size(184_000, "ru") == "184\xa0КБ"
    assert words.size(6_200_000, "en") == "6.2\xa0MB"
    assert words.size(0, "ru") == "0\xa0Б"


def test_a_deadline_is_late_soon_or_neither():
    assert words.due_class(NOW - timedelta(minutes=1), NOW, MOSCOW) == "is-late"
    assert words.due_class(NOW + timedelta(hours=3), NOW, MOSCOW) == "is-soon"
    assert words.due_class(NOW + timedelta(days=2), NOW, MOSCOW) == ""
    assert words.due_class(None, NOW, MOSCOW) == ""


def test_initials_of_two_words():
    assert words.initials("Анна Петрова") == "АП"
    assert words.initials("") == "?"
