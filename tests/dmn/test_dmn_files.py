"""Reading DMN files: every version, and files that mean harm or make no sense."""

import pytest
from hypothesis import given as hypothetically
from hypothesis import settings
from hypothesis import strategies as st

from bpmn import dmn
from bpmn.dmn import DmnError
from bpmn.dmn.parser import NAMESPACES
from tests.dmn.build import decision, definitions, function, given, literal, model, table


@pytest.mark.parametrize("namespace", sorted(NAMESPACES))
def test_every_version_is_read(namespace):
    made = dmn.parse(definitions(decision("d", literal("1 + 1")), namespace=namespace))

    assert made.evaluate("d", {}).value == 2


def test_a_type_with_the_prefix_of_dmn_1_1_is_known():
    body = (
        '<decision id="d" name="d"><variable name="d" typeRef="feel:number"/>'
        + literal('"x"')
        + "</decision>"
    )

    made = model(body, attributes='xmlns:feel="http://www.omg.org/spec/FEEL/20140401"')

    assert made.evaluate("d", {}).value is None
    assert not made.problems


def test_prefixed_elements_and_extensions_are_read():
    text = definitions(decision("d", literal("7"))).decode()
    text = text.replace("<", "<m:").replace("<m:/", "</m:").replace("xmlns=", "xmlns:m=")
    text = text.replace("</m:definitions>", '<x:other xmlns:x="urn:x"><anything/></x:other></m:definitions>')

    assert dmn.parse(text.encode()).evaluate("d", {}).value == 7


def test_comments_inside_texts_are_skipped():
    made = model(decision("d", "<literalExpression><text>1 <!-- one --> + 1</text></literalExpression>"))

    assert made.evaluate("d", {}).value == 2


BOMB = (
    b'<!DOCTYPE definitions [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/"><x>&b;</x></definitions>'
)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not xml",
        b"\x00\x01\x02",
        b"<definitions>",
        BOMB,
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
        b"<a>" * 5000 + b"</a>" * 5000,
        b'<?xml version="1.0" encoding="utf-16"?><a/>',
    ],
    ids=["empty", "text", "binary", "cut off", "bomb", "external", "deep", "encoding"],
)
def test_what_is_not_decent_xml_is_refused(data):
    with pytest.raises(DmnError) as caught:
        dmn.parse(data)

    assert caught.value.code == "dmn.xml"
    assert caught.value.message("ru").startswith("Файл решений не читается")


@pytest.mark.parametrize(
    "data",
    [b"<definitions/>", b'<definitions xmlns="urn:other"/>', b'<bpmn xmlns="http://www.omg.org/spec/BPMN"/>'],
)
def test_what_is_not_dmn_is_refused(data):
    with pytest.raises(DmnError) as caught:
        dmn.parse(data)

    assert caught.value.code == "dmn.not_dmn"


@pytest.mark.parametrize(
    ("body", "tag"),
    [
        ("<surprise/>", "surprise"),
        ('<decision id="d" name="d"><surprise/></decision>', "surprise"),
        (decision("d", literal("1") + literal("2")), "literalExpression"),
        (decision("d", "<list><surprise/></list>"), "surprise"),
        (decision("d", "<literalExpression><importedValues/></literalExpression>"), "importedValues"),
    ],
)
def test_an_unknown_element_is_refused_by_name_and_line(body, tag):
    with pytest.raises(DmnError) as caught:
        model(body)

    assert caught.value.code == "dmn.unknown_element"
    assert repr(tag) in caught.value.message("en")
    assert caught.value.line == 1


@pytest.mark.parametrize(
    "body",
    [
        "<decision/>",
        "<inputData/>",
        decision("d", '<decisionTable><input/><output name="o"/></decisionTable>'),
        decision("d", "<decisionTable/>"),
        decision("d", "<conditional><if/></conditional>"),
        decision("d", "<for><in/></for>"),
        decision("d", f"<invocation>{literal('f')}<binding/></invocation>"),
        '<decision id="d" name="d"><informationRequirement/></decision>',
        '<decision id="d" name="d"><informationRequirement><requiredInput/></informationRequirement></decision>',
        '<decisionService id="s" name="s"><outputDecision/></decisionService>',
        "<itemDefinition/>",
    ],
)
def test_a_missing_part_is_named(body):
    with pytest.raises(DmnError) as caught:
        model(body)

    assert caught.value.code == "dmn.missing"


def test_an_expression_that_is_not_feel_is_a_problem_with_place_and_position():
    made = model(decision("d", literal("1 +")))

    (problem,) = made.problems
    assert problem.code == "dmn.expression"
    assert "line 1, column 4" in problem.message("en")
    assert "строка 1, столбец 4" in problem.message("ru")
    with pytest.raises(DmnError):
        made.evaluate("d", {})


def test_expressions_of_camunda_are_translated_where_they_can_be():
    made = model(decision("d", literal("${amount > 10 && active}", 'expressionLanguage="juel"')))

    assert made.evaluate("d", {"amount": 11, "active": True}).value is True


def test_other_expression_languages_are_refused_by_name():
    made = model(decision("d", literal("x", 'expressionLanguage="groovy"')))

    with pytest.raises(DmnError, match="'groovy'"):
        made.evaluate("d", {})


def test_a_hostile_expression_ends_with_an_error():
    made = model(decision("d", literal("count(for a in 1..1000, b in 1..1000, c in 1..1000 return a)")))

    with pytest.raises(DmnError) as caught:
        made.evaluate("d", {})

    assert caught.value.code == "dmn.expression_limit"
    assert "d: " in caught.value.message("ru")


def test_deeply_nested_boxed_expressions_are_refused():
    nested = literal("1")
    for _ in range(90):
        nested = f"<list>{nested}</list>"

    made = model(decision("d", nested))

    with pytest.raises(DmnError):
        made.evaluate("d", {})


@settings(max_examples=60, deadline=None)
@hypothetically(st.data())
def test_a_damaged_file_is_read_or_refused_but_never_fails_otherwise(data):
    whole = definitions(
        given("x", "number")
        + function("f", ["a"], literal("a * 2"))
        + decision(
            "d",
            table(["x"], ["y"], [["<5", "f(x)"], ["-", "0"]], policy="FIRST"),
            requires=["i_x"],
            knows=["k_f"],
        )
    )
    start = data.draw(st.integers(0, len(whole)))
    length = data.draw(st.integers(0, 40))
    damaged = whole[:start] + data.draw(st.binary(max_size=5)) + whole[start + length :]

    try:
        made = dmn.parse(damaged)
        for name in made.decisions:
            made.evaluate(name, {"x": 3})
        dmn.lint(made)
    except DmnError as refused:
        texts = refused.message("ru"), refused.message("en")
    else:
        texts = ("read", "read")

    assert all(texts)


def test_a_file_with_too_many_expressions_is_refused(monkeypatch):
    monkeypatch.setattr("bpmn.dmn.compiler.MAX_TEXTS", 50)
    rows = [[f"? > {number}", "1"] for number in range(60)]

    with pytest.raises(DmnError) as caught:
        model(decision("d", table(["x"], ["y"], rows)))

    assert caught.value.code == "dmn.limit"
