"""Requirement graphs, knowledge models, decision services and imports (DMN 1.5 §6, §10.4)."""

import pytest

from bpmn import dmn
from bpmn.dmn import DmnError
from tests.dmn.build import decision, definitions, function, given, literal, model, table


def test_a_decision_sees_what_it_requires():
    made = model(
        given("price", "number"),
        given("count", "number"),
        decision("total", literal("price * count"), requires=["i_price", "i_count"], type_ref="number"),
        decision("text", literal('"total: " + string(total)'), requires=["d_total"]),
    )

    assert made.evaluate("text", {"price": 3, "count": 4}).value == "total: 12"


def test_names_with_spaces_and_of_other_scripts_work():
    made = model(
        given("сумма заявки", "number").replace('id="i_сумма заявки"', 'id="i_1"'),
        decision("нужен директор", literal("сумма заявки > 100000"), requires=["i_1"]),
        decision("итог", literal('if нужен директор then "да" else "нет"'), requires=["d_нужен_директор"]),
    )

    assert made.evaluate("итог", {"сумма заявки": 200000}).value == "да"


def test_a_declared_element_that_is_not_required_is_not_seen():
    made = model(given("x"), decision("d", literal("x")))

    outcome = made.evaluate("d", {"x": 1})

    assert outcome.value is None


def test_variables_that_the_model_does_not_declare_are_seen_and_named_as_inputs():
    made = model(decision("d", literal("amount + 1")))

    outcome = made.evaluate("d", {"amount": 41, "unused": object()})

    assert outcome.value == 42
    assert outcome.inputs == {"amount": 41}


def test_a_decision_of_a_diamond_is_evaluated_once():
    made = model(
        decision("base", literal("now()")),
        decision("left", literal("base"), requires=["d_base"]),
        decision("right", literal("base"), requires=["d_base"]),
        decision("d", literal("left = right"), requires=["d_left", "d_right"]),
    )

    outcome = made.evaluate("d", {})

    assert outcome.value is True
    assert [entry["name"] for entry in outcome.trace].count("base") == 1


def test_a_chain_of_two_thousand_decisions_does_not_exhaust_the_stack():
    chain = [decision("n0", literal("0"))]
    chain += [decision(f"n{i}", literal(f"n{i - 1} + 1"), requires=[f"d_n{i - 1}"]) for i in range(1, 2001)]

    assert model(*chain).evaluate("n2000", {}).value == 2000


def test_decisions_in_a_circle_are_refused_with_the_way_round():
    with pytest.raises(DmnError) as caught:
        model(
            decision("a", literal("c"), requires=["d_c"]),
            decision("b", literal("a"), requires=["d_a"]),
            decision("c", literal("b"), requires=["d_b"]),
        )

    assert caught.value.code == "dmn.cycle"
    assert "a → c → b → a" in caught.value.message("en")
    assert "по кругу" in caught.value.message("ru")


@pytest.mark.parametrize(
    ("requires", "knows"), [(["d_missing"], []), (["i_missing"], []), ([], ["k_missing"])]
)
def test_a_reference_to_nothing_is_refused(requires, knows):
    with pytest.raises(DmnError) as caught:
        model(decision("a", literal("1"), requires=requires, knows=knows))

    assert caught.value.code == "dmn.reference"
    assert caught.value.element == "d_a"


def test_a_knowledge_model_is_called_by_position_and_by_name():
    square = function("area", ["width", "height"], literal("width * height"))

    assert model(square, decision("d", literal("area(2, 3)"), knows=["k_area"])).evaluate("d", {}).value == 6
    named = model(square, decision("d", literal("area(height: 3, width: 2)"), knows=["k_area"]))
    assert named.evaluate("d", {}).value == 6


def test_a_knowledge_model_sees_its_parameters_and_what_it_requires_only():
    made = model(
        given("x"),
        function("one", [], literal("1")),
        function("f", ["a"], literal("[a, one(), x]"), knows=["k_one"]),
        decision("d", literal("f(x)"), requires=["i_x"], knows=["k_f"]),
    )

    assert made.evaluate("d", {"x": 5}).value == [5, 1, None]


def test_a_knowledge_model_may_call_itself():
    body = literal("if n <= 1 then 1 else n * factorial(n - 1)")
    made = model(
        function("factorial", ["n"], body), decision("d", literal("factorial(10)"), knows=["k_factorial"])
    )

    assert made.evaluate("d", {}).value == 3628800


def test_endless_recursion_of_a_knowledge_model_ends_with_an_error():
    made = model(function("f", ["n"], literal("f(n + 1)")), decision("d", literal("f(1)"), knows=["k_f"]))

    with pytest.raises(DmnError) as caught:
        made.evaluate("d", {})

    assert caught.value.code == "dmn.too_deep"


def test_knowledge_models_that_call_each_other_endlessly_end_with_an_error():
    made = model(
        function("f", [], literal("g()"), knows=["k_g"]),
        function("g", [], literal("f()"), knows=["k_f"]),
        decision("d", literal("f()"), knows=["k_f"]),
    )

    with pytest.raises(DmnError, match="levels deep"):
        made.evaluate("d", {})


def test_a_recursion_that_branches_ends_with_an_error():
    body = literal("if n = 0 then 1 else f(n - 1) + f(n - 1) + f(n - 1)")
    made = model(function("f", ["n"], body), decision("d", literal("f(25)"), knows=["k_f"]))

    with pytest.raises(DmnError) as caught:
        made.evaluate("d", {})

    assert caught.value.code in ("dmn.too_long", "dmn.expression_limit")


def test_functions_of_other_languages_are_refused_by_name():
    made = model(
        function("f", ["x"], literal("1"), kind="Java"), decision("d", literal("f(1)"), knows=["k_f"])
    )

    with pytest.raises(DmnError, match="'Java'"):
        made.evaluate("d", {})


def test_functions_of_the_host_are_called_by_name():
    made = model(decision("d", literal('rate("USD") * 2')))

    assert (
        made.evaluate("d", {}, functions={"rate": lambda currency: 90 if currency == "USD" else 0}).value
        == 180
    )


def service(outputs: str, *, inputs: str = "", decisions: str = "", encapsulated: str = "") -> str:
    def hrefs(tag: str, ids: str) -> str:
        return "".join(f'<{tag} href="#{key}"/>' for key in ids.split())

    return (
        '<decisionService id="s" name="pricing"><variable name="pricing"/>'
        + hrefs("outputDecision", outputs)
        + hrefs("encapsulatedDecision", encapsulated)
        + hrefs("inputDecision", decisions)
        + hrefs("inputData", inputs)
        + "</decisionService>"
    )


PRICING = (
    given("price", "number"),
    decision("discount", literal("0.5")),
    decision("net", literal("price * (1 - discount)"), requires=["i_price", "d_discount"]),
    decision("tax", literal("net * 0.2"), requires=["d_net"]),
)


def test_a_service_evaluates_its_outputs_and_takes_its_input_decisions_as_given():
    made = model(*PRICING, service("d_net", inputs="i_price", decisions="d_discount"))

    assert made.evaluate("pricing", {"price": 100, "discount": 0}).value == 100


def test_a_service_with_several_outputs_gives_a_context():
    made = model(*PRICING, service("d_net d_tax", inputs="i_price"))

    assert made.evaluate("pricing", {"price": 100}).value == {"net": 50, "tax": 10}


def test_a_decision_calls_a_service_as_a_function():
    made = model(
        *PRICING,
        service("d_net", inputs="i_price", encapsulated="d_discount"),
        decision("both", literal("[pricing(100), pricing(price: 10)]"), knows=["s"]),
    )

    assert made.evaluate("both", {}).value == [50, 5]


def other(name: str, body: str, namespace: str, imports: str = "") -> bytes:
    return (
        f'<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="{name}" namespace="{namespace}">'
        f"{imports}{body}</definitions>"
    ).encode()


LIBRARY = other(
    "library",
    '<itemDefinition name="Percent"><typeRef>number</typeRef><allowedValues><text>[0..100]</text></allowedValues>'
    "</itemDefinition>"
    + given("base", "number")
    + decision("doubled sum", literal("base * 2"), requires=["i_base"])
    + function("half", ["x"], literal("x / 2")),
    "urn:library",
)
IMPORT = '<import namespace="urn:library" name="my lib" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>'


def test_elements_of_an_imported_model_are_seen_under_its_name():
    body = (
        '<decision id="d" name="d"><variable name="d"/>'
        '<informationRequirement><requiredDecision href="urn:library#d_doubled_sum"/></informationRequirement>'
        '<knowledgeRequirement><requiredKnowledge href="urn:library#k_half"/></knowledgeRequirement>'
        + literal("my lib.doubled sum + my lib.half(3)")
        + "</decision>"
    )

    made = dmn.parse(other("main", body, "urn:main", IMPORT), imports={"library.dmn": LIBRARY})

    assert made.evaluate("d", {"base": 5}).value * 2 == 23


def test_types_of_an_imported_model_are_checked():
    body = decision("d", literal("150"), type_ref="my lib.Percent")

    outcome = dmn.parse(other("main", body, "urn:main", IMPORT), imports={"l": LIBRARY}).evaluate("d", {})

    assert outcome.value is None
    assert any("Percent" in reason for reason in outcome.reasons)


def test_a_missing_import_is_refused_by_name():
    with pytest.raises(DmnError, match="'my lib'"):
        dmn.parse(other("main", decision("d", literal("1")), "urn:main", IMPORT))


def test_models_that_import_each_other_are_refused():
    back = '<import namespace="urn:main" name="m" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>'
    main = other("main", "", "urn:main", IMPORT)
    library = other("library", "", "urn:library", back)

    with pytest.raises(DmnError) as caught:
        dmn.parse(main, imports={"library": library, "main": main})

    assert caught.value.code == "dmn.import_cycle"


def test_an_unknown_decision_is_refused_by_name():
    with pytest.raises(DmnError) as caught:
        model(decision("d", literal("1"))).evaluate("nope", {})

    assert caught.value.code == "dmn.not_found"
    assert "nope" in caught.value.message("ru")


def test_elements_are_found_by_id_and_by_name():
    made = model(decision("my decision", literal("1")))

    assert made.find("d_my_decision") is made.find("my  decision") is made.decisions["d_my_decision"]


def test_a_decision_without_logic_takes_its_value_from_outside():
    made = model(decision("opinion", ""), decision("d", literal('"so: " + opinion'), requires=["d_opinion"]))

    assert made.evaluate("d", {"opinion": "yes"}).value == "so: yes"
    assert any("no logic" in reason for reason in made.evaluate("d", {}).reasons)


def test_outputs_of_a_required_camunda_table_are_seen_by_their_names():
    required = decision("season", table(["m"], ["season", "warm"], [["-", '"summer"', "true"]])).replace(
        '<variable name="season"/>', ""
    )
    made = model(required, decision("d", literal("warm"), requires=["d_season"]))

    assert made.evaluate("d", {"m": 7}).value is True


def test_a_lazy_mapping_is_read_only_where_it_is_used():
    class Sheet(dict):
        def __init__(self, **values):
            super().__init__(values)
            self.read = []

        def __getitem__(self, name):
            self.read.append(name)
            return super().__getitem__(name)

        def get(self, name, default=None):
            self.read.append(name)
            return super().get(name, default)

    sheet = Sheet(x=1, huge="never")
    made = model(given("x"), decision("d", literal("x + y"), requires=["i_x"]))

    made.evaluate("d", sheet)

    assert "huge" not in sheet.read


def test_duplicate_ids_are_refused():
    with pytest.raises(DmnError, match="'d_a'"):
        dmn.parse(definitions(decision("a", literal("1")) * 2))


IMPORTED_INPUT = (
    '<decision id="d" name="d"><variable name="d"/>'
    '<informationRequirement><requiredInput href="urn:library#i_base"/></informationRequirement>'
    + literal("my lib.base + 1")
    + "</decision>"
)


@pytest.mark.parametrize(
    "variables", [{"base": 5}, {"my lib": {"base": 5}}, {"base": 1, "my lib": {"base": 5}}]
)
def test_an_input_of_an_imported_model_is_given_plainly_or_under_the_name_of_the_import(variables):
    made = dmn.parse(other("main", IMPORTED_INPUT, "urn:main", IMPORT), imports={"l": LIBRARY})

    assert made.evaluate("d", variables).value == 6


def test_a_broken_file_beside_matters_only_when_it_is_wanted():
    main = other("main", IMPORTED_INPUT, "urn:main", IMPORT)

    assert dmn.parse(main, imports={"bad": b"<oops", "l": LIBRARY}).evaluate("d", {"base": 1}).value == 2
    with pytest.raises(DmnError) as caught:
        dmn.parse(main, imports={"bad": b"<oops"})
    assert caught.value.code == "dmn.xml"
