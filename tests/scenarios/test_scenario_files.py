"""Which files are scenarios, what they may say, and what a run reports."""

import json

import pytest
from click.testing import CliRunner

from bpmn.actors import Actor
from bpmn.errors import DeploymentRefused
from bpmn.scenarios import ScenarioUnreadable, read_scenario, scenario_paths
from tests.scenarios.kit import chain, diagram
from web.cli import main

SIMPLE = diagram(
    '<bpmn:startEvent id="start"/><bpmn:userTask id="work"/><bpmn:endEvent id="end"/>'
    + chain("start", "work", "end")
)
GOOD = "name: Good\nsteps:\n  - start:\n  - complete: {task: work}\n  - expect: {state: completed}\n"
BAD = "name: Bad\nsteps:\n  - start:\n  - expect: {state: completed}\n"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("steps:\n  - start:\n  - expect: {task: [a]}\n", 3, "did you mean tasks?"),
        ("steps:\n  - start:\n  - begin: {}\n", 3, "no such key"),
        ("steps:\n  - start:\n    expect: {}\n", 2, "a step is one of"),
        ("name: x\n", None, "no steps"),
        ("steps: 5\n", 1, "a list of steps"),
        ("steps: [1\n", 2, "no YAML"),
        ("steps:\n  - advance: two days\n", 2, "ISO 8601 duration"),
        ("steps:\n  - advance: -PT1H\n", 2, "ISO 8601 duration"),
        ("now: tomorrow\nsteps:\n  - start:\n", 1, "a date and time"),
        ("steps:\n  - start: {message: a, signal: b}\n", 2, "not together"),
        ("steps:\n  - job: {result: {}}\n", 2, "element is missing"),
        ("steps:\n  - complete: {as: me}\n", 2, "task or any"),
        ("steps:\n  - adhoc: {}\n", 2, "exactly one of"),
        ("steps:\n  - expect: {state: done}\n", 2, "one of active"),
        ("steps:\n  - expect: {visited: {a: -1}}\n", 2, "whole number"),
        ("steps:\n  - start:\n  - start:\nsteps:\n  - start:\n", 4, "there twice"),
        ("jobs: sometimes\nsteps:\n  - start:\n", 1, "one of auto, manual"),
        ('{"steps": [}', 1, "no JSON"),
        ("steps:\n  - start: {variables: {a: !!python/object:os.system x}}\n", 2, "no YAML|no place"),
    ],
)
def test_what_is_no_scenario_is_refused_with_its_line(text, line, says):
    with pytest.raises(ScenarioUnreadable) as refused:
        read_scenario("a.scenario.yaml", text.encode())

    assert any(part in refused.value.message("en") for part in says.split("|")), refused.value.message("en")
    if line is not None and "no YAML" not in refused.value.message("en"):
        assert refused.value.message("ru").startswith(f"a.scenario.yaml:{line}: ")


def test_an_anchor_bomb_is_refused_at_once():
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join(f'*a{n - 1}' for _ in range(10))}]" for n in range(1, 12)]
    text = "name: x\nsteps:\n  - start: {variables: {" + ", ".join(lines) + "}}\n"

    with pytest.raises(ScenarioUnreadable, match="too large"):
        read_scenario("bomb.scenario.yaml", text.encode())


def test_a_json_file_is_a_scenario_too(kit):
    kit.process(kit.START + kit.END + kit.chain("start", "end"))
    path = kit.folder / "a.scenario.json"
    path.write_text(json.dumps({"name": "J", "steps": [{"start": {}}, {"expect": {"state": "completed"}}]}))

    assert kit.runner.run_file(path).passed


def test_a_folder_gives_its_scenarios_in_order(tmp_path):
    for name in ("b.scenario.yaml", "sub/a.scenario.yml", ".hidden/c.scenario.yaml", "notes.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(GOOD)

    found = [path.relative_to(tmp_path).as_posix() for path in scenario_paths(tmp_path)]

    assert found == ["b.scenario.yaml", "sub/a.scenario.yml"]


def test_named_files_are_deployed_instead_of_the_whole_folder(kit):
    (kit.folder / "demo.bpmn").write_bytes(SIMPLE)
    (kit.folder / "broken.bpmn").write_bytes(b"<nonsense")

    kit.passes("start:\nexpect: {tasks: 1}", "files: [demo.bpmn]")
    assert "broken.bpmn" in kit.fails("start:").message("en")
    missing = kit.run("start:", "files: [absent.bpmn]")
    assert missing.unreadable
    assert "absent.bpmn" in missing.failure.message("ru")


def test_a_diagram_that_cannot_be_deployed_fails_with_what_lint_says(kit):
    kit.process('<bpmn:startEvent id="start"/><bpmn:userTask id="work"/><bpmn:endEvent id="end"/>')

    failed = kit.fails("start:")

    assert (failed.index, failed.kind) == (0, "deploy")
    assert {problem["file"] for problem in failed.actual} == {"demo.bpmn"}
    assert {"file", "element", "rule", "severity", "message"} == set(failed.actual[0])


def test_forms_of_the_folder_are_filled_by_the_same_rules(kit):
    kit.process(
        '<bpmn:startEvent id="start"/><bpmn:userTask id="work" camunda:formKey="f"/><bpmn:endEvent id="end"/>'
        + chain("start", "work", "end")
    )
    kit.passes("start:\ncomplete: {task: work, variables: {free: 1}}\nexpect: {variables: {free: 1}}")
    (kit.folder / "forms").mkdir()
    field = {"type": "textfield", "key": "name", "label": "Name", "id": "n", "validate": {"required": True}}
    form = {"type": "default", "schemaVersion": 18, "id": "f", "components": [field]}
    (kit.folder / "forms" / "f.form").write_text(json.dumps(form))

    assert "name" in kit.fails("start:\ncomplete: {task: work, variables: {}}").message("en")
    kit.passes("start:\ncomplete: {task: work, variables: {name: Ann}}\nexpect: {variables: {name: Ann}}")


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.setenv("MARSHRUT_LANGUAGE", "en")

    def run(*arguments):
        return CliRunner().invoke(
            main, ["scenario", "run", *map(str, arguments)], catch_exceptions=False
        )  # fmt: skip

    (tmp_path / "demo.bpmn").write_bytes(SIMPLE)
    (tmp_path / "good.scenario.yaml").write_text(GOOD)
    return run


def test_the_report_is_one_document_and_the_exit_code_says_how_it_went(run, tmp_path):
    result = run(tmp_path, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "scenarios": [
            {
                "file": str(tmp_path / "good.scenario.yaml"),
                "name": "Good",
                "passed": True,
                "steps": [
                    {"index": 0, "kind": "start", "passed": True, "expected": None, "actual": None, "message": ""},
                    {"index": 1, "kind": "complete", "passed": True, "expected": None, "actual": None, "message": ""},
                    {
                        "index": 2,
                        "kind": "expect",
                        "passed": True,
                        "expected": {"state": "completed"},
                        "actual": {"state": "completed"},
                        "message": "",
                    },
                ],
                "coverage": {"elements": {"start": 1, "work": 1, "end": 1}},
            }
        ],
        "passed": 1,
        "failed": 0,
    }  # fmt: skip

    (tmp_path / "bad.scenario.yaml").write_text(BAD)
    result = run(tmp_path, "--json")
    assert (result.exit_code, json.loads(result.stdout)["failed"]) == (1, 1)

    (tmp_path / "no.scenario.yaml").write_text("steps: nonsense")
    result = run(tmp_path, "--json")
    assert (result.exit_code, json.loads(result.stdout)["failed"]) == (2, 2)
    assert run(tmp_path / "absent.scenario.yaml").exit_code == 2


def test_people_read_which_step_failed_and_where(run, tmp_path, monkeypatch):
    (tmp_path / "bad.scenario.yaml").write_text(BAD)

    english = run(tmp_path).stdout
    monkeypatch.setenv("MARSHRUT_LANGUAGE", "ru")
    russian = run(tmp_path).stdout

    assert "bad.scenario.yaml:4: step 2, expect: not as expected: state" in english
    assert 'state: expected "completed", found "active"' in english
    assert "шаг 2, expect: не так, как ожидалось: state" in russian
    assert "Сценариев прошло: 1, не прошло: 1." in russian


REQUIRED = diagram(
    '<bpmn:startEvent id="start"/><bpmn:userTask id="work"/><bpmn:endEvent id="end"/>'
    + chain("start", "work", "end"),
    properties='<camunda:property name="scenarios" value="required"/>',
)


def test_a_process_may_require_its_scenarios_to_pass_before_it_comes_into_force(engine):
    deploy, by = engine.deployments.deploy, Actor.system()
    bad = {"demo.bpmn": REQUIRED, "scenarios/bad.scenario.yaml": BAD.encode()}
    with pytest.raises(DeploymentRefused) as refused:
        deploy(bad, by=by, activate=True)
    (problem,) = refused.value.problems
    assert (problem.file, problem.rule, problem.line) == ("scenarios/bad.scenario.yaml", "scenario.failed", 4)

    stored = deploy(bad, by=by).definitions[0]
    with pytest.raises(DeploymentRefused):
        engine.deployments.activate(definition_id=stored.id, by=by)
    with pytest.raises(DeploymentRefused) as none:
        deploy({"demo.bpmn": REQUIRED}, by=by, activate=True)
    assert none.value.problems[0].rule == "scenario.none"

    good = deploy({**bad, "scenarios/bad.scenario.yaml": GOOD.encode()}, by=by, activate=True)
    assert [definition.state for definition in good.definitions] == ["active"]
