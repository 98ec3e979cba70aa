"""pytest collects `*.scenario.yaml` beside diagrams: each scenario is a test, a failing step is its report.

Installed with the product (entry point `pytest11`); `-p no:marshrut` leaves it out.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bpmn.engine import ProcessEngine
from bpmn.scenarios.results import ScenarioResult
from bpmn.scenarios.running import Runner
from bpmn.scenarios.sources import is_scenario

_RUNNER = pytest.StashKey[Runner]()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "ScenarioFile | None":
    """Collect a scenario file."""
    return ScenarioFile.from_parent(parent, path=file_path) if is_scenario(file_path.name) else None


def pytest_unconfigure(config: pytest.Config) -> None:
    """Give back what the scenarios ran on."""
    if _RUNNER in config.stash:
        config.stash[_RUNNER].close()
        del config.stash[_RUNNER]


class ScenarioFile(pytest.File):
    """A file with one scenario."""

    def collect(self) -> Iterator["ScenarioItem"]:
        yield ScenarioItem.from_parent(self, name="scenario")


class ScenarioFailed(Exception):
    """A step is not as the scenario has it."""

    def __init__(self, result: ScenarioResult) -> None:
        super().__init__(result.name)
        self.result = result


class ScenarioItem(pytest.Item):
    """One scenario as a test."""

    def runtest(self) -> None:
        stash = self.config.stash
        if _RUNNER not in stash:
            stash[_RUNNER] = Runner(ProcessEngine)
        result = stash[_RUNNER].run_file(self.path)
        if not result.passed:
            raise ScenarioFailed(result)

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        if not isinstance(excinfo.value, ScenarioFailed):
            return super().repr_failure(excinfo, style)
        result = excinfo.value.result
        lines = [result.name]
        for step in result.steps:
            if step.passed:
                continue
            lines.append(
                f"{result.file}:{step.line or 1}: step {step.index + 1}, {step.kind}: {step.message('en')}"
            )
            if step.kind == "expect":
                lines += [f"    expected {step.expected}", f"    found    {step.actual}"]
        return "\n".join(lines)  # fmt: skip

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, 0, f"scenario {self.path.name}"
