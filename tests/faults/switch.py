"""A switch at every statement: the n-th one of an act raises, or kills its process.

Drivers' connections are wrapped below SQLAlchemy, so nothing that reaches the database goes around it: statements
of the hot path, of the ORM, PRAGMAs, BEGIN and COMMIT.  A boundary lies before each of them and one after each
commit, where the database knows what the caller does not.
"""

import os
import signal
import sqlite3
from typing import Any

import psycopg
from sqlalchemy import Engine, event

from storage.database import Storage


class Switch:
    """Counts the boundaries that were passed; at the chosen one *strike* is called with the connection."""

    def __init__(self) -> None:
        self.passed = 0
        self._at = 0
        self._kill = False

    def count(self) -> None:
        """Begin to count; nothing is disturbed."""
        self.passed, self._at = 0, 0

    def kill_at(self, number: int) -> None:
        """SIGKILL this process at its *number*-th boundary from now (from 1)."""
        self.passed, self._at, self._kill = 0, number, True

    def fail_at(self, number: int) -> None:
        """Lose the connection at the *number*-th boundary from now (from 1)."""
        self.passed, self._at, self._kill = 0, number, False

    @property
    def struck(self) -> bool:
        """Whether the chosen boundary was reached."""
        return 0 < self._at <= self.passed

    def pass_by(self, connection: Any) -> None:
        self.passed += 1
        if self.passed != self._at:
            return
        if self._kill:
            os.kill(os.getpid(), signal.SIGKILL)
        if isinstance(connection, psycopg.Connection):
            connection.close()
            raise psycopg.OperationalError("the connection is lost")
        raise sqlite3.OperationalError("disk I/O error")

    def watch(self, storage: Storage) -> None:
        """Wrap every connection that *storage* opens from now on."""
        for engine in {storage.engine, storage.read_engine}:
            self._watch(engine)

    def _watch(self, engine: Engine) -> None:
        switch = self

        class LiteCursor(sqlite3.Cursor):
            def execute(self, *arguments: Any) -> Any:
                switch.pass_by(self.connection)
                return super().execute(*arguments)

            def executemany(self, *arguments: Any) -> Any:
                switch.pass_by(self.connection)
                return super().executemany(*arguments)

        class LiteConnection(sqlite3.Connection):
            def cursor(self, factory: Any = LiteCursor) -> Any:
                return super().cursor(LiteCursor)

            def commit(self) -> None:
                switch.pass_by(self)
                super().commit()
                switch.pass_by(self)

        class PostgresCursor(psycopg.Cursor[Any]):
            def execute(self, *arguments: Any, **options: Any) -> Any:
                switch.pass_by(self.connection)
                return super().execute(*arguments, **options)

            def executemany(self, *arguments: Any, **options: Any) -> Any:
                switch.pass_by(self.connection)
                return super().executemany(*arguments, **options)

        class PostgresConnection(psycopg.Connection[Any]):
            def commit(self) -> None:
                switch.pass_by(self)
                super().commit()
                switch.pass_by(self)

        @event.listens_for(engine, "do_connect")
        def connect(dialect: Any, _record: Any, arguments: list[Any], options: dict[str, Any]) -> Any:
            if dialect.name == "sqlite":
                options["factory"] = LiteConnection
                return None
            options["cursor_factory"] = PostgresCursor
            return PostgresConnection.connect(*arguments, **options)
