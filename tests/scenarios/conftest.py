"""Scenarios on small diagrams."""

import pytest

from bpmn.engine import ProcessEngine
from bpmn.scenarios import Runner
from tests.scenarios.kit import Kit


@pytest.fixture(scope="module")
def runner():
    with Runner(ProcessEngine) as runner:
        yield runner


@pytest.fixture
def kit(tmp_path, runner):
    return Kit(tmp_path, runner)
