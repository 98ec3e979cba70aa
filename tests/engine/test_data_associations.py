"""Data associations: what is computed or copied by drawn data moves, what cannot mean anything is refused (§10.4.2)."""

import pytest

from bpmn import journal
from tests.engine.kit import END, MESSAGE, START, Run, catch, chain, compiled, el, job, many, throw, user

OBJECTS = (
    '<bpmn:dataObject id="DO1" name="order"/><bpmn:dataObjectReference id="REF1" dataObjectRef="DO1"/>'
    '<bpmn:dataObject id="DO2"/><bpmn:dataObjectReference id="REF2" name="report" dataObjectRef="DO2"/>'
    '<bpmn:dataStoreReference id="STORE" name="archive"/>'
)


def io(inputs=(), outputs=()):
    """Declare data inputs and outputs: `x` has the id `in_x` or `out_x`."""
    return (
        "<bpmn:ioSpecification>"
        + "".join(f'<bpmn:dataInput id="in_{name}" name="{name}"/>' for name in inputs)
        + "".join(f'<bpmn:dataOutput id="out_{name}" name="{name}"/>' for name in outputs)
        + "</bpmn:ioSpecification>"
    )


def association(kind, source, target, *assignments, transformation=None):
    made = "".join(
        f"<bpmn:assignment><bpmn:from>{a}</bpmn:from><bpmn:to>{b}</bpmn:to></bpmn:assignment>"
        for a, b in assignments
    )
    if transformation is not None:
        made = f"<bpmn:transformation>{transformation}</bpmn:transformation>" + made
    sources = "".join(f"<bpmn:sourceRef>{name}</bpmn:sourceRef>" for name in source.split())
    tag = f"data{kind}Association"
    return f"<bpmn:{tag}>{sources}<bpmn:targetRef>{target}</bpmn:targetRef>{made}</bpmn:{tag}>"


def line(element):
    return OBJECTS + START + element + user("z") + END + chain("start", "x", "z", "end")


def runs(body, **variables):
    bundle = compiled(body)
    assert bundle.deployable, [problem.message_en for problem in bundle.problems]
    return Run(bundle.processes["proc"], variables)


def test_a_transformed_input_is_local_to_the_activity():
    body = io(["total"]) + association("Input", "REF1", "in_total", transformation="order.price * 2")
    r = runs(line(el("userTask", "x", body)), order={"price": 5})
    assert r.restore().variables_of(r.token("x"))["total"] == 10
    assert r.task("x").variables == {"order": {"price": 5}}


def test_assigned_inputs_are_the_parameters_of_a_handler():
    body = io(["letter"]) + association(
        "Input", "REF1", "in_letter", ("order.client", "letter.to"), ('"Hello"', "letter.text.subject")
    )
    r = runs(line(job("x", body)), order={"client": "Anna"})
    assert r.restore().parameters(r.token("x")) == {"letter": {"to": "Anna", "text": {"subject": "Hello"}}}


def test_a_thrown_message_carries_its_data_inputs():
    body = io(["sum"]) + association("Input", "REF1", "in_sum", transformation="order.price") + MESSAGE
    r = runs(line(throw("x", body)), order={"price": 7})
    assert [entry.payload for entry in r.entries(journal.MessageThrown)] == [{"sum": 7}]


def test_an_output_is_transformed_into_the_data_object_and_stays_local_itself():
    body = io(outputs=["answer"]) + association(
        "Output", "out_answer", "REF2", transformation="upper case(answer)"
    )
    r = runs(line(el("userTask", "x", body)))
    assert r.task("x", answer="yes", other=1).variables == {"report": "YES", "other": 1}


def test_assignments_write_into_the_data_object_and_leave_its_other_parts():
    body = io(outputs=["price"]) + association(
        "Output", "out_price", "REF1", ("price", "order.price"), ("price * 0.2", "order.tax.sum")
    )
    r = runs(line(el("userTask", "x", body)), order={"client": "Anna", "tax": {"rate": 20}})
    assert r.task("x", price=100).variables == {
        "order": {"client": "Anna", "price": 100, "tax": {"rate": 20, "sum": 20}}
    }


def test_data_of_different_names_is_copied_and_what_is_missing_leaves_the_object_alone():
    body = io(["client"], ["answer"]) + association("Input", "REF2", "in_client") + association("Output", "out_answer", "REF1")  # fmt: skip
    r = runs(line(el("userTask", "x", body)), order="old", report="Anna")
    assert r.restore().variables_of(r.token("x"))["client"] == "Anna"
    assert r.task("x").variables["order"] == "old"
    again = runs(line(el("userTask", "x", body)), order="old", report="Anna").task("x", answer="new")
    assert again.variables == {"order": "new", "report": "Anna"}


def test_the_data_of_a_caught_message_goes_where_it_is_drawn():
    body = el("dataOutput", "got", name="payload") + association(
        "Output", "got", "REF1", transformation="payload.n + 1"
    )
    r = runs(line(catch("x", body + MESSAGE)))
    assert r.fire("x", payload={"n": 1}, more=2).variables == {"order": 2, "more": 2}


def test_a_transformation_computes_the_collection_of_a_loop():
    loop = (
        '<bpmn:multiInstanceLoopCharacteristics isSequential="true"><bpmn:loopDataInputRef>in_all</bpmn:loopDataInputRef>'
        '<bpmn:inputDataItem id="one"/></bpmn:multiInstanceLoopCharacteristics>'
    )
    body = (
        io(["all"])
        + association("Input", "REF1", "in_all", transformation="order.goods[price &gt; 1]")
        + loop
    )
    r = runs(line(el("userTask", "x", body)), order={"goods": [{"price": 1}, {"price": 2}]})
    assert r.restore().variables_of(r.token("x"))["one"] == {"price": 2}
    assert r.task("x").tasks == ["z"]


def test_instances_of_a_loop_compute_their_own():
    body = (
        io(["label"])
        + association("Input", "REF1", "in_label", transformation='order + ": " + item')
        + many()
    )
    r = runs(line(el("userTask", "x", body)), order="A", items=["a", "b"])
    assert [r.restore().variables_of(r.token("x", nth=n))["label"] for n in (0, 1)] == ["A: a", "A: b"]


def test_a_wrong_assignment_is_an_incident_that_a_retry_mends():
    body = io(outputs=["price"]) + association("Output", "out_price", "REF1", ("price", "order.price"))
    r = runs(line(el("userTask", "x", body)), order="text").task("x", price=1)
    assert "cannot be written" in r.incidents["x"]
    assert r.retry("x", order={}).variables["order"] == {"price": 1}


PLAIN = io(["a"], ["b"])
WRONG = [
    ("data_computed", PLAIN + association("Input", "REF1", "in_a", ("1", "other"))),
    ("data_computed", PLAIN + association("Input", "REF1", "in_a", ("1", "getData('a')/x"))),
    ("data_computed", PLAIN + association("Input", "REF1", "in_a", ("1", "a"), transformation="2")),
    ("data_computed", PLAIN + association("Input", "STORE", "in_a", transformation="archive")),
    ("data_computed", PLAIN + association("Output", "out_b", "STORE", transformation="b")),
    ("data_sources", PLAIN + association("Input", "REF1 REF2", "in_a")),
    ("data_id", PLAIN + association("Input", "REF1", "in_a", transformation="REF1 + 1")),
    ("expression", PLAIN + association("Input", "REF1", "in_a", transformation="1 +")),
    ("data_unknown", PLAIN + association("Input", "nowhere", "in_a", transformation="1")),
]


@pytest.mark.parametrize(("rule", "body"), WRONG)
def test_what_cannot_mean_anything_is_refused_naming_the_element(rule, body):
    found = [p for p in compiled(line(el("userTask", "x", body))).problems if p.severity == "error"]
    assert (rule, "x") in [(p.rule, p.element) for p in found], found


def test_data_computed_for_an_event_that_throws_nothing_is_refused():
    body = el("dataInput", "in_a", name="a") + association("Input", "REF1", "in_a", transformation="1")
    found = [p for p in compiled(line(throw("x", body))).problems if p.severity == "error"]
    assert ("data_unused", "x") in [(p.rule, p.element) for p in found]
