"""Deploy folders as immutable bundles and decide which version new requests start on."""

import hashlib
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from bpmn import version_runs
from bpmn.actors import ANALYST, Actor
from bpmn.bundles import DefinitionRef, LoadedBundle
from bpmn.checks import check_bundle
from bpmn.environment import host_functions
from bpmn.errors import Conflict, DeploymentRefused, NotAllowed, NotFound
from bpmn.lint.problem import Problem
from bpmn.projection import event
from bpmn.runtime import Runtime
from bpmn.spiff import Bundle, ProcessModel
from bpmn.start_timers import new_job
from bpmn.starts import next_start
from storage.ids import new_id
from storage.models import Definition, Deployment, Resource
from storage.queries.directory import directory
from storage.repositories.definitions import lock_versions
from storage.rows import JobRow, SubscriptionRow
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Deployed:
    """What a deployment stored; `problems` are its warnings."""

    deployment_id: int
    definitions: list[DefinitionRef]
    problems: list[Problem]
    unchanged: bool = False


class NotApproved(Conflict):
    """The process demands that another person approves a version before it comes into force."""

    code = "version.not_approved"

    def __init__(self, key: str, version: int) -> None:
        super().__init__(f"version {version} of {key} waits for approval", process=key, version=version)


class Deployments:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def check(self, files: Mapping[str, bytes]) -> list[Problem]:
        """Say everything that is wrong with a folder, without storing it."""
        return self._check(files)[1]

    def _check(self, files: Mapping[str, bytes]) -> tuple[Bundle | None, list[Problem]]:
        with self._runtime.storage.read() as connection:
            known = directory(connection)
        return check_bundle(files, self._runtime.registry, known)

    def deploy(
        self,
        files: Mapping[str, bytes],
        *,
        by: Actor,
        source: str = "upload",
        note: str = "",
        activate: bool = False,
        tolerate: Container[str] = (),
    ) -> Deployed:
        """Store a folder as one bundle: every executable process in it gets its next version.

        The same content deployed again is recognised and stored only once.  With `activate` the new versions
        come into force in the same transaction, after the bundle's scenarios have passed where a process
        requires them.  Errors of the rules in *tolerate* refuse nothing.

        Raises:
            DeploymentRefused: the bundle cannot run, or a required scenario fails; nothing was stored.
        """
        bundle, problems = self._check(files)
        if bundle is None or any(
            problem.severity == "error" and problem.rule not in tolerate for problem in problems
        ):
            raise DeploymentRefused(problems)
        if activate:
            self._require_scenarios(bundle, files)
        digest = _digest(files)
        now = self._runtime.now()
        with self._runtime.storage.unit_of_work() as uow:
            known = uow.session.scalar(select(Deployment).where(Deployment.content_hash == digest))
            if known is not None:
                definitions = self._definitions(uow, known.id)
            else:
                deployment_id = new_id()
                uow.session.add(
                    Deployment(
                        id=deployment_id,
                        content_hash=digest,
                        source=source,
                        note=note,
                        created_at=now,
                        created_by_id=by.id,
                    )
                )
                uow.flush()
                uow.session.add_all(
                    Resource(deployment_id=deployment_id, path=path, content=content)
                    for path, content in files.items()
                )
                definitions = [self._store(uow, model, deployment_id) for model in _in_order(bundle)]
                uow.flush()
            if activate:
                for definition in definitions:
                    if definition.state != "active":
                        self._activate(uow, definition.id, by)
                definitions = self._definitions(uow, definitions[0].deployment_id) if definitions else []
        for definition in definitions:
            self._runtime.bundles.forget(definition.id)
        deployment = known.id if known is not None else deployment_id
        warnings = [problem for problem in problems if problem.severity != "error"]
        return Deployed(deployment, definitions, warnings, unchanged=known is not None)

    def activate(self, *, definition_id: int, by: Actor) -> None:
        """Put a version into force: new requests start on it; running ones stay on theirs.

        Raises:
            NotFound: there is no such version.
            NotApproved: its process demands another person's approval.
            DeploymentRefused: its process requires the bundle's scenarios to pass, and one does not.
        """
        loaded = self.bundle(definition_id)
        self._require_scenarios(loaded.deployment.compiled, loaded.deployment.files, loaded.definition.key)
        with self._runtime.storage.unit_of_work() as uow:
            self._activate(uow, definition_id, by)
        self._runtime.bundles.forget(definition_id)

    def approve(self, *, definition_id: int, by: Actor) -> None:
        """Say that a version may come into force, as somebody other than its author.

        Raises:
            NotFound.
            NotAllowed: the person brought the version in, or is neither analyst nor administrator.
        """
        with self._runtime.storage.unit_of_work() as uow:
            definition = self._get(uow, definition_id)
            author = uow.session.get(Deployment, definition.deployment_id)
            if not (by.is_administrator or ANALYST in by.roles):
                raise NotAllowed("only analysts and administrators approve", reason="administrator.only")
            if author is not None and author.created_by_id == by.id:
                raise NotAllowed("the author does not approve their own version", reason="version.own")
            definition.approved_at, definition.approved_by_id = self._runtime.now(), by.id
            self._record(uow, "definition_approved", definition, by)

    def needs_approval(self, definition_id: int) -> bool:
        """Tell whether a version waits for another person's approval.  Raises NotFound."""
        with self._runtime.storage.reading() as uow:
            return _unapproved(self._get(uow, definition_id))

    def describe(self, *, definition_id: int, tag: str, by: Actor) -> None:
        """Give a version people's own name.  Raises NotFound."""
        with self._runtime.storage.unit_of_work() as uow:
            definition = self._get(uow, definition_id)
            definition.tag = tag.strip()[:80]
            self._record(uow, "definition_tagged", definition, by)

    def plan_activation(self, *, definition_id: int, at: datetime | None, by: Actor) -> None:
        """Have a version come into force by itself at a time; None takes the plan back.

        Raises:
            NotFound.
            Conflict: it is in force already, or waits for approval.
        """
        now = self._runtime.now()
        with self._runtime.storage.unit_of_work() as uow:
            definition = self._get(uow, definition_id)
            if definition.state == "active":
                raise Conflict(f"version {definition.version} of {definition.key} is in force")
            if at is not None and _unapproved(definition):
                raise NotApproved(definition.key, definition.version)
            definition.activate_at = at
            if at is not None:
                details = {"definition": definition_id, "at": at.isoformat(), "by": by.id}
                version_runs.open_job(uow, "activation", details, now=now, due_at=at)
            self._record(uow, "activation_planned", definition, by)
            uow.after_commit(self._runtime.wake)

    def activate_planned(self, job: JobRow) -> None:
        """Do a planned activation, unless the plan was changed meanwhile."""
        details = job.details or {}
        definition_id, at = int(details["definition"]), datetime.fromisoformat(details["at"])
        with self._runtime.storage.reading() as uow:
            meant = self._get(uow, definition_id).activate_at == at
        if meant:
            self.activate(definition_id=definition_id, by=Actor(id=details["by"]))
        with self._runtime.storage.unit_of_work() as uow:
            uow.jobs.delete(job)

    def suspend(self, *, definition_id: int, by: Actor) -> None:
        """Let no new request start for a while; running ones go on.  `activate` ends it.

        Raises:
            NotFound.
            Conflict: it is not in force.
        """
        self._leave(definition_id, "suspended", "definition_suspended", by)

    def retire(self, *, definition_id: int, by: Actor) -> None:
        """Take a version out of force: nothing starts on it any more, running requests go on.

        Raises:
            NotFound: there is no such version.
            Conflict: it is not in force.
        """
        self._leave(definition_id, "retired", "definition_retired", by)

    def _leave(self, definition_id: int, state: str, kind: str, by: Actor) -> None:
        with self._runtime.storage.unit_of_work() as uow:
            definition = self._get(uow, definition_id)
            if definition.state not in {"active", "suspended"} - {state}:
                raise Conflict(f"version {definition.version} of {definition.key} is not in force")
            self._close_starts(uow, definition_id)
            definition.state = state
            self._record(uow, kind, definition, by)
        self._runtime.bundles.forget(definition_id)

    def bundle(self, definition_id: int) -> LoadedBundle:
        """Return a version with the folder it came in.  Raises NotFound."""
        with self._runtime.storage.read() as connection:
            return self._runtime.bundles.of_definition(connection, definition_id)

    def active(self, key: str) -> LoadedBundle:
        """Return the version of a process in force.  Raises NotFound."""
        with self._runtime.storage.read() as connection:
            return self._runtime.bundles.active(connection, key)

    def _require_scenarios(self, bundle: Bundle, files: Mapping[str, bytes], key: str | None = None) -> None:
        """Play the bundle's scenarios where a process (or the one named) has the property scenarios = required."""
        models = bundle.processes.values() if key is None else [bundle.processes[key]]
        if any(model.properties.get("scenarios", "").strip() == "required" for model in models):
            problems = self._runtime.examples(files)
            if problems:
                raise DeploymentRefused(problems)

    def _store(self, uow: UnitOfWork, model: ProcessModel, deployment_id: int) -> DefinitionRef:
        newest = uow.session.scalar(select(func.max(Definition.version)).where(Definition.key == model.key))
        row = Definition(
            id=new_id(),
            key=model.key,
            version=(newest or 0) + 1,
            name=model.name or model.key,
            state="stored",
            deployment_id=deployment_id,
            resource_path=model.file,
            info=dict(model.properties),
            created_at=self._runtime.now(),
        )
        uow.session.add(row)
        uow.flush()
        return _ref(row)

    def _definitions(self, uow: UnitOfWork, deployment_id: int) -> list[DefinitionRef]:
        rows = uow.session.scalars(
            select(Definition).where(Definition.deployment_id == deployment_id).order_by(Definition.id)
        )
        return [_ref(row) for row in rows]

    def _activate(self, uow: UnitOfWork, definition_id: int, by: Actor) -> None:
        definition = self._get(uow, definition_id)
        lock_versions(uow.connection, definition.key)
        uow.session.refresh(definition)
        if definition.state == "active":
            return
        if _unapproved(definition):
            raise NotApproved(definition.key, definition.version)
        previous = uow.session.scalars(
            select(Definition.id).where(Definition.key == definition.key, Definition.state == "active")
        )
        for row_id in previous.all():
            self._close_starts(uow, row_id)
        uow.session.execute(
            update(Definition)
            .where(Definition.key == definition.key, Definition.state.in_(("active", "suspended")))
            .values(state="retired")
        )
        definition.state, definition.activate_at = "active", None
        definition.activated_at, definition.activated_by_id = self._runtime.now(), by.id
        uow.flush()
        self._open_starts(uow, definition)
        self._record(uow, "definition_activated", definition, by)
        uow.after_commit(self._runtime.wake)

    def _open_starts(self, uow: UnitOfWork, definition: Definition) -> None:
        now = self._runtime.now()
        bundle = self._runtime.bundles.deployment(uow.connection, definition.deployment_id)
        for start in bundle.compiled.processes[definition.key].starts:
            if start.kind in ("message", "signal"):
                row = SubscriptionRow(
                    new_id(),
                    start.kind,
                    start.name or "",
                    {},
                    None,
                    None,
                    definition.id,
                    start.element_id,
                    now,
                )
                uow.subscriptions.insert([row])
            elif start.kind == "timer" and start.timer is not None:
                first = next_start(
                    start.timer,
                    now=now,
                    index=0,
                    functions=host_functions(self._runtime, now),
                    zone=self._runtime.zone,
                )
                if first is None:
                    continue
                uow.jobs.insert([new_job(definition.id, start.element_id, first, 0, now.isoformat(), now)])

    @staticmethod
    def _close_starts(uow: UnitOfWork, definition_id: int) -> None:
        uow.subscriptions.delete_starts(definition_id)
        uow.jobs.delete_starts(definition_id)

    @staticmethod
    def _get(uow: UnitOfWork, definition_id: int) -> Definition:
        definition = uow.session.get(Definition, definition_id)
        if definition is None:
            raise NotFound("process version", definition_id)
        return definition

    def _record(self, uow: UnitOfWork, kind: str, definition: Definition, by: Actor) -> None:
        data: dict[str, Any] = {"process": definition.key, "version": definition.version}
        uow.history.add_events([event(None, kind, by=by, now=self._runtime.now(), data=data)])


def _unapproved(definition: Definition) -> bool:
    """Tell whether the process demands an approval that the version does not have."""
    required = str((definition.info or {}).get("activation_approval", "")).strip() == "required"
    return required and definition.approved_at is None


def _ref(row: Definition) -> DefinitionRef:
    return DefinitionRef(
        row.id, row.key, row.version, row.name, row.state, row.deployment_id, row.resource_path
    )


def _in_order(bundle: Bundle) -> list[ProcessModel]:
    return [bundle.processes[key] for key in sorted(bundle.processes)]


def _digest(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path}\0{len(files[path])}\0".encode())
        digest.update(files[path])
    return digest.hexdigest()
