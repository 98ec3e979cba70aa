"""Unary tests: the cells of decision tables and the conditions of forms (DMN 1.5 §7.3.2, grammar rules 14 to 18)."""

from datetime import date
from decimal import Decimal

import pytest

from bpmn import feel

ROWS = [
    ("-", 5, True),
    ("-", None, True),
    ("5", 5, True),
    ("5", 6, False),
    ("< 10", 5, True),
    (">= 10", 5, False),
    ("= 5", 5, True),
    ("!= 5", 5, False),
    ("[1..10]", 10, True),
    ("[1..10)", 10, False),
    ("(1..10]", 1, False),
    ("]1..10]", 1, False),
    ("[1..10[", 10, False),
    ("1, 2, 3", 2, True),
    ("< 3, > 7", 5, False),
    ("< 3, > 7", 8, True),
    ("not(1, 2)", 3, True),
    ("not(1, 2)", 2, False),
    ("not(< 3)", 5, True),
    ("not(-1)", -1, False),
    ('"a", "b"', "b", True),
    ('not("a")', "a", False),
    ("true", True, True),
    ("true", False, False),
    ("false", False, True),
    ("true", "text", True),
    ("null", None, True),
    ("5", None, False),
    ("< 5", None, None),
    ("[1..5]", None, None),
    ("< 5", "text", None),
    ("limit", 7, True),
    ("> limit", 8, True),
    ("list", 2, True),
    ("list", 9, False),
    ("? > 5", 6, True),
    ("? > limit and ? < 10", 8, True),
    ('contains(?, "b")', "abc", True),
    ('not(contains(?, "b"))', "abc", False),
    ("? in [1, 2]", 2, True),
    ('matches(?, "^[0-9]+$")', "12", True),
    ("limit > 5", "anything", True),
    ("limit < 5", 1, False),
    ("limit * 2", 14, True),
    ("some item in ? satisfies item > 2", [1, 3], True),
    ('@"2024-01-01"', date(2024, 1, 1), True),
    ('> @"2024-01-01"', date(2024, 1, 2), True),
    ('[@"2024-01-01"..@"2024-12-31"]', date(2025, 1, 1), False),
    ('date("2024-01-01")', date(2024, 1, 1), True),
    ("0.3", 0.1 + 0.2, False),
    ("0.1", 0.1, True),
    ("[1..limit]", Decimal("6.99"), True),
]


@pytest.mark.parametrize(("source", "value", "expected"), ROWS)
def test_a_value_fits_or_does_not_fit(source, value, expected):
    tests = feel.compile(source, kind="unary")

    assert tests.test(value, {"limit": 7, "list": [1, 2]}) is expected


def test_the_input_is_no_variable_of_the_context():
    tests = feel.compile("? > limit", kind="unary")

    assert tests.names == {"limit"}


@pytest.mark.parametrize("source", ["", "  ", "1,", "not(1", "< ", "1 2", ">= , 5"])
def test_what_is_no_test_is_an_error(source):
    with pytest.raises(feel.FeelSyntaxError):
        feel.compile(source, kind="unary")
