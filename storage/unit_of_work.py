"""One unit of work = one transaction.  The only place of the product that commits."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from storage.files import FileStore
from storage.repositories.history import History
from storage.repositories.incidents import Incidents
from storage.repositories.instances import Instances
from storage.repositories.jobs import Jobs
from storage.repositories.people import People
from storage.repositories.subscriptions import Subscriptions
from storage.repositories.tasks import Tasks


class UnitOfWork:
    """Repositories over one connection; also an ORM session on it for screens, handlers and administration."""

    def __init__(self, connection: Connection, files: FileStore) -> None:
        self.connection = connection
        self.files = files
        self._transaction = connection.begin()
        self._session: Session | None = None
        self._after_commit: list[Callable[[], None]] = []
        self.instances = Instances(connection)
        self.tasks = Tasks(connection)
        self.jobs = Jobs(connection)
        self.subscriptions = Subscriptions(connection)
        self.incidents = Incidents(connection)
        self.history = History(connection)
        self.people = People(connection)

    @property
    def session(self) -> Session:
        """An ORM session inside this unit: flush it, never commit it."""
        if self._session is None:
            self._session = Session(self.connection, expire_on_commit=False)
        return self._session

    def pipeline(self) -> AbstractContextManager[Any]:
        """Let the statements inside travel to PostgreSQL together, in one round trip; whoever reads waits.

        What a statement touched is known after the block (`storage.statements.Sent`).
        """
        if self.connection.dialect.name != "postgresql":
            return nullcontext()
        pipeline: AbstractContextManager[Any] = self.connection.connection.driver_connection.pipeline()  # type: ignore[union-attr]
        return pipeline

    def after_commit(self, call: Callable[[], None]) -> None:
        """Have *call* run after the commit; it is forgotten if the unit rolls back."""
        self._after_commit.append(call)

    def flush(self) -> None:
        """Write what the ORM session holds, so that Core statements see it."""
        if self._session is not None:
            self._session.flush()

    def restart(self) -> None:
        """Undo everything done in this unit and begin it again."""
        self.rollback()
        self._transaction = self.connection.begin()

    def commit(self) -> None:
        self.flush()
        self._transaction.commit()
        if self._session is not None:
            self._session.close()

    def rollback(self) -> None:
        self._after_commit.clear()
        if self._session is not None:
            self._session.close()
            self._session = None
        if self._transaction.is_active:
            self._transaction.rollback()

    def run_after_commit(self) -> None:
        calls, self._after_commit = self._after_commit, []
        for call in calls:
            call()
