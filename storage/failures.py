"""What the drivers' errors mean: told apart by code, never by text.

The hot path talks to the driver's own cursors, screens to SQLAlchemy; both end here, so that whoever waits for a
database that is away need know one error.  A connection on which the driver failed is thrown away.
"""

import contextlib
import sqlite3
from collections.abc import Iterator

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from storage.errors import DatabaseUnavailable, Duplicate

_SQLITE = {
    "SQLITE_FULL": "full",
    "SQLITE_BUSY": "busy",
    "SQLITE_LOCKED": "busy",
    "SQLITE_PROTOCOL": "busy",
    "SQLITE_IOERR": "broken",
    "SQLITE_CANTOPEN": "broken",
    "SQLITE_READONLY": "broken",
    "SQLITE_CORRUPT": "broken",
    "SQLITE_NOTADB": "broken",
    "SQLITE_NOMEM": "broken",
}
"""Result codes without their extension (sqlite.org/rescode.html)."""
_POSTGRES = {
    "08": "gone",  # connection exception
    "57P": "gone",  # operator intervention: shutdown, crash, cannot connect now
    "53100": "full",
    "53": "busy",  # insufficient resources
    "40": "busy",  # deadlock, serialization failure
    "55P03": "busy",  # lock not available
    "58": "broken",  # system error
    "XX": "broken",  # internal error, corrupted data
}
"""SQLSTATE by its beginning, the longest first (PostgreSQL manual, appendix A)."""


@contextlib.contextmanager
def connected(engine: Engine) -> Iterator[Connection]:
    """Open a connection for the block; a driver's error leaves it as `read` says."""
    with told(engine), engine.connect() as connection:
        try:
            yield connection
        except Exception as error:
            give_up(connection, error)
            raise


def give_up(connection: Connection, error: BaseException) -> None:
    """Throw a connection away if *error* says that its driver failed.

    When the database is gone, so are the other connections that wait in the pool: they are thrown away too.
    """
    failure = error if isinstance(error, DatabaseUnavailable) else None
    if failure is None and isinstance(error, Exception):
        found = read(error, connection.engine)
        failure = found if isinstance(found, DatabaseUnavailable) else None
    if failure is not None:
        with contextlib.suppress(SQLAlchemyError):
            connection.invalidate()
        if failure.reason == "gone":
            connection.engine.dispose()


@contextlib.contextmanager
def told(engine: Engine) -> Iterator[None]:
    """Have a driver's error in the block told by its meaning at once, where somebody between might mistake it."""
    try:
        yield
    except Exception as error:
        _raise_read(error, engine)
        raise


def _raise_read(error: Exception, engine: Engine) -> None:
    failure = read(error, engine)
    if failure is not None:
        raise failure from error


def read(error: Exception, engine: Engine) -> DatabaseUnavailable | Duplicate | None:
    """Return what a driver's error means; None for anything else, mistakes in our statements included."""
    original = error.orig if isinstance(error, DBAPIError) else error
    driver = engine.dialect.dbapi
    if driver is None or not isinstance(original, driver.Error):
        return None
    if isinstance(original, sqlite3.Error):
        return _read_sqlite(original)
    state = getattr(original, "sqlstate", None)
    if state == "23505":
        return Duplicate(_first_line(original))
    if state is None:
        lost = isinstance(original, (driver.OperationalError, driver.InterfaceError))
        return DatabaseUnavailable("gone", _first_line(original)) if lost else None
    for length in (5, 3, 2):
        if state[:length] in _POSTGRES:
            return DatabaseUnavailable(_POSTGRES[state[:length]], _first_line(original))
    return None


def _read_sqlite(error: sqlite3.Error) -> DatabaseUnavailable | Duplicate | None:
    name = getattr(error, "sqlite_errorname", None)
    if name in ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"):
        return Duplicate(_first_line(error))
    if name is None:
        return (
            DatabaseUnavailable("broken", _first_line(error))
            if type(error) is sqlite3.OperationalError
            else None
        )
    for code, reason in _SQLITE.items():
        if name == code or name.startswith(f"{code}_"):
            return DatabaseUnavailable(reason, _first_line(error))
    return None


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
