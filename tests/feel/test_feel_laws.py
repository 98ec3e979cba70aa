"""Laws: literals read back, decimals agree with Python's, logic follows its tables, ``re`` agrees with our matcher."""

import contextlib
import re
import string
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpmn import feel
from bpmn.feel import YearsMonths, juel, regex
from bpmn.feel.comparison import both, either, equal
from bpmn.feel.regex.grammar import Parser
from bpmn.feel.regex.machine import Program
from bpmn.feel.state import DEFAULT_LIMITS, State
from bpmn.feel.values import DECIMAL128

decimals = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**20), max_value=10**20)
zones = st.sampled_from(
    [
        None,
        UTC,
        timezone(timedelta(hours=5, minutes=30)),
        timezone(-timedelta(hours=3)),
        ZoneInfo("Europe/Moscow"),
    ]
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    decimals,
    st.integers(-(2**60), 2**60),
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.dates(),
    st.times(timezones=zones),
    st.datetimes(timezones=zones),
    st.timedeltas(),
    st.builds(YearsMonths, st.integers(-100_000, 100_000)),
)
keys = st.text(string.ascii_letters + "абв -+1", min_size=1, max_size=8)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


@given(values)
@settings(max_examples=200, deadline=None)
def test_the_literal_of_a_value_reads_back_as_the_value(value):
    text = feel.to_string(value)

    again = feel.compile(text).evaluate({})

    assert feel.to_string(again) == text
    assert again == feel.to_feel(value) or equal(again, feel.to_feel(value)) is True


@given(values)
@settings(max_examples=100, deadline=None)
def test_a_variable_survives_the_way_through_feel(value):
    out = feel.to_variable(feel.evaluate("v", {"v": value}))

    assert feel.to_feel(out) == feel.to_feel(value)


@given(decimals, decimals)
@settings(deadline=None)
def test_arithmetic_agrees_with_decimal(a, b):
    context = {"a": a, "b": b}

    assert feel.evaluate("a + b", context) == DECIMAL128.add(a, b)
    assert feel.evaluate("a - b", context) == DECIMAL128.subtract(a, b)
    assert feel.evaluate("a * b", context) == DECIMAL128.multiply(a, b)
    assert feel.evaluate("a / b", context) == (DECIMAL128.divide(a, b) if b else None)
    assert feel.evaluate("a < b", context) is (a < b)
    assert feel.evaluate("[a, b][item = min(a, b)][1]", context) == min(a, b)


@given(decimals, decimals.filter(bool))
@settings(deadline=None)
def test_modulo_is_what_the_standard_says(a, b):
    context = {"a": a, "b": b}

    assert feel.evaluate("modulo(a, b)", context) == feel.evaluate("a - b * floor(a / b)", context)


@given(st.dates(date(1000, 1, 1), date(3000, 1, 1)), st.integers(-5000, 5000))
@settings(deadline=None)
def test_a_date_plus_days_minus_the_date_gives_the_days(day, days):
    context = {"d": day, "n": days}

    assert feel.evaluate('d + n * @"P1D" - d', context) == timedelta(days=days)


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1), timezones=zones), st.integers(-(10**6), 10**6)
)
@settings(deadline=None)
def test_a_moment_plus_a_duration_minus_the_moment_gives_the_duration(moment, seconds):
    context = {"m": moment, "n": seconds}

    assert feel.evaluate('(m + n * @"PT1S") - m', context) == timedelta(seconds=seconds)


TRUTH = [True, False, None]


@pytest.mark.parametrize("a", TRUTH)
@pytest.mark.parametrize("b", TRUTH)
def test_three_valued_logic_follows_its_tables(a, b):
    rank = {False: 0, None: 1, True: 2}
    smaller, larger = min(a, b, key=rank.__getitem__), max(a, b, key=rank.__getitem__)
    context = {"a": a, "b": b}

    assert feel.evaluate("a and b", context) is smaller is both(a, b)
    assert feel.evaluate("a or b", context) is larger is either(a, b)
    assert feel.evaluate("not(a and b) = (not(a) or not(b))", context) is True


@given(values, values)
@settings(max_examples=100, deadline=None)
def test_equality_is_symmetric_and_reflexive(a, b):
    context = {"a": a, "b": b}

    assert feel.evaluate("a = a", context) is True
    assert feel.evaluate("a = b", context) is feel.evaluate("b = a", context)


@given(st.lists(st.integers(-5, 5), max_size=8))
@settings(deadline=None)
def test_functions_on_lists_agree_with_python(numbers):
    context = {"l": numbers}

    assert feel.evaluate("sort(l)", context) == sorted(numbers)
    assert feel.evaluate("distinct values(l)", context) == list(dict.fromkeys(numbers))
    assert feel.evaluate("reverse(l)", context) == numbers[::-1]
    assert feel.evaluate("sum(l)", context) == (sum(numbers) if numbers else None)
    assert feel.evaluate("l[item > 0]", context) == [number for number in numbers if number > 0]
    assert feel.evaluate("flatten([l, [l]])", context) == numbers * 2


JUEL_PIECES = ["a", "b", "1", "'x'", "+", "-", "%", "==", "!=", "<", "&&", "||", "!", "not", "empty", "(", ")", "[",
               "]", ".", "size", "contains", "?", ":", ",", "null", "true", "missing", "}", "${"]  # fmt: skip

patterns = st.recursive(
    st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\d", r"\w", "^", "$"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        st.tuples(inner, st.sampled_from(["?", "*", "+", "{1,2}", "*?", "+?"])).map(
            lambda pair: f"({pair[0]}){pair[1]}"
        ),
    ),
    max_leaves=5,
)


@given(patterns, st.text("ab1\n", max_size=8))
@settings(max_examples=300, deadline=None)
def test_our_matcher_finds_what_re_finds(source, text):
    parser = Parser(source, "")
    program = Program(parser.whole(), parser.groups, multiline=False, ignore_case=False)
    theirs = re.compile(source.replace("^", r"\A").replace(r"[\Aa]", "[^a]").replace("$", r"\Z")).search(text)

    ours = program.search(State({}, None, None, DEFAULT_LIMITS, None), text, 0)

    assert (None if ours is None else ours[0]) == (None if theirs is None else theirs.span())


@given(st.text(max_size=30))
@settings(max_examples=300, deadline=None)
def test_any_text_compiles_or_is_refused(source):
    for kind in ("expression", "unary"):
        with contextlib.suppress(feel.FeelError):
            feel.compile(source, kind=kind).evaluate({})


@given(st.lists(st.sampled_from(JUEL_PIECES), max_size=12).map(" ".join), st.text(max_size=10))
@settings(max_examples=300, deadline=None)
def test_any_juel_evaluates_or_is_refused(body, text):
    for source in (f"${{{body}}}", text, f"${{{text}"):
        with contextlib.suppress(feel.FeelError):
            juel.compile(source).run({"a": [1], "b": "x"})


def test_one_expression_serves_many_threads():
    expression = feel.compile("sum(for i in 1..n return i * n)")

    with ThreadPoolExecutor(8) as pool:
        totals = list(pool.map(lambda n: expression.evaluate({"n": n}), range(1, 200)))

    assert totals == [n * n * (n + 1) // 2 for n in range(1, 200)]


PIECES = ["1", "a", "+", "-", "*", "(", ")", "[", "]", "{", "}", ":", ",", ".", "..", "if", "then", "else", "for",
          "in", "return", "some", "satisfies", "function", "not", "and", "or", "between", "instance of", "<", "=",
          '"x"', "null", "?", "date", "number", '@"P1D"', "item", "sum", "count", "<number>", "->"]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join))
@settings(max_examples=400, deadline=None)
def test_any_words_of_the_language_evaluate_or_are_refused(source):
    for kind in ("expression", "unary"):
        with contextlib.suppress(feel.FeelError):
            feel.compile(source, kind=kind).run({"a": [1, 2]})


@given(st.text(string.printable, max_size=15), st.text(max_size=15))
@settings(max_examples=200, deadline=None)
def test_any_pattern_matches_or_is_refused(pattern, text):
    state = State({}, None, None, DEFAULT_LIMITS, None)
    with contextlib.suppress(regex.PatternError, feel.FeelLimitError):
        regex.compile_pattern(pattern).search(state, text, 0)


def test_a_time_is_naive_only_without_a_zone():
    assert feel.to_string(time(10, tzinfo=UTC)) == '@"10:00:00Z"'
    assert feel.to_string(Decimal("1E+2")) == "100"
