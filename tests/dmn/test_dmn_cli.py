"""``marshrut dmn evaluate``: results, exit codes and messages."""

import io
import json

import pytest

from bpmn.dmn import evaluate_cli
from tests.dmn.build import decision, definitions, given, literal, table

MODEL = definitions(
    given("amount", "number")
    + given("since", "date")
    + decision(
        "risk",
        table(["amount"], ["level"], [["<10", '"low"'], [">=10", '"high"', "большая"]]),
        requires=["i_amount"],
    )
    + decision("due", literal('since + duration("P1M")'), requires=["i_since"])
    + decision("twice", table(["amount"], ["y"], [["-", "1"], ["-", "2"]]), requires=["i_amount"])
)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "model.dmn"
    path.write_bytes(MODEL)
    return str(path)


def run(file, decision, text, **options):
    return evaluate_cli.run(file=file, decision=decision, input="-", stdin=io.StringIO(text), **options)


def test_the_result_and_its_rules_are_printed_as_json(file):
    code, text = run(file, "risk", '{"amount": 15}', as_json=True)

    assert code == 0
    assert json.loads(text) == {
        "decision": "risk",
        "result": "high",
        "matched_rules": [
            {"table": "table", "rule_index": 2, "rule_id": "r2", "annotations": {"note": "большая"}}
        ],
        "reasons": [],
    }


@pytest.mark.parametrize("given_date", ["2026-01-31", '@\\"2026-01-31\\"'])
def test_dates_are_read_tagged_or_by_the_type_of_the_input_and_written_tagged(file, given_date):
    code, text = run(file, "d_due", f'{{"since": "{given_date}"}}', as_json=True)

    assert code == 0
    assert json.loads(text)["result"] == '@"2026-02-28"'


@pytest.mark.parametrize(
    ("language", "words"), [("en", ["Result:", "rule 2"]), ("ru", ["Результат:", "правило 2"])]
)
def test_people_read_text_in_their_language(file, language, words):
    code, text = run(file, "risk", '{"amount": 15}', language=language)

    assert code == 0
    assert all(word in text for word in words)


def test_input_is_read_from_a_file(file, tmp_path):
    (tmp_path / "input.json").write_text('{"amount": 1}', encoding="utf-8")

    code, text = evaluate_cli.run(
        file=file, decision="risk", input=str(tmp_path / "input.json"), stdin=io.StringIO(""), as_json=True
    )

    assert (code, json.loads(text)["result"]) == (0, "low")


@pytest.mark.parametrize(
    ("name", "text", "code", "error"),
    [
        ("risk", "{", 2, "dmn.input_file"),
        ("risk", "[1]", 2, "dmn.input_file"),
        ("risk", "[" * 100_000, 2, "dmn.input_file"),
        ("due", '{"since": "soon"}', 2, "dmn.input_type"),
        ("none", "{}", 1, "dmn.not_found"),
        ("twice", '{"amount": 1}', 1, "dmn.unique"),
    ],
)
def test_failures_have_an_exit_code_and_a_message(file, name, text, code, error):
    found, printed = run(file, name, text, as_json=True)

    assert found == code
    assert json.loads(printed)["error"]["code"] == error
    assert "\n" not in run(file, name, text, language="ru")[1]


def test_a_file_that_is_missing_or_not_dmn_has_exit_code_two(file, tmp_path):
    (tmp_path / "bad.dmn").write_text("<oops/>")

    assert run(str(tmp_path / "none.dmn"), "risk", "{}")[0] == 2
    assert run(str(tmp_path / "bad.dmn"), "risk", "{}")[0] == 2
    assert run(file, "risk", '{"amount": 1}')[0] == 0
