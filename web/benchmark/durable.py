"""Durable steps of the workload «request»: against the bare commit, and against the whole state as JSON."""

import random
import sqlite3
import statistics
import time
from typing import TYPE_CHECKING

from bpmn.engine import ProcessEngine
from web.benchmark import workload
from web.benchmark.bare import Bare
from web.benchmark.results import Result, at_least
from web.benchmark.whole_state import WholeState

if TYPE_CHECKING:
    from web.benchmark.measure import Bench

ROUNDS = 5


def measure(subject: "Bench", bare: Bare, instances: int) -> list[Result]:
    """Take turns between the three; a script's time in the sandbox and the jobs' own transactions do not count."""
    per_round = max(1, instances // ROUNDS)
    whole = WholeState(bare)
    request_round(subject, min(20, per_round), 0)
    whole.round(min(20, per_round), 0)
    bare.steps(60)
    before = _stored(subject)
    subject.sandbox_s = subject.jobs_s = 0.0
    spent_s, net, bare_rates, whole_rates = 0.0, [], [], []
    for number in range(1, ROUNDS + 1):
        sandbox_s = subject.sandbox_s
        round_s = request_round(subject, per_round, number)
        spent_s += round_s
        net.append(per_round * 3 / (round_s - (subject.sandbox_s - sandbox_s)))
        bare_rates.append(per_round * 3 / bare.steps(per_round * 3))
        whole_rates.append(per_round * 3 / whole.round(per_round, number))
    rate = statistics.median(net)
    outside = f"sandbox {subject.sandbox_s / spent_s:.0%} and jobs {subject.jobs_s / spent_s:.0%} of the steps' time"
    results = [
        at_least(
            f"durable steps / bare commit ({bare.name})",
            rate / statistics.median(bare_rates),
            0.45 if bare.name == "PostgreSQL" else 0.40,
            outside,
        ),
        at_least(
            f"durable steps / whole-state SpiffWorkflow ({bare.name})",
            rate / statistics.median(whole_rates),
            2,
        ),
    ]
    if before is not None:
        size = ((_stored(subject) or 0) - before) / (per_round * ROUNDS)
        results.append(
            Result(
                "kilobytes per finished request",
                round(size / 1024, 2),
                "<= 4",
                size <= 4096,
                "history included",
            )
        )
    return results


def request_round(subject: "Bench", count: int, number: int) -> float:
    """Start all, approve all in random order, run the jobs, fulfil all; return the time of the steps alone."""
    engine, by = subject.engine, subject.person
    order = random.Random(number)  # noqa: S311
    begin = time.perf_counter()
    started = [
        engine.instances.start(
            key="bench_request", variables=workload.request_payload(index), by=by
        ).instance_id
        for index in range(count)
    ]
    spent = time.perf_counter() - begin
    for values in workload.ANSWERS:
        tasks = open_tasks(engine, started)
        order.shuffle(tasks)
        begin = time.perf_counter()
        for task in tasks:
            engine.tasks.complete(task_id=task, values=values, by=by)
        spent += time.perf_counter() - begin
        begin = time.perf_counter()
        engine.jobs.run_until_idle(100_000)
        subject.jobs_s += time.perf_counter() - begin
    return spent


def open_tasks(engine: ProcessEngine, instances: list[int]) -> list[int]:
    with engine.storage.reading() as uow:
        return [task.id for instance in instances for task in uow.tasks.open_of(instance)]


def _stored(subject: "Bench") -> int | None:
    """The bytes of a SQLite database; None for PostgreSQL."""
    if subject.path is None:
        return None
    connection = sqlite3.connect(subject.path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return subject.path.stat().st_size
