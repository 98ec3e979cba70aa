"""Dates, durations, repetitions and cron."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpmn.feel import YearsMonths
from bpmn.spiff import timers
from bpmn.spiff.timers import TimerUnreadable, duration_of, parse_cycle, parse_date, parse_duration

MOSCOW, BERLIN = ZoneInfo("Europe/Moscow"), ZoneInfo("Europe/Berlin")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "text", "expected"),
    [
        ("2026-01-31T09:00", "P1M", "2026-02-28T09:00"),
        ("2024-02-29T09:00", "P1Y", "2025-02-28T09:00"),
        ("2026-01-01T00:00", "PT36H", "2026-01-02T12:00"),
        ("2026-01-01T00:00", "P1W", "2026-01-08T00:00"),
        ("2026-01-01T00:00", "P1.5D", "2026-01-02T12:00"),
        ("2026-01-01T00:00", "P1Y2M3DT4H5M6.5S", "2027-03-04T04:05:06.500"),
        ("2026-03-31T00:00", "-P1M", "2026-02-28T00:00"),
    ],
)
def test_a_duration_is_added_with_months_clamped(start, text, expected):
    assert parse_duration(text).after(at(start)) == at(expected)


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1", "1D", "PT5", "P1H", "PT1D", "P-1D", "tomorrow", "P1S", "Р1D"]
)
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(TimerUnreadable):
        parse_duration(text)


def test_a_day_is_a_step_of_the_wall_clock_and_24_hours_are_not():
    before = datetime(2026, 3, 28, 12, tzinfo=BERLIN)  # the night to summer time follows
    assert parse_duration("P1D").after(before, BERLIN).astimezone(BERLIN).hour == 12
    assert parse_duration("PT24H").after(before, BERLIN).astimezone(BERLIN).hour == 13


@given(st.integers(0, 400), st.integers(0, 20))
def test_a_monthly_cycle_does_not_drift(day, index):
    start = at("2026-01-01T09:00") + timedelta(days=day)
    cycle = parse_cycle(f"R/{start.isoformat()}/P1M")
    due = cycle.due(start, index, start)
    assert due.day == min(start.day, (timers.add_months(due.replace(day=1), 1) - timedelta(days=1)).day)


def test_a_date_without_an_offset_is_local():
    assert parse_date("2026-12-07T09:00:00", MOSCOW) == at("2026-12-07T06:00")
    assert parse_date("2026-12-07", MOSCOW) == at("2026-12-06T21:00")
    assert parse_date("2026-12-07T09:00:00+05:00", MOSCOW) == at("2026-12-07T04:00")
    assert parse_date("2026-12-07T09:00:00Z", MOSCOW) == at("2026-12-07T09:00")
    for text in ("12.07.2026", "soon", "", "2026-13-01", "P1D"):
        with pytest.raises(TimerUnreadable):
            parse_date(text)


def test_repetitions_count_from_their_start_and_end_at_their_end():
    now = at("2026-01-01T00:00")
    assert [parse_cycle("R3/PT1H").due(now, i, now) for i in range(2)] == [
        now + timedelta(hours=i) for i in (1, 2)
    ]
    begun = parse_cycle("R/2026-01-05T00:00:00Z/P1D")
    assert begun.count is None
    assert [begun.due(now, i, now).day for i in range(3)] == [5, 6, 7]
    ending = parse_cycle("R/PT1H/2026-01-01T02:30:00Z")
    assert ending.due(now, 1, now) is not None
    assert ending.due(now, 2, now) is None
    for text in ("R0/PT1H", "R/PT0S", "R", "R3/", "R3/x", "R3/P1D/P1D", "R-1/PT1H"):
        with pytest.raises(TimerUnreadable):
            parse_cycle(text)


def test_an_endless_cycle_skips_what_was_missed_and_a_counted_one_does_not():
    armed = at("2026-01-01T00:00")
    later = at("2026-01-03T00:30")
    assert parse_cycle("R/PT1H").due(armed, parse_cycle("R/PT1H").after_missed(armed, 0, later), later) == at(
        "2026-01-03T01:00"
    )
    assert parse_cycle("R/P1D").due(armed, parse_cycle("R/P1D").after_missed(armed, 0, later), later) == at(
        "2026-01-04T00:00"
    )
    assert parse_cycle("R100/PT1H").after_missed(armed, 0, later) == 1


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("0 9 * * 1-5", "2026-01-12T06:00"),
        ("0 0 9 * * *", "2026-01-11T06:00"),
        ("0 0 9 ? * MON-FRI", "2026-01-12T06:00"),
        ("0 0 9 ? * 2-6", "2026-01-12T06:00"),
        ("0 0/5 * * * ?", "2026-01-10T00:05"),
        ("0 0 12 1 * ?", "2026-02-01T09:00"),
    ],
)
def test_cron_runs_on_the_wall_clock_and_reads_quartz_where_there_is_a_question_mark(cron, expected):
    now = at("2026-01-10T00:00") if "0/5" in cron else at("2026-01-10T12:00")  # a Saturday
    assert parse_cycle(cron).due(now, 0, now, MOSCOW) == at(expected)


@pytest.mark.parametrize("text", ["61 * * * *", "* * *", "every day", "0 0 9 ? * * 2026-2027 1", ""])
def test_what_is_no_cron_is_refused(text):
    with pytest.raises(TimerUnreadable):
        parse_cycle(text)


def test_expressions_may_give_durations_and_dates():
    now = at("2026-01-31T00:00")
    assert duration_of(YearsMonths(1)).after(now) == at("2026-02-28T00:00")
    assert duration_of(timedelta(days=1, hours=2)).after(now) == at("2026-02-01T02:00")
    assert timers.date_of(date(2026, 5, 1), MOSCOW) == at("2026-04-30T21:00")
    for value in (5, None, True):
        with pytest.raises(TimerUnreadable):
            duration_of(value)
        with pytest.raises(TimerUnreadable):
            timers.date_of(value)


def test_a_date_beyond_the_calendar_is_an_error_not_a_crash():
    with pytest.raises(TimerUnreadable):
        parse_duration("P9000Y").after(at("2026-01-01T00:00"))
    with pytest.raises(TimerUnreadable):
        parse_duration("P99999999999D").after(at("2026-01-01T00:00"))
