"""Hit policies and aggregations (DMN 1.5 §8.2.8), default outputs and allowed values."""

import pytest

from bpmn import dmn
from bpmn.dmn import DmnError
from tests.dmn.build import decision, definitions, model, one_table, table

AGES = [["<18", '"child"'], [">=18", '"adult"']]
MANY = [[">0", "10"], [">5", "30"], [">9", "20"]]


def value(made: dmn.Model, **variables):
    return made.evaluate("d", variables).value


def test_unique_gives_the_one_rule_that_matches():
    made = one_table(["age"], ["group"], AGES)

    assert value(made, age=17) == "child"
    assert value(made, age=18) == "adult"


def test_unique_gives_null_when_no_rule_matches():
    assert value(one_table(["age"], ["group"], [["<18", '"child"']]), age=30) is None


def test_two_matching_rules_of_a_unique_table_are_an_error_that_names_them():
    made = one_table(["x"], ["y"], MANY)

    with pytest.raises(DmnError) as caught:
        value(made, x=7)

    assert caught.value.code == "dmn.unique"
    assert caught.value.element == "table"
    assert "1, 2" in caught.value.message("en")
    assert "правила 1, 2" in caught.value.message("ru")


def test_first_takes_the_first_matching_rule():
    assert value(one_table(["x"], ["y"], MANY, policy="FIRST"), x=20) == 10


def test_any_takes_equal_outputs_of_several_rules():
    rows = [[">0", "1.0"], [">5", "1"], [">100", "2"]]

    assert value(one_table(["x"], ["y"], rows, policy="ANY"), x=7) == 1


def test_any_with_differing_outputs_is_an_error():
    with pytest.raises(DmnError, match="rules 1, 2 match with different outputs"):
        value(one_table(["x"], ["y"], MANY, policy="ANY"), x=7)


def test_priority_takes_the_output_that_its_values_name_first():
    rows = [[">0", '"low"'], [">5", '"high"'], [">5", '"medium"']]
    made = one_table(["x"], ["risk"], rows, policy="PRIORITY", output_values=['"high", "medium", "low"'])

    assert value(made, x=7) == "high"
    assert value(made, x=1) == "low"


def test_priority_over_several_outputs_goes_from_left_to_right():
    rows = [["-", '"a"', '"y"', "1"], ["-", '"a"', '"x"', "2"], ["-", '"b"', '"x"', "3"]]
    values = ['"a","b"', '"x","y"', ""]
    made = one_table(["n"], ["one", "two", "three"], rows, policy="PRIORITY", output_values=values)

    assert value(made, n=1) == {"one": "a", "two": "x", "three": 2}


def test_priority_without_output_values_cannot_run():
    made = one_table(["x"], ["y"], MANY, policy="PRIORITY")

    with pytest.raises(DmnError) as caught:
        value(made, x=7)

    assert caught.value.code == "dmn.no_priority"


def test_output_order_lists_outputs_by_priority():
    rows = [["-", '"low"'], [">5", '"high"'], [">5", '"low"']]
    made = one_table(["x"], ["risk"], rows, policy="OUTPUT ORDER", output_values=['"high","low"'])

    assert value(made, x=7) == ["high", "low", "low"]


def test_rule_order_and_collect_list_outputs_in_the_order_of_rules():
    for policy in ("RULE ORDER", "COLLECT"):
        assert value(one_table(["x"], ["y"], MANY, policy=policy), x=20) == [10, 30, 20]


def test_collecting_policies_give_an_empty_list_when_no_rule_matches():
    for policy in ("RULE ORDER", "COLLECT"):
        assert value(one_table(["x"], ["y"], MANY, policy=policy), x=-1) == []


@pytest.mark.parametrize(
    ("aggregation", "expected", "empty"),
    [("SUM", 60, None), ("COUNT", 3, 0), ("MIN", 10, None), ("MAX", 30, None)],
)
def test_collect_gathers_outputs(aggregation, expected, empty):
    made = one_table(["x"], ["y"], MANY, policy="COLLECT", aggregation=aggregation)

    assert value(made, x=20) == expected
    assert value(made, x=-1) == empty


def test_the_maximum_of_dates_is_a_date():
    rows = [["-", 'date("2026-01-01")'], ["-", 'date("2026-06-01")']]

    found = value(one_table(["x"], ["y"], rows, policy="COLLECT", aggregation="MAX"), x=1)

    assert found.isoformat() == "2026-06-01"


def test_a_sum_of_texts_is_null_with_a_reason():
    rows = [["-", '"a"'], ["-", "1"]]

    outcome = one_table(["x"], ["y"], rows, policy="COLLECT", aggregation="SUM").evaluate("d", {"x": 1})

    assert outcome.value is None
    assert any("C+" in reason for reason in outcome.reasons)


def test_an_aggregation_over_several_outputs_cannot_run():
    made = one_table(["x"], ["y", "z"], [["-", "1", "2"]], policy="COLLECT", aggregation="SUM")

    with pytest.raises(DmnError, match="gathers a single output"):
        value(made, x=1)


def test_several_outputs_make_a_context():
    made = one_table(["x"], ["rate", "limit"], [["-", "0.5", "100"]])

    assert str(value(made, x=1)["rate"]) == "0.5"
    assert value(made, x=1)["limit"] == 100


def test_default_outputs_answer_when_no_rule_matches():
    made = one_table(["x"], ["y", "z"], [[">0", "1", "2"]], defaults=["0", '"none"'])

    assert value(made, x=-1) == {"y": 0, "z": "none"}
    assert value(made, x=1) == {"y": 1, "z": 2}


def test_empty_cells_and_dashes_match_everything_and_null():
    made = one_table(["x", "y"], ["z"], [["-", "", "1"]])

    assert value(made, x=None, y=None) == 1


def test_an_input_outside_its_values_is_an_error_but_null_is_not():
    made = one_table(["x"], ["y"], [["-", "1"]], input_values=['"a","b"'])

    assert value(made, x="a") == 1
    assert value(made, x=None) == 1
    with pytest.raises(DmnError) as caught:
        value(made, x="c")
    assert caught.value.code == "dmn.input_value"


def test_an_output_outside_its_values_is_an_error_that_names_the_rule():
    made = one_table(["x"], ["y"], [["1", '"a"'], ["2", '"c"']], output_values=['"a","b"'])

    with pytest.raises(DmnError, match=r'rule 2 gives "c"'):
        value(made, x=2)


def test_an_unknown_hit_policy_is_named():
    made = one_table(["x"], ["y"], [["-", "1"]], policy="LUCKY")

    with pytest.raises(DmnError, match="'LUCKY'"):
        value(made, x=1)


def test_a_rule_with_too_few_cells_is_named():
    made = one_table(["x", "y"], ["z"], [["1"]])

    with pytest.raises(DmnError) as caught:
        value(made, x=1)

    assert caught.value.code == "dmn.rule_width"


@pytest.mark.parametrize("letter", ["U", "F", "A", "C", "R"])
def test_policies_may_be_written_by_letter(letter):
    made = one_table(["x"], ["y"], [["-", "1"]], policy=letter)

    assert value(made, x=1) in (1, [1])


def test_cells_may_use_other_inputs_and_the_question_mark():
    rows = [["? > limit and ? < limit * 2", "1"], ["limit", "2"]]
    made = one_table(["x"], ["y"], rows)

    assert value(made, x=15, limit=10) == 1
    assert value(made, x=10, limit=10) == 2


def test_a_table_without_inputs_runs_its_rules():
    assert value(one_table([], ["y"], [["5"]], policy="FIRST")) == 5


def test_one_broken_cell_does_not_keep_other_decisions_from_running():
    good = decision("good", table(["x"], ["y"], AGES))
    bad = decision("bad", table(["x"], ["y"], [[">>5", "1"]]))
    made = dmn.parse(definitions(good + bad))

    assert made.evaluate("good", {"x": 1}).value == "child"
    with pytest.raises(DmnError) as caught:
        made.evaluate("bad", {"x": 1})
    assert caught.value.code == "dmn.expression"
    assert ">>5" in str(caught.value)


def test_a_model_of_camunda_reads_its_input_variable():
    body = """<decision id="d" name="D"><decisionTable id="t">
      <input><inputExpression><text>amount * 2</text></inputExpression></input><output name="y"/>
      <rule><inputEntry><text>&gt; 10</text></inputEntry><outputEntry><text>doubled</text></outputEntry></rule>
    </decisionTable></decision>""".replace(
        "<input>", '<input xmlns:camunda="c" camunda:inputVariable="doubled">'
    )

    assert model(body).evaluate("D", {"amount": 7}).value == 14
