"""What somebody outside sees and does: the public request form, the page of a request, answers, messages.

A client never names a request: the secret of a link does.  What is asked of the client now is drawn: every open
wait for a message whose element has the property `client_action` is a button on the page.
"""

import hmac
import logging
import secrets
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from bpmn import attachments, forms
from bpmn.actors import Actor
from bpmn.bundles import LoadedBundle
from bpmn.comments import add_comment
from bpmn.delivery import answer
from bpmn.errors import AlreadyAnswered, InvalidForm, NotFound
from bpmn.forms import FormView
from bpmn.route import Stop, route
from bpmn.runtime import Runtime
from bpmn.spiff import Element, Workflow
from bpmn.starting import begin
from handlers import texts
from storage.ids import new_id
from storage.models import Activity, Comment, Consent, ConsentText, Document, File, Instance, PublicLink
from storage.rows import InstanceRow, SubscriptionRow
from storage.unit_of_work import UnitOfWork

logger = logging.getLogger(__name__)

REQUIRED_PURPOSE = "personal_data"


@dataclass(frozen=True, slots=True)
class ConsentView:
    purpose: str
    version: int
    text: str
    id: int
    required: bool
    given: bool = False
    error: str = ""

    @property
    def name(self) -> str:
        """What its box posts."""
        return f"_consent_{self.purpose}"


@dataclass(frozen=True, slots=True)
class ClientForm:
    """The public request form of a process."""

    key: str
    title: str
    text_html: str
    form: FormView
    consents: list[ConsentView]
    submit_key: str


@dataclass(frozen=True, slots=True)
class Submitted:
    number: str
    link: str
    instance_id: int


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    action_id: str
    style: str = "plain"


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing asked of the client; the buttons answer it, with the fields of the form if there is one.

    Asks of one *group* are answers to the same question: the first of them that comes closes the others.
    """

    action_id: str
    title: str
    text_html: str
    form: FormView | None
    buttons: list[Button]
    group: str = ""


@dataclass(frozen=True, slots=True)
class DocumentView:
    id: int
    title: str
    number: str
    file_name: str
    size: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class MessageView:
    author: str
    body: str
    at: datetime
    own: bool


@dataclass(frozen=True, slots=True)
class ClientPage:
    number: str
    title: str
    status: str
    finished: bool
    stops: list[Stop]
    asks: list[Ask]
    documents: list[DocumentView]
    messages: list[MessageView]
    expected_at: datetime | None
    language: str
    created_at: datetime
    subject: str = ""
    amount: Any = None
    currency: str = ""


@dataclass(slots=True)
class _Open:
    """A wait of the request that the client can answer."""

    row: SubscriptionRow
    element: Element
    fields: Mapping[str, str] = field(default_factory=dict)


class Clients:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    # -- the public form -----------------------------------------------------------------------------

    def form_page(
        self,
        *,
        key: str,
        language: str,
        posted: Mapping[str, list[str]] | None = None,
        errors: Mapping[str, str] | None = None,
        submit_key: str | None = None,
    ) -> ClientForm:
        """Lay out the public form of process *key*.

        Raises:
            NotFound: there is none, or the process is not open to the public.
        """
        bundle, element = self._public(key)
        translate = bundle.translator(language)
        form = bundle.form(element.properties["client_form"])
        with self._runtime.storage.read() as connection:
            files = attachments.known(connection, form, posted, {})
        view = forms.view(
            form,
            {},
            files=files,
            posted=posted,
            errors=errors,
            language=language,
            translate=translate,
            **self._runtime.form_settings(),
        )
        with self._runtime.storage.read_session() as session:
            consents = _consents(session, language, posted or {}, errors or {})
        return ClientForm(
            key=key,
            title=translate(element.properties.get("client_title") or bundle.definition.name),
            text_html=_text(bundle, element, language, {}, None),
            form=view,
            consents=consents,
            submit_key=submit_key or self._signed(key),
        )

    def submit(
        self, *, key: str, posted: Mapping[str, list[str]], language: str, address: str, submit_key: str
    ) -> Submitted:
        """Start a request from the public form; the same *submit_key* twice gives the same answer.

        Raises:
            NotFound: the process is not open to the public.
            InvalidForm: one message per field; a missing consent is an error of its box.
        """
        bundle, element = self._public(key)
        if not self._is_signed(key, submit_key):
            raise InvalidForm({"": "form.expired"})
        now = self._runtime.now()
        form = bundle.form(element.properties["client_form"])
        with self._runtime.storage.read() as connection:
            files = attachments.known(connection, form, posted, {})
        result = forms.submit(
            form,
            {name: values for name, values in posted.items() if not name.startswith("_consent_")},
            {},
            language=language,
            files=files,
            **self._runtime.form_settings(),
        )
        if result.again:
            raise InvalidForm({})
        errors = dict(result.errors)
        by = Actor.client(str(result.values.get("contact_name") or ""), address)
        with self._runtime.storage.unit_of_work() as uow:
            agreed = []
            for consent in _consents(uow.session, language, posted, {}):
                if consent.given:
                    agreed.append(consent)
                elif consent.required:
                    errors[consent.name] = "consent.required"
            if errors:
                raise InvalidForm(errors)

            def beside(unit: UnitOfWork, instance: InstanceRow) -> None:
                self._runtime.links.open(unit, instance.id, at=now)
                attachments.attach(unit, instance.id, files, result.values, by=by, now=now)
                unit.session.add_all(
                    Consent(
                        id=new_id(),
                        consent_text_id=consent.id,
                        instance_id=instance.id,
                        person=by.name,
                        address=address,
                        given_at=now,
                    )
                    for consent in agreed
                )

            started = begin(
                self._runtime,
                uow,
                bundle,
                variables={"language": language, **result.values},
                by=by,
                now=now,
                start_id=element.id,
                language=language,
                message_id=f"form:{submit_key}",
                beside=beside,
            )
        secret = self._runtime.links.secret(started.instance_id)
        return Submitted(started.number, secret, started.instance_id)

    # -- the page of a request -----------------------------------------------------------------------

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
                waits = self._open_waits(uow.subscriptions.of_instance(instance_id), bundle)
                asks = self._asks(
                    uow.connection, waits, bundle, instance, workflow, language, action_id, posted, errors
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
            asks=asks,
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
            opened = self._open_waits([row], bundle)
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
            attachments.attach(uow, instance_id, files, values, by=by, now=now)

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

    # -- inside --------------------------------------------------------------------------------------

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

    def _public(self, key: str) -> tuple[LoadedBundle, Element]:
        with self._runtime.storage.read() as connection:
            bundle = self._runtime.bundles.active(connection, key)
        for start in bundle.model.starts:
            element = bundle.model.elements[start.element_id]
            if element.properties.get("public") == "true" and element.properties.get("client_form"):
                return bundle, element
        raise NotFound("public form", key)

    def _signed(self, key: str) -> str:
        """A key for one filling of the form, which only we can have given out."""
        nonce = secrets.token_urlsafe(12)
        return f"{nonce}.{self._signature(key, nonce)}"

    def _is_signed(self, key: str, submit_key: str) -> bool:
        nonce, _, signature = submit_key.partition(".")
        return hmac.compare_digest(signature.encode(), self._signature(key, nonce).encode())

    def _signature(self, key: str, nonce: str) -> str:
        return self._runtime.links.sign(f"form:{key}:{nonce}")

    @staticmethod
    def _open_waits(rows: list[SubscriptionRow], bundle: LoadedBundle) -> list[_Open]:
        """The waits that the client may answer."""
        found = []
        for row in rows:
            element = _element(bundle, row.element_id)
            if row.kind == "message" and element is not None and element.properties.get("client_action"):
                found.append(_Open(row, element))
        return found

    def _asks(
        self,
        connection: Connection,
        waits: list[_Open],
        bundle: LoadedBundle,
        instance: InstanceRow,
        workflow: Workflow,
        language: str,
        action_id: str | None,
        posted: Mapping[str, list[str]] | None,
        errors: Mapping[str, str] | None,
    ) -> list[Ask]:
        asks = []
        translate = bundle.translator(language)
        for wait in waits:
            properties = wait.element.properties
            mine = action_id == str(wait.row.id)
            assert wait.row.token_id is not None
            variables = workflow.variables_of(wait.row.token_id)
            asking, group = _asking(bundle, workflow, wait)
            form = None
            if properties.get("client_form"):
                definition, typed = bundle.form(properties["client_form"]), posted if mine else None
                form = forms.view(
                    definition,
                    variables,
                    posted=typed,
                    files=attachments.known(connection, definition, typed, variables),
                    errors=errors if mine else None,
                    language=language,
                    translate=translate,
                    **self._runtime.form_settings(),
                )
            button = Button(
                translate(properties["client_action"]),
                str(wait.row.id),
                properties.get("client_style", "plain"),
            )
            asks.append(
                Ask(
                    action_id=str(wait.row.id),
                    title=translate(asking.properties.get("client_title", "")),
                    text_html=_text(bundle, asking, language, variables, instance),
                    form=form,
                    buttons=[button],
                    group=group,
                )
            )
        return asks


def _element(bundle: LoadedBundle, element_id: str) -> Element | None:
    for model in bundle.deployment.compiled.processes.values():
        if element_id in model.elements:
            return model.elements[element_id]
    return None


def _asking(bundle: LoadedBundle, workflow: Workflow, wait: _Open) -> tuple[Element, str]:
    """The element that has the words of the question, and what its answers have in common.

    The branches of one event-based gateway answer one question, whose words may stand at the gateway.
    """
    assert wait.row.token_id is not None
    host_id = workflow.token(wait.row.token_id).host
    host = _element(bundle, workflow.token(host_id).element_id) if host_id is not None else None
    if host is None or host.type != "eventBasedGateway":
        return wait.element, str(wait.row.token_id)
    own = {"client_title", "client_text"} & wait.element.properties.keys()
    return (wait.element if own else host), str(host_id)


def _text(
    bundle: LoadedBundle,
    element: Element,
    language: str,
    variables: Mapping[str, Any],
    request: InstanceRow | None,
) -> str:
    key = element.properties.get("client_text")
    if not key:
        return ""
    try:
        return texts.render(bundle, key, language, ChainMap({"request": request}, variables)).html  # type: ignore[arg-type]
    except texts.TextFailed:
        logger.exception("a text of the client's page failed", extra={"text": key, "element": element.id})
        return ""


def _consents(
    session: Any, language: str, posted: Mapping[str, list[str]], errors: Mapping[str, str]
) -> list[ConsentView]:
    newest: dict[str, ConsentText] = {}
    rows = session.scalars(
        select(ConsentText).where(ConsentText.language == language).order_by(ConsentText.version)
    )
    for row in rows:
        newest[row.purpose] = row
    ordered = sorted(newest.values(), key=lambda row: (row.purpose != REQUIRED_PURPOSE, row.purpose))
    found = []
    for row in ordered:
        name = f"_consent_{row.purpose}"
        found.append(
            ConsentView(
                purpose=row.purpose,
                version=row.version,
                text=row.text,
                id=row.id,
                required=row.purpose == REQUIRED_PURPOSE,
                given=posted.get(name, [""])[-1] == str(row.id),
                error=errors.get(name, ""),
            )
        )
    return found


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
