"""The scenarios that lie beside the sale: examples that analysts read and that always pass."""

from pathlib import Path

from bpmn.engine import ProcessEngine
from bpmn.scenarios import Runner

SCENARIOS = Path(__file__).parents[2] / "processes" / "equipment_sale" / "scenarios"


def test_every_scenario_of_the_sale_passes():
    with Runner(ProcessEngine) as runner:
        report = runner.run_paths([SCENARIOS])

    failures = [
        (result.name, step.index, step.message("en"))
        for result in report.scenarios
        for step in result.steps
        if not step.passed
    ]
    assert failures == []
    assert len(report.scenarios) == 5
