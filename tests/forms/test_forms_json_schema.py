"""The JSON Schema of a form says to programs what the form says to people, and never refuses what `check` takes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bpmn import forms
from tests.forms.conftest import MOSCOW, NOW, field

OPTIONS = [{"label": "Один", "value": 1}, {"label": "Два", "value": "two"}]
BUTTONS = [
    {"type": "button", "label": "Да", "action": "submit", "properties": {"outcome": "yes"}},
    {"type": "button", "label": "Нет", "action": "submit", "properties": {"outcome": "no"}},
]
EVERYTHING = [
    field("textfield", "name", required=True, maxLength=5, description="Как в паспорте"),
    field("textfield", "code", pattern="^[A-Z]{2}$"),
    field("textfield", "mail", validationType="email"),
    field("textarea", "note", properties={"requiresFor": "no"}),
    field("number", "count", decimalDigits=0, min=1, max=9),
    field("number", "sum", required=True),
    field("number", "exact", serializeToString=True),
    field("datetime", "day", subtype="date", required=True),
    field("datetime", "hour", subtype="time"),
    field("datetime", "at", subtype="datetime"),
    field("checkbox", "agreed", required=True),
    field("select", "one", values=OPTIONS, required=True),
    field("checklist", "some", values=OPTIONS, required=True),
    field("taglist", "tags", valuesExpression="=known"),
    field("textfield", "fixed", disabled=True),
    field("textfield", "secret", conditional={"hide": "=count > 5"}),
    field("filepicker", "scan"),
    field("expression", "total", expression="=count * 2"),
    {"type": "group", "path": "client", "components": [field("textfield", "name", required=True)]},
    {
        "type": "dynamiclist", "path": "goods", "label": "Товары",
        "components": [field("textfield", "title", required=True), field("number", "price", required=True)],
    },
    *BUTTONS,
]  # fmt: skip
GOOD = {
    "name": "Анна", "code": "AB", "sum": 1.5, "day": "2026-12-07", "agreed": True, "one": 1, "some": ["two"],
    "client": {"name": "ООО"}, "goods": [{"title": "Станок", "price": 10}], "outcome": "yes",
}  # fmt: skip
FORM = forms.parse({"components": EVERYTHING}, name="all")
SCHEMA = forms.json_schema(FORM, "ru")
VALIDATOR = Draft202012Validator(SCHEMA)


def check(values, variables=None):
    return forms.check(
        FORM, values, {"known": ["a"]} | (variables or {}), language="en", now=NOW, zone=MOSCOW, files={}
    )


def test_the_schema_is_a_schema_and_takes_a_good_answer():
    Draft202012Validator.check_schema(SCHEMA)

    assert check(GOOD).errors == {}
    assert list(VALIDATOR.iter_errors(GOOD)) == []


@pytest.mark.parametrize(
    "change",
    [
        {"name": None}, {"name": ""}, {"name": "Анастасия"}, {"code": "abc"}, {"count": 0}, {"count": 10},
        {"count": 1.5}, {"sum": "1"}, {"sum": None}, {"exact": True}, {"day": 5}, {"hour": "25:00"}, {"agreed": False},
        {"one": 2}, {"one": None}, {"some": []}, {"some": ["three"]}, {"client": {"name": "А", "x": 1}},
        {"goods": [{"title": "А"}]}, {"goods": 5}, {"unknown": 1}, {"outcome": "maybe"}, {"outcome": "no"},
        {"scan": ["a", "b"]},
    ],
)  # fmt: skip
def test_what_the_schema_refuses_the_form_refuses_too(change):
    values = GOOD | change

    assert not VALIDATOR.is_valid(values)
    assert check(values).errors


@pytest.mark.parametrize("name", ["name", "sum", "day", "agreed", "one", "some", "outcome"])
def test_a_required_field_is_required_by_the_schema(name):
    values = {key: value for key, value in GOOD.items() if key != name}

    assert not VALIDATOR.is_valid(values)
    assert name in check(values).errors


def test_a_field_that_has_a_value_already_need_not_be_sent_again():
    stored = {"name": "Ян", "sum": 5, "known": ["a"]}
    values = {key: value for key, value in GOOD.items() if key not in ("name", "sum")}

    assert Draft202012Validator(forms.json_schema(FORM, variables=stored)).is_valid(values)
    assert check(values, stored).errors == {}


def test_a_field_says_what_its_schema_cannot_in_both_languages():
    words = {"Как в паспорте": "As in the passport", "Total": "Sum"}
    english = forms.json_schema(FORM, "en", translate=lambda text: words.get(text, text))

    assert SCHEMA["properties"]["name"]["description"].startswith("Как в паспорте. Пробелы по краям")
    assert english["properties"]["name"]["description"].startswith("As in the passport. Spaces around")
    assert "count > 5" in SCHEMA["properties"]["secret"]["description"]
    assert english["properties"]["total"] == {
        "readOnly": True,
        "title": "Sum",
        "description": "Computed, cannot be changed",
    }


def test_fields_that_share_a_key_are_alternatives():
    form = forms.parse(
        {
            "components": [
                field("textfield", "x", conditional={"hide": "=plain"}),
                field("number", "x", conditional={"hide": "=not(plain)"}),
            ]
        },
        name="two",
    )

    assert len(forms.json_schema(form)["properties"]["x"]["anyOf"]) == 2


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 12) | st.sampled_from(
        ["", "AB", "abc", "Анна", "two", "a", "2026-12-07", "14:30", "2026-12-07T14:30:00Z", "1.5", "yes", "no"]
    ),
    lambda inner: st.lists(inner, max_size=2)
    | st.dictionaries(st.sampled_from(["name", "title", "price", "_row"]), inner, max_size=3),
    max_leaves=4,
)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(st.dictionaries(st.sampled_from([*SCHEMA["properties"], "unknown"]), JSON, max_size=4))
def test_whatever_the_form_takes_the_schema_takes(changes):
    changes.pop("secret", None)  # hidden fields are dropped whatever they hold
    values = GOOD | changes

    if not check(values).errors:
        assert [error.message for error in VALIDATOR.iter_errors(values)] == []
