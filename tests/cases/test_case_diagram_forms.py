"""Forms that stand in a diagram (`camunda:formData`, Camunda 8's embedded JSON) and forms named in other ways."""

import json

import pytest

from bpmn.actors import Actor
from bpmn.errors import DeploymentRefused, InvalidForm
from tests.dmn.build import decision, definitions, literal
from tests.engine.kit import END, START, chain, document, el

FORM_DATA = (
    "<bpmn:extensionElements><camunda:formData>"
    '<camunda:formField id="customer" label="Customer" type="string"><camunda:validation>'
    '<camunda:constraint name="required"/></camunda:validation></camunda:formField>'
    '<camunda:formField id="qty" label="Quantity" type="long" defaultValue="3"><camunda:validation>'
    '<camunda:constraint name="max" config="9"/></camunda:validation></camunda:formField>'
    "</camunda:formData></bpmn:extensionElements>"
)
FORM = {
    "id": "Form_ask",
    "components": [{"type": "number", "key": "n", "label": "N", "validate": {"max": 5}}],
}
ZEEBE = 'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'


def zeebe(*elements: str) -> str:
    return f"<bpmn:extensionElements {ZEEBE}>{''.join(elements)}</bpmn:extensionElements>"


@pytest.fixture
def put(engine):
    def put(xml: str, **files: bytes) -> None:
        content = {"request.bpmn": document(xml), **files}
        engine.deployments.deploy(content, by=Actor.system(), activate=True)

    return put


def process(body: str, extra: str = "") -> str:
    return f'<bpmn:process id="request" isExecutable="true">{extra}{body}{END}</bpmn:process>'


def task(extension: str, **attributes: str) -> str:
    groups = {"camunda_candidateGroups": "heads", **attributes}
    return START + el("userTask", "ask", extension, name="Ask", **groups) + chain("start", "ask", "end")


def labels(page) -> list[str]:
    return [field.label for field in page.form.fields]


def test_form_data_of_a_task_is_its_form(engine, put, start, open_tasks, ann):
    put(process(task(FORM_DATA)))
    asked = open_tasks(start())[0]

    assert labels(engine.tasks.page(task_id=asked.id, by=ann, language="en")) == ["Customer", "Quantity"]
    with pytest.raises(InvalidForm) as refused:
        engine.tasks.submit(task_id=asked.id, posted={"customer": [""], "qty": ["12"]}, by=ann, language="en")
    assert set(refused.value.errors) == {"customer", "qty"}
    engine.tasks.submit(task_id=asked.id, posted={"customer": ["Ivan"], "qty": ["5"]}, by=ann, language="en")
    assert engine.instances.variables(asked.instance_id) == {"customer": "Ivan", "qty": 5}


def test_form_data_of_a_start_is_the_start_form(engine, put, ann):
    body = el("startEvent", "start", FORM_DATA) + chain("start", "end")
    put(process(body))

    page = engine.instances.start_page(key="request", language="en")

    assert labels(page) == ["Customer", "Quantity"]


def test_a_form_inside_a_camunda_8_diagram_is_used(engine, put, start, open_tasks, ann):
    embedded = zeebe(f'<zeebe:userTaskForm id="form_1">{json.dumps(FORM)}</zeebe:userTaskForm>')
    named = zeebe(
        '<zeebe:formDefinition formKey="camunda-forms:bpmn:form_1"/>',
        '<zeebe:assignmentDefinition candidateGroups="heads"/>',
    )
    put(process(START + el("userTask", "ask", named) + chain("start", "ask", "end"), embedded))
    asked = open_tasks(start())[0]

    assert labels(engine.tasks.page(task_id=asked.id, by=ann, language="en")) == ["N"]


@pytest.mark.parametrize(
    ("extension", "attributes", "path"),
    [
        (zeebe('<zeebe:formDefinition formId="Form_ask"/>'), {}, "forms/whatever.form"),
        ("", {"camunda_formRef": "Form_ask"}, "ask.form"),
        ("", {"camunda_formKey": "camunda-forms:deployment:forms/ask.form"}, "forms/ask.form"),
        ("", {"camunda_formKey": "ask"}, "ask.form"),
    ],
)
def test_a_form_is_found_by_its_file_or_by_its_own_id(
    engine, put, start, open_tasks, ann, extension, attributes, path
):
    put(process(task(extension, **attributes)), **{path: json.dumps(FORM).encode()})
    asked = open_tasks(start())[0]

    assert labels(engine.tasks.page(task_id=asked.id, by=ann, language="en")) == ["N"]


@pytest.mark.parametrize(
    "text", ["{", '{"components": [{"type": "iframe"}]}', '{"components": [{"type": "?"}]}']
)
def test_a_form_in_a_diagram_is_judged_at_deployment(put, text):
    embedded = zeebe(f'<zeebe:userTaskForm id="form_1">{text}</zeebe:userTaskForm>')

    with pytest.raises(DeploymentRefused) as refused:
        put(process(START + chain("start", "end"), embedded))

    assert [problem.element for problem in refused.value.problems] == ["form_1"]


def test_a_form_that_is_nowhere_is_refused(put):
    with pytest.raises(DeploymentRefused, match="gone"):
        put(process(task(zeebe('<zeebe:formDefinition formKey="camunda-forms:bpmn:gone"/>'))))


def test_a_called_decision_of_camunda_8_is_made(engine, put, start):
    called = zeebe('<zeebe:calledDecision decisionId="d_double" resultVariable="r"/>')
    body = (
        START
        + el("businessRuleTask", "d", called)
        + el("userTask", "wait")
        + chain("start", "d", "wait", "end")
    )
    put(process(body), **{"rules.dmn": definitions(decision("double", literal("n * 2")))})

    assert engine.instances.variables(start(n=4))["r"] == 8
