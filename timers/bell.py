"""Wake-ups between processes on PostgreSQL: what one commits, the others look at within milliseconds.

A hint, never the truth: a wake-up that is lost costs at most one tick of the executor, for the rows say what is
due.  So nothing is sent inside the transactions of the steps (a NOTIFY there makes their commits queue behind
one lock); a thread rings afterwards, once for all commits of the last few milliseconds.
"""

import logging
import secrets
import threading
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    from bpmn.engine import ProcessEngine

logger = logging.getLogger(__name__)

CHANNEL = "marshrut"
GATHER_S = 0.01
_LISTEN_S = 1.0
_AFTER_FAILURE_S = 2.0


class Bell:
    """Rings when this process commits, and wakes it when another one rang.  Does nothing on SQLite."""

    def __init__(self, engine: "ProcessEngine") -> None:
        self._engine = engine
        self._name = secrets.token_hex(8)
        self._rung = threading.Event()
        self._stopping = threading.Event()
        self.listening = threading.Event()
        self._threads = [
            threading.Thread(target=self._keep, args=(work,), name=f"marshrut-bell-{name}", daemon=True)
            for name, work in (("ring", self._ring), ("listen", self._listen))
        ]

    def start(self) -> None:
        """Begin to ring and to listen."""
        if self._engine.storage.is_sqlite:
            return
        self._engine.on_commit(self._rung.set)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop both; returns within a second or two."""
        self._stopping.set()
        self._rung.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(2 * _LISTEN_S)

    def _keep(self, work: Any) -> None:
        """Do the work on a connection of its own; a database that is away is tried again."""
        while not self._stopping.is_set():
            try:
                with self._engine.storage.engine.connect() as connection:
                    work(connection.execution_options(isolation_level="AUTOCOMMIT"))
            except SQLAlchemyError:
                logger.warning("wake-ups between processes are interrupted")
                self._stopping.wait(_AFTER_FAILURE_S)

    def _ring(self, connection: Connection) -> None:
        ring = text("SELECT pg_notify(:channel, :name)").bindparams(channel=CHANNEL, name=self._name)
        while True:
            self._rung.wait()
            if self._stopping.wait(GATHER_S):
                return
            self._rung.clear()
            connection.execute(ring)

    def _listen(self, connection: Connection) -> None:
        from psycopg import Error

        connection.execute(text(f"LISTEN {CHANNEL}"))
        driver: Any = connection.connection.driver_connection
        self.listening.set()
        self._engine.wake()  # for whatever was rung before
        try:
            while not self._stopping.is_set():
                for heard in driver.notifies(timeout=_LISTEN_S, stop_after=1):
                    if heard.payload != self._name:
                        self._engine.wake()
        except Error as error:
            connection.invalidate()
            raise SQLAlchemyError("the connection that listens is lost") from error
