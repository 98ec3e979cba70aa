"""Who approves, in which order; nobody approves their own request.

A level names the groups that approve one after the other.  An organisation may set limits
(`approval_limits: {"heads": "5000000"}`): an amount above the limit of the last group adds the group above it.
"""

from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, select

from handlers.context import HandlerContext
from handlers.errors import HandlerError
from handlers.people import Person, group_exists, members, person_by_id
from handlers.registry import handler
from handlers.timeline import record
from storage.models import Organisation

LEVELS: dict[str, tuple[str, ...]] = {
    "none": (),
    "head": ("heads",),
    "director": ("heads", "directors"),
    "commercial_director": ("heads", "directors"),
}
ABOVE = {"heads": "directors"}
"""The group of a group's head."""


@handler(
    "approvals.route",
    title_ru="Определить согласующих",
    title_en="Find the approvers",
    description_ru="Возвращает согласующих по порядку; инициатор никогда не согласует сам.",
    description_en="Returns the approvers in order; the initiator never approves their own request.",
    transactional=True,
    parameters={
        "level": (
            "Уровень: none, head, director или ключ группы",
            "Level: none, head, director, or the key of a group",
        ),
        "amount": ("Сумма, если от неё зависит уровень", "Amount, where the level depends on it"),
        "initiator": (
            "Почта инициатора; пусто: ответственный",
            "E-mail of the initiator; empty: the responsible",
        ),
    },
    results={"approvers": ("Список: user, name, group, level", "List: user, name, group, level")},
)
def route(
    context: HandlerContext, *, level: str, amount: Decimal | None = None, initiator: str = ""
) -> dict[str, Any]:
    """Return one approver per group of the level, each person once.

    Raises:
        HandlerError: `approvals.unknown_level`; `approvals.nobody` if a group and those above it have nobody
            but the initiator and persons who already approve.
    """
    with context.unit_of_work() as uow:
        groups = _groups(uow.connection, level, amount, context.settings.organisation_code)
        if not initiator:
            responsible = person_by_id(uow.connection, context.request.responsible_id)
            initiator = responsible.email if responsible else ""
        taken = {initiator.strip().lower()}
        approvers: list[dict[str, Any]] = []
        for group in groups:
            found = _approver(uow.connection, group, taken)
            if found is None:
                if approvers:
                    continue  # somebody below already answers for the group above
                raise HandlerError(
                    "approvals.nobody",
                    f"nobody in {group!r} or above may approve this request",
                    retryable=False,
                    group=group,
                )
            person, source = found
            taken.add(person.email)
            approvers.append(
                {"user": person.email, "name": person.name, "group": source, "level": len(approvers) + 1}
            )
        record(context, uow, "approvers", level=level, users=[item["user"] for item in approvers])
    return {"approvers": approvers}


def _groups(connection: Connection, level: str, amount: Decimal | None, organisation: str) -> list[str]:
    if level in LEVELS:
        groups = list(LEVELS[level])
    elif group_exists(connection, level):
        groups = [level]
    else:
        raise HandlerError(
            "approvals.unknown_level", f"there is no level or group {level!r}", retryable=False, level=level
        )
    if groups and amount is not None:
        limits = _limits(connection, organisation)
        while groups[-1] in limits and amount > limits[groups[-1]] and groups[-1] in ABOVE:
            groups.append(ABOVE[groups[-1]])
    return groups


def _limits(connection: Connection, organisation: str) -> dict[str, Decimal]:
    query = (
        select(Organisation.settings).where(Organisation.active.is_(True)).order_by(Organisation.id).limit(1)
    )
    if organisation:
        query = query.where(Organisation.code == organisation)
    settings = connection.execute(query).scalar() or {}
    return {
        group: Decimal(str(limit)) for group, limit in dict(settings.get("approval_limits") or {}).items()
    }


def _approver(connection: Connection, group: str, taken: set[str]) -> tuple[Person, str] | None:
    current: str | None = group
    while current is not None:
        for person in members(connection, current):
            if person.email not in taken:
                return person, current
        current = ABOVE.get(current)
    return None
