"""Executable examples of a process, played on the real engine with a virtual clock."""

from bpmn.scenarios.model import Scenario, ScenarioUnreadable, Step
from bpmn.scenarios.reading import read_scenario
from bpmn.scenarios.results import Report, ScenarioResult, StepResult, coverage
from bpmn.scenarios.running import Runner, bundle_problems
from bpmn.scenarios.sources import is_scenario, scenario_paths

__all__ = [
    "Report",
    "Runner",
    "Scenario",
    "ScenarioResult",
    "ScenarioUnreadable",
    "Step",
    "StepResult",
    "bundle_problems",
    "coverage",
    "is_scenario",
    "read_scenario",
    "scenario_paths",
]
