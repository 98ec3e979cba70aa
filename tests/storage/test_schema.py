"""The migrations and the models say the same."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from storage import schema
from storage.database import Storage
from storage.models import Base


@pytest.fixture
def storage(tmp_path):
    storage = Storage(f"sqlite:///{tmp_path / 'test.db'}", tmp_path / "files")
    yield storage
    storage.close()


def test_a_migrated_database_has_exactly_the_tables_of_the_models(storage):
    schema.upgrade(storage)

    with storage.read() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), Base.metadata)

    assert difference == []
    assert schema.current(storage) == schema.newest()


def test_upgrading_twice_changes_nothing(storage):
    schema.upgrade(storage)
    schema.upgrade(storage)

    assert schema.current(storage) == schema.newest()
