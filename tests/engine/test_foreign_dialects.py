"""Diagrams of other modelers: what their dialects say is executed, told to be without effect, or refused by name."""

import pytest

from bpmn import dialects, journal
from bpmn.dialects import zeebe
from bpmn.spiff import compile_bundle
from tests.engine.kit import END, MESSAGE, START, Run, catch, chain, compiled, document, el, process, throw

SPACES = (
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"'
)


def extension(inner):
    return f"<bpmn:extensionElements {SPACES}>{inner}</bpmn:extensionElements>"


def task(tag, inner, body="", **attributes):
    return START + el(tag, "x", extension(inner) + body, **attributes) + END + chain("start", "x", "end")


def runs(body, *others, **variables):
    bundle = compiled(body, *others)
    assert bundle.deployable, [problem.message_en for problem in bundle.problems]
    return Run(bundle.processes["proc"], variables)


def test_a_task_definition_is_a_job_with_its_mappings_headers_and_retries():
    r = runs(
        task(
            "serviceTask",
            '<zeebe:taskDefinition type="pay" retries="4"/>'
            '<zeebe:ioMapping><zeebe:input source="=amount * 2" target="sum"/>'
            '<zeebe:output source="=receipt.number" target="number"/></zeebe:ioMapping>'
            '<zeebe:taskHeaders><zeebe:header key="bank" value="main"/></zeebe:taskHeaders>',
        ),
        amount=5,
    )
    (opened,) = r.entries(journal.JobOpened)
    assert (opened.handler, opened.retry) == ("pay", "R3/PT1M")
    assert r.restore().parameters(r.token("x")) == {"sum": 10}
    assert r.model.elements["x"].properties["bank"] == "main"
    assert r.job("x", receipt={"number": "A1"}).variables == {"amount": 5, "number": "A1"}


def test_assignment_schedule_priority_and_form_are_those_of_the_task():
    r = runs(
        task(
            "userTask",
            '<zeebe:userTask/><zeebe:assignmentDefinition assignee="=boss" candidateGroups="sales"/>'
            '<zeebe:taskSchedule dueDate="=duration(&quot;P1D&quot;)"/>'
            '<zeebe:priorityDefinition priority="80"/><zeebe:formDefinition formId="order"/>',
        ),
        boss="anna",
    )
    (opened,) = r.entries(journal.TaskOpened)
    assert (opened.assignee, opened.candidate_groups, opened.priority, opened.form) == (
        "anna", ("sales",), 80, "order",
    )  # fmt: skip
    assert (opened.due_at - r.services.now).days == 1


LOOP = (
    "<bpmn:multiInstanceLoopCharacteristics>"
    + extension(
        '<zeebe:loopCharacteristics inputCollection="=goods" inputElement="good" outputCollection="prices" '
        'outputElement="{}"/>'
    )
    + "</bpmn:multiInstanceLoopCharacteristics>"
)


@pytest.mark.parametrize(
    ("output", "prices"),
    [("=price", [7, 8]), ("=price * 2", [14, 16]), ("={n: loopCounter}", [{"n": 1}, {"n": 2}])],
)
def test_a_loop_reads_its_collection_counts_from_one_and_collects(output, prices):
    body = task("userTask", "<zeebe:userTask/>", LOOP.replace("{}", output, 1))
    r = runs(body, goods=["a", "b"])
    assert r.task("x", price=7).task("x", price=8).variables["prices"] == prices


def test_parallel_instances_do_not_share_the_variable_of_a_path():
    r = runs(task("userTask", "<zeebe:userTask/>", LOOP.replace("{}", "=answer.price")), goods=["a", "b"])
    r.task("x", 1, answer={"price": 2}).task("x", answer={"price": 1})
    assert r.variables["prices"] == [1, 2]
    assert "answer" not in r.variables


def test_a_script_is_feel_with_its_result():
    assert runs(
        task("scriptTask", '<zeebe:script expression="=a + 1" resultVariable="b"/>'), a=1
    ).variables == {
        "a": 1,
        "b": 2,
    }


def called(*propagation, mapping=""):
    flags = "".join(f' propagateAll{name}Variables="false"' for name in propagation)
    inner = f'<zeebe:calledElement processId="q"{flags}/><zeebe:ioMapping>{mapping}</zeebe:ioMapping>'
    other = process(
        el("startEvent", "qs") + el("userTask", "u") + el("endEvent", "qe") + chain("qs", "u", "qe"), id="q"
    )
    return runs(task("callActivity", inner), other, a=1, secret=2)


def test_a_call_passes_everything_unless_told_not_to():
    assert called().task("u", answer=3).variables == {"a": 1, "secret": 2, "answer": 3}


def test_a_call_without_propagation_passes_what_is_mapped():
    r = called(
        "Parent",
        "Child",
        mapping='<zeebe:input source="=a + 1" target="b"/><zeebe:output source="=b + answer" target="sum"/>',
    )
    assert r.task("u", answer=3, other=4).variables == {"a": 1, "secret": 2, "sum": 5}


def test_the_subscription_of_a_message_correlates():
    message = (
        f'<bpmn:message id="paid" name="Paid">'
        f'{extension("""<zeebe:subscription correlationKey="=order" />""")}</bpmn:message>'
    )
    body = START + catch("c", MESSAGE.replace("msg1", "paid")) + END + chain("start", "c", "end")
    bundle = compile_bundle({"p.bpmn": document(process(body), message)})
    assert bundle.deployable, [problem.message_en for problem in bundle.problems]
    r = Run(bundle.processes["proc"], {"order": "A7"})
    (opened,) = r.entries(journal.MessageOpened)
    assert (opened.name, opened.correlation) == ("Paid", {zeebe.CORRELATION_KEY: "A7"})


def test_a_throwing_message_with_a_task_definition_is_a_job():
    inner = extension('<zeebe:taskDefinition type="mail"/>') + MESSAGE
    r = runs(START + throw("t", inner) + END + chain("start", "t", "end"))
    assert [entry.handler for entry in r.entries(journal.JobOpened)] == ["mail"]


def test_a_called_decision_of_spiffworkflow_decides():
    body = task("businessRuleTask", "<spiffworkflow:calledDecisionId>risk</spiffworkflow:calledDecisionId>")
    assert compiled(body).processes["proc"].elements["x"].decision == "risk"


PLACES = ("userTask", "exclusiveGateway")
REFUSED = [
    (dialect.name, local, place)
    for dialect in dialects.OTHERS
    for local in (*dialect.refused, "newest")
    for place in PLACES
    if dialect.fate(local, place) == "refused"
]
IGNORED = [(dialect.name, local) for dialect in dialects.OTHERS for local in sorted(dialect.ignored)]


def test_whatever_a_table_refuses_is_refused_somewhere():
    assert {(name, local) for name, local, _ in REFUSED} >= {
        (dialect.name, local) for dialect in dialects.OTHERS for local in dialect.refused
    }


@pytest.mark.parametrize(("dialect", "local", "place"), REFUSED)
def test_what_is_not_executed_is_refused_by_name(dialect, local, place):
    found = [p for p in compiled(task(place, f"<{dialect}:{local}/>")).problems if p.severity == "error"]
    assert [(p.rule, p.element) for p in found] == [("foreign_dialect", "x")]
    assert f"{dialect}:{local}" in found[0].message_en
    assert f"{dialect}:{local}" in found[0].message_ru


@pytest.mark.parametrize(("dialect", "local"), IGNORED)
def test_what_has_no_effect_is_told(dialect, local):
    bundle = compiled(task("userTask", f"<{dialect}:{local}/>"))
    assert [(p.rule, p.element, p.severity) for p in bundle.problems] == [("foreign_ignored", "x", "info")]
    assert bundle.deployable


def test_listeners_of_a_subprocess_are_refused_too():
    inner = el("startEvent", "s") + el("endEvent", "e") + chain("s", "e")
    bundle = compiled(task("subProcess", "<zeebe:executionListeners/>", inner))
    assert [p.rule for p in bundle.problems if p.severity == "error"] == ["foreign_dialect"]
