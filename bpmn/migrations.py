"""Move running requests to another version of their process: seen before, done in batches, undone while possible.

Every request is a unit of work of its own, planned again under its lock: only what passes is moved.  What people
have open stays open with its draft, timers keep their time, waits, loops and incidents go along; the activity
records of before stay as they were.  Until a request has done anything more, it can be put back as it was.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from bpmn import version_runs
from bpmn.actors import Actor
from bpmn.bundles import LoadedBundle
from bpmn.environment import Environment
from bpmn.errors import Conflict, EngineError, NotFound
from bpmn.migrating import Moved, put_back, rows_before, take_along
from bpmn.runtime import Runtime
from bpmn.spiff import (
    Element,
    ExecutionError,
    Plan,
    ProcessModel,
    Workflow,
    migrate,
    plan,
    propose,
    readdressed,
)
from bpmn.version_runs import Item, Run
from storage.errors import VersionConflict
from storage.models import Incident, Instance, Job, Subscription, Task
from storage.rows import InstanceRow, JobRow
from storage.unit_of_work import UnitOfWork

KIND = "migration"
SLICE_S = 1.0
_RESTING = ("Task", "Event", "subProcess", "SubProcess", "transaction", "callActivity", "task")
_JOINS = frozenset({"eventBasedGateway", "parallelGateway", "inclusiveGateway", "complexGateway"})


@dataclass(frozen=True, slots=True)
class MappingRow:
    """Where requests that stand at an element go; `reason` is same, named, chosen or none."""

    element: Element
    target: Element | None
    reason: str
    choices: tuple[Element, ...] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which requests are meant: those standing at one of `elements`, begun before a moment, or of these numbers."""

    elements: frozenset[str] = frozenset()
    before: datetime | None = None
    numbers: frozenset[str] = frozenset()


ALL = Chosen()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What would happen to one request; `plan` is None where its state cannot be read."""

    instance_id: int
    number: str
    subject: str
    plan: Plan | None
    why: str = ""

    @property
    def possible(self) -> bool:
        return self.plan is not None and self.plan.possible


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a migration would do to every request that is meant."""

    verdicts: tuple[Verdict, ...]
    mapping: Mapping[str, str] = field(default_factory=dict)

    @property
    def movable(self) -> int:
        return sum(verdict.possible for verdict in self.verdicts)


class Migrations:
    """`engine.migrations`."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    # -- before ---------------------------------------------------------------------------------------

    def mapping(
        self, *, from_id: int, to_id: int, chosen: Mapping[str, str] | None = None
    ) -> list[MappingRow]:
        """Say for every element at which a request may stand where it goes, and why.

        *chosen* are a person's own choices, by element; "" takes the automatic one.

        Raises:
            NotFound.
            Conflict: the versions are of different processes.
        """
        old, new = self._bundles(from_id, to_id)
        return _mapping(old.model, new.model, {k: v for k, v in (chosen or {}).items() if v})

    def dry_run(
        self,
        *,
        from_id: int,
        to_id: int,
        chosen: Mapping[str, str] | None = None,
        which: Chosen = ALL,
        limit: int | None = None,
    ) -> DryRun:
        """Say what would happen to every running request of a version; nothing is changed.

        Raises: as `mapping`.
        """
        old, new = self._bundles(from_id, to_id)
        mapping = self._choices(old, new, chosen)
        verdicts = []
        with self._runtime.storage.read() as connection:
            rows = connection.execute(_running(from_id, which, limit)).all()
            for row in rows:
                blob = connection.execute(
                    select(Instance.__table__.c.blob).where(Instance.id == row.id)
                ).scalar_one()
                verdicts.append(_verdict(row, blob, old.model, new.model, mapping))
        return DryRun(tuple(verdicts), mapping)

    # -- doing ----------------------------------------------------------------------------------------

    def start(
        self,
        *,
        from_id: int,
        to_id: int,
        by: Actor,
        chosen: Mapping[str, str] | None = None,
        which: Chosen = ALL,
    ) -> int:
        """Begin to move the running requests of a version; a job does it in batches.  Return the work's id.

        Raises:
            NotFound, Conflict, NotAllowed (administrators only).
        """
        version_runs.ensure_administrator(by)
        old, new = self._bundles(from_id, to_id)
        mapping = self._choices(old, new, chosen)
        now = self._runtime.now()
        with self._runtime.storage.unit_of_work() as uow:
            rows = uow.connection.execute(_running(from_id, which, None)).all()
            run_id = version_runs.open_run(
                uow,
                kind=KIND,
                from_id=from_id,
                to_id=to_id,
                items=[(row.id, version_runs.WAITING, {}) for row in rows],
                data={"mapping": mapping},
                by=by,
                now=now,
            )
            data: dict[str, Any] = {
                "process": new.definition.key,
                "from": old.definition.version,
                "to": new.definition.version,
            }
            version_runs.record(uow, "migration_started", by, now, count=len(rows), mapping=mapping, **data)
            uow.after_commit(self._runtime.wake)
        return run_id

    def cancel(self, *, run_id: int, by: Actor) -> None:
        """Stop a migration: what is moved stays moved, the rest stays where it is.

        Raises:
            NotFound, NotAllowed.
            Conflict: it runs no longer.
        """
        self._change(run_id, by, "cancelled", ("running",), "migration_cancelled")

    def undo(self, *, run_id: int, by: Actor) -> None:
        """Begin to put back every moved request that has not moved on since; a job does it.

        Raises:
            NotFound, NotAllowed.
            Conflict: it is not finished, or undone already.
        """
        now = self._change(run_id, by, "undoing", ("done", "cancelled"), "migration_undone")
        with self._runtime.storage.unit_of_work() as uow:
            version_runs.open_job(uow, KIND, {"run": run_id}, now=now)
            uow.after_commit(self._runtime.wake)

    def progress(self, run_id: int) -> Run:
        """Return how far a migration is.  Raises NotFound."""
        with self._runtime.storage.read() as connection:
            return version_runs.get(connection, run_id)

    def recent(self, key: str) -> list[Run]:
        """Return the latest migrations of a process, newest first."""
        with self._runtime.storage.read() as connection:
            return version_runs.recent(connection, key=key, kind=KIND)

    def items(self, run_id: int, *, states: Iterable[str] = ()) -> list[Item]:
        """Return what became of the requests."""
        with self._runtime.storage.read() as connection:
            return version_runs.items(connection, run_id, states=states)

    def work(self, job: JobRow) -> None:
        """Do a slice of a migration or of its undoing."""
        run = self.progress(int((job.details or {})["run"]))
        undoing = run.state == "undoing"
        state = "moved" if undoing else version_runs.WAITING
        until = time.monotonic() + SLICE_S
        finished = run.state not in ("running", "undoing")
        while not finished and time.monotonic() < until:
            with self._runtime.storage.read() as connection:
                batch = version_runs.next_of(connection, run.id, state, 20)
                finished = not batch or version_runs.get(connection, run.id).state != run.state
            if not finished:
                for instance_id in batch:
                    (self._put_back if undoing else self._move)(run, instance_id)
        now = self._runtime.now()
        with self._runtime.storage.unit_of_work() as uow:
            if finished:
                ended = "undone" if undoing else "done"
                version_runs.set_state(uow, run.id, ended, now=now, seen=(run.state,) if run.running else ())
            version_runs.go_on(uow, job, now=now, finished=finished)
            uow.after_commit(self._runtime.wake)

    # -- one request ----------------------------------------------------------------------------------

    def _move(self, run: Run, instance_id: int) -> None:
        assert run.from_id is not None
        by, now = Actor.system(), self._runtime.now()
        try:
            with self._runtime.storage.unit_of_work() as uow:
                instance = self._runtime.load_active(uow, instance_id)
                if instance.definition_id != run.from_id:
                    raise Conflict("the request is on another version by now")
                moved = self._prepare(uow, instance, run, by, now)
                if not moved.plan.possible:
                    reasons = [[one.element_id, one.code] for one in moved.plan.obstacles]
                    version_runs.settle_item(uow, run.id, instance_id, "refused", {"obstacles": reasons})
                    return
                before = rows_before(uow, instance)
                blob = instance.blob
                step = self._runtime.advance(
                    uow,
                    instance,
                    lambda workflow: workflow.journal.extend(moved.closed),
                    by=by,
                    now=now,
                    prepare=lambda unit, row: take_along(unit, row, moved),
                )
                data = {
                    "moves": [
                        [one.element_id, one.target_id, one.how]
                        for one in moved.plan.moves
                        if one.how != "stays"
                    ],
                    "before": before,
                    "version": step.instance.version,
                }
                version_runs.settle_item(uow, run.id, instance_id, "moved", data, blob)
                versions = {"from": moved.old.definition.version, "to": moved.new.definition.version}
                version_runs.record(uow, "migrated", by, now, instance_id, run=str(run.id), **versions)
        except (EngineError, ExecutionError, VersionConflict) as error:
            with self._runtime.storage.unit_of_work() as uow:
                code = getattr(error, "code", "conflict")
                version_runs.settle_item(
                    uow, run.id, instance_id, "refused", {"why": code, "text": str(error)}
                )

    def _prepare(self, uow: UnitOfWork, instance: InstanceRow, run: Run, by: Actor, now: datetime) -> Moved:
        """Make the state of a request in the new version."""
        runtime = self._runtime
        old = runtime.bundles.of_definition(uow.connection, run.from_id or 0)
        new = runtime.bundles.of_definition(uow.connection, run.to_id)
        mapping = dict(run.data.get("mapping") or {})
        found = plan(instance.blob, old.model, new.model, mapping)
        moved = Moved(old, new, found)
        if not found.possible:
            return moved
        environment = Environment(
            runtime=runtime, uow=uow, bundle=new, now=now, by=by, seed=instance.id & 0xFFFF, request=instance
        )

        def values(hashes: list[str]) -> dict[str, bytes]:
            return uow.instances.values(instance.id, hashes)

        workflow = migrate(instance.blob, old.model, new.model, mapping, environment, values)
        moved.closed = list(workflow.journal)
        earlier = Workflow.restore(old.model, instance.blob, environment, values)
        moved.tasks = readdressed(earlier, workflow)
        dumped = workflow.dump()
        moved.state, moved.values = dumped.state, dumped.new_values
        return moved

    def _put_back(self, run: Run, instance_id: int) -> None:
        now = self._runtime.now()
        with self._runtime.storage.unit_of_work() as uow:
            instance = self._runtime.load(uow, instance_id)
            known = version_runs.item(uow.connection, run.id, instance_id).data
            untouched = instance.version == known["version"] and instance.definition_id == run.to_id
            if not untouched or instance.state != "active":
                version_runs.settle_item(uow, run.id, instance_id, "kept", dict(known))
                return
            put_back(uow, instance, run, dict(known["before"]), now=now)
            version_runs.settle_item(uow, run.id, instance_id, "undone", {})
            version_runs.record(uow, "migration_undone", Actor.system(), now, instance_id, run=str(run.id))

    # -- helpers --------------------------------------------------------------------------------------

    def _change(self, run_id: int, by: Actor, state: str, seen: tuple[str, ...], kind: str) -> datetime:
        version_runs.ensure_administrator(by)
        now = self._runtime.now()
        with self._runtime.storage.unit_of_work() as uow:
            run = version_runs.get(uow.connection, run_id)
            if run.kind != KIND:
                raise NotFound("migration", run_id)
            if not version_runs.set_state(uow, run_id, state, now=now, seen=seen):
                raise Conflict(f"the migration is {run.state}", state=run.state)
            version_runs.record(uow, kind, by, now, process=run.key, run=str(run_id))
        return now

    def _bundles(self, from_id: int, to_id: int) -> tuple[LoadedBundle, LoadedBundle]:
        with self._runtime.storage.read() as connection:
            old = self._runtime.bundles.of_definition(connection, from_id)
            new = self._runtime.bundles.of_definition(connection, to_id)
        if old.definition.key != new.definition.key or from_id == to_id:
            raise Conflict("requests move between two versions of one process")
        return old, new

    @staticmethod
    def _choices(old: LoadedBundle, new: LoadedBundle, chosen: Mapping[str, str] | None) -> dict[str, str]:
        """The mapping that the engine is given: what a person chose before what is proposed."""
        own = {
            element: target
            for element, target in (chosen or {}).items()
            if target and element in old.model.elements and target in new.model.elements
        }
        return {**propose(old.model, new.model), **own}


def rests(element: Element) -> bool:
    """Tell whether a request may stand at an element."""
    return element.type.endswith(_RESTING) or element.type in _JOINS


def _mapping(old: ProcessModel, new: ProcessModel, chosen: Mapping[str, str]) -> list[MappingRow]:
    proposed = propose(old, new)
    rows = []
    for element in old.elements.values():
        if not rests(element) or element.type in ("startEvent", "endEvent", "intermediateThrowEvent"):
            continue
        alike = tuple(one for one in new.elements.values() if one.type == element.type)
        same = new.elements.get(element.id)
        if element.id in chosen and chosen[element.id] in new.elements:
            target, reason = new.elements[chosen[element.id]], "chosen"
            if same is not None and target.id == same.id:
                reason = "same"
        elif same is not None and same.type == element.type:
            target, reason = same, "same"
        elif element.id in proposed:
            target, reason = new.elements[proposed[element.id]], "named"
        else:
            rows.append(MappingRow(element, None, "none", alike))
            continue
        rows.append(MappingRow(element, target, reason, alike))
    return rows


def _running(from_id: int, which: Chosen, limit: int | None) -> Any:
    query = (
        select(Instance.id, Instance.number, Instance.subject)
        .where(Instance.definition_id == from_id, Instance.state == "active")
        .order_by(Instance.id)
    )
    if which.before is not None:
        query = query.where(Instance.created_at < which.before)
    if which.numbers:
        query = query.where(Instance.number.in_(sorted(which.numbers)))
    if which.elements:
        wanted = sorted(which.elements)
        query = query.where(
            or_(
                *(
                    Instance.id.in_(
                        select(table.instance_id).where(table.element_id.in_(wanted), *conditions)
                    )
                    for table, conditions in (
                        (Task, [Task.state == "open"]),
                        (Job, []),
                        (Subscription, []),
                        (Incident, [Incident.state == "open"]),
                    )
                )
            )
        )
    return query.limit(limit) if limit is not None else query


def _verdict(
    row: Any, blob: bytes, old: ProcessModel, new: ProcessModel, mapping: Mapping[str, str]
) -> Verdict:
    try:
        return Verdict(row.id, row.number or "", row.subject, plan(bytes(blob), old, new, mapping))
    except ExecutionError as error:
        return Verdict(row.id, row.number or "", row.subject, None, str(error))
