"""Constant parts are computed once, while an expression is compiled, and mean what they always meant."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpmn import feel
from bpmn.feel.compiler import Compiler
from bpmn.feel.parser import parse_expression
from bpmn.feel.state import DEFAULT_LIMITS, State
from bpmn.feel.syntax import Literal

FOLDED = [
    ('date("2026-01-01")', date(2026, 1, 1)),
    ("date(2026, 1, 1)", date(2026, 1, 1)),
    ('date(from: "2026-01-01")', date(2026, 1, 1)),
    ('@"2026-01-01"', date(2026, 1, 1)),
    ('time("10:00:00Z")', time(10, tzinfo=UTC)),
    ('date and time("2026-01-01T10:00:00Z")', datetime(2026, 1, 1, 10, tzinfo=UTC)),
    ('date and time(date("2026-01-01"), time("10:00:00Z"))', datetime(2026, 1, 1, 10, tzinfo=UTC)),
    ('duration("P1D")', timedelta(1)),
    ('-duration("P1D")', timedelta(-1)),
    ('date("2026-01-01") + duration("P1D")', date(2026, 1, 2)),
    ("-5", Decimal(-5)),
    ("2 * 3 - 1", Decimal(5)),
    ('number("1 000,5", " ", ",")', Decimal("1000.5")),
]
NOT_FOLDED = [
    "now()", "today()", 'date("2026-02-30")', "1 / 0", 'date("2026-01-01") + today()', "date(x)", "-x", "[5..1]",
    '"a" + "b"', "[1, 2]", 'string(date("2026-01-01"))', "1" + " + 1" * 300,
]  # fmt: skip


def folded(source):
    compiler = Compiler()
    return compiler.fold(parse_expression(source, frozenset()))


def unfolded(source, context, functions=None):
    """What the expression gave if nothing were folded."""
    closure = Compiler(folding=False).compile(parse_expression(source, frozenset()))
    return closure((State(context, functions, None, DEFAULT_LIMITS, None),))


@pytest.mark.parametrize(("source", "value"), FOLDED)
def test_a_constant_part_is_a_literal(source, value):
    part = folded(source)

    assert isinstance(part, Literal)
    assert part.value == value == unfolded(source, {})


@pytest.mark.parametrize("source", NOT_FOLDED)
def test_what_may_differ_or_is_null_is_left_to_each_evaluation(source):
    assert not isinstance(folded(source), Literal)


def test_a_null_on_the_way_keeps_its_reason_in_every_evaluation():
    expression = feel.compile('date("2026-02-30") = null')

    for _ in range(2):
        result = expression.run({})
        assert result.value is True
        assert [reason.code for reason in result.reasons] == ["function.value"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('{date: function(x) 7, r: date("2026-01-01")}.r', 7),
        ('(function(date) date("2026-01-01"))(function(x) 8)', 8),
        ('for date in [function(x) 9] return date("2026-01-01")', [9]),
        ('(function(duration) duration("P1D"))(function(x) 1) + 1', 2),
        ('{d: date("2026-01-01"), date: function(x) 7, r: date("2026-01-01")}', None),
    ],
)
def test_a_variable_of_the_expression_hides_the_function(source, expected):
    value = feel.to_variable(feel.evaluate(source, {}))

    if expected is None:
        assert (value["d"], value["r"]) == (date(2026, 1, 1), 7)
    else:
        assert value == expected


def test_a_function_of_the_host_replaces_the_built_in_one_in_that_evaluation_only():
    expression = feel.compile('date("2026-01-01").year + number("1")')

    def host_date(text):
        return {"year": 1}

    assert expression.assumed == {"date", "number"}
    assert expression.evaluate({}) == Decimal(2027)
    assert expression.evaluate({}, functions={"date": host_date}) == Decimal(2)
    assert expression.evaluate({}, functions={"other": host_date}) == Decimal(2027)


def test_a_function_of_the_host_replaces_the_built_in_one_in_tests():
    tests = feel.compile('< date("2026-01-01")', kind="unary")

    assert tests.test(date(2025, 1, 1), {}) is True
    assert tests.test(date(2025, 1, 1), {}, functions={"date": lambda text: date(2000, 1, 1)}) is False


ZONES = st.sampled_from([UTC, timezone(timedelta(hours=3)), None])
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 3), timezones=ZONES)
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3).map(Decimal), st.sampled_from(["a", "b"]),
    st.dates(date(2025, 12, 30), date(2026, 1, 3)), MOMENTS, MOMENTS.map(lambda moment: moment.timetz()),
    st.integers(-2, 2).map(timedelta), st.just([date(2026, 1, 1)]),
)  # fmt: skip
CONSTANTS = st.sampled_from(
    [
        "1", "-2", '"a"', '"b"', "true", "false", "null", 'date("2026-01-01")', '@"2026-01-02"',
        'date and time("2026-01-01T10:00:00Z")', 'date and time("2026-01-01T10:00:00")', 'time("10:00:00Z")',
        'time("10:00:00")', 'duration("P1D")', '-duration("P1D")', 'duration("P1M")',
    ]
)  # fmt: skip
ONE = st.one_of(
    CONSTANTS,
    st.builds("{} {}".format, st.sampled_from(["<", "<=", ">", ">=", "=", "!="]), CONSTANTS),
    st.builds("{}{}..{}{}".format, st.sampled_from("[(]"), CONSTANTS, CONSTANTS, st.sampled_from("])[")),
)
CELLS = st.one_of(ONE, st.lists(ONE, min_size=2, max_size=3).map(", ".join))


@given(cell=CELLS, negated=st.booleans(), value=VALUES)
def test_the_quick_test_of_a_cell_agrees_with_feel_or_leaves_the_value_to_it(cell, negated, value):
    compiled = feel.compile(f"not({cell})" if negated else cell, kind="unary")
    if compiled.quick is None:
        return

    decided = compiled.quick(value)

    assert decided is None or decided is compiled.test(value, {})


@given(source=st.builds("{} {} {}".format, CONSTANTS, st.sampled_from("+-*/"), CONSTANTS))
def test_folding_changes_no_value(source):
    assert feel.compile(source).evaluate({}) == unfolded(source, {})
