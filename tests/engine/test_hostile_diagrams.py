"""Broken, mutilated and foreign diagrams: problems in words or a run, never a crash."""

import os
import random

import pytest
from lxml import etree

from bpmn.spiff import TokenGone, Workflow, budget, compile_bundle, run_unit
from tests.engine.kit import PlainServices
from tests.paths import CONFORMANCE

FILES = sorted(CONFORMANCE.rglob("*.bpmn")) if CONFORMANCE.is_dir() else []
RUNS = int(os.environ.get("MARSHRUT_RANDOM_RUNS", "150"))
FRESH = 20  # files of `make test` with a seed that no one has seen
PROOF_PARTS, PROOF_FILES = 10, 500  # together the 5,000 files of `make proof`
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"

pytestmark = pytest.mark.skipif(not FILES, reason="the conformance files are not on this machine")


def runnable(root):
    """Give scripts and service tasks something that runs, so that many files are deployable."""
    for element in root.iter(BPMN + "scriptTask"):
        element.set("scriptFormat", "python")
    for element in root.iter(BPMN + "script"):
        element.text = "x = 1"
    for element in root.iter(BPMN + "serviceTask", BPMN + "sendTask"):
        element.set(CAMUNDA + "type", "external")
        element.set(CAMUNDA + "topic", "work")
    for element in root.iter(BPMN + "process"):
        element.set("isExecutable", "true")


def mutilate(root, rng):
    """Remove, rename, double and scramble a few parts."""
    for _ in range(rng.randint(0, 4)):
        elements = [e for e in root.iter() if isinstance(e.tag, str) and e.tag.startswith(BPMN)]
        element, other, kind = rng.choice(elements), rng.choice(elements), rng.random()
        if kind < 0.25 and element.getparent() is not None:
            element.getparent().remove(element)
        elif kind < 0.5 and element.attrib:
            del element.attrib[rng.choice(list(element.attrib))]
        elif kind < 0.7 and element.attrib:
            values = ["", "x", "${x}", "=1+", "-1", "true", other.get("id") or "q"]
            element.attrib[rng.choice(list(element.attrib))] = rng.choice(values)
        elif kind < 0.85:
            element.tag = other.tag
        else:
            other.append(etree.fromstring(etree.tostring(element)))


def play(model, trigger, rng):
    """Do a dozen random acts, the state saved and reloaded between them."""
    services, stored = PlainServices(), {}
    variables = {"log": [], "integerVariable": 0, "test": "a", "items": [1, 2]}
    start = lambda: Workflow.start(model, services, variables=variables, start_id=trigger.element_id)  # noqa: E731
    workflow = run_unit(start, lambda _: None, max_repeats=5)
    for number in range(12):
        positions = [p for p in workflow.positions() if p.waits_for or p.incident]
        if not positions:
            return
        dumped = workflow.dump()
        stored.update(dumped.new_values)
        chosen, luck = rng.choice(positions), rng.random()

        def command(live, chosen=chosen, luck=luck, number=number):
            token = chosen.token_id
            if chosen.incident:
                live.skip(token, {}) if luck < 0.5 else live.retry(token)
            elif chosen.waits_for == "task":
                live.complete_task(token, {"n": number})
            elif chosen.waits_for == "job" and luck < 0.3:
                live.fail_with_bpmn_error(token, "E1", "no", {})
            elif chosen.waits_for == "job":
                live.complete_job(token, {"n": number})
            else:
                live.fire(token, {})

        begin = lambda state=dumped.state: Workflow.restore(  # noqa: E731
            model, state, services, lambda keys: {key: stored[key] for key in keys}
        )
        try:
            workflow = run_unit(begin, command, max_repeats=5)
        except TokenGone:
            workflow = begin()


def judge(seed):
    """Mutilate one file and deploy it; what is deployable is played."""
    rng = random.Random(seed)
    content = rng.choice(FILES).read_bytes()
    try:
        root = etree.fromstring(content)
    except etree.XMLSyntaxError:
        pass  # broken enough as it is
    else:
        runnable(root)
        mutilate(root, rng)
        content = etree.tostring(root)

    bundle = compile_bundle({"file.bpmn": content})

    for problem in bundle.problems:
        assert problem.message_ru
        assert problem.message_en
    if bundle.deployable:
        for model in list(bundle.processes.values())[:2]:
            for trigger in model.starts[:2]:
                play(model, trigger, rng)


def drive(seed):
    """Judge one file; a crash names the seed.  What never rests is stopped early: it calls scripts all the while."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(budget, "MAX_STEPS", 300)
        patch.setattr(budget, "MAX_ATTEMPT_S", 0.3)
        patch.setattr(budget, "MAX_UNIT_S", 0.6)
        try:
            judge(seed)
        except Exception as error:
            error.add_note(f"seed {seed}")
            raise


@pytest.mark.parametrize("seed", range(RUNS))
def test_a_mutilated_diagram_is_refused_in_words_or_runs(seed):
    drive(seed)


def test_so_is_one_that_nobody_has_seen():
    fresh = random.SystemRandom()
    for _ in range(FRESH):
        drive(fresh.randrange(2**32))


@pytest.mark.proof
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("part", range(PROOF_PARTS))
def test_so_are_five_thousand(part):
    fresh = random.SystemRandom()
    for _ in range(PROOF_FILES):
        drive(fresh.randrange(2**32))
