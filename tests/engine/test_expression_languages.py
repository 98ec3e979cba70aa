"""docs/expressions.md says which language an expression is in: every row is compiled, and Python ones are run."""

import re
from datetime import UTC, datetime
from types import SimpleNamespace
from xml.sax.saxutils import escape, quoteattr

import pytest

from bpmn.scripts import Scripts
from bpmn.spiff import compile_bundle
from bpmn.spiff.expressions import ExpressionFailed, compile_python
from tests.engine.kit import END, START, chain, el
from tests.paths import ROOT

ROW = re.compile(r"\| ([^|]+?) \| `([^`]+)` \| (\w+) \|")
BPMN, CAMUNDA = "http://www.omg.org/spec/BPMN/20100524/MODEL", "http://camunda.org/schema/1.0/bpmn"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
TEXT = (ROOT / "docs" / "expressions.md").read_text("utf-8")
ROWS = ROW.findall(TEXT)


def named(place: str, attribute: str) -> str:
    found = re.search(rf'{attribute}="([^"]*)"', place)
    return f" {attribute}={quoteattr(found[1])}" if found else ""


def file(body: str, place: str) -> bytes:
    spaces = f'xmlns:bpmn="{BPMN}"'
    if "SpiffWorkflow" in place:
        spaces += f' xmlns:spiffworkflow="{SPIFF}"'
    if "SpiffWorkflow" not in place or "camunda" in place:
        spaces += f' xmlns:camunda="{CAMUNDA}"'
    language = named(place, "expressionLanguage")
    process = f'<bpmn:process id="p" isExecutable="true">{body}</bpmn:process>'
    return f'<bpmn:definitions {spaces}{language} id="d" targetNamespace="x">{process}</bpmn:definitions>'.encode()


def extension(content: str) -> str:
    return f"<bpmn:extensionElements>{content}</bpmn:extensionElements>"


def body(place: str, text: str) -> str:
    written = escape(text)
    kind = re.split(r"[ ,]", place)[0]
    if kind == "condition":
        condition = f"<bpmn:conditionExpression{named(place, ' language').replace('  ', ' ')}>{written}</bpmn:conditionExpression>"
        flow = f'<bpmn:sequenceFlow id="asked" sourceRef="g" targetRef="end">{condition}</bpmn:sequenceFlow>'
        gateway = el("exclusiveGateway", "g", default="other")
        other = '<bpmn:sequenceFlow id="other" sourceRef="g" targetRef="no"/>'
        return START + gateway + END + el("endEvent", "no") + chain("start", "g") + other + flow
    tasks = {
        "attribute": lambda: el("userTask", "t", camunda_assignee=written),
        "parameter": lambda: el(
            "serviceTask", "t",
            extension(f'<camunda:inputOutput><camunda:inputParameter name="x">{written}</camunda:inputParameter></camunda:inputOutput>'),
            camunda_type="external", camunda_topic="work",
        ),
        "correlation": lambda: el(
            "receiveTask", "t",
            extension(f"<camunda:properties><camunda:property name=\"correlation:k\" value={quoteattr(text)}/></camunda:properties>"),
            messageRef="m",
        ),
        "collection": lambda: el(
            "userTask", "t", f'<bpmn:multiInstanceLoopCharacteristics camunda:collection={quoteattr(text)} camunda:elementVariable="one"/>'
        ),
        "timer": lambda: el(
            "intermediateCatchEvent", "t",
            f"<bpmn:timerEventDefinition><bpmn:timeDuration>{written}</bpmn:timeDuration></bpmn:timerEventDefinition>",
        ),
        "script": lambda: (
            f'<bpmn:scriptTask id="t"{named(place, "scriptFormat")} camunda:resultVariable="r"><bpmn:script>{written}</bpmn:script></bpmn:scriptTask>'
        ),
    }  # fmt: skip
    return START + tasks[kind]() + END + chain("start", "t", "end")


def language(place: str, text: str) -> str:
    """Compile the row and return the language, or `refused`."""
    content = file(body(place, text), place)
    if place == "correlation":
        content = content.replace(b"<bpmn:process", b'<bpmn:message id="m" name="M"/><bpmn:process', 1)
    bundle = compile_bundle({"p.bpmn": content})
    if "p" not in bundle.processes:
        assert any(problem.severity == "error" for problem in bundle.problems)
        return "refused"
    model = bundle.processes["p"]
    node = model.root.task_specs.get("t")
    match re.split(r"[ ,]", place)[0]:
        case "condition":
            return next(
                flow for flow in model.root.task_specs["g"].flows if flow.id == "asked"
            ).condition.language
        case "attribute":
            return node.assignment["assignee"].language
        case "parameter":
            return model.elements["t"].parameters["x"].expression.language
        case "correlation":
            return node.event.correlation["k"].language
        case "collection":
            return node.collection.language
        case "timer":
            return node.event.timer.expression.language
    return node.expression.language if node.expression is not None else "python"


@pytest.mark.parametrize(("place", "text", "expected"), ROWS, ids=[f"{p}: {t}" for p, t, _ in ROWS])
def test_an_expression_is_in_the_language_that_the_table_says(place, text, expected):
    assert language(place, text) == expected


def test_the_table_was_read():
    assert len(ROWS) == len(re.findall(r"^\| (?!place)[^-|]", TEXT, re.MULTILINE)) >= 30


@pytest.fixture(scope="module")
def surroundings():
    scripts = Scripts(workers=1)
    yield SimpleNamespace(now=datetime(2026, 1, 1, tzinfo=UTC), functions={}, scripts=scripts)
    scripts.close()


def test_a_python_condition_is_true_as_python_sees_it_and_changes_nothing(surroundings):
    goods = [1]
    condition = compile_python("goods.append(2) or len(goods)\n  > 1")

    assert condition.test({"goods": goods}, surroundings)
    assert not compile_python("goods").test({"goods": []}, surroundings)
    assert goods == [1]
    assert condition.names >= {"goods"}


@pytest.mark.parametrize("source", ["1 / 0", "missing > 1", "open('/etc/passwd')", "__import__('os')"])
def test_a_python_condition_that_fails_says_so_and_reaches_nothing(surroundings, source):
    with pytest.raises(ExpressionFailed):
        compile_python(source).test({}, surroundings)


def test_python_without_a_sandbox_is_an_error():
    bare = SimpleNamespace(now=datetime(2026, 1, 1, tzinfo=UTC), functions={})

    with pytest.raises(ExpressionFailed, match="Python cannot be used here"):
        compile_python("1 + 1").evaluate({}, bare)
