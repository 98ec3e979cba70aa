"""Business rule tasks: results stored as the diagram asks, versions as it names them, reasons kept for people."""

from xml.sax.saxutils import escape

import pytest

from bpmn import dmn
from bpmn.actors import Actor
from bpmn.errors import DeploymentRefused
from storage.queries.timeline import timeline
from tests.cases.conftest import diagram
from tests.dmn.build import decision, definitions, function, given, literal, table
from tests.engine.kit import END, START, chain, el, user

RISK = decision(
    "risk",
    table(
        ["amount"], ["level"], [["<10", '"low"', "пустяк"], [">5", '"high"', "крупная"]], policy="RULE ORDER"
    ),
)
SERVICE = (
    '<decisionService id="s_pair" name="Pair"><variable name="Pair"/>'
    '<outputDecision href="#d_double"/><inputData href="#i_n"/></decisionService>'
)
DOUBLE = given("n") + decision("double", literal("n * 2"), requires=["i_n"])


def rules(*elements: str, **attributes: str) -> bytes:
    return definitions("".join(elements), **attributes)


def asks(ref: str, **attributes: str) -> str:
    """Start, decide, wait for a person, end."""
    named = {f"camunda_{name}": value for name, value in attributes.items()}
    task = el("businessRuleTask", "d", name="Решить", camunda_decisionRef=ref, **named)
    return START + task + user("wait") + END + chain("start", "d", "wait", "end")


def decided(engine, start, **variables):
    return engine.instances.variables(start(**variables)).get("r")


@pytest.mark.parametrize(
    ("mapping", "amount", "expected"),
    [
        ("singleEntry", 1, "low"),
        ("singleResult", 1, {"level": "low"}),
        ("collectEntries", 7, ["low", "high"]),
        ("resultList", 7, [{"level": "low"}, {"level": "high"}]),
        ("resultList", 1, [{"level": "low"}]),
        (None, 7, ["low", "high"]),
    ],
)
def test_a_result_is_stored_as_the_task_maps_it(engine, deploy, start, mapping, amount, expected):
    attributes = {"resultVariable": "r"} | ({"mapDecisionResult": mapping} if mapping else {})
    deploy(asks("d_risk", **attributes), **{"risk.dmn": rules(RISK)})

    assert decided(engine, start, amount=amount) == expected


@pytest.mark.parametrize(
    ("ref", "variables", "expected"),
    [
        ("d_risk", {"amount": 1}, ["low"]),
        ("risk", {"amount": 1}, ["low"]),
        ("double", {"n": 4}, 8),
        ("Pair", {"n": 4}, 8),
        ("s_pair", {"n": 4}, 8),
        ("square", {"x": 5}, 25),
        ("=which", {"which": "double", "n": 3}, 6),
    ],
)
def test_decisions_services_and_knowledge_models_are_found_by_name_or_id(
    engine, deploy, start, ref, variables, expected
):
    everything = rules(RISK, DOUBLE, SERVICE, function("square", ["x"], literal("x * x")))
    deploy(asks(ref, resultVariable="r"), **{"all.dmn": everything})

    assert decided(engine, start, **variables) == expected


def test_an_unknown_decision_is_refused_at_deployment(deploy):
    with pytest.raises(DeploymentRefused) as refused:
        deploy(asks("nowhere", resultVariable="r"))

    errors = [problem.rule for problem in refused.value.problems if problem.severity == "error"]
    assert errors == ["decision.unknown"]


def answers(text: str, tag: str = "") -> bytes:
    """A file whose decision `answer` is *text*."""
    made = decision("answer", literal(escape(f'"{text}"')))
    if tag:
        made = made.replace("<decision ", f'<decision xmlns:camunda="http://c" camunda:versionTag="{tag}" ')
    return rules(made)


DECIDES_LATER = (
    START + user("wait") + "{task}" + user("after") + END + chain("start", "wait", "d", "after", "end")
)


def waiting(binding: str = "", **attributes: str) -> str:
    """A person first, then the decision: a new version can come between."""
    named = {f"camunda_{name}": value for name, value in attributes.items()}
    if binding:
        named["camunda_decisionRefBinding"] = binding
    task = el("businessRuleTask", "d", camunda_decisionRef="answer", camunda_resultVariable="r", **named)
    return DECIDES_LATER.replace("{task}", task)


@pytest.fixture
def pass_on(engine, open_tasks):
    """Complete the open task of a request and return what was decided."""

    def pass_on(request):
        engine.tasks.complete(task_id=open_tasks(request)[0].id, values={}, by=Actor.system())
        return engine.instances.variables(request).get("r")

    return pass_on


@pytest.mark.parametrize(("binding", "expected"), [("", "old"), ("deployment", "old"), ("latest", "new")])
def test_a_running_request_is_decided_by_its_own_rules_unless_the_latest_are_asked_for(
    deploy, start, pass_on, binding, expected
):
    deploy(waiting(binding), **{"a.dmn": answers("old")})
    request = start()
    deploy(waiting(binding), **{"a.dmn": answers("new")})

    assert pass_on(request) == expected


def test_the_latest_rules_may_stand_in_another_folder_and_only_those_in_force_count(
    engine, deploy, start, pass_on
):
    deploy(waiting("latest"))
    request = start()
    deploy(START + END + chain("start", "end"), key="rules", **{"a.dmn": answers("shared")})
    stored = {"x.bpmn": diagram(START + END + chain("start", "end"), key="rules"), "a.dmn": answers("newer")}
    engine.deployments.deploy(stored, by=Actor.system())

    assert pass_on(request) == "shared"


def test_a_decision_may_be_pinned_to_a_version_of_its_process(deploy, start, pass_on):
    for text in ("one", "two", "three"):
        deploy(waiting("version", decisionRefVersion="2"), **{"a.dmn": answers(text)})

    assert pass_on(start()) == "two"


def test_a_decision_may_be_pinned_to_the_newest_with_a_tag(deploy, start, pass_on):
    for text, tag in (("one", "stable"), ("two", "stable"), ("three", "next")):
        deploy(waiting("versionTag", decisionRefVersionTag="stable"), **{"a.dmn": answers(text, tag)})

    assert pass_on(start()) == "two"


@pytest.mark.parametrize(
    "attributes",
    [
        {"binding": "version", "decisionRefVersion": "7"},
        {"binding": "versionTag", "decisionRefVersionTag": "gone"},
        {"binding": "version", "decisionRefVersion": "=null"},
    ],
)
def test_a_version_that_is_not_there_is_an_incident_in_front_of_the_task(
    engine, deploy, start, pass_on, attributes
):
    deploy(waiting(**attributes), **{"a.dmn": answers("own")})
    request = start()

    assert pass_on(request) is None
    waits = engine.instances.waits(request)
    assert ("incident", "d") in [(wait.kind, wait.element_id) for wait in waits]


def test_a_result_that_does_not_fit_its_mapping_is_an_incident(engine, deploy, start):
    deploy(asks("d_risk", resultVariable="r", mapDecisionResult="singleEntry"), **{"risk.dmn": rules(RISK)})

    waits = engine.instances.waits(start(amount=7))

    assert ("incident", "d") in [(wait.kind, wait.element_id) for wait in waits]


def test_why_it_was_decided_so_is_kept_with_the_step_in_both_languages(engine, storage, deploy, start):
    deploy(asks("d_risk", resultVariable="r"), **{"risk.dmn": rules(RISK)})
    request = start(amount=7)

    with storage.read() as connection:
        entries = timeline(connection, request)
    kept = next(entry.data["decision"] for entry in entries if entry.kind == "decision")

    assert kept["inputs"] == {"amount": 7}
    assert dmn.describe(kept, "ru") == [
        'risk: сработало правило 1: amount < 10 → level = "low" (пустяк)',
        'risk: сработало правило 2: amount > 5 → level = "high" (крупная)',
    ]
    assert dmn.describe(kept, "en", lambda text: {"пустяк": "trifle"}.get(text, text))[0].endswith("(trifle)")
