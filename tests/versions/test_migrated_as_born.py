"""A migrated instance behaves as if it had been born in the new version: random diagrams, random acts.

The new version has other ids for everything; its state after the migration is compared byte for byte with that
of an instance that did the same acts there from the start, then both go on together.
"""

import random
import re

import pytest

from bpmn.spiff import Workflow, codec, compile_bundle
from bpmn.spiff.migration import migrate
from tests.engine.blocks import Block, Maker, draw
from tests.engine.kit import PlainServices, document, process

RUNS = 40
STEPS = 14


def two_versions(seed):
    """Return a random diagram, the same with other ids, the ids of both, and the variables it decides by."""
    maker = Maker(seed)
    body, called = draw(Block("seq", "top", [maker.block(3), maker.block(3)]))
    old = compile_bundle({"r.bpmn": document(process(body), *called)}).processes["proc"]
    names = {key: f"n_{key}" for key in old.elements}
    renamed = re.sub(r'(?<==)"([^"]+)"', lambda found: f'"{names.get(found[1], found[1])}"', body)
    new = compile_bundle({"r.bpmn": document(process(renamed), *called)}).processes["proc"]
    assert set(new.elements) == set(names.values())
    return old, new, names, maker.variables


def state_of(workflow, stored):
    content, new = codec.dump(workflow._instance)
    stored.update(new)
    return content


def reloaded(workflow, model, services, stored):
    content = state_of(workflow, stored)
    return Workflow.restore(model, codec.pack(content), services, lambda keys: {k: stored[k] for k in keys})


def act(workflow, token_id, waits_for, n):
    if waits_for == "task":
        workflow.complete_task(token_id, {f"k{n % 4}": n, "big": "x" * (3000 * (n % 2))})
    elif waits_for == "job":
        workflow.complete_job(token_id, {f"j{n % 3}": [n, {"at": n}]})
    else:
        workflow.fire(token_id, {"pay": n})
    workflow.advance()


def play(seed, steps):
    old, new, names, variables = two_versions(seed)
    rng, services = random.Random(seed), PlainServices()
    stored: dict[str, bytes] = {}
    migrated_at = rng.randrange(steps)
    traveller = Workflow.start(old, services, variables=variables)
    native = Workflow.start(new, services, variables=variables)
    for workflow in (traveller, native):
        workflow.advance()
    moves = 0
    for n in range(steps):
        if native.state != "active":
            break
        if n == migrated_at:
            packed = codec.pack(state_of(traveller, stored))
            there = migrate(packed, old, new, names, services, lambda keys: {k: stored[k] for k in keys})
            there.advance()
            back = {target: source for source, target in names.items()}
            again = migrate(
                codec.pack(state_of(there, stored)),
                new,
                old,
                back,
                services,
                lambda keys: {k: stored[k] for k in keys},
            )
            again.advance()
            assert state_of(again, stored) == codec.unpack(packed), "forth and back changed the state"
            traveller = there
            moves += 1
        model = new if moves else old
        traveller = reloaded(traveller, model, services, stored)
        native = reloaded(native, new, services, stored)
        if moves:
            assert state_of(traveller, stored) == state_of(native, stored)
        items = [(p.token_id, p.waits_for) for p in native.positions() if p.waits_for]
        assert items == [(p.token_id, p.waits_for) for p in traveller.positions() if p.waits_for]
        if not items:
            break
        token_id, waits_for = rng.choice(items)
        act(traveller, token_id, waits_for, n)
        act(native, token_id, waits_for, n)
    return moves


def drive(seeds, steps):
    moves = 0
    for seed in seeds:
        try:
            moves += play(seed, steps)
        except Exception as error:
            error.add_note(f"seed {seed}")
            raise
    return moves


@pytest.mark.parametrize("part", range(4))
def test_a_migrated_instance_is_the_same_as_one_born_in_the_new_version(part):
    assert drive(range(part * RUNS // 4, (part + 1) * RUNS // 4), STEPS) > 0


def test_nor_does_it_differ_on_diagrams_that_nobody_has_seen():
    fresh = random.SystemRandom()
    drive([fresh.randrange(2**32) for _ in range(5)], STEPS)


@pytest.mark.proof
def test_the_long_version():
    drive(range(1000, 2500), 60)
