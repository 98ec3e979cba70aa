"""Claim, release, hand over, draft and complete user tasks.

Each public method is one unit of work.  What an employee completed stands, whatever happens further down the
road: an element that fails behind it becomes an incident.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bpmn import attachments, authorization, forms
from bpmn.actors import Actor
from bpmn.errors import InvalidForm, NotAllowed, NotFound, TaskHeld, TaskNotOpen
from bpmn.forms import FormView
from bpmn.projection import Done, event
from bpmn.runtime import Runtime, nothing
from storage.models import TaskDraft
from storage.rows import InstanceRow, TaskRow
from storage.unit_of_work import UnitOfWork

UNDO = timedelta(minutes=10)
"""How long one's own claim, release or hand-over can be taken back."""
_HELD = ("claimed", "released", "assigned", "taken_back")
_MAX_DRAFT = 2_000_000


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Everything the page of one task shows."""

    task: TaskRow
    request: InstanceRow
    form: FormView | None
    draft_saved_at: datetime | None
    holder_name: str
    may_claim: bool
    may_release: bool
    may_complete: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class Completed:
    """`next_task_id`: a task of the same request that the person can do next."""

    instance_id: int
    next_task_id: int | None


class Tasks:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def page(
        self,
        *,
        task_id: int,
        by: Actor,
        language: str,
        posted: Mapping[str, list[str]] | None = None,
        errors: Mapping[str, str] | None = None,
    ) -> TaskPage:
        """Lay out the page of a task, with the person's draft where there is one.

        Raises:
            NotFound.
            NotAllowed: the task was offered to others.
        """
        now = self._runtime.now()
        with self._runtime.storage.reading() as uow:
            task, instance = self._read(uow, task_id)
            reason = authorization.why_not_see(by, task)
            if reason is not None and task.completed_by_id != by.id:
                raise NotAllowed(f"task {task_id} was offered to others", reason=reason)
            bundle, _, workflow = self._runtime.restore(uow, instance, by=by, now=now)
            draft = uow.session.get(TaskDraft, (task_id, by.id)) if by.id is not None else None
            view = None
            if task.form and task.state == "open":
                form, variables = bundle.form(task.form), workflow.variables_of(task.token_id)
                typed = posted if posted is not None else (draft.fields if draft else None)
                view = forms.view(
                    form,
                    variables,
                    posted=typed,
                    errors=errors,
                    files=attachments.known(uow.connection, form, typed, variables),
                    language=language,
                    translate=bundle.translator(language),
                    **self._runtime.form_settings(),
                )
            holder = uow.people.get(task.assignee_id) if task.assignee_id is not None else None
            why_not = authorization.why_not_complete(by, task)
            return TaskPage(
                task=task,
                request=instance,
                form=view,
                draft_saved_at=draft.saved_at if draft is not None else None,
                holder_name=holder.name if holder is not None else "",
                may_claim=authorization.why_not_claim(by, task) is None,
                may_release=authorization.why_not_release(by, task) is None,
                may_complete=why_not is None,
                reason=why_not,
            )

    def claim(self, *, task_id: int, by: Actor) -> None:
        """Take a task into work; of two people at once one gets it.

        Raises:
            NotFound, TaskNotOpen, NotAllowed.
            TaskHeld: somebody else was faster; the error names who.
        """
        with self._runtime.storage.unit_of_work() as uow:
            task, instance = self._load(uow, task_id)
            if task.assignee_id is not None and task.assignee_id == by.id and task.state == "open":
                return
            self._ensure(uow, task, by, authorization.why_not_claim)
            self._hold(uow, task, instance, by.id, by, "claimed")

    def release(self, *, task_id: int, by: Actor) -> None:
        """Give a task back to the groups it was offered to.

        Raises:
            NotFound, TaskNotOpen, TaskHeld, NotAllowed.
        """
        with self._runtime.storage.unit_of_work() as uow:
            task, instance = self._load(uow, task_id)
            self._ensure(uow, task, by, authorization.why_not_release)
            self._hold(uow, task, instance, None, by, "released")

    def assign(self, *, task_id: int, user_id: int, by: Actor) -> None:
        """Hand a task to somebody.

        Raises:
            NotFound: there is no such task or person.
            TaskNotOpen, NotAllowed.
        """
        with self._runtime.storage.unit_of_work() as uow:
            task, instance = self._load(uow, task_id)
            self._ensure(uow, task, by, authorization.why_not_assign)
            person = uow.people.get(user_id)
            if person is None:
                raise NotFound("user", user_id)
            self._hold(uow, task, instance, user_id, by, "assigned", to=person.name)
            uow.incidents.resolve_tokens(
                task.instance_id, [task.token_id], how="assigned", at=self._runtime.now()
            )

    def take_back(self, *, task_id: int, by: Actor) -> None:
        """Undo one's own last claim, release or hand-over, if nobody did anything with the task since.

        Raises:
            NotFound, TaskNotOpen, TaskHeld.
            NotAllowed: it is too late, or somebody else acted last.
        """
        with self._runtime.storage.unit_of_work() as uow:
            task, instance = self._load(uow, task_id)
            if task.state != "open":
                raise self._not_open(uow, task)
            last = uow.history.last_event(instance.id, _HELD, task_id=task_id)
            if last is None or by.id is None or last.actor_id != by.id:
                raise NotAllowed(f"somebody else acted on task {task_id} last", reason="task.not_yours")
            if self._runtime.now() - last.at > UNDO or "before" not in last.data:
                raise NotAllowed(f"too late to take task {task_id} back", reason="task.too_late")
            before = last.data["before"]
            self._hold(uow, task, instance, int(before) if before else None, by, "taken_back")

    def submit(self, *, task_id: int, posted: Mapping[str, list[str]], by: Actor, language: str) -> Completed:
        """Complete a task with its posted form.

        Raises:
            InvalidForm: one message per field; without any, a row was to be added or removed.
            NotFound, TaskNotOpen, TaskHeld, NotAllowed: nothing was changed.
        """

        def read(
            form: forms.Form, variables: Mapping[str, Any], files: attachments.Files
        ) -> forms.Submission:
            return forms.submit(
                form,
                posted,
                variables,
                language=language,
                files=files,
                **self._runtime.form_settings(),
            )

        return self._complete(task_id, by, read, {}, posted, language)

    def complete(
        self, *, task_id: int, values: Mapping[str, Any], by: Actor, language: str = "en"
    ) -> Completed:
        """Complete a task with values, as programs do; they are checked by the form where there is one.

        Raises: as `submit`.
        """

        def read(
            form: forms.Form, variables: Mapping[str, Any], files: attachments.Files
        ) -> forms.Submission:
            return forms.check(
                form,
                dict(values),
                variables,
                language=language,
                files=files,
                **self._runtime.form_settings(),
            )

        return self._complete(task_id, by, read, values, values, language)

    def save_draft(self, *, task_id: int, fields: Mapping[str, list[str]], by: Actor) -> datetime:
        """Keep what the person typed so far.

        Raises:
            NotFound, TaskNotOpen, NotAllowed.
            InvalidForm: it is too large.
        """
        now = self._runtime.now()
        if sum(len(name) + sum(map(len, texts)) for name, texts in fields.items()) > _MAX_DRAFT:
            raise InvalidForm({"": "draft.too_large"})
        with self._runtime.storage.unit_of_work() as uow:
            task, _ = self._load(uow, task_id)
            if task.state != "open":
                raise self._not_open(uow, task)
            if by.id is None or authorization.why_not_see(by, task) is not None:
                raise NotAllowed(f"task {task_id} was offered to others", reason="task.not_yours")
            draft = uow.session.get(TaskDraft, (task_id, by.id))
            if draft is None:
                draft = TaskDraft(task_id=task_id, user_id=by.id, fields=dict(fields), saved_at=now)
                uow.session.add(draft)
            draft.fields, draft.saved_at = dict(fields), now
        return now

    def _complete(
        self,
        task_id: int,
        by: Actor,
        read: Callable[[forms.Form, Mapping[str, Any], attachments.Files], forms.Submission],
        values: Mapping[str, Any],
        sent: Mapping[str, Any],
        language: str,
    ) -> Completed:
        now = self._runtime.now()
        with self._runtime.storage.unit_of_work() as uow:
            loaded = self._runtime.load_of_task(uow, task_id)
            task, instance = loaded.task, loaded.instance
            self._ensure(uow, task, by, authorization.why_not_complete)
            bundle, _, workflow = self._runtime.restore(uow, instance, by=by, now=now)
            files: attachments.Files = {}
            if task.form:
                form, variables = bundle.form(task.form), workflow.variables_of(task.token_id)
                files = attachments.known(uow.connection, form, sent, variables)
                result = read(form, variables, files)
                if not result.ok:
                    raise InvalidForm(result.errors)
                values = result.values
            token_id, given = task.token_id, dict(values)
            step = self._runtime.advance(
                uow,
                instance,
                lambda wf: wf.complete_task(token_id, given),
                by=by,
                now=now,
                done={token_id: Done(by.id)},
                beside=(lambda unit, _: unit.tasks.drop_drafts(task_id)) if loaded.drafts else nothing,
                restored=workflow,
                incidents=loaded.incidents,
            )
            attachments.attach(uow, instance.id, files, given, by=by, now=now, language=language)
            mine = [row for row in step.opened_tasks if authorization.why_not_complete(by, row) is None]
            return Completed(instance.id, mine[0].id if mine else None)

    @staticmethod
    def _read(uow: UnitOfWork, task_id: int) -> tuple[TaskRow, InstanceRow]:
        task = uow.tasks.get(task_id)
        instance = uow.instances.get(task.instance_id) if task is not None else None
        if task is None or instance is None:
            raise NotFound("task", task_id)
        return task, instance

    def _load(self, uow: UnitOfWork, task_id: int) -> tuple[TaskRow, InstanceRow]:
        loaded = self._runtime.load_of_task(uow, task_id)
        return loaded.task, loaded.instance

    def _ensure(
        self, uow: UnitOfWork, task: TaskRow, by: Actor, rule: Callable[[Actor, TaskRow], str | None]
    ) -> None:
        reason = rule(by, task)
        if reason is None:
            return
        if reason == "task.not_open":
            raise self._not_open(uow, task)
        if reason == "task.held" and task.assignee_id is not None:
            holder = uow.people.get(task.assignee_id)
            raise TaskHeld(task.id, holder.name if holder is not None else "")
        raise NotAllowed(f"task {task.id} was offered to others", reason=reason)

    @staticmethod
    def _not_open(uow: UnitOfWork, task: TaskRow) -> TaskNotOpen:
        who = uow.people.get(task.completed_by_id) if task.completed_by_id is not None else None
        return TaskNotOpen(task.id, task.state, who.name if who is not None else "", task.completed_at)

    def _hold(
        self,
        uow: UnitOfWork,
        task: TaskRow,
        instance: InstanceRow,
        holder_id: int | None,
        by: Actor,
        kind: str,
        **data: Any,
    ) -> None:
        now, before = self._runtime.now(), task.assignee_id
        uow.tasks.hold(task.id, holder_id, at=now if holder_id is not None else None)
        uow.tasks.unqueue(task.id)
        if holder_id is None:
            task.assignee_id = None
            uow.tasks.enqueue([task])
        data |= {"task": task.name, "task_id": str(task.id), "before": str(before or "")}
        uow.history.add_events([event(instance.id, kind, by=by, now=now, data=data)])
