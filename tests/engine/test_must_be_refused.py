"""Diagrams that break a rule of BPMN 2.0 are refused with the element named."""

import re

import pytest

from bpmn.spiff import compile_bundle
from tests.paths import CONFORMANCE

FOLDER = CONFORMANCE / "betsy" / "must_be_refused"
FILES = sorted(FOLDER.glob("*.bpmn")) if FOLDER.is_dir() else []

pytestmark = pytest.mark.skipif(not FILES, reason="the conformance files are not on this machine")

UNTYPED = "an expression without xsi:type is read as FEEL: the attribute adds nothing"
TAGS = "incoming and outgoing tags only repeat the sequence flows"
SINGLE = "a condition on an only flow is executed as it is drawn (BPMN 2.0 §13.2.1)"
PAYLOAD = "the payload of an event goes to the variables without a declared data output"

#: Files whose broken rule only earns a remark, with the rule that speaks and why.
REMARKS = {
    "EXT012_1_failure_adHocSubProcess": ("expression_untyped", UNTYPED),
    "EXT012_6_failure_standardLoopCharacteristics": ("expression_untyped", UNTYPED),
    "EXT012_7_failure_timerEvent_timeCycle": ("expression_untyped", UNTYPED),
    "EXT012_8_failure_timerEvent_timeDate": ("expression_untyped", UNTYPED),
    "EXT013_2_failure_correlation": ("expression_untyped", UNTYPED),
    "EXT023_1_fail_no_incoming": ("redundant_tags", TAGS),
    "EXT023_2_fail_no_outgoing": ("redundant_tags", TAGS),
    "EXT101_1_fail": ("redundant_tags", TAGS),
    "EXT025_1_fail": ("condition_single", SINGLE),
    "EXT025_2_fail": ("condition_single", SINGLE),
    "EXT128_1_failure_boundary": ("payload_undeclared", PAYLOAD),
    "EXT128_2_failure_endEvent": ("payload_undeclared", PAYLOAD),
    "EXT128_5_failure_startEvent": ("payload_undeclared", PAYLOAD),
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_broken_diagram_is_refused_naming_the_element(path):
    content = path.read_bytes()
    bundle = compile_bundle({path.name: content})
    remark = REMARKS.get(path.stem)
    if remark is not None:
        assert remark[0] in {problem.rule for problem in bundle.problems}
        return

    errors = [problem for problem in bundle.problems if problem.severity == "error"]

    assert errors
    assert not bundle.deployable
    text = content.decode()
    for problem in errors:
        assert problem.message_ru
        assert problem.message_en
        assert re.search("[а-яё]", problem.message_ru)
        if problem.element is not None:
            assert f'"{problem.element}"' in text or problem.element.startswith("Flow_without_id")
    assert any(problem.element or problem.line for problem in errors)
