"""Replay earlier requests through a version before it comes into force.

The last requests of a process are played in memory from what is on record (`bpmn.rehearsing`), slice by slice by
a job, with nothing written but the findings: same path, different path, a question nobody answered, failed.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select

from bpmn import version_runs
from bpmn.actors import Actor
from bpmn.bundles import LoadedBundle, form_source
from bpmn.errors import Conflict, EngineError, NotFound
from bpmn.rehearsing import Played, Recording, RehearsalServices, Visit, play, start_values
from bpmn.runtime import Runtime
from bpmn.spiff import ExecutionError, Workflow, propose
from bpmn.spiff.values import decode
from bpmn.version_runs import Item, Run
from storage.models import Activity, Definition, Incident, Instance, Job, Subscription, Task
from storage.rows import InstanceRow, JobRow
from storage.unit_of_work import UnitOfWork

KIND = "replay"
LAST = 1_000
SLICE_S = 1.0
BATCH = 20
SAME, DIFFERENT, QUESTION, FAILED = "same", "different", "question", "failed"


class Replays:
    """`engine.replays`."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._prepared: dict[tuple[int, int], tuple[dict[str, str], Callable[[str], bool]]] = {}

    def start(self, *, to_id: int, by: Actor, last: int = LAST) -> int:
        """Begin to replay the *last* requests of the process through a version; return the work's id.

        Raises:
            NotFound.
            NotAllowed: neither analyst nor administrator.
        """
        if "analyst" not in by.roles:
            version_runs.ensure_administrator(by)
        now = self._runtime.now()
        with self._runtime.storage.unit_of_work() as uow:
            bundle = self._runtime.bundles.of_definition(uow.connection, to_id)
            ids = uow.connection.scalars(
                select(Instance.id)
                .join(Definition, Definition.id == Instance.definition_id)
                .where(Definition.key == bundle.definition.key)
                .order_by(Instance.created_at.desc(), Instance.id.desc())
                .limit(last)
            ).all()
            run_id = version_runs.open_run(
                uow, kind=KIND, from_id=None, to_id=to_id, items=[(one, version_runs.WAITING, {}) for one in ids],
                data={}, by=by, now=now,
            )  # fmt: skip
            uow.after_commit(self._runtime.wake)
        return run_id

    def cancel(self, *, run_id: int, by: Actor) -> None:
        """Stop a replay; what was found stays.  Raises NotFound, NotAllowed, Conflict."""
        if "analyst" not in by.roles:
            version_runs.ensure_administrator(by)
        with self._runtime.storage.unit_of_work() as uow:
            run = version_runs.get(uow.connection, run_id)
            if run.kind != KIND:
                raise NotFound("replay", run_id)
            if not version_runs.set_state(
                uow, run_id, "cancelled", now=self._runtime.now(), seen=("running",)
            ):
                raise Conflict(f"the replay is {run.state}", state=run.state)

    def progress(self, run_id: int) -> Run:
        """Return how far a replay is and what it found.  Raises NotFound."""
        with self._runtime.storage.read() as connection:
            return version_runs.get(connection, run_id)

    def latest(self, *, to_id: int) -> Run | None:
        """Return the latest replay through a version."""
        with self._runtime.storage.read() as connection:
            key = connection.execute(
                select(Definition.key).where(Definition.id == to_id)
            ).scalar_one_or_none()
            found = version_runs.recent(connection, key=key, kind=KIND, limit=20) if key else []
        return next((run for run in found if run.to_id == to_id), None)

    def items(self, run_id: int, *, states: Iterable[str] = ()) -> list[Item]:
        """Return what was found of the requests."""
        with self._runtime.storage.read() as connection:
            return version_runs.items(connection, run_id, states=states)

    def item(self, run_id: int, instance_id: int) -> Item:
        """Return what was found of one request.  Raises NotFound."""
        with self._runtime.storage.read() as connection:
            return version_runs.item(connection, run_id, instance_id)

    def work(self, job: JobRow) -> None:
        """Do a slice of a replay."""
        run = self.progress(int((job.details or {})["run"]))
        until = time.monotonic() + SLICE_S
        finished = run.state != "running"
        while not finished and time.monotonic() < until:
            with self._runtime.storage.reading() as uow:
                batch = version_runs.next_of(uow.connection, run.id, version_runs.WAITING, BATCH)
                finished = not batch or version_runs.get(uow.connection, run.id).state != run.state
                found = [] if finished else [(one, *self._one(uow, one, run.to_id)) for one in batch]
            with self._runtime.storage.unit_of_work() as uow:
                for instance_id, state, data in found:
                    version_runs.settle_item(uow, run.id, instance_id, state, data)
        now = self._runtime.now()
        with self._runtime.storage.unit_of_work() as uow:
            if finished:
                version_runs.set_state(uow, run.id, "done", now=now, seen=("running",))
            version_runs.go_on(uow, job, now=now, finished=finished)
            uow.after_commit(self._runtime.wake)

    # -- one request ----------------------------------------------------------------------------------

    def replay_one(self, *, instance_id: int, to_id: int) -> tuple[str, dict[str, Any]]:
        """Replay one request now; return its verdict and what explains it.  Raises NotFound."""
        with self._runtime.storage.reading() as uow:
            return self._one(uow, instance_id, to_id)

    def recording(self, instance_id: int) -> tuple[Recording, LoadedBundle]:
        """Return what is on record of a request, with the version it runs on.  Raises NotFound."""
        with self._runtime.storage.reading() as uow:
            instance = uow.instances.get(instance_id)
            if instance is None:
                raise NotFound("request", instance_id)
            bundle = self._runtime.bundles.of_definition(uow.connection, instance.definition_id)
            return self._recording(uow, instance, bundle), bundle

    def _one(self, uow: UnitOfWork, instance_id: int, to_id: int) -> tuple[str, dict[str, Any]]:
        instance = uow.instances.get(instance_id)
        if instance is None:
            raise NotFound("request", instance_id)
        try:
            old = self._runtime.bundles.of_definition(uow.connection, instance.definition_id)
            new = self._runtime.bundles.of_definition(uow.connection, to_id)
            recording = self._recording(uow, instance, old)
            mapping, changed = self._preparation(old, new)
            played = play(recording, new, self._services(new, instance), mapping, changed)
        except (EngineError, ExecutionError) as error:
            return FAILED, {"code": getattr(error, "code", ""), "text": str(error), "element": ""}
        wanted = Counter({mapping.get(key, key): count for key, count in recording.path.items()})
        standing = frozenset(mapping.get(key, key) for key in recording.standing)
        state, data = judge(played, wanted, recording.state, standing)
        if state == SAME or old.definition.id == new.definition.id:
            return state, data
        again = play(recording, old, self._services(old, instance), {})
        if (
            again.failure is None
            and judge(again, recording.path, recording.state, recording.standing)[0] == SAME
        ):
            return state, data
        # The records do not lead the request through its own version either: compare the two replays.
        own = Counter({mapping.get(key, key): count for key, count in again.path.items()})
        standing = frozenset(mapping.get(key, key) for key in again.standing)
        state, data = judge(played, own, again.state, standing)
        return state, data | {"approximate": True}

    def _services(self, bundle: LoadedBundle, instance: InstanceRow) -> RehearsalServices:
        return RehearsalServices(
            runtime=self._runtime, uow=None, bundle=bundle, now=instance.created_at, by=Actor.system(),
            seed=instance.id & 0xFFFF, request=instance,
        )  # fmt: skip

    def _preparation(
        self, old: LoadedBundle, new: LoadedBundle
    ) -> tuple[dict[str, str], Callable[[str], bool]]:
        key = (old.definition.id, new.definition.id)
        if key not in self._prepared:
            if len(self._prepared) > 100:
                self._prepared.clear()

            def changed(form: str) -> bool:
                before = form_source(old.deployment.files, old.deployment.compiled, form)
                return bool(before != form_source(new.deployment.files, new.deployment.compiled, form))

            self._prepared[key] = (propose(old.model, new.model), changed)
        return self._prepared[key]

    def _recording(self, uow: UnitOfWork, instance: InstanceRow, bundle: LoadedBundle) -> Recording:
        """Read what is known of a request."""
        rows = uow.connection.execute(
            select(
                Activity.element_id, Activity.element_type, Activity.outcome, Activity.token_id,
                Activity.closed_at, Activity.data,
            )
            .where(Activity.instance_id == instance.id)
            .order_by(Activity.id)
        ).all()  # fmt: skip
        workflow = Workflow.restore(
            bundle.model, instance.blob, self._services(bundle, instance),
            lambda hashes: uow.instances.values(instance.id, hashes),
        )  # fmt: skip
        final = dict(workflow.variables)
        records = [
            {part: decode((row.data or {}).get(part) or {}) for part in ("values", "before")} for row in rows
        ]
        visits = []
        for row, record in zip(rows, records, strict=True):
            values = dict(record["values"])
            for name in (row.data or {}).get("long") or ():
                if name in final:
                    values[name] = final[name]
            visits.append(
                Visit(row.element_id, row.element_type, row.outcome, row.token_id, row.closed_at, values)
            )
        start = next((one.element_id for one in visits if one.type == "startEvent"), None)
        return Recording(
            variables=start_values(final, records),
            visits=tuple(visits),
            started_at=instance.created_at,
            until=instance.ended_at or self._runtime.now(),
            state=instance.state,
            start_id=start,
            results=final,
            standing=_standing(uow.connection, instance) if instance.state == "active" else frozenset(),
        )


def judge(
    played: Played, path: Mapping[str, int], state: str, standing: frozenset[str]
) -> tuple[str, dict[str, Any]]:
    """Compare where a rehearsal came with where the request was; return the verdict and what explains it."""
    wanted = Counter(path)
    more, less = played.path - wanted, wanted - played.path
    data: dict[str, Any] = {}
    if more:
        data["more"] = dict(more)
    if less:
        data["less"] = dict(less)
    if played.assumed:
        data["assumed"] = dict(played.assumed)
    if played.failure is not None:
        element, code, text = played.failure
        return FAILED, data | {
            "element": element,
            "code": code,
            "text": text[:500],
            "path": dict(played.path),
        }
    if played.questions:
        return QUESTION, data | {
            "questions": [list(one) for one in played.questions],
            "path": dict(played.path),
        }
    ended = {"cancelled", "terminated"}
    alike = played.state == state or (state in ended and played.state == "active")
    if not more and not less and alike:
        return SAME, {"assumed": data["assumed"]} if played.assumed else {}
    return DIFFERENT, data | {
        "path": dict(played.path),
        "standing": sorted(played.standing),
        "state": played.state,
    }


def _standing(connection: Connection, instance: InstanceRow) -> frozenset[str]:
    found: set[str] = set()
    for model, conditions in (
        (Task, [Task.state == "open"]),
        (Job, []),
        (Subscription, []),
        (Incident, [Incident.state == "open"]),
    ):
        found.update(
            connection.scalars(select(model.element_id).where(model.instance_id == instance.id, *conditions))
        )
    return frozenset(found)
