"""The command line: exit codes, both languages, never a traceback for bad input."""

import json
import zipfile

import pytest
from click.testing import CliRunner

from tests.web.kit import order_diagram, order_files
from web.cli import main


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Run `marshrut` with the arguments; returns the result, which never holds a traceback."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MARSHRUT_LANGUAGE", "en")
    monkeypatch.delenv("MARSHRUT_CONFIG", raising=False)

    def run(*arguments: str, stdin: str | None = None):
        result = CliRunner().invoke(
            main, [str(part) for part in arguments], input=stdin, catch_exceptions=False
        )
        assert "Traceback" not in result.output
        return result

    return run


@pytest.fixture
def folder(tmp_path):
    """A folder with the process `order`."""
    root = tmp_path / "order"
    for path, content in order_files().items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return root


def test_lint_of_a_good_folder_ends_with_zero(run, folder):
    result = run("lint", folder)

    assert (result.exit_code, result.output.strip()) == (0, "Nothing to complain about.")


def test_lint_names_file_element_and_rule_and_ends_with_one(run, folder):
    (folder / "order.bpmn").write_bytes(order_diagram(handler="no.such"))

    result = run("lint", folder, "--json")

    assert result.exit_code == 1
    (problem,) = json.loads(result.output)["problems"]
    assert problem["file"].endswith("order.bpmn")
    assert problem["element"] == "work"
    assert problem["severity"] == "error"
    assert set(problem) >= {"file", "element", "rule", "severity", "message"}


def test_lint_of_one_diagram_knows_the_forms_beside_it(run, folder):
    assert run("lint", folder / "order.bpmn").exit_code == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"hello", "not well-formed XML"),
        (b"", "not well-formed XML"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "DOCTYPE"),
        (b"\xff\xfe\x00", "XML"),
        (b"PK\x03\x04 damaged", "damaged"),
    ],
)
def test_lint_of_what_cannot_be_read_ends_with_two(run, tmp_path, content, words):
    path = tmp_path / "bad.bpmn"
    path.write_bytes(content)

    result = run("lint", path)

    assert result.exit_code == 2
    assert words in result.output
    assert "bad.bpmn" in result.output


def test_lint_of_an_absent_file_says_so_and_goes_on(run, tmp_path, folder):
    result = run("lint", tmp_path / "absent.bpmn", folder, "--json")

    assert result.exit_code == 2
    assert json.loads(result.output)["problems"][0]["file"].endswith("absent.bpmn")


def test_lint_of_a_file_of_fifty_megabytes_is_refused_in_words(run, tmp_path):
    path = tmp_path / "big.bpmn"
    with path.open("wb") as file:
        file.truncate(50_000_001)

    result = run("lint", path)

    assert result.exit_code == 2
    assert "50 MB" in result.output


def test_lint_speaks_russian(run, tmp_path, monkeypatch):
    monkeypatch.setenv("MARSHRUT_LANGUAGE", "ru")
    (tmp_path / "bad.bpmn").write_bytes(b"hello")

    result = run("lint", tmp_path / "bad.bpmn")

    assert "Файл не является правильным XML" in result.output
    assert "ошибка" in result.output


def test_deploy_stores_activates_and_recognises_the_same_files(run, folder, tmp_path):
    first = run("deploy", folder, "--activate", "--data", tmp_path / "data", "--json")
    again = run("deploy", folder, "--data", tmp_path / "data")

    assert first.exit_code == again.exit_code == 0
    (definition,) = json.loads(first.output)["definitions"]
    assert (definition["key"], definition["version"], definition["state"]) == ("order", 1, "active")
    assert "deployed before" in again.output


def test_deploy_takes_an_archive(run, folder, tmp_path):
    target = tmp_path / "order.zip"
    with zipfile.ZipFile(target, "w") as archive:
        for path, content in order_files().items():
            archive.writestr(f"order/{path}", content)

    result = run("deploy", target, "--data", tmp_path / "data")

    assert result.exit_code == 0
    assert "version 1: stored, not in force" in result.output


def test_deploy_of_what_cannot_run_stores_nothing_and_ends_with_one(run, folder, tmp_path):
    (folder / "order.bpmn").write_bytes(order_diagram(handler="no.such"))

    result = run("deploy", folder, "--data", tmp_path / "data")

    assert result.exit_code == 1
    assert "Refused: nothing was stored." in result.output
    assert "[work]" in result.output


def test_people_are_added_listed_and_given_passwords(run, tmp_path):
    data = ("--data", tmp_path / "data")

    added = run(
        "user",
        "add",
        "Ann@Example.com",
        "--name",
        "Ann",
        "--role",
        "administrator",
        "--password-stdin",
        *data,
        stdin="a long password\n",
    )
    twice = run(
        "user",
        "add",
        "ann@example.com",
        "--name",
        "Ann",
        "--password-stdin",
        *data,
        stdin="a long password\n",
    )
    changed = run(
        "user", "password", "ann@example.com", "--password-stdin", *data, stdin="another password\n"
    )
    listed = run("user", "list", *data)

    assert added.exit_code == changed.exit_code == listed.exit_code == 0
    assert twice.exit_code == 1
    assert "already a person" in twice.output
    assert "ann@example.com\tAnn\tadministrator" in listed.output


@pytest.mark.parametrize(
    ("arguments", "stdin", "words"),
    [
        (("add", "nobody", "--name", "N"), "a long password\n", "not an e-mail address"),
        (("add", "a@example.com", "--name", "N"), "short\n", "at least 8"),
        (("add", "a@example.com", "--name", "N", "--group", "none"), "a long password\n", "no group none"),
        (("password", "a@example.com"), "a long password\n", "no person"),
    ],
)
def test_a_person_that_cannot_be_kept_is_refused_in_words(run, tmp_path, arguments, stdin, words):
    result = run("user", *arguments, "--password-stdin", "--data", tmp_path / "data", stdin=stdin)

    assert result.exit_code == 1
    assert words in result.output


def test_the_schema_is_checked_and_upgraded(run, tmp_path):
    data = ("--data", tmp_path / "data")

    before, upgraded, after = (
        run("db", "check", *data),
        run("db", "upgrade", *data),
        run("db", "check", *data),
    )

    assert (before.exit_code, upgraded.exit_code, after.exit_code) == (1, 0, 0)
    assert "marshrut db upgrade" in before.output
    assert "up to date" in after.output


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("languag: ru", "did you mean language?"),
        ("server: {port: high}", "server.port"),
        ("[1", "cannot be read"),
        ("language: de", "must be one of"),
    ],
)
def test_a_wrong_setting_is_one_line_and_two(run, tmp_path, text, words):
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")

    result = run("db", "check")

    assert result.exit_code == 2
    assert words in result.output


def test_a_database_that_cannot_be_opened_is_one_line(run, tmp_path, monkeypatch):
    monkeypatch.setenv("MARSHRUT_DATABASE_URL", f"sqlite:///{tmp_path}")

    result = run("user", "list", "--data", tmp_path / "data")

    assert result.exit_code == 1
    assert result.output.startswith("The database refused")


def test_a_decision_is_evaluated_from_files(run, tmp_path):
    (tmp_path / "d.dmn").write_text(
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="x">'
        '<inputData id="i" name="amount"><variable name="amount" typeRef="number"/></inputData>'
        '<decision id="double" name="Double"><variable name="Double"/><informationRequirement id="r">'
        '<requiredInput href="#i"/></informationRequirement><literalExpression id="l"><text>amount * 2</text>'
        "</literalExpression></decision></definitions>",
        encoding="utf-8",
    )

    good = run(
        "dmn",
        "evaluate",
        tmp_path / "d.dmn",
        "--decision",
        "double",
        "--input",
        "-",
        "--json",
        stdin='{"amount": 21}',
    )
    absent = run("dmn", "evaluate", tmp_path / "d.dmn", "--decision", "none", "--input", "-", stdin="{}")
    broken = run("dmn", "evaluate", tmp_path / "no.dmn", "--decision", "double", "--input", "-", stdin="{}")

    assert json.loads(good.output)["result"] == 42
    assert (good.exit_code, absent.exit_code, broken.exit_code) == (0, 1, 2)
