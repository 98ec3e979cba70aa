"""Unstructured diagrams against the token game of the standard, played on the flows alone.

The oracle knows a marking: how many tokens are on each sequence flow, and how many tasks are open.  Exclusive
gateways, parallel gateways and tasks move tokens as BPMN 2.0 §13 says; loops, unsafe nets with several tokens on
one flow and joins that never complete are all welcome.
"""

import itertools
import os
import random
from collections import Counter

import pytest

from bpmn.spiff import Workflow, compile_bundle
from tests.engine.kit import PlainServices, chain, document, el, flow, user

RUNS = int(os.environ.get("MARSHRUT_RANDOM_RUNS", "150"))
SILENT_STEPS = 300
FRESH = 20  # nets of `make test` with a seed that no one has seen
PROOF_PARTS, PROOF_NETS = 4, 250  # together the 1,000 nets of `make proof`


class Net:
    """A random graph of tasks and gateways between a start and an end."""

    def __init__(self, seed):
        rng = random.Random(seed)
        self.kinds = {f"n{i}": rng.choice(["task", "task", "xor", "and"]) for i in range(rng.randint(4, 10))}
        names = list(self.kinds)
        edges = {("start", names[0])}
        for one, two in itertools.pairwise(names):
            edges.add((one, two))
        edges.add((names[-1], "end"))
        for _ in range(rng.randint(2, 8)):
            edges.add((rng.choice(names), rng.choice([*names, "end"])))
        edges = {edge for edge in edges if edge[0] != edge[1]}
        self.edges = sorted(edges)
        self.ins = {name: [e for e in self.edges if e[1] == name] for name in [*names, "end"]}
        self.outs = {name: [e for e in self.edges if e[0] == name] for name in ["start", *names]}

    def document(self):
        """Return the diagram."""
        body = el("startEvent", "start") + el("endEvent", "end") + chain("start", "n0")
        for name, kind in self.kinds.items():
            if kind == "task":
                body += user(name)
            else:
                body += el({"xor": "exclusiveGateway", "and": "parallelGateway"}[kind], name)
        for index, (one, two) in enumerate(self.edges):
            if one == "start":
                continue
            condition = None
            if self.kinds[one] == "xor" and len(self.outs[one]) > 1:
                condition = f"modulo(choice, {len(self.outs[one])}) = {self.outs[one].index((one, two))}"
            body += flow(one, two, condition, id=f"f{index}")
        return document(f'<bpmn:process id="proc" isExecutable="true">{body}</bpmn:process>')


class Game:
    """The marking of a net."""

    def __init__(self, net):
        self.net, self.tokens, self.open, self.choice = net, Counter(), Counter(), 0
        self.put([("start", "n0")])

    def put(self, edges):
        for edge in edges:
            self.tokens[edge] += 1

    def settle(self):
        """Fire everything that fires by itself; False when that does not come to rest."""
        return any(not any(map(self.fire, self.net.ins)) for _ in range(SILENT_STEPS))

    def fire(self, name):
        ready = [edge for edge in self.net.ins[name] if self.tokens[edge] > 0]
        kind = self.net.kinds.get(name, "end")
        if not ready or (kind == "and" and len(ready) < len(self.net.ins[name])):
            return False
        taken = ready if kind == "and" else ready[:1]
        for edge in taken:
            self.tokens[edge] -= 1
        if kind == "task":
            self.open[name] += 1
        elif kind == "and":
            self.put(self.net.outs[name])
        elif kind == "xor":
            outs = self.net.outs[name]
            self.put([outs[self.choice % len(outs)]])
        return True

    def complete(self, name, choice):
        self.open[name] -= 1
        self.choice = choice
        self.put(self.net.outs[name])

    @property
    def tasks(self):
        return sorted(self.open.elements())

    @property
    def ended(self):
        return not self.tasks and not any(self.tokens.values())


def play(seed):
    """Play one net; False where it never comes to rest, so that there is nothing to compare."""
    net = Net(seed)
    bundle = compile_bundle({"net.bpmn": net.document()})
    assert bundle.deployable, [problem.message_en for problem in bundle.problems]
    game, services, rng = Game(net), PlainServices(), random.Random(seed)
    if not game.settle():
        return False  # runs in a circle without a task: an incident, see test_engine_limits
    model = bundle.processes["proc"]
    workflow = Workflow.start(model, services, variables={"choice": 0})
    workflow.advance()
    for number in range(25):
        positions = [p for p in workflow.positions() if p.waits_for == "task"]
        assert sorted(p.element_id for p in positions) == game.tasks, number
        assert (workflow.state == "completed") == game.ended
        if not positions or len(positions) > 60:
            break
        chosen, choice = rng.choice(positions), rng.randrange(12)
        state = workflow.dump().state
        game.complete(chosen.element_id, choice)
        if not game.settle():
            break
        workflow = Workflow.restore(model, state, services, lambda keys: {})
        workflow.complete_task(chosen.token_id, {"choice": choice})
        workflow.advance()
    return True


def drive(seed):
    """Play one net; a difference names the seed."""
    try:
        return play(seed)
    except Exception as error:
        error.add_note(f"seed {seed}")
        raise


@pytest.mark.parametrize("seed", range(RUNS))
def test_the_engine_plays_the_token_game_of_the_standard(seed):
    drive(seed)


def test_it_does_so_on_nets_that_nobody_has_seen():
    fresh = random.SystemRandom()
    for _ in range(FRESH):
        drive(fresh.randrange(2**32))


@pytest.mark.proof
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("part", range(PROOF_PARTS))
def test_it_does_so_on_a_thousand_nets(part):
    fresh, played = random.SystemRandom(), 0
    while played < PROOF_NETS:
        played += drive(fresh.randrange(2**32))
