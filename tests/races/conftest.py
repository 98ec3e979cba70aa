"""Two engines on one database, as two processes would have them."""

import pytest

from bpmn.actors import Actor
from storage.database import Storage
from storage.models import Base
from tests import postgres

pytest.register_assert_rewrite("tests.races.arena")

from tests.races.arena import Arena  # noqa: E402 (rewritten asserts say what differs)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def arena(request, tmp_path):
    """A deployed database and two engines on it."""
    if request.param == "postgres":
        made = postgres.database(request.getfixturevalue("postgres_server"))
        url = made.render_as_string(hide_password=False)
    else:
        url = f"sqlite:///{tmp_path / 'test.db'}"
        storage = Storage(url, tmp_path / "files")
        Base.metadata.create_all(storage.engine)
        storage.close()
    arena = Arena(url, tmp_path)
    yield arena
    arena.close()


@pytest.fixture
def system() -> Actor:
    return Actor.system()
