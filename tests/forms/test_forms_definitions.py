"""A form definition is read, refused or explained; camunda:formData becomes one."""

import json
import re

import pytest
from lxml import etree

from bpmn import forms
from bpmn.forms.messages import TEXTS
from tests.forms.conftest import field


def nested(depth):
    component = field("textfield")
    for _ in range(depth):
        component = {"type": "group", "components": [component]}
    return {"components": [component]}


@pytest.mark.parametrize(
    ("schema", "code"),
    [
        ("{", "form.not_json"),
        (b"\xff", "form.not_json"),
        ("[" * 10_000, "form.not_json"),
        ("[]", "form.not_form"),
        ({}, "form.not_form"),
        ({"components": {}}, "form.not_form"),
        ({"components": ["x"]}, "form.not_component"),
        ({"components": [{"type": "marquee"}]}, "form.unknown_component"),
        ({"components": [{"type": ["textfield"]}]}, "form.unknown_component"),
        ({"components": [{"type": "textfield"}]}, "form.no_key"),
        ({"components": [{"type": "dynamiclist"}]}, "form.no_path"),
        ({"components": [field("textfield", "a..b")]}, "form.bad_key"),
        ({"components": [field("textfield", "_row")]}, "form.bad_key"),
        ({"components": [field("textfield", "a[0]")]}, "form.bad_key"),
        ({"components": [field("textfield", "a" * 200)]}, "form.bad_key"),
        ({"components": [field("textfield", label=5)]}, "form.bad_property"),
        ({"components": [field("textfield", values="x")]}, "form.bad_property"),
        ({"components": [field("textfield", min=True)]}, "form.bad_property"),
        ({"components": [{"type": "group", "components": 5}]}, "form.bad_property"),
        ({"components": [field("textfield", f"k{n}") for n in range(1001)]}, "form.too_large"),
        (" " * 1_000_001, "form.too_large"),
        (nested(9), "form.too_deep"),
    ],
)
def test_a_malformed_form_is_refused_in_both_languages(schema, code):
    with pytest.raises(forms.FormRefused) as refused:
        forms.parse(schema, name="order")

    error = refused.value
    assert (error.name, error.code) == ("order", code)
    assert re.search("[а-я]", error.message("ru"))
    assert error.message("en")


@pytest.mark.parametrize(
    ("components", "code"),
    [
        ([{"type": "html"}], "form.refused_component"),
        ([{"type": "iframe"}], "form.refused_component"),
        ([{"type": "documentPreview"}], "form.refused_component"),
        ([field("textfield", conditional={"hide": "=a +"})], "form.feel"),
        ([field("expression", expression="=(")], "form.feel"),
        ([field("expression")], "form.bad_property"),
        ([{"type": "text", "text": "{{#if a}}x"}], "form.template"),
        ([{"type": "text", "text": "{{/if}}"}], "form.template"),
        ([{"type": "text", "text": "{{#each a}}x{{/each}}"}], "form.template"),
        ([{"type": "text", "text": "{{1 +}}"}], "form.feel"),
        ([field("textfield", pattern=r"(a)\1")], "form.pattern"),
        ([field("number", min=5, max=1)], "form.limits"),
        ([field("select")], "form.no_options"),
        ([field("select", values=["a", "a"])], "form.duplicate_option"),
        ([field("textfield"), field("number")], "form.duplicate_key"),
        ([field("textfield", label="")], "form.no_label"),
        ([field("select", valuesKey="cities")], "form.unknown_variable"),
        ([field("textfield", readonly="=stage = 1")], "form.unknown_variable"),
        ([field("textfield", properties={"requiresFor": "refused"})], "form.outcome_unknown"),
        ([{"type": "image", "source": "https://example.org/x.png"}], "form.image_source"),
    ],
)
def test_lint_explains_what_is_wrong(form, components, code):
    problems = forms.lint(form(*components), known_variables=["amount"])

    assert [problem.code for problem in problems] == [code]
    assert problems[0].path.startswith("components[")
    assert re.search("[а-я]", problems[0].message("ru"))
    assert problems[0].message("en") != problems[0].message("ru")


def test_lint_finds_nothing_wrong_with_a_good_form(form):
    rows = {
        "type": "dynamiclist", "path": "goods", "label": "Goods",
        "components": [field("number", "qty"), field("expression", "sum", expression="=this.qty * i + parent.amount")],
    }  # fmt: skip
    good = form(
        rows,
        field("textfield", "имя клиента", conditional={"hide": "=amount > 100"}),
        field("textfield", "a", conditional={"hide": "=amount > 1"}),
        field("number", "a", conditional={"hide": "=amount <= 1"}),
        {"type": "text", "text": "{{имя клиента}}: {{#loop goods}}{{qty}}{{/loop}}"},
    )

    assert forms.lint(good, known_variables=["amount"]) == []


def test_outcomes_must_be_different_and_outside_rows(form):
    button = {"type": "button", "label": "A", "properties": {"outcome": "a"}}
    problems = forms.lint(form(button, button, field("textfield", "outcome")))
    in_rows = forms.lint(form({"type": "dynamiclist", "path": "x", "label": "X", "components": [button]}))

    assert [problem.code for problem in problems] == ["form.outcome_twice", "form.outcome_key"]
    assert [problem.code for problem in in_rows] == ["form.outcome_in_rows"]


def test_every_text_has_both_languages_and_the_same_values():
    for code, (russian, english) in TEXTS.items():
        names = [set(re.findall(r"\{(\w+)", text)) for text in (russian, english)]
        assert re.search("[а-яА-Я]", russian), code
        assert not re.search("[а-яА-Я]", english), code
        assert names[0] >= names[1] - {"length"} or names[0] == names[1], code


FORM_DATA = """
<c:formData xmlns:c="http://camunda.org/schema/1.0/bpmn">
  <c:formField id="customer" label="Клиент" type="string"><c:validation>
    <c:constraint name="required"/><c:constraint name="maxlength" config="20"/></c:validation></c:formField>
  <c:formField id="qty" label="Кол-во" type="long" defaultValue="3"><c:validation>
    <c:constraint name="min" config="1"/><c:constraint name="max" config="9"/></c:validation></c:formField>
  <c:formField id="day" label="Дата" type="date"/>
  <c:formField id="ok" label="Согласен" type="boolean" defaultValue="true"><c:validation>
    <c:constraint name="required"/></c:validation></c:formField>
  <c:formField id="kind" label="Вид" type="enum"><c:value id="a" name="Первый"/><c:value id="b"/></c:formField>
  <c:formField id="note" type="string"><c:validation><c:constraint name="readonly"/></c:validation></c:formField>
  <c:formField id="odd" type="custom"/>
</c:formData>
"""


def test_form_data_becomes_a_form():
    schema = forms.from_form_data(etree.fromstring(FORM_DATA))
    form = forms.parse(json.dumps(schema), name="data")

    kinds = {component.keys[0]: component.type for component in form.components}
    assert kinds == {
        "customer": "textfield", "qty": "number", "day": "datetime", "ok": "checkbox", "kind": "select",
        "note": "textfield", "odd": "textfield",
    }  # fmt: skip
    assert forms.lint(form) == []
    posted = {
        "customer": ["ООО"], "qty": ["12"], "day": ["07.12.2026"], "ok": [""], "kind": ["b"], "note": ["x"],
    }  # fmt: skip
    result = forms.submit(form, posted, {"note": "kept"}, language="ru")
    assert list(result.errors) == ["qty"]
    assert result.values["note"] == "kept"
    assert result.values["ok"] is False
