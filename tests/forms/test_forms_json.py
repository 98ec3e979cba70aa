"""Values sent as JSON: wrong types and unknown names are refused by name, nothing is guessed."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from bpmn import forms
from tests.forms.conftest import MOSCOW, NOW, field

OPTIONS = [{"label": "Один", "value": 1}, {"label": "Два", "value": "two"}]
BUTTONS = [
    {"type": "button", "label": "Да", "action": "submit", "properties": {"outcome": "yes"}},
    {"type": "button", "label": "Нет", "action": "submit", "properties": {"outcome": "no"}},
]


@pytest.fixture
def check(form):
    def send(components, values, variables=None, **settings):
        settings = {"language": "en", "now": NOW, "zone": MOSCOW} | settings
        return forms.check(form(*components), values, variables or {}, **settings)

    return send


@pytest.mark.parametrize(
    ("component", "sent", "value"),
    [
        (field("textfield"), " a ", "a"),
        (field("number"), 5, 5),
        (field("number"), 0.1, Decimal("0.1")),
        (field("number"), Decimal("5.00"), 5),
        (field("number", serializeToString=True), "0.10", "0.10"),
        (field("checkbox"), True, True),
        (field("select", values=OPTIONS), 1, 1),
        (field("checklist", values=OPTIONS), [1, "two"], [1, "two"]),
        (field("datetime", subtype="date"), "2026-12-07", date(2026, 12, 7)),
        (field("datetime", subtype="time"), "14:30", time(14, 30)),
        (
            field("datetime", subtype="datetime"),
            "2026-12-07T14:30:00+03:00",
            datetime(2026, 12, 7, 11, 30, tzinfo=UTC),
        ),
        (field("textfield"), None, None),
    ],
)
def test_a_json_value_of_the_right_type_is_taken(check, component, sent, value):
    result = check([component], {"x": sent})

    assert result.errors == {}
    assert result.values == {"x": value}


@pytest.mark.parametrize(
    ("component", "sent", "message"),
    [
        (field("textfield"), 5, "A text is expected"),
        (field("number"), "5", "A number is expected"),
        (field("number"), True, "A number is expected"),
        (field("number"), float("nan"), "A number is expected"),
        (field("number"), 10**40, "The number has too many digits"),
        (field("checkbox"), "yes", "true or false is expected"),
        (field("checklist", values=OPTIONS), "two", "A list is expected"),
        (field("select", values=OPTIONS), True, "This value is not in the list: “True”"),
        (field("select", values=OPTIONS), "1", "This value is not in the list: “1”"),
        (field("select", values=OPTIONS), {"value": 1}, "This value is not in the list"),
        (field("datetime", subtype="date"), "tomorrow", "Enter a date"),
        (field("filepicker"), {"id": 1}, "A text is expected"),
        (field("filepicker"), ["a", "b"], "Only one file"),
        (
            {"type": "dynamiclist", "path": "x", "components": [field("number", "n")]},
            [1],
            "A list is expected",
        ),
        ({"type": "dynamiclist", "path": "x", "components": [field("number", "n")]}, [{}] * 201, "200 rows"),
    ],
)
def test_a_wrong_type_is_named(check, component, sent, message):
    result = check([component], {"x": sent})

    assert list(result.errors) == ["x"]
    assert message in result.errors["x"]


def test_unknown_names_are_refused_by_their_path(check):
    goods = {"type": "dynamiclist", "path": "goods", "components": [field("number", "qty")]}
    client = {"type": "group", "path": "client", "components": [field("textfield", "name")]}

    result = check(
        [goods, client], {"a": 1, "client": {"inn": 1, "name": "A"}, "goods": [{"qty": 1, "id": 7}]}
    )

    assert set(result.errors) == {"a", "client.inn", "goods[0].id"}


def test_a_locked_or_computed_value_may_be_repeated_but_not_changed(check):
    components = [field("number", "a", readonly=True), field("expression", "b", expression="=a * 2")]

    assert check(components, {"a": 5, "b": 10}, {"a": 5}).values == {"a": 5, "b": 10}
    assert set(check(components, {"a": 6, "b": 12}, {"a": 5}).errors) == {"a", "b"}


def test_an_outcome_is_sent_like_a_value(check):
    assert check(BUTTONS, {"outcome": "no"}).values == {"outcome": "no"}
    assert list(check(BUTTONS, {"outcome": "maybe"}).errors) == ["outcome"]
    assert list(check(BUTTONS, {}).errors) == ["outcome"]


def test_rows_continue_the_stored_ones_by_place_or_by_mark(check):
    goods = {"type": "dynamiclist", "path": "goods", "components": [field("number", "qty")]}
    stored = {"goods": [{"qty": 1, "id": 7}, {"qty": 2, "id": 8}]}

    assert check([goods], {"goods": [{"qty": 5}, {"qty": 6}]}, stored).values["goods"] == [
        {"id": 7, "qty": 5}, {"id": 8, "qty": 6},
    ]  # fmt: skip
    assert check([goods], {"goods": [{"_row": 1, "qty": 5}]}, stored).values["goods"] == [{"id": 8, "qty": 5}]
    assert check([goods], {"goods": [{"qty": 5}]}, stored).values["goods"] == [{"qty": 5}]


@pytest.mark.parametrize("values", [[], "text", None, 5])
def test_what_is_not_an_object_is_refused(check, values):
    assert list(check([field("textfield")], values).errors) == [""]


def test_deeply_nested_values_are_refused(check):
    deep = []
    for _ in range(200):
        deep = [deep]

    assert list(check([field("select", values=OPTIONS)], {"x": deep}).errors) == [""]
