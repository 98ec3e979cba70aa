"""What was posted becomes typed values, or one message per field; nothing else gets through."""

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpmn import forms
from tests.forms.conftest import MOSCOW, NOW, field

OPTIONS = [{"label": "Один", "value": 1}, {"label": "Два", "value": "two"}, {"label": "Да", "value": True}]


@pytest.mark.parametrize(
    ("component", "posted", "value"),
    [
        (field("textfield"), "  Иван  ", "Иван"),
        (field("textfield"), "   ", None),
        (field("textfield"), "a\nb", "a b"),
        (field("textarea"), "a\r\nb\n", "a\nb"),
        (field("number"), "1 234,56", Decimal("1234.56")),
        (field("number"), "12", 12),
        (field("number"), "", None),
        (field("number", serializeToString=True), "0,10", "0.10"),
        (field("number", properties={"money": "RUB"}), "1 940 000,00 ₽", 1_940_000),
        (field("number", properties={"unit": "кг"}), "5 кг", 5),
        (field("datetime", subtype="date"), "7 дек", date(2026, 12, 7)),
        (field("datetime", subtype="time"), "14.30", time(14, 30)),
        (field("datetime", subtype="datetime"), "7 дек 14:30", datetime(2026, 12, 7, 11, 30, tzinfo=UTC)),
        (field("checkbox"), ["", "true"], True),
        (field("checkbox"), "", False),
        (field("radio", values=OPTIONS), ["", "1"], 1),
        (field("select", values=OPTIONS), "two", "two"),
        (field("select", values=OPTIONS), "true", True),
        (field("select", values=["a", "b"]), "", None),
        (field("checklist", values=OPTIONS), ["", "two", "1", "1"], ["two", 1]),
        (field("taglist", values=OPTIONS), [""], []),
        (field("filepicker"), ["", "file-7"], "file-7"),
        (field("filepicker"), ["", "old", "new"], "new"),
        (field("filepicker", multiple=True), ["", "f1", "f2", "f1"], ["f1", "f2"]),
        (field("filepicker", multiple=True), ["", "f1", "f2"], ["f1", "f2"]),
    ],
)
def test_a_posted_text_becomes_a_typed_value(submit, component, posted, value):
    result = submit([component], {"x": posted})

    assert result.errors == {}
    assert result.values == {"x": value}
    assert type(result.values["x"]) is type(value)


@pytest.mark.parametrize(
    ("component", "posted", "part"),
    [
        (field("textfield", required=True), "  ", "Заполните"),
        (field("select", values=OPTIONS, required=True), "", "Выберите значение"),
        (field("checklist", values=OPTIONS, required=True), "", "хотя бы одно"),
        (field("checkbox", required=True), "", "Отметьте"),
        (field("filepicker", required=True), "", "Приложите"),
        (field("textfield", minLength=3), " ab ", "не меньше 3 символов, сейчас 2"),
        (field("textfield", maxLength=1), "ab", "не больше 1 символа, сейчас 2"),
        (field("textarea", maxLength="=1 + 1"), "abc", "не больше 2 символов, сейчас 3"),
        (field("textfield"), "a" * 10_001, "не больше 10000 символов"),
        (field("textarea"), "a\x00b", "U+0000"),
        (field("textfield", pattern=r"^\d{3}$"), "12a", "нужный вид"),
        (field("textfield", pattern=r"^\d{3}$", patternErrorMessage="Три цифры"), "12a", "Три цифры"),
        (field("textfield", pattern="a"), "a" * 1_001, "не больше 1000"),
        (field("textfield", validationType="email"), "a@b", "name@example.org"),
        (field("textfield", validationType="phone"), "12", "+7 495"),
        (field("number"), "abc", "«abc»"),
        (field("number"), "1" * 40, "слишком много цифр"),
        (field("number", min=5), "4,99", "не меньше 5"),
        (field("number", max="=limit * 2"), "2001", "не больше 2\u202f000"),
        (field("number", decimalDigits=2), "0,0001", "не больше 2 знаков"),
        (field("number", decimalDigits=0), "1,5", "целое"),
        (field("number", properties={"money": "RUB"}), "0,001", "не больше 2 знаков"),
        (field("datetime", subtype="date"), "31.02.2026", "«31.02.2026»"),
        (field("datetime", subtype="time"), "25:00", "14:30"),
        (field("datetime", subtype="date", disallowPassedDates=True), "22.11.2026", "прошла"),
        (field("datetime", subtype="time", timeInterval=15), "14:20", "с шагом 15 минут"),
        (field("select", values=OPTIONS), "three", "«three»"),
        (field("checklist", values=OPTIONS), ["1", "evil"], "«evil»"),
        (field("filepicker"), "[object File]", "приложите его снова"),
    ],
)
def test_a_wrong_value_is_explained(submit, component, posted, part):
    result = submit([component], {"x": posted}, {"limit": 1000})

    assert list(result.errors) == ["x"]
    assert part in result.errors["x"]
    english = submit([component], {"x": posted}, {"limit": 1000}, language="en").errors["x"]
    assert component["validate"].get("patternErrorMessage") or not re.search("[а-я]", english)


@pytest.mark.parametrize(
    "text", ["a@example.org", "first.last+tag@sub.example.org", "почта@пример.рф".replace("почта", "mail")]
)
def test_an_ordinary_address_is_accepted(submit, text):
    assert submit([field("textfield", validationType="email")], {"x": text}).ok


@pytest.mark.parametrize("text", ["+7 495 000-00-12", "8 (495) 000 00 12", "+44 20 0000 0000"])
def test_an_ordinary_phone_is_accepted(submit, text):
    assert submit([field("textfield", validationType="phone")], {"x": text}).ok


def test_today_is_the_day_of_the_zone_not_of_utc(submit):
    late = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)  # already the 24th in Moscow
    components = [field("datetime", subtype="date"), field("expression", "today", expression="=today()")]

    values = submit(components, {"x": "сегодня"}, now=late).values

    assert values == {"x": date(2026, 11, 24), "today": date(2026, 11, 24)}


# -- what never comes from the post ---------------------------------------------------------


@pytest.mark.parametrize("lock", [{"disabled": True}, {"readonly": True}, {"readonly": '=status = "closed"'}])
def test_a_locked_value_is_that_of_the_process(submit, lock):
    result = submit([field("number", **lock)], {"x": "999"}, {"x": 5, "status": "closed"})

    assert result.values == {"x": 5}


def test_a_field_cannot_unlock_itself(submit):
    locked_unless_paid = field("checkbox", key="paid", readonly="=not(paid)")

    assert submit([locked_unless_paid], {"paid": "true"}, {"paid": False}).values == {"paid": False}


def test_a_computed_value_is_computed_here(submit):
    result = submit(
        [field("number", "a"), field("expression", "twice", expression="=a * 2")], {"a": "21", "twice": "1"}
    )

    assert result.values == {"a": 21, "twice": 42}


def test_a_name_that_the_form_does_not_have_is_not_taken(submit):
    assert submit([field("textfield")], {"x": "1", "admin": "true", "x.y": "2"}).values == {"x": "1"}


def test_a_hidden_value_is_dropped_and_not_judged(submit):
    components = [
        field("checkbox", "urgent"),
        field("textfield", "why", required=True, conditional={"hide": "=urgent != true"}),
    ]

    assert submit(components, {"urgent": "", "why": "x"}, {"why": "old"}).values == {"urgent": False}
    assert list(submit(components, {"urgent": "true", "why": ""}).errors) == ["why"]


@pytest.mark.parametrize("hide", ["=null", "=1", '="true"', "=nonsense(", "=missing > 5", ""])
def test_only_literal_true_hides(submit, hide):
    assert submit([field("textfield", conditional={"hide": hide})], {"x": "1"}).values == {"x": "1"}


def test_a_hidden_value_is_not_seen_by_other_conditions(submit):
    components = [
        field("checkbox", "a"),
        field("checkbox", "b", conditional={"hide": "=a != true"}),
        field("textfield", "c", conditional={"hide": "=b != true"}),
    ]

    assert submit(components, {"a": "true", "b": "true", "c": "x"}).values == {"a": True, "b": True, "c": "x"}
    assert submit(components, {"a": "", "b": "true", "c": "x"}, {"b": True}).values == {"a": False}


def test_a_hidden_group_hides_what_is_inside(submit):
    group = {
        "type": "group", "path": "client", "conditional": {"hide": "=anonymous = true"},
        "components": [field("textfield", "name", required=True)],
    }  # fmt: skip
    components = [field("checkbox", "anonymous"), group]

    assert submit(components, {"anonymous": "true", "client.name": "x"}).values == {"anonymous": True}
    assert list(submit(components, {"anonymous": "", "client.name": ""}).errors) == ["client.name"]


def test_what_the_process_keeps_beside_the_fields_stays(submit):
    group = {"type": "group", "path": "client", "components": [field("textfield", "name")]}
    variables = {"client": {"name": "Old", "inn": "77"}}

    assert submit([group], {"client.name": "New"}, variables).values == {
        "client": {"name": "New", "inn": "77"}
    }
    assert variables == {"client": {"name": "Old", "inn": "77"}}


def test_a_field_that_was_not_on_the_page_keeps_its_value(submit):
    components = [field("checkbox", "a"), field("textfield", "b", defaultValue="default")]

    assert submit(components, {}, {"a": True}).values == {"a": True, "b": "default"}


def test_options_come_from_variables_and_expressions(submit):
    by_key = field("select", "city", valuesKey="cities")
    by_feel = field("select", "street", valuesExpression="=for s in streets[city = selected] return s.name")
    variables = {
        "cities": [{"label": "Тула", "value": 7}], "selected": 7, "streets": [{"city": 7, "name": "Мира"}],
    }  # fmt: skip

    assert submit([by_key], {"city": "7"}, variables).values == {"city": 7}
    assert list(submit([by_key], {"city": "8"}, variables).errors) == ["city"]
    components = [field("select", "selected", valuesKey="cities"), by_feel]
    assert submit(components, {"selected": "7", "street": "Мира"}, variables).ok
    assert list(submit(components, {"selected": "7", "street": "Ленина"}, variables).errors) == ["street"]


def test_a_file_must_be_one_that_was_uploaded(submit):
    scan = field("filepicker", accept=".pdf,image/*")
    files = {
        "f1": {"name": "a.PDF", "type": "application/pdf"},
        "f2": {"name": "b.exe", "type": "application/x"},
    }

    assert submit([scan], {"x": "f1"}, files=files).ok
    told = submit([scan], {"x": "f2"}, files=files).errors["x"]
    assert told == "Файл «b.exe» не подойдёт. Можно приложить: PDF, изображения"
    assert "не найден" in submit([scan], {"x": "../etc"}, files=files).errors["x"]
    assert submit([scan], {"x": "old"}, {"x": "old"}, files=files).ok


# -- outcomes -------------------------------------------------------------------------------

APPROVE = {
    "type": "button",
    "label": "Согласовать",
    "action": "submit",
    "properties": {"outcome": "approved"},
}
REFUSE = {
    "type": "button",
    "label": "Отклонить",
    "action": "submit",
    "properties": {"outcome": "refused", "danger": "true"},
}
REASON = field("textarea", "reason", properties={"requiresFor": "refused, rework"})


def test_the_pressed_button_sets_the_outcome(submit):
    result = submit([APPROVE, REFUSE], {"outcome": "approved"})

    assert result.values == {"outcome": "approved"}
    assert result.outcome == "approved"


def test_a_button_may_name_its_own_variable(submit):
    assert submit([{**APPROVE, "key": "decision"}], {"decision": "approved"}).values == {
        "decision": "approved"
    }


def test_the_only_outcome_needs_no_press_but_one_of_two_does(submit):
    assert submit([APPROVE], {}).values == {"outcome": "approved"}
    assert "Согласовать, Отклонить" in submit([APPROVE, REFUSE], {}).errors["outcome"]
    assert "«root»" in submit([APPROVE, REFUSE], {"outcome": "root"}).errors["outcome"]


def test_a_hidden_button_cannot_be_pressed(submit):
    hidden = {**REFUSE, "conditional": {"hide": "=amount > 100"}}

    assert list(submit([APPROVE, hidden], {"outcome": "refused"}, {"amount": 500}).errors) == ["outcome"]


def test_a_field_may_be_required_for_some_outcomes_only(submit):
    assert submit([APPROVE, REFUSE, REASON], {"outcome": "approved", "reason": ""}).ok
    assert list(submit([APPROVE, REFUSE, REASON], {"outcome": "refused", "reason": ""}).errors) == ["reason"]


# -- rows -----------------------------------------------------------------------------------

GOODS = {
    "type": "dynamiclist", "path": "goods", "label": "Товары",
    "components": [
        field("textfield", "name", readonly=True),
        field("number", "qty", required=True, min=1),
        field("number", "price", properties={"money": "RUB"}, max="=parent.limit"),
        field("textfield", "why", conditional={"hide": "=this.qty < 10"}),
        field("expression", "sum", expression="=qty * price"),
        field("expression", "number", expression="=i"),
    ],
}  # fmt: skip
TOTAL = field("expression", "total", expression="=sum(goods.sum)")
STORED = {
    "goods": [
        {"name": "Станок", "qty": 1, "price": 1000, "id": 7},
        {"name": "Патрон", "qty": 2, "price": 10, "id": 8},
    ]
}


def rows(*texts: dict[str, str]) -> dict[str, str]:
    posted = {"goods._rows": ""}
    for number, row in enumerate(texts):
        posted |= {f"goods[{number}].{key}": text for key, text in row.items()}
    return posted


def test_rows_are_read_and_their_sums_computed(submit):
    result = submit(
        [GOODS, TOTAL],
        rows(
            {"_row": "0", "qty": "2", "price": "1 000,50"},
            {"_row": "1", "qty": "12", "price": "10", "why": "много"},
        ),
        STORED | {"limit": 5000},
    )

    assert result.errors == {}
    assert result.values == {
        "goods": [
            {"id": 7, "name": "Станок", "qty": 2, "price": Decimal("1000.5"), "sum": 2001, "number": 1},
            {"id": 8, "name": "Патрон", "qty": 12, "price": 10, "why": "много", "sum": 120, "number": 2},
        ],
        "total": 2121,
    }


def test_a_row_stays_itself_when_the_row_before_it_is_gone(submit):
    result = submit([GOODS], rows({"_row": "1", "qty": "3", "name": "Подмена"}), STORED)

    assert [(row["id"], row["name"], row["qty"]) for row in result.values["goods"]] == [(8, "Патрон", 3)]


@pytest.mark.parametrize("mark", ["", "9", "-1", "x", "99999"])
def test_a_row_that_continues_nothing_is_new(submit, mark):
    result = submit([GOODS], rows({"_row": mark, "qty": "3", "name": "Подмена"}), STORED)

    assert result.values["goods"] == [{"name": None, "qty": 3, "price": None, "sum": None, "number": 1}]


def test_a_stored_row_is_continued_only_once(submit):
    result = submit([GOODS], rows({"_row": "0", "qty": "1"}, {"_row": "0", "qty": "2"}), STORED)

    assert [row["name"] for row in result.values["goods"]] == ["Станок", None]


def test_an_error_in_a_row_names_the_row(submit):
    result = submit(
        [GOODS], rows({"_row": "0", "qty": "0"}, {"_row": "", "price": "9999"}), STORED | {"limit": 100}
    )

    assert set(result.errors) == {"goods[0].qty", "goods[0].price", "goods[1].qty", "goods[1].price"}


def test_all_rows_may_be_removed(submit):
    assert submit([GOODS], rows(), STORED).values == {"goods": []}


def test_fixed_rows_can_be_neither_added_nor_removed(submit):
    fixed = {**GOODS, "allowAddRemove": False}
    result = submit([fixed], rows({"_row": "1", "qty": "5"}, {"qty": "6"}, {"qty": "7"}), STORED)

    assert [(row["name"], row["qty"]) for row in result.values["goods"]] == [("Станок", 5), ("Патрон", 6)]


def test_too_many_rows_are_refused(submit):
    result = submit([GOODS], rows(*({"qty": "1"} for _ in range(201))), {})

    assert "200 строк" in result.errors["goods"]


def test_a_row_button_submits_nothing(submit):
    for button in ("_add:goods", "_remove:goods[0]"):
        result = submit([GOODS], rows({"qty": ""}) | {button: "1"}, STORED)

        assert result.again
        assert not result.ok
        assert (result.values, result.errors) == ({}, {})


def test_lists_may_be_nested(submit):
    inner = {"type": "dynamiclist", "path": "parts", "components": [field("number", "n", required=True)]}
    outer = {"type": "dynamiclist", "path": "boxes", "components": [field("textfield", "name"), inner]}

    result = submit([outer], {"boxes[0].name": "A", "boxes[0].parts[0].n": "1", "boxes[0].parts[1].n": "2"})

    assert result.values == {"boxes": [{"name": "A", "parts": [{"n": 1}, {"n": 2}]}]}


# -- hostile posts --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "posted",
    [
        {"x": "a" * 2_000_001},
        {f"n{number}": "" for number in range(10_001)},
        {"x": [""] * 10_001},
        {"x" + "[0]" * 30: "1"},
        {"a." * 30: "1"},
    ],
)
def test_an_oversized_post_is_refused_whole(submit, posted):
    result = submit([field("textfield")], posted)

    assert list(result.errors) == [""]
    assert result.values == {}


NAMES = st.sampled_from(
    [
        "x",
        "goods",
        "goods._rows",
        "goods[0].qty",
        "goods[0]._row",
        "goods[99999999].qty",
        "_add:goods",
        "outcome",
        "goods[0",
        "a.b.c",
    ]
)


@settings(max_examples=60, deadline=None)
@given(posted=st.dictionaries(NAMES, st.lists(st.text(max_size=20), max_size=3), max_size=8))
def test_any_post_gives_values_or_messages(posted):
    kinds = ["textfield", "number", "checkbox", "datetime", "select", "checklist", "filepicker"]
    components = [field(kind, "x" if kind == "textfield" else kind) for kind in kinds]
    form = forms.parse({"components": [*components, GOODS, APPROVE, REFUSE]}, name="any")

    result = forms.submit(form, posted, STORED, language="ru", now=NOW, zone=MOSCOW)

    known = {*(component["key"] for component in components), "goods", "outcome"}
    assert set(result.values) <= known
    assert all(isinstance(message, str) and message for message in result.errors.values())
    forms.view(form, STORED, posted=posted, errors=result.errors, now=NOW)


def test_conditions_that_never_come_to_rest_end(submit):
    components = [
        field("textfield", "a", conditional={"hide": "=b != null"}),
        field("textfield", "b", conditional={"hide": "=a = null"}),
        field("number", "n", readonly="=n != 5"),
    ]

    result = submit(components, {"a": "1", "b": "2", "n": "5"}, {"n": 1})

    assert result.values["n"] == 1


def test_lists_in_lists_cannot_fill_the_memory(submit):
    component = field("textfield", "leaf")
    for depth in range(6):
        component = {
            "type": "dynamiclist", "path": f"l{depth}", "defaultRepetitions": 200, "components": [component],
        }  # fmt: skip

    result = submit([component], {})

    assert "слишком велика" in result.errors[""]
    assert result.values == {}


def test_expressions_that_take_too_long_refuse_the_submission(submit, monkeypatch):
    monkeypatch.setattr("bpmn.forms.evaluation.MAX_EVALUATION_S", 0.0)

    result = submit([field("expression", expression="=count(for i in 1..100 return i)")], {})

    assert "слишком долго" in result.errors[""]


def test_personal_fields_are_named(form):
    personal: dict[str, Any] = {"properties": {"personal": "true"}}
    group = {"type": "group", "path": "client", "components": [field("textfield", "phone", **personal)]}

    assert form(field("textfield", "a"), group, field("textfield", "b", **personal)).personal_keys == {
        "client",
        "b",
    }
