"""Random diagrams, random acts: the engine agrees with an independent oracle, and a reloaded instance with a live one."""

import os
import random
from collections import Counter

import pytest

from bpmn import journal
from bpmn.spiff import Workflow, codec, compile_bundle
from tests.engine.blocks import Block, Maker, Oracle, draw
from tests.engine.kit import PlainServices, document, process

RUNS = int(os.environ.get("MARSHRUT_RANDOM_RUNS", "120"))
STEPS = 60
FRESH = 10  # runs of `make test` with a seed that no one has seen
PROOF_PARTS, PROOF_STEPS = 10, 1000  # together the 10,000 steps of `make proof`


def model_of(seed):
    maker = Maker(seed)
    block = Block("seq", "top", [maker.block(3), maker.block(3)])
    body, called = draw(block)
    bundle = compile_bundle({"r.bpmn": document(process(body), *called)})
    assert bundle.deployable, [problem.message_en for problem in bundle.problems]
    return block, bundle.processes["proc"], maker.variables


def indexes(token):
    """Return the indexes of the multi-instance activities around a token."""
    path, scope, sheet = [], token.scope, token.sheet
    while True:
        while sheet is not scope.sheet:
            if sheet.declares("loopCounter"):
                path.append(sheet.own.get("loopCounter", sheet.plain.get("loopCounter")))
            sheet = sheet.outer
        host = getattr(scope, "host", None)
        if host is None:
            return tuple(path[::-1])
        scope, sheet = host.scope, host.sheet


def open_items(workflow):
    """Return place, token and what it waits for, of everything open."""
    live = workflow._instance.live
    return sorted(
        ((p.element_id, indexes(live[p.token_id])), p.token_id, p.waits_for)
        for p in workflow.positions()
        if p.waits_for
    )


WAITS = (
    journal.TaskOpened,
    journal.JobOpened,
    journal.TimerOpened,
    journal.MessageOpened,
    journal.SignalOpened,
)


def check_journal(entries, alive):
    """Every wait was opened once, and closed once exactly when its token is gone."""
    opened = Counter(entry.token_id for entry in entries if isinstance(entry, WAITS))
    closed = Counter(entry.token_id for entry in entries if isinstance(entry, journal.Closed))
    assert set(opened.values()) <= {1}
    assert set(closed.values()) <= {1}
    assert {token for token in opened if not closed[token]} == set(opened) & alive


def act(workflow, token_id, waits_for, n):
    if waits_for == "task":
        workflow.complete_task(token_id, {f"k{n % 4}": n, "big": "x" * (3000 * (n % 2))})
    elif waits_for == "job":
        workflow.complete_job(token_id, {f"j{n % 3}": [n, {"at": n}]})
    else:
        workflow.fire(token_id, {"pay": n})
    workflow.advance()


def play(seed):
    block, model, variables = model_of(seed)
    services = PlainServices()
    rng = random.Random(seed)
    oracle = Oracle(block)
    live = Workflow.start(model, services, variables=variables)
    live.advance()
    other = Workflow.start(model, services, variables=variables)
    other.advance()
    stored: dict[str, bytes] = {}
    entries = list(other.journal)
    steps = 0
    for n in range(STEPS):
        content, new = codec.dump(other._instance)
        assert content == codec.dump(live._instance)[0]
        stored.update(new)
        other = Workflow.restore(
            model, codec.pack(content), services, lambda keys: {k: stored[k] for k in keys}
        )
        assert codec.dump(other._instance)[0] == content
        items = open_items(live)
        places = [place for place, _, _ in items]
        assert places == oracle.open
        assert (live.state == "completed") == oracle.completed
        sure = [item for item in items if places.count(item[0]) == 1]  # an event may have come several times
        if not sure:
            break
        place, token_id, waits_for = rng.choice(sure)
        act(live, token_id, waits_for, n)
        act(other, token_id, waits_for, n)
        oracle.act(place)
        entries += other.journal
        steps += 1
    check_journal(entries, {p.token_id for p in other.positions()})
    return steps


def drive(seed):
    """Play one diagram, compared after every act; return the number of acts.  A difference names the seed."""
    with pytest.MonkeyPatch.context() as patch:
        if seed % 2:  # every open instance of a loop stays a row until it is touched
            patch.setattr(codec, "FREEZE", 0)
        try:
            return play(seed)
        except Exception as error:
            error.add_note(f"seed {seed}")
            raise


@pytest.mark.parametrize("seed", range(RUNS))
def test_engine_oracle_and_reloaded_engine_agree_after_every_act(seed):
    drive(seed)


def test_they_agree_on_diagrams_that_nobody_has_seen():
    fresh = random.SystemRandom()
    for _ in range(FRESH):
        drive(fresh.randrange(2**32))


@pytest.mark.proof
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("part", range(PROOF_PARTS))
def test_they_agree_for_ten_thousand_acts(part):
    fresh, steps = random.SystemRandom(), 0
    while steps < PROOF_STEPS:
        steps += drive(fresh.randrange(2**32))
