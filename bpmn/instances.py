"""Start, watch, comment and cancel requests."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bpmn import attachments, forms
from bpmn.actors import Actor
from bpmn.bundles import DefinitionRef, LoadedBundle
from bpmn.comments import add_comment
from bpmn.errors import InvalidForm, NotAllowed, NotFound
from bpmn.forms import FormView
from bpmn.projection import event
from bpmn.route import Stop, route
from bpmn.runtime import Runtime
from bpmn.spiff import Workflow
from bpmn.starting import Started, begin
from storage.errors import Duplicate
from storage.ids import new_id
from storage.models import Activity, Group, Incident, Instance, Job, Subscription, Task, User
from storage.rows import NEVER, InstanceRow, SubscriptionRow
from storage.unit_of_work import UnitOfWork

CANCELLED = "request_cancelled"
"""The message that a diagram waits for where it cancels in its own way."""


@dataclass(frozen=True, slots=True)
class StartPage:
    """What an employee sees before starting a request; `key_token` makes sending the page twice harmless."""

    definition: DefinitionRef
    title: str
    description: str
    form: FormView | None
    key_token: str


@dataclass(frozen=True, slots=True)
class Wait:
    """What a request is waiting for, and for whom."""

    kind: str  # task | job | timer | message | incident
    element_id: str
    name: str
    since: datetime
    due_at: datetime | None
    holders: list[str]
    row_id: int


class Instances:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def start(
        self,
        *,
        key: str,
        variables: Mapping[str, Any],
        by: Actor,
        start_id: str | None = None,
        language: str | None = None,
        message_id: str | None = None,
        beside: Callable[[UnitOfWork, InstanceRow], None] | None = None,
    ) -> Started:
        """Start a request on the version of process *key* in force and run it to its first wait states.

        The same *message_id* twice starts one request and returns it both times.  What *beside* writes belongs
        to the same transaction.

        Raises:
            NotFound: no version of the process is in force.
        """

        def attempt() -> Started:
            with self._runtime.storage.unit_of_work() as uow:
                return begin(
                    self._runtime,
                    uow,
                    self._runtime.bundles.active(uow.connection, key),
                    variables=variables,
                    by=by,
                    now=self._runtime.now(),
                    start_id=start_id,
                    language=language,
                    message_id=message_id,
                    beside=beside,
                )

        try:
            return attempt()
        except Duplicate:
            return attempt()  # the same message, sent twice at once: the other's request is there now

    def start_page(
        self,
        *,
        key: str,
        language: str,
        posted: Mapping[str, list[str]] | None = None,
        errors: Mapping[str, str] | None = None,
    ) -> StartPage:
        """Lay out the page on which an employee starts a request.  Raises NotFound."""
        files: attachments.Files = {}
        with self._runtime.storage.read() as connection:
            bundle = self._runtime.bundles.active(connection, key)
            form = employee_form(bundle)
            if form is not None:
                files = attachments.known(connection, bundle.form(form), posted, {})
        translate = bundle.translator(language)
        view = None
        if form is not None:
            view = forms.view(
                bundle.form(form),
                {},
                files=files,
                posted=posted,
                errors=errors,
                language=language,
                translate=translate,
                **self._runtime.form_settings(),
            )
        return StartPage(
            bundle.definition,
            translate(bundle.definition.name),
            translate(bundle.model.properties.get("description", "")),
            view,
            f"start:{new_id()}",
        )

    def submit_start(
        self, *, key: str, posted: Mapping[str, list[str]], by: Actor, language: str, key_token: str
    ) -> Started:
        """Start a request from the posted start form.

        Raises:
            InvalidForm: one message per field; without any, a row was to be added or removed.
            NotFound: no version of the process is in force.
        """

        def read(form: forms.Form, files: attachments.Files) -> forms.Submission:
            return forms.submit(
                form, posted, {}, language=language, files=files, **self._runtime.form_settings()
            )

        return self._start_checked(key, posted, read, by, language, f"{key}:{by.id}:{key_token}", {})

    def start_with(
        self,
        *,
        key: str,
        values: Mapping[str, Any],
        by: Actor,
        language: str = "en",
        message_id: str | None = None,
    ) -> Started:
        """Start a request with values, as programs do; they are checked by the start form where there is one.

        Raises: as `submit_start`.
        """

        def read(form: forms.Form, files: attachments.Files) -> forms.Submission:
            return forms.check(
                form, values, {}, language=language, files=files, **self._runtime.form_settings()
            )

        return self._start_checked(key, values, read, by, language, message_id, values)

    def start_schema(self, *, key: str, language: str) -> dict[str, Any] | None:
        """Return the JSON Schema of what `start_with` takes; None where anything is taken.  Raises NotFound."""
        with self._runtime.storage.read() as connection:
            bundle = self._runtime.bundles.active(connection, key)
        form = employee_form(bundle)
        if form is None:
            return None
        return forms.json_schema(bundle.form(form), language, translate=bundle.translator(language))

    def _start_checked(
        self,
        key: str,
        sent: Mapping[str, Any],
        read: Callable[[forms.Form, attachments.Files], forms.Submission],
        by: Actor,
        language: str,
        message_id: str | None,
        otherwise: Mapping[str, Any],
    ) -> Started:
        """Start with what *read* makes of *sent*, or with *otherwise* where the process has no start form."""
        files: attachments.Files = {}
        with self._runtime.storage.read() as connection:
            bundle = self._runtime.bundles.active(connection, key)
            name = employee_form(bundle)
            form = bundle.form(name) if name is not None else None
            if form is not None:
                files = attachments.known(connection, form, sent, {})
        values = dict(otherwise)
        if form is not None:
            result = read(form, files)
            if not result.ok:
                raise InvalidForm(result.errors)
            values = result.values
        now = self._runtime.now()
        return self.start(
            key=key,
            variables=values,
            by=by,
            start_id=employee_start(bundle),
            message_id=message_id,
            beside=lambda uow, row: attachments.attach(
                uow, row.id, files, values, by=by, now=now, language=language
            ),
        )

    def cancel(self, *, instance_id: int, reason: str, by: Actor) -> None:
        """End a request: by its own cancellation where the diagram waits for one, at once otherwise.

        The diagram's way is the message `request_cancelled`, which gets `reason`.  While that way runs, a second
        call closes everything at once.

        Raises:
            NotFound, RequestEnded.
            NotAllowed: neither administrator nor responsible.
        """
        now = self._runtime.now()
        with self._runtime.storage.unit_of_work() as uow:
            instance = self._runtime.load_active(uow, instance_id)
            if not (by.is_administrator or (by.id is not None and by.id == instance.responsible_id)):
                raise NotAllowed("only the responsible may cancel a request", reason="request.not_yours")
            instance.resolution = reason
            command = _cancellation(uow.subscriptions.of_instance(instance_id), reason)
            self._runtime.advance(uow, instance, command, by=by, now=now, prepare=_keep(reason))
            uow.history.add_events([event(instance_id, "cancelled", by=by, now=now, data={"reason": reason})])

    def comment(self, *, instance_id: int, body: str, public: bool, by: Actor) -> int:
        """Add a comment; a public one is shown to the client.

        Raises:
            NotFound.
            InvalidForm: it is empty or too long.
        """
        with self._runtime.storage.unit_of_work() as uow:
            self._runtime.load(uow, instance_id)
            return add_comment(uow, instance_id, body, public=public, by=by, now=self._runtime.now())

    def variables(self, instance_id: int) -> dict[str, Any]:
        """All variables of a request.  Raises NotFound."""
        with self._runtime.peek(instance_id, by=Actor.system()) as (_, _, workflow):
            return dict(workflow.variables)

    def set_variables(self, *, instance_id: int, values: Mapping[str, Any], by: Actor) -> None:
        """Change variables of a running request, to mend what an incident complains of; recorded.

        Raises:
            NotFound, RequestEnded, NotAllowed (administrators only).
        """
        if not by.is_administrator:
            raise NotAllowed("only an administrator changes variables", reason="administrator.only")
        now = self._runtime.now()
        with self._runtime.storage.unit_of_work() as uow:
            instance = self._runtime.load_active(uow, instance_id)
            self._runtime.advance(uow, instance, lambda wf: wf.set_variables(dict(values)), by=by, now=now)
            data = {"names": sorted(values)}
            uow.history.add_events([event(instance_id, "variables", by=by, now=now, data=data)])

    def route(self, instance_id: int) -> list[Stop]:
        """The stops of a request: passed, here, to come.  Raises NotFound."""
        with self._runtime.storage.read_session() as session:
            bundle, row = self._bundle_of(session, instance_id)
            visits = session.execute(
                select(Activity.element_id, Activity.opened_at)
                .where(Activity.instance_id == instance_id, Activity.outcome == "completed")
                .order_by(Activity.id)
            )
            return route(
                bundle.model,
                stage=row.stage,
                finished=row.state != "active",
                visits=[(element, at) for element, at in visits],
            )

    def waits(self, instance_id: int, language: str = "ru") -> list[Wait]:
        """Everything a request is waiting for.  Raises NotFound."""
        with self._runtime.storage.read_session() as session:
            bundle, _ = self._bundle_of(session, instance_id)
            translate = bundle.translator(language)
            models = bundle.deployment.compiled.processes.values()
            names = {
                element.id: translate(element.name or element.id)
                for model in models
                for element in model.elements.values()
            }
            found = [
                *_task_waits(session, instance_id, translate, language),
                *(
                    Wait("incident", row.element_id, names.get(row.element_id, row.element_id),
                         row.created_at, None, [], row.id)
                    for row in session.scalars(
                        select(Incident).where(Incident.instance_id == instance_id, Incident.state == "open")
                    )
                ),
                *(
                    Wait("timer" if row.kind == "timer" else "job", row.element_id,
                         names.get(row.element_id, row.element_id), row.created_at, row.due_at, [], row.id)
                    for row in session.scalars(
                        select(Job).where(
                            Job.instance_id == instance_id,
                            Job.kind.in_(("handler", "external", "timer")),
                            Job.state != "failed",
                        )
                    )
                ),
                *(
                    Wait("message", row.element_id, names.get(row.element_id, row.element_id),
                         row.created_at, None, [], row.id)
                    for row in session.scalars(
                        select(Subscription).where(Subscription.instance_id == instance_id)
                    )
                ),
            ]  # fmt: skip
        return found

    def _bundle_of(self, session: Any, instance_id: int) -> tuple[LoadedBundle, Any]:
        row = session.get(Instance, instance_id)
        if row is None:
            raise NotFound("request", instance_id)
        return self._runtime.bundles.of_definition(session.connection(), row.definition_id), row


def _cancellation(waits: Iterable[SubscriptionRow], reason: str) -> Callable[[Workflow], None]:
    for wait in waits:
        if wait.kind == "message" and wait.name == CANCELLED and wait.token_id is not None:
            token_id = wait.token_id
            return lambda workflow: workflow.fire(token_id, {"reason": reason})
    return Workflow.cancel


def _keep(reason: str) -> Callable[[UnitOfWork, InstanceRow], None]:
    def prepare(uow: UnitOfWork, instance: InstanceRow) -> None:
        instance.resolution = reason

    return prepare


def _task_waits(session: Any, instance_id: int, translate: Any, language: str) -> list[Wait]:
    groups = {group.key: group for group in session.scalars(select(Group))}
    rows = session.execute(
        select(Task, User.name, User.name_en)
        .outerjoin(User, User.id == Task.assignee_id)
        .where(Task.instance_id == instance_id, Task.state == "open")
        .order_by(Task.due_at, Task.id)
    )
    found = []
    for task, name, name_en in rows:
        if task.assignee_id is not None:
            holders = [name_en if language == "en" and name_en else name]
        else:
            known = [groups[key] for key in task.candidate_groups if key in groups]
            holders = [group.name_en if language == "en" else group.name_ru for group in known]
            holders += task.candidate_users
        due_at = None if task.due_at >= NEVER else task.due_at
        found.append(
            Wait("task", task.element_id, translate(task.name), task.created_at, due_at, holders, task.id)
        )
    return found


def employee_start(bundle: LoadedBundle) -> str | None:
    """The start event by which employees start: a none start, else one with a start form."""
    plain = [start for start in bundle.model.starts if start.kind == "none"]
    offered = [
        start
        for start in bundle.model.starts
        if bundle.model.elements[start.element_id].properties.get("start_form")
    ]
    found = next(iter(offered + plain), None)
    return found.element_id if found is not None else None


def employee_form(bundle: LoadedBundle) -> str | None:
    """The key of the form with which employees start."""
    start_id = employee_start(bundle)
    if start_id is None:
        return None
    element = bundle.model.elements[start_id]
    return element.properties.get("start_form") or element.form
