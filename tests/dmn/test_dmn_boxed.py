"""Boxed expressions (DMN 1.5 §10.2.2) and the types of their values (§10.3.2.9.4)."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bpmn.dmn import DmnError
from tests.dmn.build import decision, given, literal, model


def value(expression: str, *others: str, type_ref: str = "", requires=(), knows=(), **variables):
    made = model(*others, decision("d", expression, type_ref=type_ref, requires=requires, knows=knows))
    return made.evaluate("d", variables).value


def entry(name: str, expression: str, type_ref: str = "") -> str:
    typed = f' typeRef="{type_ref}"' if type_ref else ""
    return f'<contextEntry><variable name="{name}"{typed}/>{expression}</contextEntry>'


def test_entries_of_a_context_see_earlier_entries():
    boxed = f"<context>{entry('a b', literal('2'))}{entry('c', literal('a b * 3'))}</context>"

    assert value(boxed) == {"a b": 2, "c": 6}


def test_the_entry_without_a_name_is_the_result():
    boxed = f"<context>{entry('a', literal('2'))}<contextEntry>{literal('a + 1')}</contextEntry></context>"

    assert value(boxed) == 3


def test_an_entry_shadows_a_variable_of_its_name():
    boxed = f"<context>{entry('x', literal('x + 1'))}<contextEntry>{literal('x')}</contextEntry></context>"

    assert value(boxed, x=1) == 2


def test_lists_and_relations():
    assert value(f"<list>{literal('1')}{literal('x')}</list>", x=5) == [1, 5]
    rows = "".join(
        f"<row>{literal(name)}{literal(rate)}</row>" for name, rate in (('"a"', "1"), ('"b"', "2"))
    )
    relation = f'<relation><column name="the name"/><column name="rate"/>{rows}</relation>'
    assert value(relation) == [{"the name": "a", "rate": 1}, {"the name": "b", "rate": 2}]


def test_a_row_with_a_missing_cell_is_refused():
    with pytest.raises(DmnError) as caught:
        value(f'<relation><column name="a"/><column name="b"/><row>{literal("1")}</row></relation>')

    assert caught.value.code == "dmn.rule_width"


def binding(name: str, text: str) -> str:
    return f'<binding><parameter name="{name}"/>{literal(text)}</binding>'


def test_an_invocation_binds_parameters_by_name():
    boxed = f"<invocation>{literal('area')}{binding('height', '3')}{binding('width', 'w')}</invocation>"
    area = (
        '<businessKnowledgeModel id="k" name="area"><encapsulatedLogic><formalParameter name="width"/>'
        f'<formalParameter name="height"/>{literal("[width, height]")}</encapsulatedLogic></businessKnowledgeModel>'
    )

    assert value(boxed, area, knows=["k"], w=7) == [7, 3]


@pytest.mark.parametrize(
    ("name", "bindings", "expected"),
    [
        ("max", [("list", "[1, 5, 2]")], 5),
        ("substring", [("start position", "3"), ("string", '"foobar"')], "obar"),
        ("substring", [("string", '"foobar"'), ("start position", "3"), ("length", "1")], "o"),
        ("date", [("year", "2020"), ("month", "1"), ("day", "5")], date(2020, 1, 5)),
        ("date and time", [("from", '"2020-01-05T00:00:00"')], datetime(2020, 1, 5)),
        ("substring", [("text", '"foobar"')], None),
    ],
)
def test_an_invocation_calls_functions_of_feel_too(name, bindings, expected):
    bound = "".join(binding(*pair) for pair in bindings)

    assert value(f"<invocation>{literal(name)}{bound}</invocation>") == expected


def test_an_invocation_with_an_unknown_parameter_is_null_with_a_reason():
    boxed = f"<invocation>{literal('f')}{binding('y', '1')}</invocation>"
    context = f"<context>{entry('f', literal('function(x) x'))}<contextEntry>{boxed}</contextEntry></context>"

    outcome = model(decision("d", context)).evaluate("d", {})

    assert outcome.value is None
    assert any("takes (x)" in reason for reason in outcome.reasons)


def test_a_boxed_function_keeps_the_values_around_it():
    made = f'<functionDefinition><formalParameter name="x"/>{literal("x + extra")}</functionDefinition>'
    context = f"<context>{entry('add', made)}<contextEntry>{literal('add(1)')}</contextEntry></context>"

    assert value(context, extra=10) == 11


def test_parameters_are_typed():
    made = f'<functionDefinition><formalParameter name="x" typeRef="number"/>{literal("[x]")}</functionDefinition>'
    call = literal('f("text")')
    context = f"<context>{entry('f', made)}<contextEntry>{call}</contextEntry></context>"

    outcome = model(decision("d", context)).evaluate("d", {})

    assert outcome.value == [None]
    assert any('"text" is not of type number' in reason for reason in outcome.reasons)


def conditional(condition: str) -> str:
    return f"<conditional><if>{literal(condition)}</if><then>{literal('1')}</then><else>{literal('2')}</else></conditional>"


@pytest.mark.parametrize(
    ("condition", "expected"), [("true", 1), ("false", 2), ("null", 2), ('"yes"', None), ("1 < 2", 1)]
)
def test_a_conditional_wants_a_boolean(condition, expected):
    assert value(conditional(condition)) == expected


def test_a_filter_sees_items_and_their_entries():
    match = f"<match>{literal('price > limit and item.price < 9')}</match>"
    boxed = f"<filter><in>{literal('[{price: 1}, {price: 5}, {price: 9}]')}</in>{match}</filter>"

    assert value(boxed, limit=2) == [{"price": 5}]


def iteration(kind: str, source: str, body: str) -> str:
    tag = "return" if kind == "for" else "satisfies"
    return f'<{kind} iteratorVariable="x"><in>{literal(source)}</in><{tag}>{literal(body)}</{tag}></{kind}>'


@pytest.mark.parametrize(
    ("kind", "source", "body", "expected"),
    [
        ("for", "[1, 2, 3]", "x * 2", [2, 4, 6]),
        ("for", "[1, 2, 3]", "count(partial) + x", [1, 3, 5]),
        ("for", "null", "x", None),
        ("some", "[1, 2]", "x > 1", True),
        ("some", "[1, 2]", "x > 2", False),
        ("every", "[1, 2]", "x > 0", True),
        ("every", "[1, 2]", "x > 1", False),
        ("every", "[]", "false", True),
        ("some", "[]", "true", False),
        ("some", "[1]", '"no"', None),
    ],
)
def test_iterators(kind, source, body, expected):
    assert value(iteration(kind, source, body)) == expected


@pytest.mark.parametrize(
    ("text", "type_ref", "expected"),
    [
        ("1", "number", 1),
        ('"1"', "number", None),
        ("[1]", "number", 1),
        ("1", "Numbers", [1]),
        ("[1, 2]", "Numbers", [1, 2]),
        ('[1, "2"]', "Numbers", None),
        ('date("2026-01-02")', "dateTime", datetime(2026, 1, 2, tzinfo=UTC)),
        ('date("2026-01-02")', "date", date(2026, 1, 2)),
        ('"a"', "Letter", "a"),
        ('"z"', "Letter", None),
        ('{first: "a", "last name": "b"}', "Person", {"first": "a", "last name": "b"}),
        ("{first: 1}", "Person", None),
        ('{first: "a", more: 1}', "Person", {"first": "a", "more": 1}),
        ("1.5", "integer", None),
        ("2.0", "integer", 2),
        ("null", "Letter", None),
    ],
)
def test_a_value_is_converted_to_its_type_or_null(text, type_ref, expected):
    types = (
        '<itemDefinition name="Numbers" isCollection="true"><typeRef>number</typeRef></itemDefinition>'
        '<itemDefinition name="Letter"><typeRef>string</typeRef><allowedValues><text>"a","b"</text></allowedValues>'
        '</itemDefinition><itemDefinition name="Person"><itemComponent name="first"><typeRef>string</typeRef>'
        '</itemComponent><itemComponent name="last name"><typeRef>string</typeRef></itemComponent></itemDefinition>'
    )

    assert value(literal(text), types, type_ref=type_ref) == expected


def test_names_of_components_with_spaces_work_in_paths():
    types = (
        '<itemDefinition name="Order"><itemComponent name="total-sum"><typeRef>number</typeRef></itemComponent>'
        "</itemDefinition>"
    )

    found = value(
        literal("order.total-sum - 1"),
        types,
        given("order", "Order"),
        requires=["i_order"],
        order={"total-sum": 5},
    )

    assert found == 4


def test_a_type_may_contain_itself():
    types = (
        '<itemDefinition name="Tree"><itemComponent name="label"><typeRef>string</typeRef></itemComponent>'
        '<itemComponent name="children" isCollection="true"><typeRef>Tree</typeRef></itemComponent></itemDefinition>'
    )
    tree = '{label: "a", children: [{label: "b", children: []}]}'

    assert value(literal(tree), types, type_ref="Tree")["label"] == "a"
    assert value(literal(tree.replace('"b"', "1")), types, type_ref="Tree") is None


def test_types_that_are_only_each_other_are_a_problem():
    types = (
        '<itemDefinition name="A"><typeRef>B</typeRef></itemDefinition>'
        '<itemDefinition name="B"><typeRef>A</typeRef></itemDefinition>'
    )

    made = model(types, decision("d", literal("1"), type_ref="A"))

    assert any(problem.code == "dmn.cycle" for problem in made.problems)


def test_an_unknown_type_is_a_problem_that_names_it():
    made = model(decision("d", literal("1"), type_ref="Nothing"))

    assert [problem.code for problem in made.problems] == ["dmn.unknown_type"]
    assert "Nothing" in made.problems[0].message("ru")


def test_user_types_may_be_asked_for():
    types = '<itemDefinition name="Small"><typeRef>number</typeRef></itemDefinition>'

    assert value(literal('[1 instance of Small, "a" instance of Small]'), types) == [True, False]


def test_input_of_the_wrong_type_becomes_null_with_a_reason():
    made = model(given("x", "number"), decision("d", literal("x"), requires=["i_x"]))

    outcome = made.evaluate("d", {"x": "много"})

    assert outcome.value is None
    assert [reason.message("ru") for reason in outcome.reasons] == ['x: "много" — не значение типа number']


def test_numbers_stay_exact():
    assert value(literal("0.1 + 0.2")) == Decimal("0.3")
    assert value(literal("x + 1"), x=0.1) == Decimal("1.1")
