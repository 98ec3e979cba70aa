"""Files of many tools (BPMN MIWG): each is deployable, a drawing, or answered with problems that name its elements."""

import pytest

from bpmn.spiff import compile_bundle
from tests.paths import CONFORMANCE

FOLDER = CONFORMANCE / "miwg"
FILES = sorted(FOLDER.rglob("*.bpmn")) if FOLDER.is_dir() else []

pytestmark = pytest.mark.skipif(not FILES, reason="the conformance files are not on this machine")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_a_file_of_another_tool_is_run_stored_or_answered(path):
    bundle = compile_bundle({path.name: path.read_bytes()})
    errors = [problem for problem in bundle.problems if problem.severity == "error"]
    assert bundle.processes or bundle.drawings or errors
    for problem in errors:
        assert problem.element or problem.line, problem.message_en
        assert problem.message_ru != problem.message_en
