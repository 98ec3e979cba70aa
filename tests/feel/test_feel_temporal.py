"""Arithmetic of dates, times and durations (DMN 1.5 §10.3.2.13.4), zones and changes of the clock."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bpmn.feel import YearsMonths

BERLIN = ZoneInfo("Europe/Berlin")

ROWS = [
    ('@"2024-01-31" + @"P1M"', date(2024, 2, 29)),
    ('@"2024-02-29" - @"P1Y"', date(2023, 2, 28)),
    ('@"P1M" + @"2024-01-31"', date(2024, 2, 29)),
    ('@"2024-02-28" + @"P2D"', date(2024, 3, 1)),
    ('@"2024-02-28" + @"PT23H"', date(2024, 2, 28)),
    ('@"2024-02-28" - @"PT1H"', date(2024, 2, 27)),
    ('@"2024-03-01" - @"2024-02-28"', timedelta(days=2)),
    ('@"2024-02-28T10:00:00" + @"PT36H"', datetime(2024, 2, 29, 22)),
    ('@"2024-02-28T10:00:00Z" - @"2024-02-28T10:00:00+01:00"', timedelta(hours=1)),
    ('@"2024-02-28T10:00:00Z" - @"2024-02-28"', timedelta(hours=10)),
    ('@"2024-02-28T10:00:00Z" - @"2024-02-28T10:00:00"', None),
    ('@"2024-02-28T10:00:00" - @"2024-02-28"', None),
    ('@"10:00:00" + @"PT15H"', time(1)),
    ('@"10:00:00" - @"PT11H"', time(23)),
    ('@"10:00:00" - @"09:30:00"', timedelta(minutes=30)),
    ('@"10:00:00Z" - @"10:00:00+01:00"', timedelta(hours=1)),
    ('@"P1D" + @"PT12H"', timedelta(hours=36)),
    ('@"P1Y" - @"P1M"', YearsMonths(11)),
    ('@"P1Y" + @"P1D"', None),
    ('@"P1D" * 1.5', timedelta(hours=36)),
    ('2 * @"P1M"', YearsMonths(2)),
    ('@"P1Y" / 5', YearsMonths(2)),
    ('@"P1D" / @"PT6H"', 4),
    ('@"P1Y" / @"P5M"', Decimal("2.4")),
    ('@"P1D" / 0', None),
    ('@"P1D" / @"PT0S"', None),
    ('@"2024-01-01" + 1', None),
    ('@"2024-01-01" + @"2024-01-01"', None),
    ('@"9999-12-31" + @"P1D"', None),
    ('@"0001-01-01" - @"P1M"', None),
    ('@"2024-01-01T00:00:00Z" < @"2024-01-01T00:00:00+01:00"', False),
    ('@"2024-01-01T00:00:00Z" = @"2024-01-01T01:00:00+01:00"', True),
    ('@"2024-01-01T00:00:00" = @"2024-01-01T00:00:00Z"', None),
    ('@"2024-01-01T00:00:00" < @"2024-01-01T00:00:00.001"', True),
    ('@"10:00:00Z" < @"10:00:00+01:00"', False),
    ('@"2024-01-01" < @"2024-01-01T00:00:00"', None),
    ('@"P1D" = @"PT24H"', True),
    ('@"P1Y" = @"P12M"', True),
    ('@"P1Y" = @"P365D"', None),
    ('@"P1M" < @"P2M"', True),
    # the clock goes forward at 02:00: two hours later it is 04:00 by the wall and two hours on the time line
    ('@"2024-03-31T01:30:00@Europe/Berlin" + @"PT1H"', datetime(2024, 3, 31, 3, 30, tzinfo=BERLIN)),
    ('@"2024-03-31T03:30:00@Europe/Berlin" - @"2024-03-31T01:30:00@Europe/Berlin"', timedelta(hours=1)),
    ('@"2024-03-30T12:00:00@Europe/Berlin" + @"P1D"', datetime(2024, 3, 31, 13, tzinfo=BERLIN)),
    (
        '@"2024-10-27T00:30:00@Europe/Berlin" + @"PT2H"',
        datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=BERLIN).replace(fold=0),
    ),
    ('@"2024-03-31T10:00:00@Europe/Berlin" + @"P1M"', datetime(2024, 4, 30, 10, tzinfo=BERLIN)),
]


@pytest.mark.parametrize(("source", "expected"), ROWS)
def test_temporal_arithmetic_follows_the_time_line_and_the_calendar(gives, source, expected):
    gives(source, expected)


def test_a_local_moment_gets_the_zone_of_the_caller_on_the_way_out():
    from bpmn import feel

    value = feel.evaluate('@"2024-01-01T10:00:00"', {})

    assert feel.to_variable(value).tzinfo is None
    assert feel.to_variable([value], zone=UTC) == [datetime(2024, 1, 1, 10, tzinfo=UTC)]
