"""What somebody outside sees and does behind the link of a request: its page, answers, messages, documents.

A client never names a request: the secret of a link does.  What is asked of the client now is drawn: every open
wait for a message whose element has the property `client_action` is a button on the page.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from bpmn import attachments, forms
from bpmn.actors import Actor
from bpmn.client_asks import asks, open_waits
from bpmn.client_views import ClientPage, DocumentView, MessageView
from bpmn.comments import add_comment
from bpmn.delivery import answer
from bpmn.errors import AlreadyAnswered, InvalidForm, NotFound
from bpmn.route import Stop, route
from bpmn.runtime import Runtime
from storage.models import Activity, Comment, Document, File, Instance, PublicLink


class Clients:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def page(
        self,
        *,
        secret: str,
        language: str | None = None,
        action_id: str | None = None,
        posted: Mapping[str, list[str]] | None = None,
        errors: Mapping[str, str] | None = None,
    ) -> ClientPage:
        """Lay out the page behind a link; *posted* and *errors* belong to the ask of *action_id*.

        Raises:
            NotFound: the link was never given out, or is no longer valid.
        """
        instance_id = self._resolve(secret)
        with self._runtime.peek(instance_id, by=Actor.system()) as (instance, bundle, workflow):
            language = language or instance.language
            translate = bundle.translator(language)
            with self._runtime.storage.reading() as uow:
                session = uow.session
                waits = open_waits(uow.subscriptions.of_instance(instance_id), bundle)
                asked = asks(
                    self._runtime,
                    uow.connection,
                    waits,
                    bundle,
                    instance,
                    workflow,
                    language,
                    action_id,
                    posted,
                    errors,
                )
                documents = _documents(session, instance_id, translate)
                messages = _messages(session, instance_id)
                visits = session.execute(
                    select(Activity.element_id, Activity.opened_at)
                    .where(Activity.instance_id == instance_id, Activity.outcome == "completed")
                    .order_by(Activity.id)
                )
                stops = [
                    Stop(translate(stop.label), stop.state, stop.since)
                    for stop in route(
                        bundle.model,
                        stage=instance.stage,
                        finished=instance.state != "active",
                        visits=[(element, at) for element, at in visits],
                    )
                ]
        return ClientPage(
            number=instance.number or "",
            title=translate(bundle.definition.name),
            status=translate(instance.status),
            finished=instance.state != "active",
            stops=stops,
            asks=asked,
            documents=documents,
            messages=messages,
            expected_at=instance.due_at,
            language=language,
            created_at=instance.created_at,
            subject=instance.subject,
            amount=instance.amount,
            currency=instance.currency,
        )

    def act(
        self,
        *,
        secret: str,
        action_id: str,
        posted: Mapping[str, list[str]],
        language: str,
        address: str,
    ) -> None:
        """Answer what is asked.

        Raises:
            NotFound: the link is not valid.
            AlreadyAnswered: it was answered before, or is not asked any more.
            InvalidForm: one message per field.
        """
        instance_id = self._resolve(secret)
        now = self._runtime.now()
        with self._runtime.storage.unit_of_work() as uow:
            instance = self._runtime.load(uow, instance_id)
            by = Actor.client(instance.requester, address)
            row = uow.subscriptions.get(int(action_id)) if action_id.isdecimal() else None
            if instance.state != "active" or row is None or row.instance_id != instance_id:
                raise AlreadyAnswered(f"action {action_id} is not open in request {instance_id}")
            bundle, _, workflow = self._runtime.restore(uow, instance, by=by, now=now)
            opened = open_waits([row], bundle)
            if not opened:
                raise AlreadyAnswered(f"action {action_id} is not the client's")
            values: dict[str, Any] = {}
            files: attachments.Files = {}
            form = opened[0].element.properties.get("client_form")
            if form:
                assert row.token_id is not None
                variables = workflow.variables_of(row.token_id)
                files = attachments.known(uow.connection, bundle.form(form), posted, variables)
                result = forms.submit(
                    bundle.form(form),
                    posted,
                    variables,
                    language=language,
                    files=files,
                    **self._runtime.form_settings(),
                )
                if not result.ok:
                    raise InvalidForm(result.errors)
                values = result.values
            answer(self._runtime, uow, row, values, by=by, now=now)
            attachments.attach(uow, instance_id, files, values, by=by, now=now, language=language)

    def message(self, *, secret: str, body: str, address: str) -> int:
        """Leave a message to those who work on the request.

        Raises:
            NotFound.
            InvalidForm: it is empty or too long.
        """
        instance_id = self._resolve(secret)
        with self._runtime.storage.unit_of_work() as uow:
            instance = self._runtime.load(uow, instance_id)
            by = Actor.client(instance.requester, address)
            return add_comment(uow, instance_id, body, public=True, by=by, now=self._runtime.now())

    def document(self, *, secret: str, document_id: int) -> tuple[bytes, str, str]:
        """Return a document that the client may open: content, media type, file name.  Raises NotFound."""
        instance_id = self._resolve(secret)
        with self._runtime.storage.read_session() as session:
            row = session.execute(
                select(Document.file_hash, File.media_type, Document.file_name)
                .join(File, File.hash == Document.file_hash)
                .where(
                    Document.id == document_id,
                    Document.instance_id == instance_id,
                    Document.public,
                    Document.state == "ready",
                )
            ).first()
        if row is None or row[0] is None:
            raise NotFound("document", document_id)
        return self._runtime.storage.files.open(row[0]), row[1], row[2]

    def _resolve(self, secret: str) -> int:
        now = self._runtime.now()
        with self._runtime.storage.read_session() as session:
            row = session.get(PublicLink, self._runtime.links.hash(secret))
            valid = (
                row is not None
                and row.revoked_at is None
                and (row.expires_at is None or row.expires_at > now)
            )
            if row is None or not valid or session.get(Instance, row.instance_id) is None:
                raise NotFound("page", "link")
            return row.instance_id


def _documents(session: Any, instance_id: int, translate: Any) -> list[DocumentView]:
    rows = session.execute(
        select(Document, File.size)
        .join(File, File.hash == Document.file_hash)
        .where(Document.instance_id == instance_id, Document.public, Document.state == "ready")
        .order_by(Document.id.desc())
    )
    return [
        DocumentView(row.id, translate(row.title), row.number, row.file_name, size, row.created_at)
        for row, size in rows
    ]


def _messages(session: Any, instance_id: int) -> list[MessageView]:
    rows = session.scalars(
        select(Comment).where(Comment.instance_id == instance_id, Comment.public).order_by(Comment.id)
    )
    return [MessageView(row.author_name, row.body, row.created_at, row.author_id is None) for row in rows]
