"""pytest itself collects scenarios."""

import os
import subprocess
import sys

from tests.paths import ROOT
from tests.scenarios.kit import END, START, chain, diagram


def test_pytest_runs_scenarios_and_reports_the_step_that_failed(tmp_path):
    (tmp_path / "demo.bpmn").write_bytes(diagram(START + END + chain("start", "end")))
    steps = "steps:\n  - start:\n  - expect: {state: %s}\n"
    (tmp_path / "good.scenario.yaml").write_text("name: Good\n" + steps % "completed")
    (tmp_path / "bad.scenario.yaml").write_text("name: Bad\n" + steps % "active")

    options = ["-q", "-p", "no:marshrut", "-p", "bpmn.pytest_plugin", "-p", "no:cacheprovider"]
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "--rootdir", str(tmp_path), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip

    assert ended.returncode == 1
    assert "1 failed, 1 passed" in ended.stdout
    assert "bad.scenario.yaml:4: step 2, expect: not as expected: state" in ended.stdout
