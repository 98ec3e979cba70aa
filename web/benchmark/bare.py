"""What the database alone can do: the driver, two small statements and a commit, on the same disk in the same run."""

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

BYTES = b"x" * 700
"""What a step of the workload writes."""


class Bare:
    """A driver's connection on a database of its own kind: SQLite in *folder*, or PostgreSQL at *url*."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        self.connection: Any
        if url is None:
            self.name, self._mark, self._begin, blob = "SQLite FULL", "?", "BEGIN IMMEDIATE", "BLOB"
            self.connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
            self.connection.execute("PRAGMA journal_mode=WAL")
            self.connection.execute("PRAGMA synchronous=FULL")
        else:
            import psycopg

            self.name, self._mark, self._begin, blob = "PostgreSQL", "%s", "BEGIN", "BYTEA"
            address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
            self.connection = psycopg.connect(address, autocommit=True)
        for table in ("bench_bare_a", "bench_bare_b", "bench_whole"):
            self.connection.execute(
                f"CREATE TABLE IF NOT EXISTS {table} (id BIGINT PRIMARY KEY, state {blob})"
            )
        self.run("INSERT INTO bench_bare_a VALUES (1, ?) ON CONFLICT DO NOTHING", b"")
        self._number = 0

    def run(self, statement: str, *values: Any) -> Any:
        """Execute a statement whose parameters are question marks."""
        return self.connection.execute(statement.replace("?", self._mark), values)

    def begin(self) -> None:
        self.connection.execute(self._begin)

    def end(self) -> None:
        self.connection.execute("COMMIT")

    def steps(self, count: int) -> float:
        """One UPDATE and one INSERT of a step's bytes in one commit, *count* times; return the seconds."""
        begin = time.perf_counter()
        for _ in range(count):
            self._number += 1
            self.begin()
            self.run("UPDATE bench_bare_a SET state = ? WHERE id = 1", BYTES)
            self.run("INSERT INTO bench_bare_b VALUES (?, ?)", self._number, BYTES)
            self.end()
        return time.perf_counter() - begin

    def close(self) -> None:
        self.connection.close()
