"""Working time against the vectors of the Russian and British calendars."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.business_time import Calendar, NoWorkingTime, Schedule, around_the_clock

MOSCOW = ZoneInfo("Europe/Moscow")
LONDON = ZoneInfo("Europe/London")
OFFICE = Calendar()
BRITISH = Calendar(schedule=Schedule.of(range(5), "09:00-17:30"), zone=LONDON, country="GB")


def at(text: str, zone: ZoneInfo = MOSCOW) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("moment", "hours", "expected"),
    [
        ("2026-04-30 15:00", 4, "2026-05-04 11:00"),
        ("2026-04-30 16:30", 8, "2026-05-04 17:30"),
        ("2026-01-05 12:00", 1, "2026-01-12 10:00"),
        ("2026-12-30 17:00", 2, "2027-01-11 10:00"),
        ("2026-06-11 16:59", Decimal(1) / 60, "2026-06-11 17:00"),
        ("2026-06-11 17:00", Decimal(1) / 60, "2026-06-15 09:01"),
        ("2026-02-20 12:30", 2, "2026-02-20 15:30"),
        ("2027-02-20 10:00", 8, "2027-02-24 11:00"),
        ("2026-05-08 16:00", 16, "2026-05-13 17:00"),
        ("2026-06-10 12:00", 0, "2026-06-10 12:00"),
        ("2026-06-13 12:00", 0, "2026-06-15 09:00"),
    ],
)
def test_hours_are_added_by_the_russian_calendar(moment, hours, expected):
    reached = OFFICE.add_hours(at(moment), hours)

    assert abs(reached - at(expected)) < timedelta(milliseconds=1)
    assert reached.tzinfo is UTC


@pytest.mark.parametrize(
    ("begin", "end", "hours"),
    [("2026-05-08 16:00", "2026-05-12 10:00", 2), ("2026-06-10 12:00", "2026-06-15 12:00", 15)],
)
def test_working_time_between_moments_leaves_out_holidays_and_the_cut_hour(begin, end, hours):
    assert OFFICE.between(at(begin), at(end)) == timedelta(hours=hours)
    assert OFFICE.between(at(end), at(begin)) == -timedelta(hours=hours)


def test_british_substitute_days_are_off():
    assert BRITISH.add_hours(at("2026-12-24 16:00", LONDON), 4) == at("2026-12-29 11:30", LONDON)


def test_a_change_of_the_clocks_between_working_days_loses_no_hour():
    reached = BRITISH.add_hours(at("2026-03-27 17:00", LONDON), 1)

    assert reached == at("2026-03-30 09:30", LONDON)
    assert reached.astimezone(LONDON).utcoffset() == timedelta(hours=1)


@pytest.mark.parametrize(
    ("year", "short"),
    [
        (2024, {"02-22", "03-07", "05-08", "06-11", "11-02"}),
        (2025, {"03-07", "04-30", "06-11", "11-01"}),
        (2026, {"04-30", "05-08", "06-11", "11-03"}),
        (2027, {"02-20", "04-30", "06-11", "11-03"}),
    ],
)
def test_short_days_of_a_year_are_those_of_the_production_calendar(year, short):
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]

    found = {
        f"{d:%m-%d}" for d in days if d.year == year and OFFICE.is_working_day(d) and OFFICE.is_short_day(d)
    }

    assert found == short


@pytest.mark.parametrize(("year", "hours"), [(2024, 1979), (2025, 1972), (2026, 1972), (2027, 1972)])
def test_the_hours_of_a_year_are_the_norm(year, hours):
    assert OFFICE.between(at(f"{year}-01-01 00:00"), at(f"{year + 1}-01-01 00:00")) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("moment", "days", "expected"),
    [
        ("2026-06-10 15:00", 1, "2026-06-11 15:00"),
        ("2026-06-10 17:40", 1, "2026-06-11 17:00"),
        ("2026-06-11 11:00", 1, "2026-06-15 11:00"),
        ("2026-06-13 12:00", 1, "2026-06-15 12:00"),
        ("2026-06-10 07:00", 3, "2026-06-16 09:00"),
        ("2026-06-15 11:00", -1, "2026-06-11 11:00"),
        ("2026-06-10 13:30", 1, "2026-06-11 14:00"),
    ],
)
def test_working_days_keep_the_time_of_day_within_hours(moment, days, expected):
    assert OFFICE.add_days(at(moment), days) == at(expected)


def test_exceptions_of_the_organisation_win_over_the_country():
    calendar = Calendar.from_settings(
        {"calendar": {"2026-06-10": "holiday", "2026-06-13": "working", "2026-06-15": "short"}},
        zone="Europe/Moscow",
        country="RU",
    )

    assert not calendar.is_working_day(date(2026, 6, 10))
    assert calendar.between(at("2026-06-13 00:00"), at("2026-06-14 00:00")) == timedelta(hours=8)
    assert calendar.between(at("2026-06-15 00:00"), at("2026-06-16 00:00")) == timedelta(hours=7)


def test_a_calendar_without_working_time_says_so():
    empty = Calendar(schedule=Schedule({}))

    with pytest.raises(NoWorkingTime):
        empty.add_hours(at("2026-06-10 12:00"), 1)


def test_around_the_clock_every_hour_counts():
    moment = at("2026-12-31 23:00")

    assert around_the_clock("Europe/Moscow").add_hours(moment, 30) == moment + timedelta(hours=30)


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        OFFICE.add_hours(datetime(2026, 6, 10, 12), 1)


moments = st.datetimes(
    min_value=datetime(2024, 1, 1),
    max_value=datetime(2027, 6, 1),
    timezones=st.just(MOSCOW),
)


@given(moments, st.integers(min_value=0, max_value=60 * 200))
@settings(max_examples=60, deadline=None)
def test_added_time_is_the_time_between(moment, minutes):
    reached = OFFICE.add_hours(moment, Decimal(minutes) / 60)

    assert abs(OFFICE.between(moment, reached) - timedelta(minutes=minutes)) < timedelta(milliseconds=1)


@given(moments, st.integers(min_value=1, max_value=60 * 100))
@settings(max_examples=60, deadline=None)
def test_going_forward_and_back_spends_the_same_time(moment, minutes):
    back = OFFICE.add_hours(moment, -Decimal(minutes) / 60)

    assert abs(OFFICE.between(back, moment) - timedelta(minutes=minutes)) < timedelta(milliseconds=1)
