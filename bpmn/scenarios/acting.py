"""Play the steps of a scenario on a fresh stage: people, jobs, messages and the clock."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import update

from bpmn.actors import Actor
from bpmn.bundles import form_source
from bpmn.errors import EngineError, InvalidForm
from bpmn.projection import MESSAGE_TTL_S
from bpmn.scenarios.model import Scenario
from bpmn.scenarios.observing import Names, OpenTask, View, plain
from bpmn.scenarios.reading import advanced
from bpmn.scenarios.refusals import unfilled, why
from bpmn.scenarios.stage import Outcome, Stage
from bpmn.scenarios.words import Words
from bpmn.spiff import Workflow
from bpmn.spiff.errors import ExecutionError
from storage.models import Incident, Task
from storage.rows import InstanceRow, JobRow

MAX_FIRINGS = 5_000
"""More due jobs and timers than this in one step: the process does not come to rest."""


class StepRefused(Exception):
    """The step cannot be done; `words` say why."""

    def __init__(self, code: str, **values: Any) -> None:
        self.words = Words(code, **values)
        super().__init__(self.words.message("en"))


class Player:
    """Does one step after another; between them everything that needs no decision of the scenario runs."""

    def __init__(self, stage: Stage, scenario: Scenario, names: Names) -> None:
        stage.fresh(scenario.now)
        self._stage, self._scenario, self._names = stage, scenario, names
        self._engine, self._runtime = stage.engine, stage.engine.runtime
        self._scripted = frozenset(
            element for word in scenario.named_jobs() for element in self._elements(word)
        )
        self._started: list[int] = []
        self._people: dict[str, Actor] = {}
        self._settled = 0

    # ------------------------------------------------------------ looking
    def view(self, connection: Any) -> View:
        """Return the rows of this moment."""
        return View(connection, self._names)

    def focus(self) -> int | None:
        """The request that variables and state are asked of: the latest of the scenario's own process."""
        with self._stage.storage.read() as connection:
            found = self.view(connection).instances()
        own = [instance for instance, key in found if key == self._scenario.process]
        named = [instance for instance in self._started if not own or instance in own]
        return named[-1] if named else own[-1] if own else found[-1][0] if found else None

    def variables(self) -> Mapping[str, Any]:
        """The variables of the request in focus."""
        focus = self.focus()
        return self._engine.instances.variables(focus) if focus is not None else {}

    def adhoc(self) -> list[str]:
        """The ad-hoc activities that may be started now, over all requests."""
        choices = (self._engine.adhoc.choices(instance_id) for instance_id in self._active())
        return [choice.element_id for found in choices for choice in found]

    # ------------------------------------------------------------ steps
    def play(self, kind: str, body: Any) -> Words | None:
        """Do a step and let everything due run; return a remark.

        Raises:
            StepRefused.
        """
        act: Callable[[Any], Words | None] = getattr(self, f"_{kind}")
        self._settled = 0
        try:
            remark = act(body)
            self._settle()
        except InvalidForm as error:
            raise StepRefused("refused", why=unfilled(error, error)) from error
        except (EngineError, ExecutionError) as error:
            raise StepRefused("refused", why=why(error)) from error
        return remark

    def _start(self, body: Mapping[str, Any]) -> Words | None:
        by = self._actor(body["as"]) if "as" in body else Actor.system()
        given = {**body.get("variables", {}), **body.get("payload", {})}
        if "signal" in body:
            before = self._instances()
            self._engine.messages.signal(name=body["signal"], payload=given, by=by)
            begun = [instance for instance in self._instances() if instance not in before]
            if not begun:
                raise StepRefused("no_signal_start", signal=body["signal"])
            self._started += begun
            return None
        key = self._process(body)
        start_id = self._message_start(key, body["message"]) if "message" in body else None
        started = self._engine.instances.start(key=key, variables=given, by=by, start_id=start_id)
        self._started.append(started.instance_id)
        return None

    def _complete(self, body: Mapping[str, Any]) -> None:
        wanted = body.get("any", 1)
        with self._stage.storage.read() as connection:
            tasks = self.view(connection).tasks()
        found = [task for task in tasks if "task" not in body or plain(body["task"]) in task.names]
        if not found and wanted:
            names = ", ".join(task.names[0] for task in tasks) or "-"
            raise StepRefused("no_task", task=body.get("task", "*"), open=names)
        if len(found) < wanted:
            raise StepRefused("few_tasks", count=len(found), wanted=wanted)
        who = body.get("as")
        order = {task.id: number for number, task in enumerate(found)}
        found.sort(key=lambda task: (task.assignee != who, task.assignee is not None, order[task.id]))
        for task in found[:wanted]:
            self._complete_one(task, who, body.get("variables", {}))

    def _complete_one(self, task: OpenTask, who: str | None, values: Mapping[str, Any]) -> None:
        by = Actor.system()
        if who is not None:
            by = self._actor(who)
            if self._scenario.groups is None and task.assignee != who:
                assert by.id is not None
                self._engine.tasks.assign(task_id=task.id, user_id=by.id, by=Actor.system())
        if task.form and self._no_form(task):
            with self._stage.storage.unit_of_work() as uow:
                uow.connection.execute(update(Task).where(Task.id == task.id).values(form=None))
        try:
            self._engine.tasks.complete(task_id=task.id, values=values, by=by, language="ru")
        except InvalidForm as russian:
            try:  # nothing was changed: ask again for the words of the other language
                self._engine.tasks.complete(task_id=task.id, values=values, by=by, language="en")
            except InvalidForm as english:
                raise StepRefused("refused", why=unfilled(russian, english)) from english

    def _job(self, body: Mapping[str, Any]) -> None:
        ids = self._known(body["element"])
        rows = [row for row in self._jobs() if row.kind == "handler" and row.element_id in ids]
        if not rows:
            with self._stage.storage.read() as connection:
                names = ", ".join(self.view(connection).jobs()) or "-"
            raise StepRefused("no_job", element=body["element"], open=names)
        row = rows[0]
        final = row.retry is None or row.state == "failed"
        self._execute(
            row,
            Outcome(
                variables=body.get("result", body.get("variables", {})),
                fail=body.get("fail"),
                error=body.get("error"),
                message=body.get("message", ""),
                final=final,
            ),
        )
        if "fail" in body or "error" in body:
            return
        left = [job for job in self._jobs() if job.id == row.id and job.error]
        if left and (left[0].error != row.error or row.state == "failed"):
            raise StepRefused("job_moved", element=body["element"], why=left[0].error)

    def _message(self, body: Mapping[str, Any]) -> Words | None:
        result = self._engine.messages.correlate(
            name=body["name"],
            correlation=body.get("correlation", {}),
            payload=body.get("payload", {}),
            by=Actor.system(),
            ttl_s=MESSAGE_TTL_S,
        )
        return Words("kept") if result.state == "buffered" else None

    def _signal(self, body: Mapping[str, Any]) -> Words | None:
        count = self._engine.messages.signal(
            name=body["name"], payload=body.get("payload", {}), by=Actor.system()
        )
        return None if count else Words("nobody")

    def _trigger(self, body: Mapping[str, Any]) -> None:
        ids = self._known(body["element"])
        with self._stage.storage.read() as connection:
            waits = self.view(connection).waits()
        found = [wait for wait in waits if wait.element_id in ids]
        if not found:
            names = ", ".join(wait.element_id for wait in waits) or "-"
            raise StepRefused("no_wait", element=body["element"], open=names)
        wait, payload = found[0], dict(body.get("payload", {}))
        assert wait.instance_id is not None
        token_id = wait.token_id or 0
        self._command(wait.instance_id, lambda workflow: workflow.fire(token_id, payload))

    def _adhoc(self, body: Mapping[str, Any]) -> None:
        word = body.get("activity", body.get("complete", ""))
        ids = self._known(word)
        adhoc, by = self._engine.adhoc, Actor.system()
        for instance_id in self._active():
            offered = adhoc.choices(instance_id) if "activity" in body else adhoc.open(instance_id)
            for choice in offered:
                if choice.element_id in ids and "activity" in body:
                    adhoc.start(
                        instance_id=instance_id,
                        token_id=choice.token_id,
                        element_id=choice.element_id,
                        by=by,
                    )
                    return
                if choice.element_id in ids:
                    adhoc.complete(instance_id=instance_id, token_id=choice.token_id, by=by)
                    return
        raise StepRefused("no_adhoc", element=word)

    def _advance(self, duration: str) -> None:
        self._settle()
        target = advanced(self._stage.clock.now, duration)
        while (row := self._due(target)) is not None:
            self._stage.clock.now = max(self._stage.clock.now, row.due_at)
            self._run(row)
            self._settle()
        self._stage.clock.now = target

    # ------------------------------------------------------------ what runs by itself
    def _settle(self) -> None:
        """Run what is due now and is not the scenario's to decide."""
        while (row := self._due(self._stage.clock.now)) is not None:
            self._run(row)

    def _run(self, row: JobRow) -> None:
        self._settled += 1
        if self._settled > MAX_FIRINGS:
            raise StepRefused("endless", limit=MAX_FIRINGS)
        self._execute(row, Outcome())

    def _due(self, until: datetime) -> JobRow | None:
        ready = (row for row in self._jobs() if row.state == "waiting" and row.due_at <= until)
        return next((row for row in ready if not self._held(row)), None)

    def _held(self, row: JobRow) -> bool:
        return row.kind == "handler" and (self._scenario.manual or row.element_id in self._scripted)

    def _jobs(self) -> list[JobRow]:
        with self._stage.storage.read() as connection:
            return self.view(connection).job_rows()

    def _execute(self, row: JobRow, outcome: Outcome) -> None:
        """Run a job as the executor does, with this outcome for its handler."""
        self._stage.registry.outcome = outcome
        failed = row.state == "failed"
        row.attempt += 1
        self._engine.jobs.execute(row)
        if failed and all(job.id != row.id for job in self._jobs()):
            with self._stage.storage.unit_of_work() as uow:
                now = self._stage.clock.now
                ended = {"state": "resolved", "resolved_at": now, "resolution": "retried"}
                uow.connection.execute(update(Incident).where(Incident.job_id == row.id).values(**ended))

    # ------------------------------------------------------------ helpers
    def _command(self, instance_id: int, command: Callable[[Workflow], None]) -> None:
        with self._stage.storage.unit_of_work() as uow:
            instance: InstanceRow = self._runtime.load_active(uow, instance_id)
            now = self._stage.clock.now
            self._runtime.advance(uow, instance, command, by=Actor.system(), now=now)

    def _actor(self, name: str) -> Actor:
        if name not in self._people:
            self._people[name] = self._make_actor(name)
        return self._people[name]

    def _make_actor(self, name: str) -> Actor:
        with self._stage.storage.unit_of_work() as uow:
            user_id = uow.people.ids([name])[name]
        groups = {group for group, members in (self._scenario.groups or {}).items() if name in members}
        return Actor(user_id, name.lower(), name, frozenset(groups))

    def _process(self, body: Mapping[str, Any]) -> str:
        known = {ref.key: ref.name for ref in self._stage.definitions}
        wanted = body.get("process") or self._scenario.process
        if wanted is not None:
            found = [key for key, name in known.items() if wanted in (key, plain(name))]
            if not found:
                raise StepRefused("no_process", process=wanted, open=", ".join(known) or "-")
            return wanted if wanted in known else found[0]
        if len(known) == 1:
            return next(iter(known))
        able = [key for key, model in self._stage.models.items() if self._starts(model, body)]
        if len(able) != 1:
            raise StepRefused("which_process", open=", ".join(known) or "-")
        return able[0]

    @staticmethod
    def _starts(model: Any, body: Mapping[str, Any]) -> bool:
        if "message" in body:
            return any(start.kind == "message" and start.name == body["message"] for start in model.starts)
        return any(start.kind == "none" for start in model.starts)

    def _message_start(self, key: str, message: str) -> str:
        for start in self._stage.models[key].starts:
            if start.kind == "message" and start.name == message:
                return start.element_id
        raise StepRefused("no_start", process=key, message=message)

    def _no_form(self, task: OpenTask) -> bool:
        bundle = self._engine.deployments.bundle(task.definition_id).deployment
        return form_source(bundle.files, bundle.compiled, task.form or "") is None

    def _elements(self, word: str) -> frozenset[str]:
        return self._names.ids(word)

    def _known(self, word: str) -> frozenset[str]:
        found = self._elements(word)
        if not found:
            raise StepRefused("no_element", element=word)
        return found

    def _instances(self) -> list[int]:
        with self._stage.storage.read() as connection:
            return [instance for instance, _ in self.view(connection).instances()]

    def _active(self) -> list[int]:
        with self._stage.storage.read() as connection:
            return self.view(connection).active()
