"""One step of one instance: load, command, advance to the next wait states, project, save.

A step belongs to the caller's unit of work, which commits or forgets all of it.  An element that fails is parked
with an incident while everything else goes on (`bpmn.spiff.unit`): the unit is then begun again, so whatever the
caller writes beside the step belongs into `prepare`.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bpmn import projection
from bpmn.actors import Actor
from bpmn.bundles import Bundles, LoadedBundle
from bpmn.environment import Environment, host_functions
from bpmn.errors import NotFound, RequestEnded
from bpmn.links import Links
from bpmn.lint.problem import Problem
from bpmn.projection import Done
from bpmn.spiff import Workflow, run_unit
from bpmn.spiff.services import ScriptRunner
from handlers.business_time import Calendar
from handlers.mailer import Mailer
from handlers.registry import Registry
from handlers.settings import Settings
from storage.database import Storage
from storage.ids import new_id
from storage.numbering import next_number
from storage.rows import InstanceRow, TaskRow
from storage.steps import Loaded, load_of_task
from storage.unit_of_work import UnitOfWork

Beside = Callable[[UnitOfWork, InstanceRow], None]
DEFAULT_PREFIX = "ЗК"


@dataclass(frozen=True, slots=True)
class Step:
    """What a step led to."""

    instance: InstanceRow
    workflow: Workflow
    opened_tasks: list[TaskRow]


def nothing(uow: UnitOfWork, instance: InstanceRow) -> None:
    """Write nothing."""


def _unwired(**_: Any) -> Any:
    raise RuntimeError("the engine is not wired yet")


class Runtime:
    """What all use cases share; made once per process."""

    def __init__(
        self,
        *,
        storage: Storage,
        registry: Registry,
        settings: Settings,
        calendar: Calendar,
        mailer: Mailer,
        scripts: ScriptRunner,
        links: Links,
        clock: Callable[[], datetime],
    ) -> None:
        self.storage = storage
        self.registry = registry
        self.settings = settings
        self.calendar = calendar
        self.mailer = mailer
        self.scripts = scripts
        self.links = links
        self.now = clock
        self.bundles = Bundles()
        self.wake: Callable[[], None] = lambda: None
        self.correlate: Callable[..., Any] = _unwired
        self.start: Callable[..., Any] = _unwired
        self.examples: Callable[[Mapping[str, bytes]], list[Problem]] = lambda _: _unwired()

    def functions(self) -> Mapping[str, Callable[..., Any]]:
        """The functions that forms and expressions may call, as of now."""
        return host_functions(self, self.now())

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone: what local times and «today» mean."""
        return ZoneInfo(self.settings.time_zone)

    def form_settings(self) -> dict[str, Any]:
        """What every form is shown and checked with: the moment, the zone, the host functions."""
        return {"now": self.now(), "zone": self.zone, "functions": self.functions()}

    def load(self, uow: UnitOfWork, instance_id: int) -> InstanceRow:
        """Load and lock an instance.  Raises NotFound."""
        instance = uow.instances.load(instance_id)
        if instance is None:
            raise NotFound("request", instance_id)
        return instance

    @contextmanager
    def peek(self, instance_id: int, *, by: Actor) -> Iterator[tuple[InstanceRow, LoadedBundle, Workflow]]:
        """Open an instance to look at it: nothing is locked, nothing can be saved.  Raises NotFound."""
        with self.storage.reading() as uow:
            instance = uow.instances.get(instance_id)
            if instance is None:
                raise NotFound("request", instance_id)
            bundle, _, workflow = self.restore(uow, instance, by=by, now=self.now())
            yield instance, bundle, workflow

    def load_of_task(self, uow: UnitOfWork, task_id: int) -> Loaded:
        """Load a task and lock its instance: nobody changes either meanwhile.  Raises NotFound."""
        loaded = load_of_task(uow.connection, task_id)
        if loaded is None:
            raise NotFound("task", task_id)
        uow.instances.remember(loaded.instance)
        return loaded

    def load_active(self, uow: UnitOfWork, instance_id: int) -> InstanceRow:
        """Load and lock a running instance.  Raises NotFound, RequestEnded."""
        instance = self.load(uow, instance_id)
        if instance.state != "active":
            raise RequestEnded(instance_id, instance.state)
        return instance

    def restore(
        self, uow: UnitOfWork, instance: InstanceRow, *, by: Actor, now: datetime
    ) -> tuple[LoadedBundle, Environment, Workflow]:
        """Make the live object of a loaded instance."""
        bundle = self.bundles.of_definition(uow.connection, instance.definition_id)
        environment = Environment(
            runtime=self,
            uow=uow,
            bundle=bundle,
            now=now,
            by=by,
            seed=zlib.crc32(b"%d:%d" % (instance.id, instance.version)),
            request=instance,
        )
        workflow = Workflow.restore(
            bundle.model,
            instance.blob,
            environment,
            lambda hashes: uow.instances.values(instance.id, hashes),
        )
        return bundle, environment, workflow

    def advance(
        self,
        uow: UnitOfWork,
        instance: InstanceRow,
        command: Callable[[Workflow], None],
        *,
        by: Actor,
        now: datetime,
        done: Mapping[int, Done] | None = None,
        prepare: Beside = nothing,
        beside: Beside = nothing,
        restored: Workflow | None = None,
        incidents: bool = True,
    ) -> Step:
        """Apply a command to a loaded instance and save everything that follows from it.

        `restored`: the live object, if the caller made it already.  `prepare` runs at the begin of every attempt.
        What `beside` writes goes out together with what the step writes.  `incidents`: False if none is open.
        """
        instance_id = instance.id
        current = instance
        fresh: list[Workflow | None] = [restored]
        first = True

        def begin() -> Workflow:
            nonlocal current, first
            if not first:
                uow.restart()
                current = self.load(uow, instance_id)
            prepare(uow, current)
            ready, fresh[0] = (fresh[0] if first else None), None
            first = False
            return ready if ready is not None else self.restore(uow, current, by=by, now=now)[2]

        workflow = run_unit(begin, command)
        repeated = current is not instance
        changes = projection.read(workflow, current, now=now, done=done or {})
        dumped = workflow.dump()
        current.blob = dumped.state
        self._settle(current, workflow, now)
        with uow.pipeline():
            uow.instances.put_values(instance_id, dumped.new_values)
            saved = uow.instances.send(current, at=now)
            opened = projection.write(
                uow, current, workflow, changes, now=now, done=done or {}, incidents=incidents or repeated
            )
            beside(uow, current)
        uow.instances.ensure_saved(current, saved)
        uow.after_commit(self.wake)
        return Step(current, workflow, opened)

    def begin(
        self,
        uow: UnitOfWork,
        bundle: LoadedBundle,
        *,
        variables: Mapping[str, Any],
        by: Actor,
        now: datetime,
        start_id: str | None = None,
        afterwards: Beside = nothing,
        language: str | None = None,
    ) -> Step:
        """Start an instance and run it to its first wait states; its number is known from the first step."""
        instance_id = new_id()
        state: dict[str, Any] = {}

        def start() -> Workflow:
            if state:
                uow.restart()
            instance = InstanceRow(
                id=instance_id,
                definition_id=bundle.definition.id,
                state="active",
                version=1,
                blob=b"",
                created_at=now,
                updated_at=now,
                subject=bundle.definition.name,
                language=language or self.settings.language,
                started_by_id=by.id,
                requester=by.name,
            )
            instance.number = instance.business_key = self._number(uow, bundle, now)
            state.update(instance=instance, inserted=False)

            def insert() -> None:
                if not state["inserted"]:
                    uow.instances.insert(instance)
                    state["inserted"] = True

            environment = Environment(
                runtime=self,
                uow=uow,
                bundle=bundle,
                now=now,
                by=by,
                seed=zlib.crc32(b"%d:0" % instance_id),
                request=instance,
                before_handler=insert,
            )
            return Workflow.start(bundle.model, environment, variables=dict(variables), start_id=start_id)

        workflow = run_unit(start, lambda _: None)
        instance: InstanceRow = state["instance"]
        changes = projection.read(workflow, instance, now=now, done={})
        dumped = workflow.dump()
        instance.blob = dumped.state
        self._settle(instance, workflow, now)
        if state["inserted"]:
            uow.instances.save(instance, at=now)
        with uow.pipeline():
            if not state["inserted"]:
                uow.instances.insert(instance)
            uow.instances.put_values(instance_id, dumped.new_values)
            opened = projection.write(uow, instance, workflow, changes, now=now, done={})
            uow.history.add_events([projection.event(instance_id, "started", by=by, now=now)])
        afterwards(uow, instance)
        uow.after_commit(self.wake)
        return Step(instance, workflow, opened)

    def _number(self, uow: UnitOfWork, bundle: LoadedBundle, now: datetime) -> str:
        """The next number of the process's prefix in the year of the organisation's time zone."""
        prefix = bundle.model.properties.get("prefix", DEFAULT_PREFIX)
        year = now.astimezone(self.zone).year
        return f"{prefix}-{year}-{next_number(uow, f'request:{prefix}:{year}'):06d}"

    @staticmethod
    def _settle(instance: InstanceRow, workflow: Workflow, now: datetime) -> None:
        instance.state = workflow.state
        if instance.state != "active" and instance.ended_at is None:
            instance.ended_at = now
