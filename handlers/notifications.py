"""Telling people: a letter for everybody, a note in the product for those who work in it.

One text, rendered for each recipient in their language and with their link: the client's is the secret page of
the request, an employee's the request itself.  What went out is kept as it was sent.
"""

import re
from collections import ChainMap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import insert, select, update

from handlers.contacts import read_email
from handlers.context import HandlerContext
from handlers.errors import HandlerError
from handlers.ledger import once
from handlers.letters import letter_html, route_of
from handlers.mailer import Attachment, Letter, message_id
from handlers.people import Person, group_exists, members, person_by_email, person_by_id
from handlers.registry import handler
from handlers.texts import Rendered, render
from handlers.timeline import record
from storage.ids import new_id
from storage.models import Contact, Document, File, Mail, Notification

MAX_RECIPIENTS = 200
MAX_ATTACHED_BYTES = 20_000_000
_NOTE_LENGTH = 500


@dataclass(frozen=True)
class Recipient:
    email: str
    name: str
    language: str
    user_id: int | None  # None: the client or another outsider
    client: bool = False


@handler(
    "notifications.send",
    title_ru="Отправить сообщение",
    title_en="Send a message",
    description_ru="Письмо по тексту набора; сотрудникам ещё и уведомление в системе.",
    description_en="A letter from a text of the bundle; employees also get a note in the product.",
    parameters={
        "text": ("Файл texts/<имя>.<язык>.md", "File texts/<name>.<language>.md"),
        "to": (
            "client, responsible, group:<ключ> или адрес почты; можно списком",
            "client, responsible, group:<key> or an e-mail address; may be a list",
        ),
        "language": ("Язык; пусто: язык получателя", "Language; empty: the recipient's"),
        "attach": ("Документы заявки", "Documents of the request"),
        "data": ("Добавочные переменные текста", "More variables for the text"),
    },
    results={"sent": ("Сколько писем отправлено", "How many letters were sent")},
)
def send(
    context: HandlerContext,
    *,
    text: str,
    to: list[str] | str,
    language: str = "",
    attach: list[int] = [],  # noqa: B006 - never changed
    data: dict[str, Any] = {},  # noqa: B006 - never changed
) -> dict[str, Any]:
    """Send one letter to each recipient; a client without an address is written to the timeline.

    Raises:
        HandlerError: `notifications.unknown_recipient`, `notifications.no_responsible`,
            `notifications.document` (not of this request, or not ready), the mailer's and the texts' errors.
        UncertainEffect: a letter may have been sent; those certainly sent are never sent again.
    """
    with context.unit_of_work() as uow:
        recipients = _recipients(uow.connection, context, [to] if isinstance(to, str) else to)
        documents = _documents(uow.connection, context, attach)
        if not recipients:
            record(context, uow, "not_sent", text=text, to="client", reason="no_address")
    if not recipients:
        return {"sent": 0}
    attachments = [
        Attachment(name, media, context.files.open(digest)) for _, name, media, digest in documents
    ]
    if sum(len(attachment.content) for attachment in attachments) > MAX_ATTACHED_BYTES:
        raise HandlerError(
            "notifications.too_large", "the attachments are larger than 20 MB together", retryable=False
        )
    client_link = context.link() if any(recipient.client for recipient in recipients) else ""
    for recipient in recipients:
        spoken = language if language in ("ru", "en") else recipient.language
        rendered = render(
            context.bundle,
            text,
            spoken,
            ChainMap({**data, "request": context.request}, cast(Any, context.variables)),
            link=client_link if recipient.client else context.task_link(),
            zone=context.time_zone,
        )
        _deliver(context, recipient, rendered, spoken, attachments, [row[0] for row in documents])
    return {"sent": len(recipients)}


def _recipients(connection: Any, context: HandlerContext, names: Sequence[str]) -> list[Recipient]:
    found: dict[str, Recipient] = {}
    for name in (part.strip() for item in names for part in re.split(r"[,;\n]", item)):
        for recipient in _named(connection, context, name) if name else ():
            found.setdefault(recipient.email, recipient)
    if len(found) > MAX_RECIPIENTS:
        raise HandlerError(
            "notifications.too_many", f"more than {MAX_RECIPIENTS} recipients", retryable=False
        )
    return list(found.values())


def _named(connection: Any, context: HandlerContext, name: str) -> Iterable[Recipient]:
    if name == "client":
        return _client(connection, context)
    if name == "responsible":
        person = person_by_id(connection, context.request.responsible_id)
        if person is None:
            raise HandlerError(
                "notifications.no_responsible", "the request has no responsible person", retryable=False
            )
        return [_employee(person)]
    if name.startswith("group:"):
        key = name.removeprefix("group:").strip()
        if not group_exists(connection, key):
            raise _unknown(name)
        return [_employee(person) for person in members(connection, key)]
    person = person_by_email(connection, name)
    if person is not None:
        return [_employee(person)]
    address = read_email(name)
    if not address:
        raise _unknown(name)
    return [Recipient(address, "", context.request.language or context.settings.language, None)]


def _unknown(name: str) -> HandlerError:
    return HandlerError(
        "notifications.unknown_recipient", f"nobody is called {name!r}", retryable=False, recipient=name
    )


def _employee(person: Person) -> Recipient:
    name = person.name_en if person.language == "en" and person.name_en else person.name
    return Recipient(person.email, name, person.language, person.id)


def _client(connection: Any, context: HandlerContext) -> list[Recipient]:
    request = context.request
    if request.contact_id is None:
        return []
    row = connection.execute(
        select(Contact.email, Contact.name).where(Contact.id == request.contact_id)
    ).first()
    if row is None or not row.email:
        return []
    return [Recipient(row.email, row.name, request.language or "ru", None, client=True)]


def _documents(
    connection: Any, context: HandlerContext, ids: Sequence[int]
) -> list[tuple[int, str, str, str]]:
    found = []
    for document_id in ids:
        row = connection.execute(
            select(Document.file_name, File.media_type, File.hash)
            .join(File, File.hash == Document.file_hash)
            .where(
                Document.id == document_id,
                Document.instance_id == context.request.id,
                Document.state == "ready",
            )
        ).first()
        if row is None:
            raise HandlerError(
                "notifications.document",
                f"document {document_id} is not a ready document of this request",
                retryable=False,
                document_id=document_id,
            )
        found.append((document_id, row.file_name, row.media_type, row.hash))
    return found


def _deliver(
    context: HandlerContext,
    recipient: Recipient,
    rendered: Rendered,
    language: str,
    attachments: Sequence[Attachment],
    document_ids: Sequence[int],
) -> None:
    request = context.request
    stages = [context.bundle.translate(stage, language) for stage in _stages(context)]
    html = letter_html(
        rendered,
        language=language,
        organisation=context.settings.organisation_name,
        number=request.number or "",
        stops=route_of(stages, context.bundle.translate(request.stage, language)) if recipient.client else [],
    )
    letter = Letter(
        recipient=recipient.email,
        recipient_name=recipient.name,
        subject=rendered.subject or request.subject or (request.number or ""),
        text=rendered.text,
        html=html,
        key=context.idempotency_key,
        sent_at=context.now,
        reference=request.number or "",
        attachments=attachments,
    )
    if context.mailer.repeatable:
        context.mailer.send(letter)
    else:
        once(context, f"mail:{recipient.email}", lambda: context.mailer.send(letter))
    _keep(context, recipient, letter, document_ids)


def _stages(context: HandlerContext) -> Sequence[str]:
    return tuple(getattr(getattr(context.bundle, "model", None), "stages", ()))


def _keep(context: HandlerContext, recipient: Recipient, letter: Letter, document_ids: Sequence[int]) -> None:
    key = f"{context.idempotency_key}:{recipient.email}"
    with context.unit_of_work() as uow:
        known = uow.connection.execute(select(Mail.id).where(Mail.idempotency_key == key)).scalar()
        if known is not None:
            uow.connection.execute(update(Mail).where(Mail.id == known).values(sent_at=context.now))
            return
        mail_id = new_id()
        uow.connection.execute(
            insert(Mail).values(
                id=mail_id,
                instance_id=context.request.id,
                sender=context.mailer.sender,
                recipient=recipient.email,
                subject=letter.subject,
                text=letter.text,
                html=letter.html,
                attachments=[str(document_id) for document_id in document_ids],
                message_id=message_id(letter, context.mailer.sender),
                idempotency_key=key,
                created_at=context.now,
                sent_at=context.now,
            )
        )
        if recipient.user_id is not None:
            uow.connection.execute(
                insert(Notification).values(
                    id=new_id(),
                    user_id=recipient.user_id,
                    instance_id=context.request.id,
                    title=letter.subject,
                    body=letter.text[:_NOTE_LENGTH],
                    idempotency_key=context.idempotency_key,
                    created_at=context.now,
                )
            )
        record(context, uow, "mail", mail_id=mail_id, to=recipient.email, subject=letter.subject)
