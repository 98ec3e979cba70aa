"""How many steps a second 1, 2 and 4 worker processes do on one PostgreSQL; ratios within one run.

`python -m tests.benchmarks.scaling` starts a PostgreSQL of its own and prints a table for docs/scaling.md.  Two
loads: *timers*, where a step is all there is to do, and *calls*, where a handler first waits 20 ms for somebody
else, as most do.  Beside them: what one connection commits of rows of the same size, and the processor time that
a step takes of a worker and of the database, which hardly depends on what else the machine does.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bpmn.actors import Actor
from bpmn.engine import ProcessEngine
from handlers.registry import Registry, handler
from handlers.settings import MailSettings, Settings
from storage.database import Storage
from tests import postgres
from tests.engine.kit import END, START, catch, chain, document, job

WORKERS = (1, 2, 4)
REQUESTS = 60
STEPS = 10
CALL_S = 0.02
BEGIN_IN_S = 3


def registry() -> Registry:
    @handler("bench.call", title_ru="Вызов", title_en="Call")
    def call(context: Any) -> dict[str, Any]:
        time.sleep(CALL_S)
        return {}

    made = Registry()
    made.add(call)
    return made


def diagram(load: str) -> bytes:
    names = [f"s{index}" for index in range(STEPS)]
    now = "<bpmn:timerEventDefinition><bpmn:timeDuration>PT0S</bpmn:timeDuration></bpmn:timerEventDefinition>"
    begin = "<bpmn:timerEventDefinition><bpmn:timeDate>=begin</bpmn:timeDate></bpmn:timerEventDefinition>"
    steps = "".join(catch(name, now) if load == "timers" else job(name, topic="bench.call") for name in names)
    body = START + catch("begin", begin) + steps + END + chain("start", "begin", *names, "end")
    return document(f'<bpmn:process id="{load}" name="{load}" isExecutable="true">{body}</bpmn:process>')


@contextmanager
def engine_on(url: str) -> Iterator[ProcessEngine]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        storage = Storage(url, folder / "files")
        settings = Settings(mail=MailSettings(folder=folder / "mail"))
        engine = ProcessEngine(storage, secret_key="a key", settings=settings, registry=registry())
        yield engine
        engine.close()


def work(url: str) -> None:
    """Be one worker process until standard input ends."""
    from timers.bell import Bell
    from timers.embedded import EmbeddedExecutor

    with engine_on(url) as engine:
        executor, bell = EmbeddedExecutor(engine), Bell(engine)
        executor.start()
        bell.start()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        before_s = time.process_time()
        sys.stdin.readline()
        sys.stdout.write(f"{time.process_time() - before_s}\n")
        sys.stdout.flush()
        executor.stop()
        bell.stop()


@dataclass(frozen=True)
class Result:
    """Steps a second, and milliseconds of processor time a step takes."""

    rate: float
    worker_ms: float
    database_ms: float


def measure(url: str, load: str, workers: int) -> Result:
    """Run the load with so many processes."""
    with engine_on(url) as engine:
        engine.deployments.deploy({"p.bpmn": diagram(load)}, by=Actor.system(), activate=True)
        processes = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.benchmarks.scaling", url],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )
            for _ in range(workers)
        ]  # fmt: skip
        for process in processes:
            process.stdout.readline()
        far = datetime.now(UTC) + timedelta(days=1)
        for _ in range(REQUESTS):
            engine.instances.start(key=load, variables={"begin": far}, by=Actor.system())
        begin = datetime.now(UTC) + timedelta(seconds=BEGIN_IN_S)
        with engine.storage.unit_of_work() as uow:
            uow.connection.execute(text("UPDATE job SET due_at = :begin"), {"begin": begin})
        time.sleep(max((begin - datetime.now(UTC)).total_seconds(), 0))
        for process in processes:
            _tell(process)
        began_s, database_s = time.perf_counter(), _database_s(engine)
        engine.runtime.wake()
        while _active(engine):
            time.sleep(0.05)
        took_s, database_s = time.perf_counter() - began_s, _database_s(engine) - database_s
        worker_s = 0.0
        for process in processes:
            _tell(process)
            worker_s += float(process.stdout.readline())
            process.wait()
    steps = REQUESTS * (STEPS + 1)
    return Result(steps / took_s, worker_s / steps * 1000, database_s / steps * 1000)


def _tell(process: subprocess.Popen[str]) -> None:
    process.stdin.write("\n")
    process.stdin.flush()


def _database_s(engine: ProcessEngine) -> float:
    """Processor time of the backends that serve this database."""
    with engine.storage.read() as connection:
        pids = connection.execute(
            text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        ).scalars()
        total = 0
        for pid in pids:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def _active(engine: ProcessEngine) -> int:
    with engine.storage.read() as connection:
        return int(
            connection.execute(text("SELECT count(*) FROM instance WHERE state = 'active'")).scalar_one()
        )


def bare_commits(url: str, threads: int, seconds: float = 3.0) -> float:
    """Return how many commits of one 400-byte row a second so many connections do."""
    storage = Storage(url, Path("unused"))
    with storage.engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS bare (id serial PRIMARY KEY, content text)"))
    counts = [0] * threads
    end_s = time.perf_counter() + seconds

    def run(index: int) -> None:
        with storage.engine.connect() as connection:
            while time.perf_counter() < end_s:
                connection.execute(
                    text("INSERT INTO bare (content) VALUES (:content)"), {"content": "x" * 400}
                )
                connection.commit()
                counts[index] += 1

    running = [threading.Thread(target=run, args=(index,)) for index in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    storage.close()
    return sum(counts) / seconds


def main() -> None:
    say = sys.stdout.write
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        postgres.server(Path(folder)) as server,
    ):
        say(f"cores {os.cpu_count()}, load {os.getloadavg()[0]:.1f}\n")
        for threads in (1, 4):
            url = postgres.database(server).render_as_string(hide_password=False)
            say(f"bare commits, {threads} connections: {bare_commits(url, threads):.0f}/s\n")
        for load in ("timers", "calls"):
            first = 0.0
            for workers in WORKERS:
                url = postgres.database(server).render_as_string(hide_password=False)
                found = measure(url, load, workers)
                first = first or found.rate
                say(
                    f"{load}, {workers} workers: {found.rate:.0f} steps/s, x{found.rate / first:.2f};"
                    f" a step takes {found.worker_ms:.1f} ms of a worker, {found.database_ms:.1f} ms of the database;"
                    f" load {os.getloadavg()[0]:.1f}\n"
                )
                sys.stdout.flush()


if __name__ == "__main__":
    work(sys.argv[1]) if len(sys.argv) > 1 else main()
