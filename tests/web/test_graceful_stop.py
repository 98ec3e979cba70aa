"""A worker that is asked to stop finishes what it began, gives back the rest, and loses nothing."""

import os
import signal
import subprocess
import sys

from bpmn.actors import Actor
from storage.models import Base
from tests.engine.kit import END, START, chain, document, job
from tests.paths import ROOT
from tests.web.slow_worker import engine_on, registry

REQUESTS = 6
FLOW = (
    '<bpmn:process id="slow" name="Slow" isExecutable="true">'
    + START + job("work", topic="test.slow") + END + chain("start", "work", "end") + "</bpmn:process>"
)  # fmt: skip


def test_sigterm_lets_jobs_end_and_gives_leases_back(tmp_path):
    told = []
    url = f"sqlite:///{tmp_path / 'site.db'}"
    engine = engine_on(url, tmp_path, registry(0, told.append))
    Base.metadata.create_all(engine.storage.engine)
    engine.deployments.deploy({"slow.bpmn": document(FLOW)}, by=Actor.system(), activate=True)
    for _ in range(REQUESTS):
        engine.instances.start(key="slow", variables={}, by=Actor.system())
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.web.slow_worker", url], cwd=tmp_path, text=True, stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    begun = worker.stdout.readline()

    worker.send_signal(signal.SIGTERM)
    rest = worker.stdout.read()  # not communicate(): that forgets what readline() took beyond its line
    worker.wait(timeout=90)

    lines = [begun.strip(), *rest.split("\n")[:-1]]
    ended = {line.split()[1] for line in lines if line.startswith("done")}
    assert worker.returncode == 0
    assert {line.split()[1] for line in lines if line.startswith("begun")} == ended
    with engine.storage.reading() as uow:
        states = uow.connection.exec_driver_sql("SELECT state, lease_owner FROM job").all()
    assert [tuple(row) for row in states] == [("waiting", None)] * (REQUESTS - len(ended))
    engine.jobs.run_until_idle()
    again = {line.split()[1] for line in told if line.startswith("done")}
    assert len(again) == REQUESTS - len(ended)
    assert again.isdisjoint(ended)
    assert engine.watchdog.stuck() == []
    engine.close()
