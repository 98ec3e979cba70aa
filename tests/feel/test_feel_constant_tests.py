"""Comparisons with constants take a shorter way and mean the same as every other comparison."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bpmn import feel

VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(-5, 5), st.decimals(allow_nan=False, allow_infinity=False),
    st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=3), st.sampled_from(["VIP", "a"]),
    st.lists(st.integers(), max_size=2), st.dictionaries(st.sampled_from(["b"]), st.integers(-2, 2)),
)  # fmt: skip
CONSTANTS = st.sampled_from(["1", "-2.5", "0", "100000000000000000000", '"VIP"', '""', "true", "null"])
OPERATORS = st.sampled_from(["<", "<=", ">", ">=", "=", "!="])


def outcome(source, context):
    result = feel.compile(source).run(context)
    return result.value, [reason.code for reason in result.reasons]


@given(VALUES, OPERATORS, CONSTANTS)
def test_a_constant_compares_like_a_variable_of_the_same_value(value, operator, constant):
    written = feel.to_variable(feel.compile(constant).evaluate({}))

    assert outcome(f"x {operator} {constant}", {"x": value}) == outcome(
        f"x {operator} y", {"x": value, "y": written}
    )
    assert outcome(f"a.b {operator} {constant}", {"a": {"b": value}}) == outcome(
        f"a.b {operator} y", {"a": {"b": value}, "y": written}
    )


@given(VALUES, VALUES, st.sampled_from(["and", "or"]))
def test_two_operands_are_decided_as_three_are(left, right, operator):
    neutral = "true" if operator == "and" else "false"

    two = outcome(f"x {operator} y", {"x": left, "y": right})
    three = outcome(f"x {operator} y {operator} {neutral}", {"x": left, "y": right})

    assert two[0] is three[0]
    assert two[0] is not None or two == three


def test_a_missing_variable_is_null_and_says_so():
    assert outcome("x > 1", {}) == (None, ["name.unknown", "operator.types"])


def test_large_whole_numbers_are_compared_as_feel_rounds_them():
    assert feel.evaluate("x = 1", {"x": 10**40}) is False
    assert feel.evaluate("x > 1", {"x": Decimal(10**40)}) is True
