"""Finds the client behind what somebody wrote into a form, or makes a new one.

A contact is matched by phone, then by e-mail; a counterparty by ИНН, then through the contact, then by its
exact name.  Nothing known is overwritten; only what was empty is filled in.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from handlers.contacts import read_email, read_phone
from handlers.people import person_by_id
from handlers.requisites import check_inn, region_of
from storage.ids import new_id
from storage.models import Contact, Counterparty


@dataclass(frozen=True)
class Written:
    """What the client wrote about themselves."""

    name: str = ""
    phone: str = ""
    email: str = ""
    company: str = ""
    inn: str = ""
    language: str = "ru"


@dataclass(frozen=True)
class Client:
    contact_id: int | None
    contact_name: str
    counterparty_id: int | None
    counterparty_name: str
    manager_email: str | None
    region: str
    segment: str


_PHONE_REGIONS = {
    "+7495": "Москва",
    "+7498": "Московская область",
    "+7499": "Москва",
    "+7812": "СПб",
    "+7813": "СЗФО",
}


def find_or_make(connection: Connection, written: Written, *, now: datetime, phone_region: str) -> Client:
    """Return the contact and counterparty of a request, made on the fly where they are new.

    A phone, e-mail or ИНН that is none is left out rather than stored or matched.
    """
    phone = read_phone(written.phone, phone_region)
    e164 = phone.e164 if phone else ""
    email = read_email(written.email) if written.email else ""
    inn = "".join(written.inn.split())
    if check_inn(inn):
        inn = ""
    contact = _find_contact(connection, e164, email)
    counterparty_id = _find_counterparty(connection, inn, contact, written.company)
    if counterparty_id is None and (inn or written.company.strip()):
        counterparty_id = _make_counterparty(connection, written.company.strip(), inn, e164, now)
    if contact is None and (e164 or email or written.name.strip()):
        contact_id = _make_contact(connection, written, e164, email, counterparty_id, now)
        contact_name = written.name.strip() or email or e164
    elif contact is not None:
        contact_id, contact_name = contact.id, contact.name
        _fill_in(connection, contact, e164, email, counterparty_id)
    else:
        contact_id, contact_name = None, written.company.strip()
    return _client(connection, contact_id, contact_name, counterparty_id, e164)


@dataclass(frozen=True)
class _Known:
    id: int
    counterparty_id: int | None
    name: str
    phone: str
    email: str


_CONTACT = (Contact.id, Contact.counterparty_id, Contact.name, Contact.phone, Contact.email)


def _find_contact(connection: Connection, phone: str, email: str) -> _Known | None:
    for column, value in ((Contact.phone, phone), (Contact.email, email)):
        if not value:
            continue
        rows = connection.execute(
            select(*_CONTACT).where(column == value).order_by(Contact.id).limit(20)
        ).all()
        if rows:
            best = next((row for row in rows if email and row.email == email), rows[0])
            return _Known(*best)
    return None


def _find_counterparty(connection: Connection, inn: str, contact: _Known | None, company: str) -> int | None:
    if inn:
        found = connection.execute(
            select(Counterparty.id).where(Counterparty.inn == inn).order_by(Counterparty.id).limit(1)
        ).scalar()
        return found
    if contact is not None and contact.counterparty_id is not None:
        return contact.counterparty_id
    if company.strip():
        return connection.execute(
            select(Counterparty.id)
            .where(Counterparty.name == company.strip())
            .order_by(Counterparty.id)
            .limit(1)
        ).scalar()
    return None


def _make_counterparty(connection: Connection, company: str, inn: str, phone: str, now: datetime) -> int:
    counterparty_id = new_id()
    connection.execute(
        insert(Counterparty).values(
            id=counterparty_id,
            kind="entrepreneur" if len(inn) == 12 else "company",
            name=company or f"ИНН {inn}",
            full_name=company,
            inn=inn,
            kpp="",
            ogrn="",
            address="",
            region=region_of(inn) or _PHONE_REGIONS.get(phone[:5], ""),
            segment="",
            created_at=now,
        )
    )
    return counterparty_id


def _make_contact(
    connection: Connection,
    written: Written,
    phone: str,
    email: str,
    counterparty_id: int | None,
    now: datetime,
) -> int:
    contact_id = new_id()
    connection.execute(
        insert(Contact).values(
            id=contact_id,
            counterparty_id=counterparty_id,
            name=written.name.strip() or email or phone,
            position="",
            phone=phone,
            email=email,
            language=written.language,
            created_at=now,
        )
    )
    return contact_id


def _fill_in(
    connection: Connection, contact: _Known, phone: str, email: str, counterparty_id: int | None
) -> None:
    missing = {
        name: value
        for name, known, value in (
            ("phone", contact.phone, phone),
            ("email", contact.email, email),
            ("counterparty_id", contact.counterparty_id, counterparty_id),
        )
        if not known and value
    }
    if missing:
        connection.execute(update(Contact).where(Contact.id == contact.id).values(**missing))


def _client(
    connection: Connection, contact_id: int | None, contact_name: str, counterparty_id: int | None, phone: str
) -> Client:
    row = None
    if counterparty_id is not None:
        row = connection.execute(
            select(
                Counterparty.name, Counterparty.region, Counterparty.segment, Counterparty.manager_id
            ).where(Counterparty.id == counterparty_id)
        ).first()
    manager = person_by_id(connection, row.manager_id) if row else None
    return Client(
        contact_id=contact_id,
        contact_name=contact_name,
        counterparty_id=counterparty_id,
        counterparty_name=row.name if row else "",
        manager_email=manager.email if manager else None,
        region=(row.region if row else "") or _PHONE_REGIONS.get(phone[:5], ""),
        segment=row.segment if row else "",
    )
