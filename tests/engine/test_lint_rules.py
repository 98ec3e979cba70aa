"""Lint speaks plainly, in both languages, about the element that is wrong."""

import re

import pytest

from bpmn.spiff import compile_bundle
from tests.engine.kit import (
    COMPENSATE,
    END,
    ERROR,
    HOUR,
    MESSAGE,
    SIGNAL,
    START,
    boundary,
    catch,
    chain,
    compiled,
    document,
    el,
    end,
    event_sub,
    flow,
    gateway,
    job,
    process,
    script,
    sub,
    throw,
    user,
)

LINE = chain("start", "x", "end")


def one(element, extra=""):
    return START + element + END + LINE + extra


def extension(inner):
    return f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>"


WRONG = [
    ("handler_missing", "x", one(el("serviceTask", "x"))),
    ("java", "x", one(el("serviceTask", "x", camunda_class="com.Foo"))),
    ("java", "x", one(el("serviceTask", "x", camunda_delegateExpression="${bean}"))),
    ("java", "x", one(el("serviceTask", "x", camunda_expression="${bean.run()}"))),
    ("task_type", "x", one(el("serviceTask", "x", camunda_type="shell"))),
    ("listener", "x", one(el("userTask", "x", extension('<camunda:taskListener event="create" class="a"/>')))),
    ("listener", "x", one(el("userTask", "x", extension('<camunda:executionListener event="start" class="a"/>')))),
    ("not_executed", "x", one(el("serviceTask", "x", extension("<camunda:connector/>"), camunda_type="external", camunda_topic="t"))),
    ("script_format", "x", one(el("scriptTask", "x", "<bpmn:script>1</bpmn:script>", scriptFormat="javascript"))),
    ("script_format", "x", one(el("scriptTask", "x", "<bpmn:script>1</bpmn:script>"))),
    ("script_missing", "x", one(el("scriptTask", "x", scriptFormat="python"))),
    ("script_syntax", "x", one(script("x", "a = ("))),
    ("script_unsupported", "x", one(script("x", "del a"))),
    ("decision_missing", "x", one(el("businessRuleTask", "x"))),
    ("called_missing", "x", one(el("callActivity", "x"))),
    ("message_missing", "x", one(el("receiveTask", "x"))),
    ("send_what", "x", one(el("sendTask", "x"))),
    ("unknown_reference", "x", one(el("receiveTask", "x", messageRef="nope"))),
    ("message_missing", "x", one(catch("x", "<bpmn:messageEventDefinition/>"))),
    ("signal_missing", "x", one(throw("x", "<bpmn:signalEventDefinition/>"))),
    ("event_none", "x", one(catch("x", ""))),
    ("event_kind", "x", one(catch("x", ERROR))),
    ("event_kind", "x", one(throw("x", HOUR))),
    ("timer_text", "x", one(catch("x", HOUR.replace("PT1H", "soon")))),
    ("timer_text", "x", one(catch("x", HOUR.replace("PT1H", "P")))),
    ("timer_empty", "x", one(catch("x", "<bpmn:timerEventDefinition/>"))),
    ("expression", "x", one(catch("x", HOUR.replace("PT1H", "=1 +")))),
    ("expression", "x", one(el("userTask", "x", camunda_assignee="${bean.find()}"))),
    ("expression", "f", START + gateway("exclusive", "x", default="d") + user("a") + END + chain("start", "x") + flow("x", "a", "amount is big", id="f") + flow("x", "end", id="d") + chain("a", "end")),
    ("expression", "x", one(el("userTask", "x", camunda_assignee="=find(a)"))),
    ("attribute_value", "x", one(el("userTask", "x", camunda_dueDate="tomorrow"))),
    ("attribute_value", "x", one(el("userTask", "x", camunda_priority="high"))),
    ("parameter_name", "x", one(job("x", extension("<camunda:inputOutput><camunda:inputParameter>1</camunda:inputParameter></camunda:inputOutput>")))),
    ("mapping_incomplete", "x", one(el("callActivity", "x", extension('<camunda:in source="a"/>'), calledElement="p"))),
    ("condition_constant", "f", START + gateway("exclusive", "x", default="d") + user("a") + END + chain("start", "x") + flow("x", "a", "5", id="f") + flow("x", "end", id="d") + chain("a", "end")),
    ("condition_missing", "f", START + gateway("exclusive", "x", default="d") + user("a") + END + chain("start", "x") + flow("x", "a", id="f") + flow("x", "end", id="d") + chain("a", "end")),
    ("default_unknown", "x", START + gateway("exclusive", "x", default="zzz") + user("a") + END + chain("start", "x") + flow("x", "a", "n = 1") + flow("x", "end", "n = 2") + chain("a", "end")),
    ("unreachable", "lost", one(user("x"), user("lost") + chain("lost", "end"))),
    ("no_way_on", "dead", START + gateway("parallel", "g") + el("manualTask", "dead") + END + chain("start", "g", "dead") + chain("g", "end")),
    ("flow_end", "start.nope", START + END + chain("start", "end") + chain("start", "nope")),
    ("two_starts", "second", START + el("startEvent", "second") + END + chain("start", "end") + chain("second", "end")),
    ("incoming_forbidden", "start", START + user("x") + END + chain("start", "x", "end") + chain("x", "start")),
    ("boundary_host", "b", START + gateway("parallel", "x") + END + LINE + el("boundaryEvent", "b", HOUR, attachedToRef="x") + chain("b", "end")),
    ("boundary_interrupts", "b", one(job("x"), boundary("b", "x", ERROR, False) + chain("b", "end"))),
    ("boundary_way", "b", one(user("x"), boundary("b", "x", HOUR))),
    ("cancel_boundary", "b", one(user("x"), boundary("b", "x", "<bpmn:cancelEventDefinition/>") + chain("b", "end"))),
    ("cancel_end", "no", START + end("no", "<bpmn:cancelEventDefinition/>") + chain("start", "no")),
    ("event_subprocess_start", "es", one(user("x"), el("subProcess", "es", user("u"), triggeredByEvent="true"))),
    ("event_subprocess_trigger", "es.s", one(user("x"), event_sub("es", "", user("u") + chain("es.s", "u", "es.e")))),
    ("subprocess_start", "s0", one(el("subProcess", "x", el("startEvent", "s0", MESSAGE) + end("e0") + chain("s0", "e0")))),
    ("event_gateway_target", "x", START + el("eventBasedGateway", "g") + user("x") + catch("c", SIGNAL) + END + chain("start", "g", "x", "end") + chain("g", "c", "end")),
    ("event_gateway_choice", "g", START + el("eventBasedGateway", "g") + catch("c", SIGNAL) + END + chain("start", "g", "c", "end")),
    ("instances_missing", "x", one(el("userTask", "x", "<bpmn:multiInstanceLoopCharacteristics/>"))),
    ("loop_endless", "x", one(el("userTask", "x", "<bpmn:standardLoopCharacteristics/>"))),
    ("quantity", "x", one(el("userTask", "x", startQuantity="0"))),
    ("compensation_handler", "b", one(user("x"), boundary("b", "x", COMPENSATE))),
    ("compensation_unused", "h", one(user("x"), el("userTask", "h", isForCompensation="true"))),
    ("link_target", "x", START + throw("x", '<bpmn:linkEventDefinition name="L"/>') + chain("start", "x") + END),
    ("error_code", "bad", START + end("bad", "<bpmn:errorEventDefinition/>") + chain("start", "bad")),
    ("duplicate_id", "x", one(user("x"), user("x"))),
    ("foreign_dialect", "x", one(el("userTask", "x", extension('<zeebe:taskListeners xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"/>')))),
    ("parameter_script", "x", one(job("x", extension('<camunda:inputOutput><camunda:inputParameter name="a"><camunda:script scriptFormat="groovy">1</camunda:script></camunda:inputParameter></camunda:inputOutput>')))),
    ("attribute_value", "x", one(el("callActivity", "x", calledElement="q", camunda_calledElementBinding="newest"))),
    ("binding_value", "x", one(el("callActivity", "x", calledElement="q", camunda_calledElementBinding="version"))),
    ("inputs_unused", "x", START + gateway("parallel", "x", ) .replace("></bpmn", ">" + extension('<camunda:inputOutput><camunda:inputParameter name="a">1</camunda:inputParameter></camunda:inputOutput>') + "</bpmn") + END + LINE),
    ("mapping_unused", "x", one(el("userTask", "x", extension('<camunda:in source="a" target="b"/>')))),
    ("not_executed", "x", one(catch("x", '<bpmn:conditionalEventDefinition camunda:variableName="n"><bpmn:condition>n = 1</bpmn:condition></bpmn:conditionalEventDefinition>'))),
    ("not_supported", "ch", one(user("x"), el("choreographyTask", "ch"))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "element", "body"), WRONG, ids=[f"{rule}-{n}" for n, (rule, _, _) in enumerate(WRONG)]
)
def test_a_mistake_is_refused_with_its_element_in_both_languages(rule, element, body):
    bundle = compile_bundle(
        {"p.bpmn": document(f'<bpmn:process id="proc" isExecutable="true">{body}</bpmn:process>')}
    )
    found = [problem for problem in bundle.problems if problem.rule == rule and problem.severity == "error"]
    assert found, [(problem.rule, problem.element) for problem in bundle.problems]
    assert found[0].element == element
    assert found[0].line
    assert re.search("[а-яё]{3}", found[0].message_ru)
    assert not re.search("[а-яё]{3}", found[0].message_en.replace(found[0].element, ""))
    assert bundle.processes == {}


def test_a_good_diagram_has_nothing_to_say():
    bundle = compiled(START + user("a") + END + chain("start", "a", "end"))
    assert bundle.problems == ()


def test_a_drawing_that_is_not_executable_is_listed_and_not_linted():
    drawing = '<bpmn:process id="d" isExecutable="false"><bpmn:serviceTask id="x"/></bpmn:process>'
    bundle = compile_bundle({"p.bpmn": document(process(START + END + chain("start", "end")), drawing)})
    assert (list(bundle.processes), bundle.drawings, bundle.problems) == (["proc"], ("d",), ())


def test_a_process_that_does_not_say_whether_it_is_executable_runs():
    text = f'<bpmn:process id="p">{START + END + chain("start", "end")}</bpmn:process>'
    assert list(compile_bundle({"p.bpmn": document(text)}).processes) == ["p"]


def test_two_files_with_one_process_id_are_refused():
    good = document(process(START + END + chain("start", "end")))
    bundle = compile_bundle({"a.bpmn": good, "b.bpmn": good})
    assert [problem.rule for problem in bundle.problems if problem.severity == "error"] == [
        "duplicate_process"
    ]


def test_flows_without_ids_and_qualified_references_are_repaired_in_memory():
    body = START + el("receiveTask", "x", messageRef="tns:msg1") + END
    body += '<bpmn:sequenceFlow sourceRef="start" targetRef="x"/><bpmn:sequenceFlow sourceRef="tns:x" targetRef="end"/>'
    bundle = compile_bundle(
        {"p.bpmn": document(f'<bpmn:process id="proc" isExecutable="true">{body}</bpmn:process>')}
    )
    assert list(bundle.processes) == ["proc"]


@pytest.mark.parametrize("prefix", ["operaton", "flowable", "activiti"])
def test_the_aliases_of_the_dialect_are_read(prefix):
    uri = {
        "operaton": "http://operaton.org/schema/1.0/bpmn",
        "flowable": "http://flowable.org/bpmn",
        "activiti": "http://activiti.org/bpmn",
    }[prefix]
    task = f'<bpmn:serviceTask id="x" xmlns:v="{uri}" v:type="external" v:topic="work"/>'
    bundle = compiled(one(task))
    assert bundle.processes["proc"].elements["x"].handler == "work"


def test_a_hostile_name_is_only_text():
    name = "&lt;script&gt;{}{0}%s${x}"
    bundle = compiled(one(el("serviceTask", "x", name=name)))
    assert any("<script>{}{0}%s${x}" in problem.message_en for problem in bundle.problems)


def test_nested_mistakes_are_found_too():
    body = one(
        sub(
            "x",
            sub("inner", el("serviceTask", "deep") + chain("inner.s", "deep", "inner.e"))
            + chain("x.s", "inner", "x.e"),
        )
    )
    assert any(problem.element == "deep" for problem in compiled(body).problems)
