"""Whatever a vendor writes into a file is used, told to have no effect, or refused: on every element."""

import pytest

from bpmn.spiff import compile_bundle
from tests.engine.kit import END, HEAD, START, TAIL, chain, compiled, document, el, flow, process, user

SPACES = (
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:flowable="http://flowable.org/bpmn" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" xmlns:signavio="http://www.signavio.com" '
    'xmlns:drools="http://www.jboss.org/drools"'
)
LINE = START + user("x") + END + chain("start", "x", "end")


def extension(inner):
    return f"<bpmn:extensionElements {SPACES}>{inner}</bpmn:extensionElements>"


def spoken(content):
    if isinstance(content, str):
        content = (HEAD.replace("<bpmn:definitions", f"<bpmn:definitions {SPACES}") + content + TAIL).encode()
    found = compile_bundle({"p.bpmn": content}).problems
    return {
        (p.rule, p.element, p.severity)
        for p in found
        if p.rule in ("foreign_ignored", "foreign_dialect", "not_executed", "listener", "correlation_unused")
    }


def one(attributes="", inner=""):
    return process(
        START
        + f'<bpmn:userTask id="x" {attributes}>{inner}</bpmn:userTask>'
        + END
        + chain("start", "x", "end")
    )


@pytest.mark.parametrize(
    ("content", "rule", "element", "severity"),
    [
        (one('camunda:asyncBefore="true"'), "foreign_ignored", "x", "info"),
        (one('camunda:newest="true"'), "not_executed", "x", "error"),
        (one('flowable:skipExpression="${a}"'), "not_executed", "x", "error"),
        (one("", extension("<camunda:connector/>")), "not_executed", "x", "error"),
        (process(extension("<zeebe:executionListeners/>") + LINE), "foreign_dialect", "proc", "error"),
        (process(extension("<camunda:newest/>") + LINE), "not_executed", "proc", "error"),
        (process(LINE, **{"camunda:isStartableInTasklist": "true"}), "foreign_ignored", "proc", "info"),
        (process(LINE) + '<bpmn:message id="m" camunda:newest="1"/>', "not_executed", "m", "error"),
        (process(LINE) + '<bpmn:error id="e" camunda:errorMessage="no"/>', "foreign_ignored", "e", "info"),
        (process(LINE) + el("signal", "s", extension("<zeebe:newest/>")), "foreign_dialect", "s", "error"),
        (
            process(LINE) + el("collaboration", "c", extension("<camunda:properties/>")),
            "foreign_ignored",
            "c",
            "info",
        ),
        (
            process(LINE + el("textAnnotation", "n", extension("<zeebe:newest/>"))),
            "foreign_ignored",
            "n",
            "info",
        ),
        (one('signavio:bgcolor="red"'), "foreign_ignored", "x", "info"),
        (one("", extension("<drools:onEntry-script/>")), "foreign_dialect", "x", "error"),
        (
            process(LINE) + el("collaboration", "c", el("correlationKey", "k")),
            "correlation_unused",
            "k",
            "warning",
        ),
    ],
)
def test_a_vendors_words_are_answered(content, rule, element, severity):
    assert spoken(content) == {(rule, element, severity)}


def test_a_listener_of_a_flow_is_refused_and_told_once():
    listening = flow("start", "x").replace(
        "</bpmn:sequenceFlow>", extension("<camunda:executionListener/>") + "</bpmn:sequenceFlow>"
    )
    content = process(START + user("x") + END + listening + chain("x", "end"))
    assert spoken(content) == {("listener", "start.x", "error")}


def test_what_only_colours_is_not_worth_a_word():
    assert (
        spoken(one('xmlns:color="http://www.omg.org/spec/BPMN/non-normative/color/1.0" color:fill="red"'))
        == set()
    )


def test_a_mere_drawing_may_say_what_it_likes():
    drawn = process(el("task", "d", camunda_newest="1"), id="drawn", **{"camunda:newest": "1"})
    assert spoken(process(LINE) + drawn.replace('isExecutable="true"', 'isExecutable="false"')) == set()


def test_many_things_of_one_vendor_are_told_once():
    body = START + "".join(f'<bpmn:task id="t{n}" signavio:a="1"/>' for n in range(3)) + END
    problems = [
        p
        for p in compile_bundle(
            {
                "p.bpmn": (
                    HEAD.replace("<bpmn:definitions", f"<bpmn:definitions {SPACES}") + process(body) + TAIL
                ).encode()
            }
        ).problems
        if p.rule == "foreign_ignored"
    ]
    assert len(problems) == 1


def test_what_is_used_earns_no_word():
    assert spoken(document(process(START + user("x") + END + chain("start", "x", "end")))) == set()
    assert not [p for p in compiled(LINE).problems if p.rule.startswith("foreign")]
