"""The facade: everything that pages, programs, timers and the command line may do."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from bpmn.actors import Actor
from bpmn.adhoc import AdHoc
from bpmn.advice import Advice
from bpmn.background_jobs import BackgroundJobs
from bpmn.clients import Clients
from bpmn.deployments import Deployments
from bpmn.drafts import Drafts
from bpmn.external import External
from bpmn.incidents import Incidents
from bpmn.instances import Instances
from bpmn.jobs import Jobs
from bpmn.links import Links
from bpmn.messages import Correlated, Messages
from bpmn.migrations import Migrations
from bpmn.owners import Owners
from bpmn.public_forms import PublicForms
from bpmn.replays import Replays
from bpmn.runtime import Runtime
from bpmn.scenarios import bundle_problems
from bpmn.scripts import Scripts
from bpmn.searching import Searching
from bpmn.spiff.services import ScriptRunner
from bpmn.starting import Started
from bpmn.tasks import Tasks
from bpmn.uploading import Uploading
from bpmn.watchdog import Watchdog
from handlers.business_time import Calendar
from handlers.mailer import Mailer, mailer_from
from handlers.registry import Registry, default_registry
from handlers.settings import Settings
from storage.database import Storage


def system_clock() -> datetime:
    return datetime.now(UTC)


class ProcessEngine:
    """One public method of a part = one use case = one unit of work."""

    def __init__(
        self,
        storage: Storage,
        *,
        secret_key: str,
        settings: Settings | None = None,
        registry: Registry | None = None,
        calendar: Calendar | None = None,
        mailer: Mailer | None = None,
        scripts: ScriptRunner | None = None,
        clock: Callable[[], datetime] = system_clock,
    ) -> None:
        settings = settings or Settings()
        self.runtime = Runtime(
            storage=storage,
            registry=registry or default_registry(),
            settings=settings,
            calendar=calendar
            or Calendar.from_settings({}, zone=settings.time_zone, country=settings.country),
            mailer=mailer or mailer_from(settings.mail),
            scripts=scripts or Scripts(),
            links=Links(secret_key),
            clock=clock,
        )
        self.deployments = Deployments(self.runtime)
        self.drafts = Drafts(self.runtime)
        self.advice = Advice(self.runtime)
        self.instances = Instances(self.runtime)
        self.tasks = Tasks(self.runtime)
        self.messages = Messages(self.runtime)
        work = BackgroundJobs(self.runtime)
        self.jobs: Jobs = work
        self.incidents = Incidents(self.runtime)
        self.owners = Owners(self.runtime)
        self.public_forms = PublicForms(self.runtime)
        self.external = External(self.runtime, self.jobs)
        self.watchdog = Watchdog(self.runtime)
        self.clients = Clients(self.runtime)
        self.adhoc = AdHoc(self.runtime)
        self.uploads = Uploading(self.runtime)
        self.searching = Searching(self.runtime)
        self.migrations = Migrations(self.runtime)
        work.background["migration"] = self.migrations.work
        self.replays = Replays(self.runtime)
        work.background["replay"] = self.replays.work
        work.background["activation"] = self.deployments.activate_planned
        self._wakes: list[Callable[[], None]] = []
        self._commits: list[Callable[[], None]] = []
        self.runtime.wake = self._committed
        self.runtime.correlate = self._correlate
        self.runtime.start = self._start
        self.runtime.examples = lambda files: bundle_problems(files, ProcessEngine)

    @property
    def storage(self) -> Storage:
        return self.runtime.storage

    @property
    def registry(self) -> Registry:
        return self.runtime.registry

    @property
    def settings(self) -> Settings:
        return self.runtime.settings

    def now(self) -> datetime:
        return self.runtime.now()

    def on_wake(self, wake: Callable[[], None]) -> None:
        """Have *wake* called, too, whenever there may be work: after commits, here and in other processes."""
        self._wakes.append(wake)

    def on_commit(self, call: Callable[[], None]) -> None:
        """Have *call* called, too, after every commit of this process that may have made work for somebody."""
        self._commits.append(call)

    def wake(self) -> None:
        """Have everybody in this process look for work; returns at once."""
        for wake in self._wakes:
            wake()

    def _committed(self) -> None:
        for call in self._commits:
            call()
        self.wake()

    def close(self) -> None:
        """Give back the sandbox's processes and the database's connections."""
        close = getattr(self.runtime.scripts, "close", None)
        if close is not None:
            close()
        self.runtime.storage.close()

    def _correlate(
        self,
        *,
        name: str,
        correlation: Mapping[str, Any] | None = None,
        payload: Mapping[str, Any] | None = None,
        message_id: str | None = None,
        ttl_s: float | None = None,
    ) -> Correlated:
        """For handlers: a message that nobody waits for is an error unless it may wait."""
        return self.messages.correlate(
            name=name,
            correlation=correlation or {},
            payload=payload or {},
            by=Actor.system(),
            message_id=message_id,
            ttl_s=ttl_s,
        )

    def _start(
        self, *, key: str, variables: Mapping[str, Any] | None = None, message_id: str | None = None
    ) -> Started:
        return self.instances.start(
            key=key, variables=variables or {}, by=Actor.system(), message_id=message_id
        )
