"""Whatever arrives as an expression, a DMN file, a form or a post: an answer or a refusal in words, soon.

`make test` tries a few thousand inputs, `make proof` a million, half of them by atheris, which looks for new ways
through the code.
"""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.feel.fuzzing import TARGETS, run_one, sample

FEW, MANY = 600, 100_000

#: How many inputs atheris looks for; under its instruments a post takes ten times as long as an expression.
FOUND = {"expression": 150_000, "decision": 130_000, "definition": 110_000, "file": 100_000, "post": 10_000}
pytestmark = pytest.mark.filterwarnings("ignore::SyntaxWarning")  # of broken Python expressions
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_mutated_samples_are_answered_or_refused(target):
    for seed in range(FEW):
        run_one(target, sample(target, random.Random(seed)))


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(sorted(TARGETS)), st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_answered_or_refused(target, data):
    run_one(target, data)


@pytest.mark.proof
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("target", sorted(TARGETS))
def test_half_a_million_mutated_samples_are_answered_or_refused(target):
    slowest = 0.0
    for seed in range(FEW, FEW + MANY):
        data = sample(target, random.Random(seed))
        begin = time.thread_time()
        run_one(target, data)
        slowest = max(slowest, time.thread_time() - begin)
    assert slowest < 10


@pytest.mark.proof
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("target", sorted(TARGETS))
def test_half_a_million_inputs_found_by_coverage_are_answered_or_refused(target, tmp_path):
    pytest.importorskip("atheris", reason="atheris is not made for this Python")
    for number in range(50):
        (tmp_path / f"{number}").write_bytes(sample(target, random.Random(number)))
    arguments = [f"-runs={FOUND[target]}", "-timeout=30", "-max_len=2000", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.feel.atheris_harness", target, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def test_the_proof_tries_a_million_inputs():
    assert MANY * len(TARGETS) + sum(FOUND.values()) == 1_000_000
    assert FOUND.keys() == TARGETS.keys()


def test_samples_differ():
    for target in TARGETS:
        assert len({sample(target, random.Random(seed)) for seed in range(50)}) > 25
        assert json.dumps(repr(sample(target, random.Random(1))))
