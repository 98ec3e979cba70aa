"""Diagrams of SpiffArena: scripts around activities, operators, forms, instructions and payloads of messages."""

import orjson
import pytest

from bpmn import forms, journal
from bpmn.spiff import compile_bundle
from tests.engine.kit import (
    END,
    ERROR,
    MESSAGE,
    SIGNAL,
    START,
    Run,
    boundary,
    catch,
    chain,
    document,
    el,
    end,
    many,
    process,
    throw,
    user,
)  # fmt: skip

SPACE = 'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"'


def extension(inner):
    return f"<bpmn:extensionElements {SPACE}>{inner}</bpmn:extensionElements>"


def says(**texts):
    return extension(
        "".join(f"<spiffworkflow:{name}>{text}</spiffworkflow:{name}>" for name, text in texts.items())
    )


def files(body, *others, **more):
    return {"p.bpmn": document(process(body), *others), **{k.replace("_", "."): v for k, v in more.items()}}


def runs(body, *others, more=None, **variables):
    bundle = compile_bundle(files(body, *others, **(more or {})))
    assert bundle.deployable, [problem.message_en for problem in bundle.problems]
    return Run(bundle.processes["proc"], variables)


def refused(body, more=None):
    found = [p for p in compile_bundle(files(body, **(more or {}))).problems if p.severity == "error"]
    return [(p.rule, p.element) for p in found], " ".join(p.message_en for p in found)


def line(element, extra=""):
    return START + element + user("z") + END + chain("start", "x", "z", "end") + extra


def test_scripts_run_before_and_after_the_activity():
    r = runs(line(el("userTask", "x", says(preScript="a = n + 1", postScript="b = answer * a"))), n=1)
    assert r.variables == {"n": 1, "a": 2}
    assert r.task("x", answer=10).variables == {"n": 1, "a": 2, "answer": 10, "b": 20}


def test_a_script_task_without_a_format_is_python():
    head = f'<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" {SPACE} id="d">'
    body = START + el("scriptTask", "x", "<bpmn:script>b = a + 1</bpmn:script>") + user("z") + END
    bundle = compile_bundle(
        {"p.bpmn": (head + process(body + chain("start", "x", "z", "end")) + "</bpmn:definitions>").encode()}
    )
    assert Run(bundle.processes["proc"], {"a": 1}).variables == {"a": 1, "b": 2}


@pytest.mark.parametrize("place", ["preScript", "postScript"])
def test_an_error_of_a_script_beside_goes_to_the_boundary_event(place):
    body = line(
        el("task", "x", says(**{place: 'raise BpmnError("E1", "no")'})),
        boundary("b", "x", ERROR) + user("mend") + chain("b", "mend"),
    )
    r = runs(body)
    assert r.tasks == ["mend"]
    assert r.visited("cancelled") == ["x"]


@pytest.mark.parametrize("place", ["preScript", "postScript"])
def test_a_failing_script_beside_is_an_incident_that_a_retry_mends(place):
    r = runs(line(el("task", "x", says(**{place: "b = missing + 1"}))))
    assert set(r.incidents) == {"x"}
    assert r.retry("x", missing=1).variables["b"] == 2


@pytest.mark.parametrize(("flag", "total"), [("false", 1), ("true", 3)])
def test_scripts_of_a_loop_run_once_or_for_each_instance(flag, total):
    body = says(preScript="n = n + 1", scriptsOnInstances=flag) + many()
    assert runs(line(el("userTask", "x", body)), n=0, items=[1, 2, 3]).variables["n"] == total


def test_an_operator_is_a_handler_with_python_parameters():
    operator = (
        '<spiffworkflow:serviceTaskOperator id="http/GetRequest" resultVariable="answer"><spiffworkflow:parameters>'
        '<spiffworkflow:parameter id="url" type="str" value="\'http://x/\' + str(n)"/>'
        '<spiffworkflow:parameter id="headers" type="any"/></spiffworkflow:parameters>'
        "</spiffworkflow:serviceTaskOperator>"
    )
    r = runs(line(el("serviceTask", "x", extension(operator))), n=5)
    assert [entry.handler for entry in r.entries(journal.JobOpened)] == ["http/GetRequest"]
    assert r.restore().parameters(r.token("x")) == {"url": "http://x/5", "headers": ""}
    assert r.job("x", status=200).variables == {"n": 5, "answer": {"status": 200}}


SCHEMA = {
    "title": "Order",
    "type": "object",
    "required": ["client", "kind", "goods"],
    "properties": {
        "kind": {"type": "string", "enum": ["new", "used"], "enumNames": ["New", "Used"], "default": "new"},
        "client": {"type": "string", "title": "Client", "description": "Full name", "maxLength": 50},
        "count": {"type": "integer", "minimum": 1},
        "price": {"type": "number"},
        "urgent": {"type": "boolean", "default": True},
        "by": {"type": "string", "format": "date"},
        "note": {"type": "string"},
        "goods": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}},
        "colours": {
            "type": "array",
            "uniqueItems": True,
            "items": {"type": "string", "enum": ["red", "blue"]},
        },
        "address": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
UI = {"ui:order": ["client", "*"], "note": {"ui:widget": "textarea"}, "kind": {"ui:widget": "radio"}}


def form_task(instructions=""):
    names = (
        '<spiffworkflow:properties><spiffworkflow:property name="formJsonSchemaFilename" value="order.json"/>'
        '<spiffworkflow:property name="formUiSchemaFilename" value="order-ui.json"/></spiffworkflow:properties>'
    )
    text = f"<spiffworkflow:instructionsForEndUser>{instructions}</spiffworkflow:instructionsForEndUser>"
    return line(el("userTask", "x", extension(names + (text if instructions else ""))))


def form_files(schema=SCHEMA, ui=UI):
    return {"order_json": orjson.dumps(schema), "order-ui_json": orjson.dumps(ui)}


def test_a_json_schema_is_the_form_of_its_task():
    r = runs(form_task(), more=form_files())
    (opened,) = r.entries(journal.TaskOpened)
    form = forms.parse(r.model.forms[opened.form], name="order")
    assert forms.lint(form, set()) == []
    shapes = {c.keys[0]: (c.type, c.rule("required")) for c, inside in form.walk() if c.keys and not inside}
    assert shapes == {
        "client": ("textfield", True),
        "kind": ("radio", True),
        "count": ("number", None),
        "price": ("number", None),
        "urgent": ("checkbox", None),
        "by": ("datetime", None),
        "note": ("textarea", None),
        "goods": ("dynamiclist", None),
        "colours": ("checklist", None),
        "address": ("group", None),
    }
    assert next(iter(shapes)) == "client"


def test_instructions_stand_above_the_form_and_show_variables():
    r = runs(form_task("# Hello {{ client.name }}"), more=form_files())
    (opened,) = r.entries(journal.TaskOpened)
    first = r.model.forms[opened.form]["components"][0]
    assert (first["type"], first["text"]) == ("text", "# Hello {{client.name}}")


def test_a_manual_task_with_instructions_alone_has_a_form_of_them():
    r = runs(line(el("manualTask", "x", says(instructionsForEndUser="Call the client"))))
    assert [c["text"] for c in r.model.forms[r.entries(journal.TaskOpened)[0].form]["components"]] == [
        "Call the client"
    ]


def test_instructions_elsewhere_are_told_to_have_no_effect():
    bundle = compile_bundle(files(line(el("task", "x", says(instructionsForEndUser="Hello")))))
    assert ("foreign_ignored", "info") in [(p.rule, p.severity) for p in bundle.problems]
    assert bundle.deployable


PROPERTY = {"type": "object", "properties": {"a": {}}}
STRANGE = [
    ({"type": "string", "format": "data-url"}, "format"),
    ({"$ref": "#/definitions/x"}, "type"),
    ({"type": "string", "enum": [1]}, "enum"),
    ({"type": "number", "multipleOf": 2}, "multipleOf"),
    ({"type": "array", "items": {"type": "string"}}, "items"),
    ({"type": "array", "minItems": 1, "items": {"type": "object"}}, "minItems"),
    ({"type": "string", "anyOf": ["options_from_task_data_var:x"]}, "anyOf"),
    ({"type": "object", "properties": {}, "if": {}}, "if"),
    ("text", "'text'"),
]


@pytest.mark.parametrize(("part", "named"), STRANGE)
def test_what_a_form_cannot_do_is_refused_by_name(part, named):
    rules, text = refused(form_task(), form_files({"type": "object", "properties": {"a": part}}, {}))
    assert rules == [("form_foreign", "x")]
    assert "order.json" in text
    assert named in text


@pytest.mark.parametrize(
    ("instructions", "named"), [("{% if a %}x{% endif %}", "{% if a %}"), ("{{ a | upper }}", "upper")]
)
def test_jinja_beyond_plain_variables_is_refused(instructions, named):
    rules, text = refused(form_task(instructions), form_files())
    assert rules == [("form_foreign", "x")]
    assert named in text


def test_a_missing_or_broken_schema_is_refused():
    assert refused(form_task())[0] == [("form_foreign", "x")]
    assert refused(form_task(), {"order_json": b"{", "order-ui_json": b"{}"})[0] == [("form_foreign", "x")]


PAYLOAD = f'<bpmn:message id="paid" name="Paid">{says(messagePayload="dict(sum=n, to=1)", messageVariable="got")}</bpmn:message>'


def test_a_message_carries_its_payload_and_a_caught_one_goes_to_its_variable():
    about = MESSAGE.replace("msg1", "paid")
    body = START + throw("t", about) + catch("c", about) + END + chain("start", "t", "c", "end")
    r = runs(body, PAYLOAD, n=7)
    assert [entry.payload for entry in r.entries(journal.MessageThrown)] == [{"sum": 7, "to": 1}]
    assert r.fire("c", a=1).variables == {"n": 7, "got": {"a": 1}}


def test_a_signal_carries_its_payload_too():
    body = START + catch("x", SIGNAL) + user("z") + end("end", says(payloadExpression="{'a': n}") + SIGNAL)
    r = runs(body + chain("start", "x", "z", "end"), n=1).fire("x").task("z")
    assert [entry.payload for entry in r.entries(journal.SignalThrown)] == [{"a": 1}]


def test_a_payload_that_is_no_dictionary_is_an_incident():
    body = START + throw("t", says(payloadExpression="n") + MESSAGE) + END + chain("start", "t", "end")
    assert "no dictionary" in runs(body, n=7).incidents["t"]


def test_a_script_that_the_sandbox_lacks_is_refused():
    assert refused(line(el("task", "x", says(preScript="del a"))))[0] == [("script_unsupported", "x")]
