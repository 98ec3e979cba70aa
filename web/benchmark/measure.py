"""Interleaved rounds, medians, ratios."""

import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bpmn.actors import Actor
from bpmn.engine import ProcessEngine
from handlers.registry import Registry, handler
from storage import schema
from storage.database import Storage
from storage.ids import new_id
from storage.models import Group, Membership, User
from web.benchmark import language, statements, workload
from web.benchmark.results import Result

ROUNDS = 5
_SYSTEM = Actor.system()


@dataclass
class Bench:
    """An engine on a fresh SQLite file with everything on, and one person who may do everything."""

    engine: ProcessEngine
    person: Actor
    path: Path
    sandbox_s: float = 0.0
    jobs_s: float = 0.0


def run(
    *, instances: int = 200, folder: Path | None = None, full: bool = False, turns: int | None = None
) -> list[Result]:
    """Measure everything and return the ratios; *full* measures with more and larger requests."""
    with tempfile.TemporaryDirectory(dir=folder) as made:
        root = Path(made)
        with bench(root) as subject:
            results = _steps(subject, root, instances * (5 if full else 1))
            results += statements.measure(subject)
            results += _flatness(subject, turns=turns or (2000 if full else 400))
    return results + language.measure(turns=turns or 2000)


@contextmanager
def bench(root: Path) -> Iterator[Bench]:
    registry = Registry()

    @handler(workload.HANDLER, title_ru="Замер", title_en="Measurement")
    def notify(context: Any) -> dict[str, Any]:
        return {"sent": 1}

    registry.add(notify)
    path = root / "bench.db"
    storage = Storage(f"sqlite:///{path}", root / "files")
    schema.upgrade(storage)
    engine = ProcessEngine(storage, secret_key="bench", registry=registry)  # noqa: S106
    person = _person(storage, engine)
    files = {
        "request.bpmn": workload.request(),
        "loop.bpmn": workload.loop(),
        "line20.bpmn": workload.line(20),
        "line500.bpmn": workload.line(500),
        "many.bpmn": workload.many(),
        "rich.bpmn": workload.rich(),
    }
    engine.deployments.deploy(files, by=_SYSTEM, activate=True)
    subject = Bench(engine, person, path)
    scripts = engine.runtime.scripts
    run_script = scripts.run

    def timed(*args: Any, **named: Any) -> dict[str, Any]:
        begin = time.perf_counter()
        try:
            return run_script(*args, **named)
        finally:
            subject.sandbox_s += time.perf_counter() - begin

    scripts.run = timed  # type: ignore[method-assign]
    try:
        yield subject
    finally:
        engine.close()


def _person(storage: Storage, engine: ProcessEngine) -> Actor:
    with storage.unit_of_work() as uow:
        user = User(
            id=new_id(),
            email="bench@example.com",
            name="Bench",
            fs_uniquifier="bench",
            password=None,
            last_failed_sign_in_at=None,
            created_at=engine.now(),
        )
        group = Group(id=new_id(), key="bench", name_ru="Замер", name_en="Bench")
        uow.session.add_all([user, group])
        uow.flush()
        uow.session.add(Membership(user_id=user.id, group_id=group.id))
        return Actor(user.id, user.email, user.name, frozenset({"bench"}))


# -- durable steps against the bare commit -------------------------------------------------------------


def _steps(subject: Bench, root: Path, instances: int) -> list[Result]:
    product, bare = [], []
    _request_round(subject, 20, 0)
    _bare_round(root, 60)
    before = subject.path.stat().st_size
    subject.sandbox_s = subject.jobs_s = 0.0
    spent: list[float] = []
    total = 0
    for number in range(ROUNDS):
        spent_s = _request_round(subject, instances // ROUNDS, number + 1)
        steps = instances // ROUNDS * 3
        total += instances // ROUNDS
        spent.append(spent_s)
        product.append((steps, spent_s))
        bare.append((steps, _bare_round(root, steps)))
    sandbox = subject.sandbox_s
    net = [(steps, spent_s - sandbox / ROUNDS) for steps, spent_s in product]
    rate = statistics.median(steps / spent_s for steps, spent_s in net)
    bare_rate = statistics.median(steps / spent_s for steps, spent_s in bare)
    _checkpoint(subject)
    size = (subject.path.stat().st_size - before) / total
    ratio = rate / bare_rate
    outside = (
        f"sandbox {sandbox / sum(spent):.0%} and jobs {subject.jobs_s / sum(spent):.0%} of the steps' time"
    )
    return [
        Result(
            "durable steps / bare commit (SQLite FULL)", round(ratio, 3), ">= 0.40", ratio >= 0.40, outside
        ),
        Result(
            "kilobytes per finished request", round(size / 1024, 2), "<= 4", size <= 4096, "history included"
        ),
    ]


def _request_round(subject: Bench, count: int, number: int) -> float:
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
    for values in ({"approved": True, "approver": "u1", "note": "ok"}, {"f1": 1, "f2": 2, "f3": 3}):
        tasks = _open_tasks(engine, started)
        order.shuffle(tasks)
        begin = time.perf_counter()
        for task in tasks:
            engine.tasks.complete(task_id=task, values=values, by=by)
        spent += time.perf_counter() - begin
        begin = time.perf_counter()
        engine.jobs.run_until_idle(100_000)
        subject.jobs_s += time.perf_counter() - begin
    return spent


def _open_tasks(engine: ProcessEngine, instances: list[int]) -> list[int]:
    with engine.storage.reading() as uow:
        return [task.id for instance in instances for task in uow.tasks.open_of(instance)]


def _bare_round(root: Path, steps: int) -> float:
    """One UPDATE and one INSERT of 700 bytes in one commit, on a file of its own on the same disk."""
    connection = sqlite3.connect(root / "bare.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS a(id INTEGER PRIMARY KEY, state BLOB)")
    connection.execute("CREATE TABLE IF NOT EXISTS b(id INTEGER PRIMARY KEY, state BLOB)")
    connection.execute("INSERT OR IGNORE INTO a VALUES(1, x'00')")
    content = b"x" * 700
    begin = time.perf_counter()
    for _ in range(steps):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE a SET state=? WHERE id=1", (content,))
        connection.execute("INSERT INTO b(state) VALUES(?)", (content,))
        connection.execute("COMMIT")
    spent = time.perf_counter() - begin
    connection.close()
    return spent


def _checkpoint(subject: Bench) -> None:
    connection = sqlite3.connect(subject.path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


# -- what must not make a step dearer ------------------------------------------------------------------


def _flatness(subject: Bench, *, turns: int) -> list[Result]:
    early, late = _loop(subject, turns)
    short, long_ = _interleaved(subject, "bench_line_20", "bench_line_500", {}, {})
    few, crowd = _interleaved(
        subject, "bench_many", "bench_many", {"items": _items(40)}, {"items": _items(1000)}
    )
    small, large = _interleaved(
        subject, "bench_line_20", "bench_line_20", {"note": "x" * 1000}, {"note": "x" * 1_000_000}
    )
    return [
        _ratio(f"a step at loop {turns} / at loop 5", late / early, 1.5),
        _ratio("a step in 500 elements / in 20", long_ / short, 2.0),
        _ratio("a step with 1,000 open tasks / with few", crowd / few, 3.0),
        _ratio("a step with 1 MB of variables / with 1 KB", large / small, 3.0),
    ]


def _items(count: int) -> list[int]:
    return list(range(count))


def _ratio(name: str, value: float, most: float) -> Result:
    return Result(name, round(value, 2), f"<= {most:g}", value <= most)


def _loop(subject: Bench, turns: int) -> tuple[float, float]:
    engine, by = subject.engine, subject.person
    instance = engine.instances.start(key="bench_loop", variables={"n": 0}, by=by).instance_id
    times = [_complete_one(engine, instance, by, {"n": turn}) for turn in range(turns)]
    return statistics.median(times[5:25]), statistics.median(times[-20:])


def _interleaved(
    subject: Bench, first: str, second: str, first_data: dict[str, Any], second_data: dict[str, Any]
) -> tuple[float, float]:
    engine, by = subject.engine, subject.person
    instances = [
        engine.instances.start(key=key, variables=data, by=by).instance_id
        for key, data in ((first, first_data), (second, second_data))
    ]
    for instance in instances:
        _complete_one(engine, instance, by, {})
    times: list[list[float]] = [[], []]
    for _ in range(17):
        for index, instance in enumerate(instances):
            times[index].append(_complete_one(engine, instance, by, {}))
    return statistics.median(times[0]), statistics.median(times[1])


def _complete_one(
    engine: ProcessEngine,
    instance: int,
    by: Actor,
    values: dict[str, Any],
    pick: Callable[[list[Any]], Any] = min,
) -> float:
    with engine.storage.reading() as uow:
        task = pick([task.id for task in uow.tasks.open_of(instance)])
    begin = time.perf_counter()
    engine.tasks.complete(task_id=task, values=values, by=by)
    return time.perf_counter() - begin
