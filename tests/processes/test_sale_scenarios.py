"""Every scenario of the shipped processes passes, and together they come to every element."""

import pytest

from bpmn.engine import ProcessEngine
from bpmn.scenarios import Runner, coverage, scenario_paths
from tests.paths import ROOT

PROCESSES = ROOT / "processes"
PATHS = scenario_paths(PROCESSES)
FOLDERS = sorted(path.parent for path in PROCESSES.glob("*/*.bpmn"))


@pytest.fixture(scope="module")
def runner():
    with Runner(ProcessEngine) as runner:
        yield runner


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name.removesuffix(".scenario.yaml"))
def test_a_scenario_of_a_shipped_process_passes(runner, path):
    result = runner.run_file(path)

    assert [(step.index, step.message("en"), step.actual) for step in result.steps if not step.passed] == []


@pytest.mark.parametrize("folder", sorted(set(FOLDERS)), ids=lambda folder: folder.name)
def test_the_scenarios_of_a_process_come_to_every_element(runner, folder):
    results = [runner.run_file(path) for path in scenario_paths(folder)]

    assert [element for element, visits in coverage(results).items() if visits == 0] == []
