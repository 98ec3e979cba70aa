"""Disk full, database gone and back, a clock that jumps, a worker that sleeps: nothing is lost, nobody has to help."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, event, text

from storage.errors import DatabaseUnavailable
from tests.faults.world import Sale, World, check_whole
from timers.embedded import EmbeddedExecutor

UNLIMITED = 1_000_000_000


@pytest.fixture
def first(world):
    """A sale that nobody disturbed."""
    sale = Sale(world, "K-0")
    sale.run()
    return sale


class Disk:
    """How many pages the database's file may have: a limit of SQLite for every connection opened from now on."""

    def __init__(self, world: World) -> None:
        self._world, self._pages = world, UNLIMITED
        event.listen(world.storage.engine, "connect", self._limit)

    def _limit(self, connection, _record) -> None:
        connection.execute(f"PRAGMA max_page_count = {self._pages}")

    def fill(self) -> None:
        (used,) = self._world.rows("PRAGMA page_count")[0]
        self._allow(used)

    def clear(self) -> None:
        self._allow(UNLIMITED)

    def _allow(self, pages: int) -> None:
        self._pages = pages
        self._world.storage.close()


@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
def test_a_full_disk_refuses_by_name_and_the_work_goes_on_when_there_is_room(world, first):
    disk, refused, tried = Disk(world), [], set()

    def fill_once(name: str, act: Callable[[], None]) -> bool:
        if name in tried:
            return False
        tried.add(name)
        disk.fill()
        try:
            act()
        except DatabaseUnavailable as error:
            refused.append(error.reason)
        disk.clear()
        return True

    sales = [first]
    for number in range(1, 3):
        tried.clear()
        sales.append(Sale(world, f"K-{number}"))
        sales[-1].run(fill_once)

    assert set(refused) == {"full"}
    check_whole(world, sales)


@pytest.mark.parametrize("world", ["postgres"], indirect=True)
def test_a_database_that_ends_all_connections_is_met_again(world, first):
    sale = Sale(world, "K-1")
    executor = EmbeddedExecutor(world.engine, tick_s=0.05)
    executor.start()
    try:
        for name, act, happened in sale.acts():
            if name not in ("jobs", "reminder", "timer", "others"):  # those are the executor's
                end_connections(world)
                until(world, lambda act=act, happened=happened: calm(lambda: happened() or act()))
            end_connections(world)
            until(world, lambda: calm(lambda: idle(world)))
        assert all(thread.is_alive() for thread in executor._threads)
    finally:
        executor.stop()
    world.drain()

    check_whole(world, [first, sale])


def end_connections(world: World) -> None:
    """What a restart of the server does to everybody who is connected."""
    administration = create_engine(world.storage.url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with administration.connect() as connection:
        connection.execute(
            text("select pg_terminate_backend(pid) from pg_stat_activity where datname = :name"),
            {"name": world.storage.url.database},
        )
    administration.dispose()


def until(world: World, met: Callable[[], bool], *, within_s: float = 30.0) -> None:
    """Wait while the pauses between attempts pass."""
    deadline = time.monotonic() + within_s
    while not met():
        assert time.monotonic() < deadline, "it did not come to that"
        world.clock.now += timedelta(seconds=5)
        time.sleep(0.05)


def calm(act: Callable[[], object]) -> bool:
    """Do it, or look whether it is so; False when the database was away, or when it is not."""
    try:
        return act() is not False
    except DatabaseUnavailable:
        return False


def idle(world: World) -> bool:
    return not world.rows("select 1 from job where kind <> 'timer'") and not world.rows(
        "select 1 from job where due_at <= :now", now=world.clock.now
    )


def test_a_clock_that_jumps_back_and_forth_loses_and_repeats_nothing(world, first):
    sale = Sale(world, "K-1")
    jumps = [timedelta(hours=-1), timedelta(minutes=50), timedelta(minutes=-20), timedelta(minutes=30)] * 9

    def jump(_name: str, _act: Callable[[], None]) -> bool:
        world.clock.now += jumps.pop()
        return False

    sale.run(jump)

    check_whole(world, [first, sale])


def test_a_worker_that_slept_for_an_hour_changes_nothing_when_it_wakes(world, first):
    sale = Sale(world, "K-1")
    slept = []

    def sleep(name: str, _act: Callable[[], None]) -> bool:
        """Lease what is due, sleep with it while others work, and wake up after them."""
        if name in ("jobs", "reminder", "timer", "others"):
            slept.append(world.engine.jobs.acquire())
            world.clock.now += timedelta(hours=1)
            world.drain()
            world.engine.jobs.execute_all(slept[-1])
        return False

    sale.run(sleep)

    assert any(slept)
    check_whole(world, [first, sale])
