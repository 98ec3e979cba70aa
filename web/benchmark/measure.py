"""Interleaved rounds, medians, ratios."""

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
from web.benchmark import durable, language, statements, workload
from web.benchmark.bare import Bare
from web.benchmark.results import Result

_SYSTEM = Actor.system()


@dataclass
class Bench:
    """An engine on a fresh database with everything on, and one person who may do everything."""

    engine: ProcessEngine
    person: Actor
    path: Path | None
    sandbox_s: float = 0.0
    jobs_s: float = 0.0


def run(
    *,
    instances: int = 200,
    folder: Path | None = None,
    full: bool = False,
    turns: int | None = None,
    postgres: str | None = None,
) -> list[Result]:
    """Measure everything and return the ratios; *full* measures with more and larger requests.

    *postgres*: the address of an empty database to measure on instead of SQLite.
    """
    with tempfile.TemporaryDirectory(dir=folder) as made:
        root = Path(made)
        with bench(root, postgres) as subject:
            bare = Bare(root, postgres)
            results = durable.measure(subject, bare, instances * (5 if full else 1))
            bare.close()
            if postgres is None:
                results += statements.measure(subject)
            results += _flatness(subject, turns=turns or (2000 if full else 400))
    return results + language.measure(turns=turns or 2000)


@contextmanager
def bench(root: Path, postgres: str | None = None) -> Iterator[Bench]:
    """Put an engine together with everything on; its scripts are timed."""
    registry = Registry()

    @handler(workload.HANDLER, title_ru="Замер", title_en="Measurement")
    def notify(context: Any) -> dict[str, Any]:
        return {"sent": 1}

    registry.add(notify)
    path = root / "bench.db"
    storage = Storage(postgres or f"sqlite:///{path}", root / "files")
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
    subject = Bench(engine, person, path if postgres is None else None)
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
