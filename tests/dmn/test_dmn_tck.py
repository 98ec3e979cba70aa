"""The official compatibility kit: every result node of every model in the kit's folder.

The kit is not part of the project; without its folder these tests are skipped.
"""

from pathlib import Path

import pytest

from tests.dmn import tck
from tests.paths import CONFORMANCE

KIT = CONFORMANCE / "dmn-tck"

#: What does not pass on purpose: file -> case -> reason.
KNOWN: dict[str, dict[str, str]] = {}

FILES = sorted(KIT.glob("compliance-level-*/*/*-test-*.xml"))

pytestmark = pytest.mark.skipif(not FILES, reason="the folder conformance/dmn-tck is absent")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_result_node_of_the_kit_is_as_expected(path: Path):
    known = KNOWN.get(path.name, {})

    failed = {result.case: result for result in tck.run_file(path) if result.problem is not None}

    unexpected = [f"{result.name}: {result.problem}" for case, result in failed.items() if case not in known]
    assert not unexpected, "\n".join(unexpected)
    assert failed.keys() == known.keys(), "a known failure passes now: remove it from the list"


@pytest.mark.parametrize("level", [2, 3])
def test_at_least_ninety_nine_percent_of_each_level_pass(level: int, record_property):
    results = [
        result
        for path in FILES
        if path.parts[-3] == f"compliance-level-{level}"
        for result in tck.run_file(path)
    ]

    passed = sum(result.problem is None for result in results)

    record_property("figures", f"level {level}: {passed}/{len(results)}")
    print(f"level {level}: {passed}/{len(results)}")
    assert passed >= 0.99 * len(results)
