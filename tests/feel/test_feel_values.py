"""Variables and values: what goes in comes out, exact and typed."""

from collections import OrderedDict
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

import pytest

from bpmn import feel
from bpmn.feel import FeelFunction, Range, YearsMonths


class Colour(StrEnum):
    RED = "red"


IN = [
    (1, Decimal(1)),
    (0.1, Decimal("0.1")),
    (1e22, Decimal("1E+22")),
    (Decimal("1.10"), Decimal("1.10")),
    (10**40, Decimal("1E+40")),
    (float("nan"), None),
    (float("inf"), None),
    (Decimal("NaN"), None),
    (True, True),
    ("x", "x"),
    ((1, 2), [Decimal(1), Decimal(2)]),
    (MappingProxyType({"a": 1}), {"a": Decimal(1)}),
    (OrderedDict(a=[1]), {"a": [Decimal(1)]}),
    (date(2024, 1, 1), date(2024, 1, 1)),
]


@pytest.mark.parametrize(("variable", "value"), IN)
def test_a_variable_becomes_a_value(variable, value):
    converted = feel.to_feel(variable)

    assert converted == value
    assert type(converted) is type(value)


OUT = [
    (Decimal("5"), 5),
    (Decimal("5.0"), 5),
    (Decimal("5E+3"), 5000),
    (Decimal("5.5"), Decimal("5.5")),
    (Decimal(2**53), Decimal(2**53)),
    (Decimal(2**53 - 1), 2**53 - 1),
    (Decimal(1 - 2**53), 1 - 2**53),
    ([Decimal(1), {"a": Decimal(2)}], [1, {"a": 2}]),
    (YearsMonths(3), YearsMonths(3)),
]


@pytest.mark.parametrize(("value", "variable"), OUT)
def test_a_value_becomes_a_variable(value, variable):
    converted = feel.to_variable(value)

    assert converted == variable
    assert type(converted) is type(variable)


def test_a_container_without_numbers_is_not_copied():
    value = {"a": ["x", {"b": None}]}

    assert feel.to_feel(value) is value


def test_an_expression_never_changes_the_variables():
    context = {"l": ["a"], "m": {"k": "v"}}

    feel.evaluate('{x: append(l, "b"), y: context put(m, "k", "w"), z: remove(l, 1)}', context)

    assert context == {"l": ["a"], "m": {"k": "v"}}


def test_a_key_that_is_no_string_is_refused():
    with pytest.raises(feel.FeelError):
        feel.to_feel({1: "a"})


def test_a_list_that_contains_itself_is_refused():
    endless: list[object] = [1]
    endless.append(endless)

    with pytest.raises(feel.FeelError):
        feel.evaluate("l", {"l": endless})


def test_an_enumeration_of_strings_is_a_string():
    assert feel.evaluate('c = "red"', {"c": Colour.RED}) is True
    assert feel.evaluate('c in ["red"]', {"c": Colour.RED}) is True


def test_values_have_the_type_names_of_the_standard():
    names = [
        feel.type_name(value) for value in (None, True, Decimal(1), "", datetime.now(UTC), date(2024, 1, 1))
    ]

    assert names == ["null", "boolean", "number", "string", "date and time", "date"]
    assert feel.type_name(Range(1, 2)) == "range"
    assert feel.type_name(feel.evaluate("function() 1", {})) == "function"


LITERALS = [
    (None, "null"),
    (True, "true"),
    (Decimal("1.50"), "1.5"),
    (1000000, "1000000"),
    (1e-7, "0.0000001"),
    ('a"b\\c\n', '"a\\"b\\\\c\\n"'),
    (date(2024, 1, 1), '@"2024-01-01"'),
    (datetime(2024, 1, 1, 10, tzinfo=UTC), '@"2024-01-01T10:00:00Z"'),
    ([1, {"a b": 2, "c": None}], '[1, {"a b": 2, c: null}]'),
    (Range(Decimal(1), Decimal(5), True, False), "[1..5)"),
    (feel.evaluate("(> 5)", {}), "(> 5)"),
    (feel.evaluate("(!= 5)", {}), "(!= 5)"),
    (YearsMonths(-14), '@"-P1Y2M"'),
    (FeelFunction("f", ["a", "b"], lambda state, arguments: None), "function(a, b)"),
]


@pytest.mark.parametrize(("value", "text"), LITERALS)
def test_a_value_prints_as_its_literal(value, text):
    assert feel.to_string(value) == text


def test_types_of_the_caller_take_part_in_instance_of():
    types = {"Rating": lambda value: value in ("good", "bad")}
    expression = feel.compile("r instance of Rating and [r] instance of list<Rating>")

    assert expression.evaluate({"r": "good"}, types=types) is True
    assert expression.evaluate({"r": "ugly"}, types=types) is False
