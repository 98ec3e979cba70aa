"""The shortcut for plain cells means what FEEL means."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpmn import feel
from bpmn.dmn.plain_cells import plain_test, plain_value
from tests.dmn.build import one_table

NUMBERS = st.decimals(min_value=-20, max_value=20, places=1).map(lambda value: format(value, "f"))
CELLS = st.one_of(
    NUMBERS,
    st.builds("{} {}".format, st.sampled_from(["<", "<=", ">", ">="]), NUMBERS),
    st.builds("{}{}..{}{}".format, st.sampled_from("[(]"), NUMBERS, NUMBERS, st.sampled_from("])[")),
    st.lists(st.sampled_from(['"a"', '"b"', '""', '"ключ"']), min_size=1, max_size=3).map(", ".join),
)
VALUES = st.one_of(
    st.integers(-20, 20),
    st.decimals(min_value=-20, max_value=20, places=1),
    st.sampled_from(["a", "b", "c", "", "ключ"]),
    st.booleans(),
    st.none(),
    st.just(["a"]),
)


@given(cell=CELLS, value=VALUES)
def test_a_plain_cell_agrees_with_feel_or_leaves_the_value_to_it(cell, value):
    plain = plain_test(cell)
    if plain is None:
        return

    decided = plain(value)

    assert decided is None or decided is (feel.compile(cell, kind="unary").test(value, {}) is True)


@pytest.mark.parametrize(
    "cell", ["x", "not(1)", '"a\\"b"', "1 + 1", "? > 1", "-", "1, 2", "[5..1]", "date(1)", '"a" + "b"']
)
def test_other_cells_are_left_to_feel(cell):
    assert plain_test(cell) is None


def test_plain_cells_decide_for_their_own_type_only():
    assert plain_test("5")(Decimal("5.0")) is True
    assert plain_test("5")(True) is None
    assert plain_test('"5"')(5) is None


@given(cell=st.one_of(NUMBERS, st.sampled_from(['"a"', '"ключ"', '""', '".5"', ".5", "007"])))
def test_a_plain_value_is_the_value_that_feel_gives(cell):
    assert plain_value(cell) == feel.compile(cell).evaluate({})


@pytest.mark.parametrize(
    "cell", ["x", '"a\\"b"', '"a\\n"', '"a" + "b"', "1 + 1", "[1]", "true", "1e5", '"a", "b"', "9" * 40]
)
def test_other_values_are_left_to_feel(cell):
    assert plain_value(cell) is None


def test_null_passes_no_plain_cell():
    for cell in ("5", "< 5", "[1..5]", '"a"'):
        assert plain_test(cell)(None) is False
        assert feel.compile(cell, kind="unary").test(None, {}) is not True


def test_a_function_of_the_host_is_called_in_cells_of_days_too():
    made = one_table(
        ["day"], ["season"], [['< date("2026-06-01")', "1"], ['>= date("2026-06-01")', '2 + number("0")']]
    )
    early = {"date": lambda text: date(2000, 1, 1)}

    assert made.evaluate("d", {"day": date(2026, 1, 1)}).value == 1
    assert made.evaluate("d", {"day": date(2026, 1, 1)}, functions=early).value == 2
    assert made.evaluate("d", {"day": date(2026, 1, 1)}, functions={"number": lambda text: 5}).value == 1
    assert made.evaluate("d", {"day": date(2026, 7, 1)}, functions={"number": lambda text: 5}).value == 7


def test_a_constant_output_is_the_one_of_the_host_where_it_has_the_function():
    made = one_table(["x"], ["day"], [["-", 'date("2026-06-01")']])

    assert made.evaluate("d", {"x": 1}).value == date(2026, 6, 1)
    assert made.evaluate("d", {"x": 1}, functions={"date": lambda text: date(2000, 1, 1)}).value == date(
        2000, 1, 1
    )
