"""Worlds on both databases."""

import pytest

from storage.database import Storage
from storage.models import Base
from tests import postgres

pytest.register_assert_rewrite("tests.faults.world")

from tests.faults.world import World  # noqa: E402 (rewritten asserts say what differs)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def world(request, tmp_path):
    """An engine on a fresh database whose statements can be made to fail."""
    if request.param == "postgres":
        made = postgres.database(request.getfixturevalue("postgres_server"))
        url = made.render_as_string(hide_password=False)
    else:
        url = f"sqlite:///{tmp_path / 'test.db'}"
        storage = Storage(url, tmp_path / "files")
        Base.metadata.create_all(storage.engine)
        storage.close()
    world = World(url, tmp_path)
    yield world
    world.engine.close()
