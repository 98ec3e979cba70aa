"""One database and one folder of files, opened once per process.

SQLite: WAL, synchronous=FULL, foreign keys; one writer at a time by design, so a unit of work first takes the
process's own queue and then BEGIN IMMEDIATE: nobody ever meets a lock error.  PostgreSQL: READ COMMITTED, the
row of the instance is the lock.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from storage.failures import connected, give_up, told
from storage.files import FileStore
from storage.unit_of_work import UnitOfWork

BUSY_TIMEOUT_S = 60


class Storage:
    """Gives units of work and read connections; safe to share between threads."""

    def __init__(self, url: str, files_dir: Path, *, durable: bool = True) -> None:
        """Open *url*; without *durable* (SQLite only) a commit does not wait for the disk."""
        self.url = make_url(url)
        self.files = FileStore(files_dir)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._write_queue = threading.Lock()
        self._writer: Connection | None = None
        self._writer_pid = 0
        if self.is_sqlite:
            if self.url.database:
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            self.engine = _sqlite_engine(url, "BEGIN IMMEDIATE", durable)
            self.read_engine = _sqlite_engine(url, "BEGIN", durable)
        else:
            self.engine = create_engine(url, isolation_level="READ COMMITTED", pool_size=20, max_overflow=20)
            self.read_engine = self.engine

    @contextmanager
    def unit_of_work(self) -> Iterator[UnitOfWork]:
        """Open a unit of work; it commits once when the block ends and rolls back when it raises.

        What was registered with `after_commit` runs after the commit, outside the transaction.

        Raises:
            DatabaseUnavailable: it cannot work now; nothing was saved, or the commit was not confirmed.
            Duplicate: somebody else has just stored what may be stored once.
        """
        with self._writing() as connection:
            uow = UnitOfWork(connection, self.files)
            try:
                yield uow
                uow.commit()
            except BaseException:
                uow.rollback()
                raise
        uow.run_after_commit()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """Give a connection to write with; on SQLite always the same one, to one thread at a time."""
        if not self.is_sqlite:
            with connected(self.engine) as connection:
                yield connection
            return
        with self._write_queue, told(self.engine):
            if self._writer is None or self._writer_pid != os.getpid():  # a forked child opens its own
                self._writer, self._writer_pid = self.engine.connect(), os.getpid()
            try:
                yield self._writer
            except BaseException as error:
                self._close_writer(error)
                raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a read-only connection for the queries of `storage.queries`."""
        with connected(self.read_engine) as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[UnitOfWork]:
        """Open the repositories for reading: nothing is locked and whatever is written is undone."""
        with connected(self.read_engine) as connection:
            uow = UnitOfWork(connection, self.files)
            try:
                yield uow
            finally:
                uow.rollback()

    @contextmanager
    def read_session(self) -> Iterator[Session]:
        """Open an ORM session for reading; it never writes."""
        with connected(self.read_engine) as connection, Session(connection, autoflush=False) as session:
            yield session

    def let_go(self) -> None:
        """Give the connection that writes back to its pool; the next unit takes one anew."""
        with self._write_queue:
            self._close_writer()

    def close(self) -> None:
        self.let_go()
        self.engine.dispose()
        self.read_engine.dispose()

    def _close_writer(self, error: BaseException | None = None) -> None:
        writer, self._writer = self._writer, None
        if writer is not None and self._writer_pid == os.getpid():
            if error is not None:
                give_up(writer, error)
            writer.close()


def _sqlite_engine(url: str, begin: str, durable: bool) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute(f"PRAGMA synchronous={'FULL' if durable else 'OFF'}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA cache_size=-16000")
        cursor.execute("PRAGMA temp_store=MEMORY")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        driver.execute(begin)

    return engine
