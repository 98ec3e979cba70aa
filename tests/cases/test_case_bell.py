"""What one process commits, another one on the same PostgreSQL runs at once, not at its next tick."""

import threading
import time

import pytest
from sqlalchemy import text

from bpmn.engine import ProcessEngine
from handlers.settings import MailSettings, Settings
from storage.database import Storage
from tests.engine.kit import END, START, chain, job
from timers.bell import Bell
from timers.embedded import EmbeddedExecutor

WORK = START + job("work", topic="test.work") + END + chain("start", "work", "end")
PATIENCE_S = 30


@pytest.fixture
def other(storage, registry, clock, tmp_path):
    """A second process's engine on the same database, listening, with an executor that hardly ever ticks."""
    twin = Storage(storage.url.render_as_string(hide_password=False), tmp_path / "files")
    settings = Settings(mail=MailSettings(folder=tmp_path / "mail"))
    engine = ProcessEngine(twin, secret_key="a key", settings=settings, registry=registry, clock=clock)
    bell, executor = Bell(engine), EmbeddedExecutor(engine, tick_s=3600)
    executor.start()
    bell.start()
    assert bell.listening.wait(PATIENCE_S)
    yield bell
    executor.stop()
    bell.stop()
    engine.close()


@pytest.fixture
def bell(engine):
    bell = Bell(engine)
    bell.start()
    yield bell
    bell.stop()


@pytest.mark.postgres
@pytest.mark.parametrize("storage", ["postgres"], indirect=True)
def test_a_job_committed_here_runs_there_and_a_lost_connection_is_made_again(
    storage, deploy, start, state, behaviour, bell, other
):
    ran = threading.Event()
    behaviour.during = ran.set
    deploy(WORK)

    request = start()

    assert ran.wait(PATIENCE_S)
    ran.clear()
    other.listening.clear()
    with storage.unit_of_work() as uow:
        uow.connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
        )
    assert other.listening.wait(PATIENCE_S)
    second = start()
    assert ran.wait(PATIENCE_S)
    end = time.monotonic() + PATIENCE_S
    while (state(request), state(second)) != ("completed", "completed"):
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
def test_on_sqlite_nobody_rings(engine):
    bell = Bell(engine)

    bell.start()
    bell.stop()

    assert not bell.listening.is_set()
