"""A request's own data: its registration, its responsible person, its status.

All three are transactional: they change rows of ours inside the advancing unit, so a number is given, a client
made and an event written exactly when the step that asked for it is saved.
"""

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from rapidfuzz import fuzz
from sqlalchemy import Connection, func, select

from handlers.clients import Written, find_or_make
from handlers.context import HandlerContext
from handlers.errors import HandlerError, ParameterError
from handlers.people import Person, members, person_by_email
from handlers.registry import handler
from handlers.timeline import record
from storage.models import Instance
from storage.numbering import next_number

LARGEST_AMOUNT = Decimal(10) ** 12
DUPLICATE_WITHIN = timedelta(days=14)
DUPLICATE_LIKENESS = 80
"""In per cent of `rapidfuzz.fuzz.token_set_ratio`: the same words in another order or with some more."""


@handler(
    "requests.register",
    title_ru="Зарегистрировать заявку",
    title_en="Register the request",
    description_ru="Даёт заявке номер, находит или заводит контакт и контрагента, ищет возможные дубликаты.",
    description_en="Gives the request its number, finds or makes contact and company, looks for duplicates.",
    transactional=True,
    parameters={
        "subject": ("Тема заявки", "Subject of the request"),
        "source": ("Откуда пришла: web, mail, call, portal", "Where it came from: web, mail, call, portal"),
        "prefix": ("Начало номера, например ПО", "Beginning of the number, such as ПО"),
        "contact_name": ("Имя контактного лица", "Name of the contact person"),
        "phone": ("Телефон в любой записи", "Phone in any spelling"),
        "email": ("Адрес почты", "E-mail address"),
        "company": ("Название организации", "Name of the company"),
        "inn": ("ИНН", "Russian tax number (ИНН)"),
        "language": (
            "На каком языке писать клиенту: ru, en; пусто: на котором он обратился",
            "Language to write to the client in: ru, en; empty: the one they used",
        ),
    },
    results={
        "number": ("Номер заявки", "Number of the request"),
        "contact_id": ("Контакт", "Contact"),
        "counterparty_id": ("Контрагент", "Company"),
        "counterparty_name": ("Название контрагента", "Name of the company"),
        "existing_manager": (
            "Почта закреплённого менеджера или null",
            "E-mail of the client's manager, or null",
        ),
        "region": ("Регион", "Region"),
        "segment": ("Сегмент", "Segment"),
        "duplicates": ("Номера похожих заявок", "Numbers of similar requests"),
    },
)
def register(
    context: HandlerContext,
    *,
    subject: str,
    source: str = "web",
    prefix: str = "ЗК",
    contact_name: str = "",
    phone: str = "",
    email: str = "",
    company: str = "",
    inn: str = "",
    language: str = "",
) -> dict[str, Any]:
    """Register the request; passing here again keeps its number and reads the client anew.

    Numbers look like ПО-2026-000123: gapless per prefix and year of the organisation's time zone.
    """
    request = context.request
    if language not in ("ru", "en"):
        language = request.language or context.settings.language
    with context.unit_of_work() as uow:
        client = find_or_make(
            uow.connection,
            Written(contact_name, phone, email, company, inn, language),
            now=context.now,
            phone_region=context.settings.phone_region,
        )
        if request.number is None:
            year = context.now.astimezone(context.time_zone).year
            request.number = f"{prefix}-{year}-{next_number(uow, f'request:{prefix}:{year}'):06d}"
            request.business_key = request.number
        request.subject = subject.strip()
        request.source = source
        request.language = language
        request.requester = contact_name.strip() or client.contact_name or client.counterparty_name
        request.contact_id = client.contact_id
        request.counterparty_id = client.counterparty_id
        duplicates = _duplicates(uow.connection, context)
        record(context, uow, "registered", number=request.number, source=source, duplicates=duplicates)
    return {
        "number": request.number,
        "contact_id": client.contact_id,
        "counterparty_id": client.counterparty_id,
        "counterparty_name": client.counterparty_name,
        "existing_manager": client.manager_email,
        "region": client.region,
        "segment": client.segment,
        "duplicates": duplicates,
    }


def _duplicates(connection: Connection, context: HandlerContext) -> list[str]:
    request = context.request
    if request.contact_id is None:
        return []
    rows = connection.execute(
        select(Instance.number, Instance.subject)
        .where(
            Instance.contact_id == request.contact_id,
            Instance.id != request.id,
            Instance.created_at >= context.now - DUPLICATE_WITHIN,
            Instance.number.is_not(None),
        )
        .order_by(Instance.id.desc())
        .limit(50)
    )
    wanted = request.subject.casefold()
    return [
        number
        for number, subject in rows
        if number and fuzz.token_set_ratio(wanted, subject.casefold()) >= DUPLICATE_LIKENESS
    ]


@handler(
    "requests.assign",
    title_ru="Назначить ответственного",
    title_en="Assign the responsible person",
    description_ru="Назначает названного сотрудника или следующего в группе.",
    description_en="Assigns the named person, or the next one of a group.",
    transactional=True,
    parameters={
        "group": ("Ключ группы", "Key of the group"),
        "user": ("Почта сотрудника; важнее группы", "E-mail of the person; wins over the group"),
        "strategy": ("По очереди или наименее занятому", "In turn, or the least loaded"),
    },
    results={
        "responsible": ("Почта ответственного", "E-mail of the responsible person"),
        "responsible_name": ("Имя ответственного", "Name of the responsible person"),
        "responsible_name_en": ("Имя по-английски или пусто", "Their English name, or empty"),
    },
)
def assign(
    context: HandlerContext,
    *,
    group: str = "",
    user: str = "",
    strategy: Literal["round_robin", "least_loaded"] = "round_robin",
) -> dict[str, Any]:
    """Set the responsible person and write it to the timeline.

    Raises:
        HandlerError: `assign.unknown_user`, `assign.nobody` (the group has no active member), `assign.whom`.
    """
    request = context.request
    with context.unit_of_work() as uow:
        person = person_by_email(uow.connection, user) if user else None
        if person is None and group:
            person = _next_of(uow, group, strategy)
        if person is None:
            if user:
                raise HandlerError(
                    "assign.unknown_user", f"no active user {user!r}", retryable=False, user=user
                )
            raise HandlerError("assign.whom", "neither a person nor a group is named", retryable=False)
        if request.responsible_id != person.id:
            record(context, uow, "responsible", **{"from": request.responsible_id, "to": person.id})
            request.responsible_id = person.id
    return {
        "responsible": person.email,
        "responsible_name": person.name,
        "responsible_name_en": person.name_en,
    }


def _next_of(uow: Any, group: str, strategy: str) -> Person:
    people = members(uow.connection, group)
    if not people:
        raise HandlerError(
            "assign.nobody", f"the group {group!r} has no active members", retryable=False, group=group
        )
    if strategy == "round_robin":
        return people[(next_number(uow, f"assign:{group}") - 1) % len(people)]
    query = (
        select(Instance.responsible_id, func.count())
        .where(Instance.state == "active", Instance.responsible_id.in_([person.id for person in people]))
        .group_by(Instance.responsible_id)
    )
    loads: dict[int | None, int] = dict(map(tuple, uow.connection.execute(query)))
    return min(people, key=lambda person: (loads.get(person.id, 0), person.id))


@handler(
    "requests.set_status",
    title_ru="Сменить статус",
    title_en="Set the status",
    description_ru="Меняет статус заявки и, если даны, сумму, итог, тему и срок.",
    description_en="Changes the status and, where given, amount, resolution, subject and due date.",
    transactional=True,
    parameters={
        "status": ("Статус словами процесса", "Status in the words of the process"),
        "amount": ("Сумма заявки", "Amount of the request"),
        "currency": ("Валюта суммы, например RUB", "Currency of the amount, such as RUB"),
        "resolution": ("Чем закончилась", "How it ended"),
        "subject": ("Новая тема", "New subject"),
        "due_at": ("Срок заявки", "When the request is due"),
    },
)
def set_status(
    context: HandlerContext,
    *,
    status: str,
    amount: Decimal | None = None,
    currency: str = "",
    resolution: str = "",
    subject: str = "",
    due_at: datetime | None = None,
) -> dict[str, Any]:
    """Set what is given; a status that did not change writes no event.  Amounts are rounded to hundredths.

    Raises:
        ParameterError: the amount has more than twelve digits.
    """
    request = context.request
    if amount is not None and abs(amount) >= LARGEST_AMOUNT:
        raise ParameterError("requests.set_status", "amount", f"{amount:f} is too large")
    with context.unit_of_work() as uow:
        if request.status != status:
            record(context, uow, "status", **{"from": request.status, "to": status})
            request.status = status
    if amount is not None:
        request.amount = amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
    for name, value in (("currency", currency), ("resolution", resolution), ("subject", subject)):
        if value:
            setattr(request, name, value)
    if due_at is not None:
        request.due_at = due_at
    return {}
