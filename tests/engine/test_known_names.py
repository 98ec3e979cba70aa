"""A name that nothing writes is told at deployment; where anything may be written, only what looks mistyped."""

import json

import pytest

from bpmn.checks import check_bundle
from handlers.registry import default_registry
from tests.engine.kit import END, chain, document, el, script
from tests.paths import ROOT

FORM = {
    "components": [
        {"type": "number", "key": "amount", "label": "Amount"},
        {"type": "text", "text": "{{typo}}", "conditional": {"hide": "=amonut > 5"}},
        {"type": "select", "key": "who", "label": "Who", "valuesKey": "people"},
    ]
}
ASK = el("userTask", "ask", camunda_candidateGroups="heads", camunda_formKey="ask")


def warned(body: str, form=FORM) -> list[tuple[str | None, str]]:
    """Return the places of warnings about names, with the name."""
    files = {
        "p.bpmn": document(f'<bpmn:process id="p" isExecutable="true">{body}{END}</bpmn:process>'),
        "forms/ask.form": json.dumps(form).encode(),
    }
    _, problems = check_bundle(files, default_registry())
    assert not [problem for problem in problems if problem.severity == "error"], problems
    rules = ("unknown_variable", "form.unknown_variable")
    return sorted(
        (problem.element, problem.message_en) for problem in problems if problem.rule in rules
    )  # fmt: skip


def started(name: str = "ask") -> str:
    return el("startEvent", "start", camunda_formKey=name)


def test_names_that_nothing_writes_are_warnings_in_forms():
    found = warned(started() + ASK + chain("start", "ask", "end"))

    assert len(found) == 3
    assert all(any(name in text for _, text in found) for name in ("amonut", "typo", "people"))


def test_names_of_scripts_results_and_mappings_are_known():
    body = started() + script("s", "people = []; typo = 1; amonut = 2") + chain("start", "s", "end")

    assert warned(body) == []


def test_where_anything_may_be_written_only_a_mistyped_name_is_told():
    found = warned(el("startEvent", "start") + ASK + chain("start", "ask", "end"))

    assert [place for place, _ in found] == ["components[1]"]
    assert "amonut" in found[0][1]


def test_conditions_are_read_too():
    gateway = el("exclusiveGateway", "g", default="g.end")
    flow = '<bpmn:sequenceFlow id="f" sourceRef="g" targetRef="no"><bpmn:conditionExpression>amuont &gt; 5</bpmn:conditionExpression></bpmn:sequenceFlow>'
    body = started() + gateway + el("endEvent", "no") + chain("start", "g", "end") + flow

    assert ("f", "The condition “amuont > 5” reads “amuont”, which nothing writes") in warned(
        body, {"components": FORM["components"][:1]}
    )


@pytest.mark.parametrize(
    "process", sorted(path.name for path in (ROOT / "processes").iterdir() if path.is_dir())
)
def test_the_shipped_processes_have_no_such_warning(process):
    folder = ROOT / "processes" / process
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    _, problems = check_bundle(files, default_registry())

    assert [problem.message_en for problem in problems if problem.rule.endswith("unknown_variable")] == []
