"""Four workers on one PostgreSQL, one of them killed every moment: the requests end as undisturbed ones."""

import multiprocessing
import os
import random
import signal
import socket
import threading
import time
from datetime import datetime, timedelta

import pytest

from tests.faults.world import BEGIN, Sale, World, check_whole
from timers.embedded import EmbeddedExecutor

WORKERS = 4
BY_WORKERS = ("jobs", "reminder", "timer", "others")


class SharedClock:
    """A clock that goes by itself and that the parent turns for all its workers."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._ahead_s = multiprocessing.RawValue("d", 0.0)

    def __call__(self) -> datetime:
        return self.now

    @property
    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=time.monotonic() - self._begun + self._ahead_s.value)

    @now.setter
    def now(self, moment: datetime) -> None:
        self._ahead_s.value += (moment - self.now).total_seconds()


class Crew:
    """Worker processes; whoever is killed is replaced at once."""

    def __init__(self, world: World, seed: int) -> None:
        self._world, self._chance = world, random.Random(seed)
        self.kills = 0
        self._workers = [self._hire() for _ in range(WORKERS)]

    def _hire(self) -> int:
        self._world.storage.close()
        worker = os.fork()
        if worker == 0:
            try:
                self._work(os.getppid())
            finally:
                os._exit(1)
        return worker

    def _work(self, parent: int) -> None:
        engine = self._world.engine
        engine.jobs._owner = f"{socket.gethostname()}:{os.getpid()}:worker"
        EmbeddedExecutor(engine, tick_s=0.05).start()
        while os.getppid() == parent:
            threading.Event().wait(0.5)

    def kill_one(self) -> None:
        place = self._chance.randrange(WORKERS)
        self._dismiss(self._workers[place])
        self.kills += 1
        self._workers[place] = self._hire()

    def go_home(self) -> None:
        for worker in self._workers:
            self._dismiss(worker)

    @staticmethod
    def _dismiss(worker: int) -> None:
        os.kill(worker, signal.SIGKILL)
        os.waitpid(worker, 0)


@pytest.mark.kill
@pytest.mark.proof
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("world", ["postgres"], indirect=True)
def test_sales_survive_the_killing_of_one_of_four_workers_at_any_moment(world):
    first = Sale(world, "K-0")
    first.run()
    world.clock = world.engine.runtime.now = SharedClock()
    world.clock.now += timedelta(days=2)
    sales, crew = [first], Crew(world, random.randrange(2**32))
    try:
        while crew.kills < 200:
            sales.append(Sale(world, f"K-{len(sales)}"))
            for name, act, _ in sales[-1].acts():
                if name not in BY_WORKERS:
                    act()
                crew.kill_one()
                await_rest(world, crew)
    finally:
        crew.go_home()

    world.recover()
    world.drain()
    check_whole(world, sales)
    print(f"{crew.kills} kills of workers, {len(sales)} sales")


def await_rest(world: World, crew: Crew, *, within_s: float = 120.0) -> None:
    """Wait until nothing is due, the pauses between attempts passing; go on killing when it takes long."""
    deadline, round_ = time.monotonic() + within_s, 0
    while world.rows("select 1 from job where kind <> 'timer'") or world.rows(
        "select 1 from job where due_at <= :now", now=world.clock.now
    ):
        assert time.monotonic() < deadline, world.rows("select element_id, kind, state, error from job")
        world._decide_uncertain()
        time.sleep(0.05)
        world.clock.now += timedelta(seconds=2)
        round_ += 1
        if round_ % 20 == 0:
            crew.kill_one()
