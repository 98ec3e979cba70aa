"""Where scenarios are played: the real engine, deployed once, on a fresh database for each of them.

No handler is called: each is a job whose outcome the scenario gives.  What an example does not bring along
(handlers, texts, templates, forms that are not among its files) is not asked for.
"""

import functools
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import insert

from bpmn.actors import Actor
from bpmn.adhoc import AdHoc
from bpmn.bundles import DefinitionRef
from bpmn.deployments import Deployments
from bpmn.instances import Instances
from bpmn.jobs import Jobs
from bpmn.messages import Messages
from bpmn.runtime import Runtime
from bpmn.scenarios.placeholders import with_placeholders
from bpmn.spiff import ProcessModel
from bpmn.tasks import Tasks
from handlers.errors import BpmnError, HandlerError
from handlers.registry import Handler, HandlerProblem, Registry, default_registry
from handlers.settings import MailSettings, Settings
from storage.database import Storage
from storage.ids import new_id
from storage.models import Base, User
from storage.repositories.people import People
from storage.unit_of_work import UnitOfWork

TOLERATED = frozenset(
    {
        "handler.unknown_handler",
        "form.unknown",
        "text.unknown",
        "texts.missing",
        "documents.no_template",
    }
)
"""What a bundle may lack in a scenario: nothing of it is called or shown there."""


class Engine(Protocol):
    """The parts of `bpmn.engine.ProcessEngine` that a scenario drives."""

    runtime: Runtime
    deployments: Deployments
    instances: Instances
    tasks: Tasks
    messages: Messages
    jobs: Jobs
    adhoc: AdHoc

    def close(self) -> None: ...


class EngineMaker(Protocol):
    """Makes an engine; `ProcessEngine` itself."""

    def __call__(
        self,
        storage: Storage,
        *,
        secret_key: str,
        settings: Settings,
        registry: Registry,
        clock: Any,
    ) -> Engine: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job is to return: `variables`, or a technical failure, or an error for the diagram."""

    variables: Mapping[str, Any] = field(default_factory=dict)
    fail: str | None = None
    error: str | None = None
    message: str = ""
    final: bool = False


class ScriptedRegistry(Registry):
    """Every handler is there, none does anything: it gives the outcome that was set before."""

    def __init__(self, known: Registry) -> None:
        super().__init__(known.handlers)
        self.outcome = Outcome()

    def get(self, name: str) -> Handler:
        return _Scripted(name, self._play, (name, name), ("", ""), {}, {}, transactional=False)

    def is_transactional(self, name: str) -> bool:
        return False

    def check(self, handler_name: str, parameters: Mapping[str, Any]) -> list[HandlerProblem]:
        found = super().check(handler_name, parameters)
        return [problem for problem in found if problem.code != "unknown_handler"]

    def _play(self, context: Any, **_: Any) -> dict[str, Any]:
        outcome = self.outcome
        if outcome.error is not None:
            raise BpmnError(outcome.error, outcome.message, outcome.variables)
        if outcome.fail is not None:
            raise HandlerError("scenario.fail", outcome.fail, retryable=not outcome.final)
        return dict(outcome.variables)


class _Scripted(Handler):
    """A handler that takes any parameters."""

    def bind(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {}


class Anybody(People):
    """Whoever a diagram or a scenario names exists; the name stands for the e-mail address."""

    def __init__(self, uow: UnitOfWork, now: datetime) -> None:
        super().__init__(uow.connection)
        self._uow, self._now = uow, now

    def ids(self, emails: list[str]) -> dict[str, int]:
        found = super().ids(emails)
        for name in emails:
            if name not in found:
                found[name] = new_id()
                row = {
                    "id": found[name], "email": name.lower(), "name": name, "fs_uniquifier": name.lower(),
                    "created_at": self._now,
                }  # fmt: skip
                self._uow.connection.execute(insert(User).values(row))
        return found


class ScratchStorage(Storage):
    """A database that nobody needs to find again."""

    def __init__(self, folder: Path, clock: "Clock") -> None:
        self.path = folder / "scenario.db"
        super().__init__(f"sqlite:///{self.path}", folder / "files", durable=False)
        self._clock = clock

    @contextmanager
    def unit_of_work(self) -> Iterator[UnitOfWork]:
        with super().unit_of_work() as uow:
            uow.people = Anybody(uow, self._clock.now)
            yield uow

    def save(self) -> bytes:
        """Return the whole database; nobody uses it now."""
        self.close()
        return self.path.read_bytes()

    def load(self, content: bytes) -> None:
        """Go back to what `save` returned."""
        self.close()
        for suffix in ("-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        self.path.write_bytes(content)


@functools.cache
def _handlers() -> Registry:
    return default_registry()


@functools.cache
def _empty_database() -> bytes:
    """Return a database with every table and no row; made once per process."""
    with tempfile.TemporaryDirectory(prefix="scenario-", ignore_cleanup_errors=True) as folder:
        storage = ScratchStorage(Path(folder), Clock(datetime.now(UTC)))
        Base.metadata.create_all(storage.engine)
        return storage.save()


class Clock:
    """The virtual time."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Stage:
    """One bundle on an engine of its own; `fresh` begins again with nothing but the bundle in force."""

    def __init__(self, files: Mapping[str, bytes], make_engine: EngineMaker, *, now: datetime) -> None:
        """Deploy *files*.  Raises DeploymentRefused."""
        self._folder = tempfile.TemporaryDirectory(prefix="scenario-", ignore_cleanup_errors=True)
        folder = Path(self._folder.name)
        self.clock = Clock(now)
        self.storage = ScratchStorage(folder, self.clock)
        self.registry = ScriptedRegistry(_handlers())
        self.storage.load(_empty_database())
        self.engine = make_engine(
            self.storage,
            secret_key="scenarios only",  # noqa: S106 (no link made here leads anywhere)
            settings=Settings(mail=MailSettings(folder=folder / "mail")),
            registry=self.registry,
            clock=self.clock,
        )
        self.engine.runtime.examples = lambda _: []
        try:
            deployed = self.engine.deployments.deploy(
                with_placeholders(files), by=Actor.system(), tolerate=TOLERATED
            )
            self.definitions: list[DefinitionRef] = deployed.definitions
            self._timed = any(
                start.kind == "timer" for model in self.models.values() for start in model.starts
            )
            if not self._timed:
                self._activate()
            self._blank = self.storage.save()
        except BaseException:
            self.close()
            raise

    def fresh(self, now: datetime) -> None:
        """Begin again at *now*, every process in force."""
        self.storage.load(self._blank)
        self.clock.now = now
        self.registry.outcome = Outcome()
        if self._timed:
            self._activate()

    def _activate(self) -> None:
        """Put every process into force; timer starts count from now."""
        for definition in self.definitions:
            self.engine.deployments.activate(definition_id=definition.id, by=Actor.system())

    @property
    def models(self) -> dict[str, ProcessModel]:
        """The executable processes by key."""
        return {ref.key: self.engine.deployments.bundle(ref.id).model for ref in self.definitions}

    def close(self) -> None:
        """Give everything back."""
        self.engine.close()
        self._folder.cleanup()
