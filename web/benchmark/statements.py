"""How many SQL statements a step sends, whatever the diagram: counted below SQLAlchemy, by SQLite itself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from storage.database import Storage
from web.benchmark import workload
from web.benchmark.results import Result

MOST = 12
"""Statements of a step; with the commit, and whatever opens the transaction, 14."""
_BORDERS = ("BEGIN", "COMMIT", "ROLLBACK")


@contextmanager
def recorded(storage: Storage) -> Iterator[list[str]]:
    """Collect the text of every statement that reaches SQLite meanwhile, BEGIN and COMMIT too."""
    found: list[str] = []

    def trace(driver: Any, _record: Any, _proxy: Any = None) -> None:
        driver.set_trace_callback(found.append)

    def silence(driver: Any, _record: Any) -> None:
        driver.set_trace_callback(None)

    engines = (storage.engine, storage.read_engine)
    storage.let_go()
    for engine in engines:
        event.listen(engine, "checkout", trace)
        event.listen(engine, "checkin", silence)
    try:
        yield found
    finally:
        storage.let_go()
        for engine in engines:
            event.remove(engine, "checkout", trace)
            event.remove(engine, "checkin", silence)


def count(subject: Any) -> dict[str, list[str]]:
    """Run one step of every kind on `subject` (a `measure.Bench`) and return the statements of each."""
    engine, by = subject.engine, subject.person
    steps: dict[str, list[str]] = {}

    def step(name: str, call: Callable[[], Any]) -> Any:
        with recorded(engine.storage) as found:
            result = call()
        steps[name] = found
        return result

    def begin(key: str, variables: dict[str, Any]) -> int:
        with engine.storage.reading() as uow:  # the definition is read once per process
            engine.runtime.bundles.of_definition(
                uow.connection, engine.runtime.bundles.active(uow.connection, key).definition.id
            )
        started = step(f"{key}: start", lambda: engine.instances.start(key=key, variables=variables, by=by))
        return int(started.instance_id)

    def complete(instance: int, key: str, values: dict[str, Any]) -> None:
        with engine.storage.reading() as uow:
            task = min(row.id for row in uow.tasks.open_of(instance))
        step(
            f"{key}: complete {len(steps)}",
            lambda: engine.tasks.complete(task_id=task, values=values, by=by),
        )

    request = begin("bench_request", workload.request_payload(1))
    complete(request, "bench_request", {"approved": True})
    engine.jobs.run_until_idle()
    complete(request, "bench_request", {"f1": 1})
    for key, variables in (
        ("bench_loop", {"n": 0}),
        ("bench_line_20", {"note": "x" * 100_000}),
        ("bench_line_500", {}),
        ("bench_rich", {}),
    ):
        instance = begin(key, variables)
        complete(instance, key, {"n": 1})
        complete(instance, key, {"n": 2, "text": "x" * 5000})
    for size in (5, 100):
        instance = begin("bench_many", {"items": list(range(size))})
        complete(instance, "bench_many", {})
    return steps


def measure(subject: Any) -> list[Result]:
    """Return the largest number of statements of a step, BEGIN and COMMIT left out."""
    counts = {
        name: len([text for text in texts if not text.startswith(_BORDERS)])
        for name, texts in count(subject).items()
    }
    name, most = max(counts.items(), key=lambda item: item[1])
    fewest = min(counts.values())
    note = f"{fewest} to {most} in {len(counts)} steps of 6 diagrams, most in {name!r}"
    return [Result("SQL statements per step, at most", most, f"<= {MOST}", most <= MOST, note)]
