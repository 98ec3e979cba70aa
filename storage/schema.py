"""Bring a database to the schema of this version, and say how far it is."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from storage.database import Storage

_MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(storage: Storage, revision: str = "head") -> None:
    """Run the migrations that the database still lacks; one transaction."""
    with storage.engine.connect() as connection, connection.begin():
        migrate(connection, revision)


def migrate(connection: Connection, revision: str) -> None:
    """Run the migrations up to *revision* inside the transaction of *connection*."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def knows(revision: str) -> bool:
    """Tell whether this version of the product knows a revision."""
    return revision in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def current(storage: Storage) -> str | None:
    """The revision of the database; None when it is empty."""
    with storage.read() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The revision that this version of the product needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config
