"""An outcome explains itself, and maps into variables as a business rule task asks."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bpmn import feel
from bpmn.dmn import DmnError, describe
from bpmn.dmn.json_values import from_json, to_json
from tests.dmn.build import decision, given, literal, model, one_table, table

ROWS = [["<10", '"low"', "1", "small fry"], [">=10", '"high"', "2", "крупная сделка"]]


def test_an_outcome_names_the_rules_inputs_and_values():
    made = model(
        given("amount", "number"),
        decision("risk", table(["amount"], ["level", "rate"], ROWS), requires=["i_amount"]),
        decision("text", literal('"risk is " + risk.level'), requires=["d_risk"]),
    )

    outcome = made.evaluate("text", {"amount": 50, "other": 1})

    assert outcome.decision == "text"
    assert outcome.value == "risk is high"
    assert outcome.inputs == {"amount": 50}
    assert outcome.matched_rules == [
        {"table": "table", "rule_index": 2, "rule_id": "r2", "annotations": {"note": "крупная сделка"}}
    ]
    kinds = [(entry["kind"], entry["name"]) for entry in outcome.trace]
    assert kinds == [("table", "risk"), ("decision", "risk"), ("decision", "text")]
    assert outcome.trace[0]["inputs"] == [{"label": "amount", "value": 50}]
    assert outcome.trace[0]["fired"] == [2]


def test_an_explanation_is_json():
    made = model(
        decision("d", table(["day"], ["until", "share"], [["-", 'day + duration("P2D")', "0.1"]])),
    )

    explained = made.evaluate("d", {"day": date(2026, 1, 1)}).as_json()

    assert json.loads(json.dumps(explained)) == explained
    assert explained["value"] == {"until": '@"2026-01-03"', "share": 0.1}


def test_the_rule_that_priority_rejected_is_in_the_trace_only():
    rows = [["-", '"b"'], ["-", '"a"']]
    outcome = one_table(["x"], ["y"], rows, policy="PRIORITY", output_values=['"a","b"']).evaluate(
        "d", {"x": 1}
    )

    assert [rule["rule_index"] for rule in outcome.matched_rules] == [2]
    assert outcome.trace[0]["matched"] == [1, 2]


def test_reasons_of_nulls_are_told_once_in_both_languages():
    outcome = model(decision("d", literal('[1 + "a", 1 + "a"]'))).evaluate("d", {})

    assert outcome.value == [None, None]
    assert len(outcome.reasons) == 1
    assert outcome.reasons[0].message("ru") != outcome.reasons[0].message("en")


ONE = one_table(["x"], ["level"], [["<10", '"low"'], [">5", '"high"']], policy="RULE ORDER")
TWO = one_table(["x"], ["level", "rate"], [["<10", '"low"', "1"], [">5", '"high"', "2"]], policy="COLLECT")


@pytest.mark.parametrize(
    ("made", "x", "mode", "expected"),
    [
        (ONE, 1, "singleEntry", "low"),
        (ONE, 1, "singleResult", {"level": "low"}),
        (ONE, 7, "collectEntries", ["low", "high"]),
        (ONE, 7, "resultList", [{"level": "low"}, {"level": "high"}]),
        (TWO, 1, "singleResult", {"level": "low", "rate": 1}),
        (TWO, 7, "resultList", [{"level": "low", "rate": 1}, {"level": "high", "rate": 2}]),
    ],
)
def test_a_result_is_mapped(made, x, mode, expected):
    assert made.evaluate("d", {"x": x}).mapped(mode) == expected


@pytest.mark.parametrize(
    ("made", "x", "mode"),
    [(ONE, 7, "singleEntry"), (ONE, 7, "singleResult"), (TWO, 1, "singleEntry"), (TWO, 1, "collectEntries")],
)
def test_a_result_that_a_mapping_cannot_hold_is_an_error(made, x, mode):
    with pytest.raises(DmnError) as caught:
        made.evaluate("d", {"x": x}).mapped(mode)

    assert caught.value.code == "dmn.mapping"
    assert mode in caught.value.message("ru")


def test_no_matching_rule_maps_to_none_or_an_empty_list():
    outcome = one_table(["x"], ["y"], [["<1", "1"]]).evaluate("d", {"x": 5})

    assert outcome.mapped("singleEntry") is None
    assert outcome.mapped("singleResult") is None
    assert outcome.mapped("collectEntries") == []
    assert outcome.mapped("resultList") == []


def test_literal_expressions_and_aggregates_are_mapped():
    counted = one_table(["x"], ["n"], [["-", "1"], ["-", "2"]], policy="COLLECT", aggregation="SUM")

    assert model(decision("d", literal("1 + 1"))).evaluate("d", {}).mapped("singleEntry") == 2
    assert model(decision("d", literal("[1, 2]"))).evaluate("d", {}).mapped("collectEntries") == [1, 2]
    assert counted.evaluate("d", {"x": 1}).mapped("singleResult") == {"n": 3}


def test_an_unknown_mapping_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="tableOfContents"):
        ONE.evaluate("d", {"x": 1}).mapped("tableOfContents")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("0.1"), 0.1),
        (Decimal("12345678901234567890.123"), "12345678901234567890.123"),
        (2**60, 2**60),
        (timedelta(hours=5), '@"PT5H"'),
        (feel.YearsMonths(14), '@"P1Y2M"'),
        ({"a": [date(2026, 1, 2), None]}, {"a": ['@"2026-01-02"', None]}),
    ],
)
def test_values_are_written_as_json_and_read_back(value, expected):
    assert to_json(value) == expected
    if not isinstance(expected, str) or expected.startswith("@"):
        assert from_json(json.loads(json.dumps(expected), parse_float=Decimal)) == value


SALE = one_table(
    ["сумма", "kind", "day"],
    ["кто"],
    [
        ["> 500000", '"new"', "-", '"директор"', "крупная сделка"],
        ["<= 500000", '"new","old"', '? > @"2026-01-01"', '"менеджер"'],
        ["-", 'not("new")', "-", '"никто"'],
    ],
    policy="FIRST",
)


@pytest.mark.parametrize(
    ("variables", "russian", "english"),
    [
        (
            {"сумма": 600_000, "kind": "new"},
            'd: сработало правило 1: сумма > 500000 и kind = "new" → кто = "директор" (крупная сделка)',
            'd: rule 1 fired: сумма > 500000 and kind = "new" → кто = "директор" (крупная сделка)',
        ),
        (
            {"сумма": 5, "kind": "new", "day": date(2026, 2, 1)},
            'd: сработало правило 2: сумма <= 500000 и kind: одно из "new","old" и day > @"2026-01-01" '
            '→ кто = "менеджер"',
            'd: rule 2 fired: сумма <= 500000 and kind: one of "new","old" and day > @"2026-01-01" '
            '→ кто = "менеджер"',
        ),
        (
            {"сумма": 5, "kind": "rare"},
            'd: сработало правило 3: kind не "new" → кто = "никто"',
            'd: rule 3 fired: kind not "new" → кто = "никто"',
        ),
        ({}, "d: ни одно правило не сработало", "d: no rule matched"),
    ],
)
def test_a_stored_explanation_is_told_in_words_of_both_languages(variables, russian, english):
    stored = json.loads(json.dumps(SALE.evaluate("d", {"сумма": None, "kind": None, **variables}).as_json()))

    if not variables:
        stored = one_table(["x"], ["y"], [["<1", "1"]]).evaluate("d", {"x": 5}).as_json()
    assert describe(stored, "ru") == [russian]
    assert describe(stored, "en") == [english]


def test_defaults_and_sums_are_told_too():
    default = one_table(["x"], ["y"], [["<1", "1"]], defaults=['"none"']).evaluate("d", {"x": 5})
    total = one_table(["x"], ["y"], [["-", "1.5"], ["-", "2"]], policy="COLLECT", aggregation="SUM")

    assert describe(default.as_json(), "ru") == [
        'd: ни одно правило не сработало, взято значение по умолчанию: "none"'
    ]
    assert describe(total.evaluate("d", {"x": 5}).as_json(), "en") == [
        "d: rule 1 fired: always → y = 1.5",
        "d: rule 2 fired: always → y = 2",
        "d: gathered from 2 rules: 3.5",
    ]
