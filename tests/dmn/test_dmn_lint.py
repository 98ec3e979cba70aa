"""Lint finds overlaps, gaps, dead rules and wrong types, each proven by an example."""

from decimal import Decimal

from hypothesis import given as hypothetically
from hypothesis import settings
from hypothesis import strategies as st

from bpmn import dmn
from bpmn.dmn import DmnError
from tests.dmn.build import decision, function, given, literal, model, one_table, table


def rules(made: dmn.Model) -> list[str]:
    return [problem.rule for problem in dmn.lint(made) if problem.severity != "info"]


def only(made: dmn.Model, rule: str) -> dmn.Problem:
    (problem,) = [problem for problem in dmn.lint(made) if problem.rule == rule]
    return problem


def test_a_complete_table_without_overlaps_is_clean():
    made = one_table(["x"], ["y"], [["<10", "1"], ["[10..20]", "2"], [">20", "3"]])

    assert rules(made) == []


def test_an_overlap_is_shown_by_an_example_in_both_languages():
    made = one_table(["x", "kind"], ["y"], [["<=10", "-", "1"], [">=10", '"a"', "2"], [">10", "-", "3"]])

    problems = [problem for problem in dmn.lint(made) if problem.rule == "dmn.overlap"]

    assert [problem.severity for problem in problems] == ["error", "error"]
    assert 'x = 10, kind = "a"' in problems[0].message_en
    assert "правила 1 и 2" in problems[0].message_ru
    assert problems[0].element == "r2"


def test_a_gap_is_shown_by_an_example():
    made = one_table(["x"], ["y"], [["<10", "1"], [">10", "2"]])

    problem = only(made, "dmn.gap")

    assert problem.severity == "warning"
    assert "x = 10" in problem.message_en
    assert "x = 10" in problem.message_ru


def test_a_gap_between_combinations_of_columns_is_found():
    rows = [["true", '"a"', "1"], ["false", '"b"', "2"], ["true", '"b"', "3"]]
    made = one_table(["p", "q"], ["y"], rows, input_values=["", '"a","b"'])

    assert 'p = false, q = "a"' in only(made, "dmn.gap").message_en


def test_texts_without_listed_values_leave_any_other_text_uncovered():
    made = one_table(["kind"], ["y"], [['"a"', "1"], ['"b"', "2"]])

    assert "kind is any other text" in only(made, "dmn.gap").message_en
    assert "любой другой текст" in only(made, "dmn.gap").message_ru


def test_listed_values_that_are_all_covered_leave_no_gap():
    made = one_table(["kind"], ["y"], [['"a"', "1"], ['"b"', "2"]], input_values=['"a","b"'])

    assert rules(made) == []


def test_values_listed_by_the_type_of_the_input_count():
    types = (
        '<itemDefinition name="Kind"><typeRef>string</typeRef><allowedValues><text>"a","b"</text></allowedValues>'
        "</itemDefinition>"
    )
    whole = decision("d", table(["kind"], ["y"], [['"a"', "1"], ['"b"', "2"]]), requires=["i_kind"])

    assert rules(model(types, given("kind", "Kind"), whole)) == []


def test_a_default_output_closes_gaps():
    assert rules(one_table(["x"], ["y"], [["<10", "1"]], defaults=["0"])) == []


def test_collecting_tables_may_overlap_and_have_gaps():
    assert rules(one_table(["x"], ["y"], [["<10", "1"], ["<20", "2"]], policy="COLLECT")) == []


def test_any_tables_may_overlap_with_equal_outputs_only():
    assert rules(one_table(["x"], ["y"], [["-", "1"], ["<20", "1"]], policy="ANY")) == []
    assert rules(one_table(["x"], ["y"], [["-", "1"], ["<20", "2"]], policy="ANY")) == ["dmn.overlap"]


def test_a_rule_behind_others_that_take_all_its_cases_is_unreachable():
    rows = [["<10", "1"], [">=10", "2"], ["[5..15]", "3"]]

    problem = only(one_table(["x"], ["y"], rows, policy="FIRST"), "dmn.unreachable")

    assert "rule 3" in problem.message_en
    assert problem.element == "r3"


def test_a_rule_that_no_value_passes_never_matches():
    made = one_table(
        ["kind", "x"], ["y"], [['"z"', "-", "1"], ["-", "[9..1]", "1"]], input_values=['"a","b"']
    )

    assert [problem.rule for problem in dmn.lint(made)].count("dmn.never") == 2


def test_dates_are_compared():
    rows = [['< date("2026-01-01")', "1"], ['> date("2026-01-01")', "2"]]

    assert "2026-01-01" in only(one_table(["day"], ["y"], rows, types=["date"]), "dmn.gap").message_en


def test_a_cell_of_the_wrong_type_is_an_error():
    made = one_table(["x"], ["y"], [['"ten"', "1"], ["> 5", "2"], ["<= 5", "3"]], types=["number"])

    problem = only(made, "dmn.cell_type")

    assert problem.severity == "error"
    assert '"ten"' in problem.message_ru


def test_an_output_of_the_wrong_type_or_not_listed_is_an_error():
    made = one_table(["x"], ["y"], [["<0", '"a"'], [">=0", "1"]], output_types=["string"])
    listed = one_table(["x"], ["y"], [["<0", '"a"'], [">=0", '"c"']], output_values=['"a","b"'])

    assert "rule 2 gives 1" in only(made, "dmn.output_type").message_en
    assert 'rule 2 gives "c"' in only(listed, "dmn.output_not_allowed").message_en


def test_a_sum_over_texts_is_an_error():
    made = one_table(
        ["x"], ["y"], [["-", '"a"']], policy="COLLECT", aggregation="SUM", output_types=["string"]
    )

    assert only(made, "dmn.aggregate_output").severity == "error"


def test_every_broken_cell_is_named():
    made = one_table(["x"], ["y"], [[">>1", "1"], ["<5", "1 +"], ["?!", "2"]])

    assert rules(made).count("dmn.expression") == 3


def test_using_a_declared_element_without_requiring_it_is_an_error():
    problem = only(model(given("x"), decision("d", literal("x + 1"))), "dmn.not_required")

    assert problem.severity == "error"
    assert "'x'" in problem.message_en


def test_names_from_nowhere_are_shown():
    drawn = model(given("x"), decision("d", literal("x + yy"), requires=["i_x"]))
    plain = model(decision("d", literal("yy")))

    assert only(drawn, "dmn.unknown_name").severity == "warning"
    assert only(plain, "dmn.unknown_name").severity == "info"


def test_names_bound_inside_expressions_and_functions_are_known():
    made = model(
        given("list one").replace("i_list one", "i_list"),
        function("f", ["a"], literal("for i in a return i + 1")),
        decision("d", literal("some x in f(list one) satisfies x > 1"), requires=["i_list"], knows=["k_f"]),
        decision("e", literal("{a: 1, b: a}.b")),
    )

    assert rules(made) == []


def test_entries_of_filtered_items_are_not_taken_for_missing_requirements():
    made = model(
        given("orders"),
        given("price"),
        decision("d", literal("count(orders[price > 5])"), requires=["i_orders"]),
        decision("e", literal("price"), requires=["i_price"]),
    )

    assert rules(made) == []


def test_empty_expressions_are_found():
    assert "dmn.empty_input" in rules(one_table([""], ["y"], [["-", "1"]]))
    assert rules(model(decision("d", literal("")))) == ["dmn.empty_expression"]


def test_an_input_that_nothing_requires_is_noted():
    assert only(model(given("x"), decision("d", literal("1"))), "dmn.unused").severity == "info"


def test_decisions_without_logic_empty_tables_and_shared_names_are_noted():
    made = model(
        decision("a", ""),
        decision("b", table(["x"], ["y"], [])),
        decision("a", literal("1")).replace("d_a", "d_2"),
    )

    found = {problem.rule for problem in dmn.lint(made)}

    assert {"dmn.no_expression", "dmn.no_rules", "dmn.same_name"} <= found


def test_cells_over_other_variables_are_left_out_of_the_reckoning():
    made = one_table(["x"], ["y"], [["< limit", "1"], [">= limit", "2"]])

    assert rules(made) == []


def test_a_large_table_is_checked_in_bounded_time():
    rows = [[f"[{i}..{i + 1})", f'"{i % 7}"', "-", str(i)] for i in range(400)]

    assert "dmn.gap" in rules(one_table(["x", "k", "z"], ["y"], rows))


def test_a_table_that_is_not_checked_as_a_whole_says_so():
    long = [[f"[{i}..{i + 1})", str(i)] for i in range(1001)]
    twenty = ["".join(str(i)) for i in range(20)]
    wide = [["-"] * i + ['"a"', *["-"] * (19 - i), '"a"', "1"] for i in range(20)]
    wide += [[*['not("a")', "-"] * 10, '"b"', "1"], [*["-", 'not("a")'] * 10, '"b"', "1"]]

    for made in (
        one_table(["x"], ["y"], long),
        one_table([f"c{name}" for name in (*twenty, "last")], ["y"], wide, policy="FIRST"),
    ):
        found = only(made, "dmn.partly_checked")
        assert found.severity == "info"
        assert "таблица слишком велика" in found.message_ru
        assert "too large to be checked as a whole" in found.message_en


def test_a_table_that_is_checked_as_a_whole_says_nothing():
    made = one_table(["x"], ["y"], [["<10", "1"], [">=10", "2"]])

    assert "dmn.partly_checked" not in {problem.rule for problem in dmn.lint(made)}


CELLS = st.sampled_from(["-", "<3", "<=3", ">3", ">=3", "3", "[1..5]", "(1..5)", "not(3)", "1,5", "]1..3]"])


@settings(max_examples=120, deadline=None)
@hypothetically(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=4))
def test_the_findings_about_overlaps_agree_with_running_the_table(cells):
    made = one_table(["a", "b"], ["y"], [[left, right, str(i)] for i, (left, right) in enumerate(cells)])
    found = set(rules(made))

    overlaps = gaps = 0
    for a in range(-1, 8):
        for b in range(-1, 8):
            try:
                gaps += made.evaluate("d", {"a": a, "b": b}).value is None
            except DmnError as error:
                overlaps += error.code == "dmn.unique"

    if overlaps:
        assert "dmn.overlap" in found
    if gaps:
        assert "dmn.gap" in found
    if "dmn.gap" not in found:
        assert gaps == 0


@settings(max_examples=80, deadline=None)
@hypothetically(st.lists(st.tuples(CELLS, CELLS), min_size=2, max_size=5))
def test_rules_called_unreachable_are_those_that_never_fire(cells):
    rows = [[left, right, str(index)] for index, (left, right) in enumerate(cells, start=1)]
    made = one_table(["a", "b"], ["y"], rows, policy="FIRST")
    dead = {int(p.element[1:]) for p in dmn.lint(made) if p.rule in ("dmn.unreachable", "dmn.never")}

    tried = [Decimal(number) / 2 for number in range(-2, 16)]
    fired = {made.evaluate("d", {"a": a, "b": b}).value for a in tried for b in tried}

    assert dead == set(range(1, len(cells) + 1)) - fired
