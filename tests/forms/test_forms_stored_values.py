"""Whatever variables of a request hold, a form that shows them is shown, and refuses them in words."""

import itertools
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from bpmn import forms

NOW = datetime(2026, 6, 10, 9, 0, tzinfo=UTC)
VALUES = [
    None, True, 0, 10**30, 1.5, Decimal("NaN"), Decimal("Infinity"), Decimal("1.25"), "", "abc", "NaN", "1e999999", "5",
    "\x00", "\ud800", [], [1], [[1]], ["a", None], {}, {"a": {"b": [1]}}, date(2026, 1, 1), NOW, time(10), timedelta(1),
    datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC),
]  # fmt: skip
LIMITS = [None, "abc", 10**30, [1]]
SIMPLE = [
    "textfield",
    "textarea",
    "number",
    "checkbox",
    "expression",
    "taglist",
    "checklist",
    "select",
    "radio",
    "filepicker",
]
COMPONENTS = [
    *({"type": kind, "key": "v"} for kind in SIMPLE),
    *({"type": "datetime", "key": "v", "subtype": kind, "timeInterval": 15, "disallowPassedDates": True}
      for kind in ("date", "time", "datetime")),
    *({"type": "number", "key": "v", "decimalDigits": 2, "serializeToString": text, "validate": {"min": "=w", "max": "=w"}}
      for text in (True, False)),
    *({"type": kind, "key": "v", "valuesExpression": "=w"} for kind in ("select", "checklist", "radio", "taglist")),
    {"type": "textfield", "key": "v", "validate": {"minLength": "=w", "maxLength": "=w"}},
    {"type": "filepicker", "key": "v", "multiple": True, "accept": "=w"},
    {"type": "textfield", "key": "v", "label": "{{w}} {{v.a}}", "conditional": {"hide": "=w"}, "readonly": "=w"},
    {"type": "table", "dataSource": "=v", "columnsExpression": "=w"},
    {"type": "dynamiclist", "path": "v", "components": [{"type": "number", "key": "p"}]},
    {"type": "textfield", "key": "a.b.c"},
]  # fmt: skip


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda component: component["type"])
def test_stored_values_of_any_kind_are_shown_or_refused_in_words(component):
    form = forms.parse({"components": [component]}, name="form")

    for value, limit in itertools.product(VALUES, LIMITS if "=w" in str(component) else LIMITS[:1]):
        context = {"v": value, "w": limit, "a": value}
        for result in (
            forms.submit(form, {}, context, now=NOW, files={}),
            forms.check(form, {"v": value}, context, now=NOW, files={}),
        ):
            assert all(result.errors.values())
        forms.view(form, context, now=NOW)


def test_a_text_in_a_field_for_a_number_is_a_mistake_of_that_field():
    form = forms.parse({"components": [{"type": "number", "key": "v"}]}, name="form")

    result = forms.submit(form, {}, {"v": "много"}, now=NOW, files={})

    assert result.errors == {"v": "Введите число, например 1 234,56. Сейчас: «много»"}
