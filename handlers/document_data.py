"""What a document template is given: plain texts, ready to print, in the language of the document.

Templates do no arithmetic and no formatting of money or dates; what they print is what was summed here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from handlers.contacts import show_phone
from handlers.context import HandlerContext
from handlers.document_lines import UNITS_EN, DocumentLine, Goods
from handlers.errors import HandlerError
from handlers.money import format_money, format_number, format_rate, rounded
from handlers.payment_qr import Payment, payment_svg
from handlers.words import amount_in_words, count_in_words, date_in_digits, date_in_words, plural_ru
from storage.models import BankAccount, Contact, Counterparty, Organisation, User

_OWN_KEYS = frozenset({"items", "lines", "organisation", "currency", "prices_include_vat", "payments"})
_MOST_TEXT = 4000


@dataclass(frozen=True)
class Parties:
    """The rows that a document names."""

    organisation: Organisation
    bank: BankAccount | None
    counterparty: Counterparty | None
    contact: Contact | None
    manager: User | None


@dataclass(frozen=True)
class Header:
    kind: str
    title: str
    number: str
    version: int
    dated_on: date
    language: str
    currency: str


def load_parties(session: Session, context: HandlerContext, data: Mapping[str, Any]) -> Parties:
    """Return our organisation (by `data.organisation`, the settings, or the first active) and the other side.

    Raises:
        HandlerError: `documents.no_organisation`.
    """
    code = str(data.get("organisation") or context.settings.organisation_code)
    query = session.query(Organisation).filter(Organisation.active.is_(True)).order_by(Organisation.id)
    organisation = (query.filter(Organisation.code == code) if code else query).first()
    if organisation is None:
        raise HandlerError(
            "documents.no_organisation",
            f"no active organisation {code!r}",
            retryable=False,
            organisation=code,
        )
    accounts = session.query(BankAccount).filter(BankAccount.organisation_id == organisation.id)
    request = context.request
    return Parties(
        organisation=organisation,
        bank=accounts.order_by(BankAccount.default.desc(), BankAccount.id).first(),
        counterparty=session.get(Counterparty, request.counterparty_id) if request.counterparty_id else None,
        contact=session.get(Contact, request.contact_id) if request.contact_id else None,
        manager=session.get(User, request.responsible_id) if request.responsible_id else None,
    )


def compose(
    context: HandlerContext, parties: Parties, header: Header, goods: Goods, data: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the template's data, JSON throughout."""
    language = header.language
    link = context.link() if header.kind == "quote" else ""
    return {
        "language": language,
        "kind": header.kind,
        "title": context.bundle.translate(header.title, language),
        "number": header.number,
        "version": header.version,
        "date": date_in_digits(header.dated_on, language),
        "date_words": date_in_words(header.dated_on, language),
        "request_number": context.request.number or "",
        "currency": header.currency,
        "organisation": _organisation(parties.organisation, language),
        "bank": _bank(parties.bank),
        "buyer": _buyer(parties, data),
        "manager": _manager(parties.manager, language),
        "lines": [
            _line(place, line, header.currency, language, context)
            for place, line in enumerate(goods.lines, 1)
        ],
        "totals": _totals(goods, header.currency, language),
        "payments": _payments(data.get("payments"), language, context.time_zone),
        "payment": _payment(parties, header, goods, data),
        "link": link,
        "details": {
            name: _shown(value, language, context.time_zone)
            for name, value in data.items()
            if name not in _OWN_KEYS and not isinstance(value, (list, Mapping))
        },
    }


def _organisation(row: Organisation, language: str) -> dict[str, Any]:
    printed: dict[str, Any] = {
        name: getattr(row, name)
        for name in (
            "short_name", "full_name", "inn", "kpp", "ogrn", "okpo", "address", "phone", "email",
            "director", "director_position", "accountant", "vat_payer",
        )
    }  # fmt: skip
    if language != "ru":
        printed |= {
            name: value for name, value in dict(row.settings.get("en") or {}).items() if name in printed
        }
    return printed


def _bank(row: BankAccount | None) -> dict[str, str] | None:
    if row is None:
        return None
    return {
        "account": row.account,
        "bank_name": row.bank_name,
        "bic": row.bic,
        "correspondent": row.correspondent,
        "currency": row.currency,
    }


def _buyer(parties: Parties, data: Mapping[str, Any]) -> dict[str, str]:
    known, contact = parties.counterparty, parties.contact
    found = {
        "name": (known.full_name or known.name) if known else (contact.name if contact else ""),
        "inn": known.inn if known else "",
        "kpp": known.kpp if known else "",
        "address": known.address if known else "",
        "contact_name": contact.name if contact else "",
        "phone": contact.phone if contact else "",
        "email": contact.email if contact else "",
    }
    for name in found:
        given = data.get(f"buyer_{name}", data.get(name) if name == "contact_name" else None)
        if given:
            found[name] = str(given)[:_MOST_TEXT]
    return found | {"phone": show_phone(found["phone"])}


def _manager(row: User | None, language: str) -> dict[str, str] | None:
    if row is None:
        return None
    english = language != "ru"
    return {
        "name": (english and row.name_en) or row.name,
        "position": (english and row.position_en) or row.position,
        "phone": show_phone(row.phone),
        "email": row.email,
    }


def _line(
    place: int, line: DocumentLine, currency: str, language: str, context: HandlerContext
) -> dict[str, str]:
    money = line.money
    name = line.name
    if language != "ru":
        name = line.name_en or context.bundle.translate(line.name, language)
    taxed = money.rate.taxed
    dash = "без НДС" if language == "ru" else "no VAT"
    return {
        "place": str(place),
        "code": line.code,
        "name": name,
        "unit": line.unit if language == "ru" else UNITS_EN.get(line.unit, line.unit),
        "unit_code": line.unit_code,
        "quantity": format_number(money.quantity, language, places=None),
        "price": format_number(money.price, language),
        "price_net": format_number(rounded(money.net / money.quantity), language),
        "discount": f"{format_number(line.discount, language, places=None)}%" if line.discount else "",
        "net": format_number(money.net, language),
        "rate": format_rate(money.rate, language) if taxed else dash,
        "vat": format_number(money.vat, language) if taxed else dash,
        "gross": format_number(money.gross, language),
    }


def _totals(goods: Goods, currency: str, language: str) -> dict[str, Any]:
    sums = goods.totals
    taxed = [item for item in sums.by_rate if item.rate.taxed]
    rows = [
        {
            "label": _vat_label(format_rate(item.rate, language), language),
            "value": format_number(item.vat, language),
        }
        for item in taxed
    ]
    if not taxed:
        rows = [{"label": "Без налога (НДС)" if language == "ru" else "No VAT charged", "value": "—"}]
    return {
        "net": format_number(sums.net, language),
        "vat": format_number(sums.vat, language) if taxed else ("без НДС" if language == "ru" else "no VAT"),
        "gross": format_number(sums.gross, language),
        "gross_money": format_money(sums.gross, currency, language),
        "words": amount_in_words(sums.gross, currency, language),
        "vat_words": amount_in_words(sums.vat, currency, language) if taxed else "",
        "vat_rows": rows,
        "taxed": bool(taxed),
        "count": str(len(goods.lines)),
        "count_words": count_in_words(len(goods.lines), language),
        "count_noun": plural_ru(len(goods.lines), ("наименование", "наименования", "наименований")),
        "quantity": format_number(
            sum((line.money.quantity for line in goods.lines), Decimal(0)), language, places=None
        ),
        "discounted": any(line.discount for line in goods.lines),
    }


def _vat_label(rate: str, language: str) -> str:
    return f"В том числе НДС ({rate})" if language == "ru" else f"Including VAT ({rate})"


def _payments(payments: Any, language: str, zone: tzinfo) -> str:
    """Return line (5) of УПД: "№ 12 от 10.06.2026; № 15 от 11.06.2026"."""
    printed = []
    for payment in payments if isinstance(payments, list) else []:
        if not isinstance(payment, Mapping) or not payment.get("number"):
            continue
        paid_on = payment.get("date") or payment.get("paid_on")
        text = f"{'№' if language == 'ru' else 'No.'} {payment['number']}"
        dated = "от" if language == "ru" else "dated"
        printed.append(f"{text} {dated} {_shown(paid_on, language, zone, words=False)}" if paid_on else text)
    return "; ".join(printed)


def payment_of(parties: Parties, header: Header, goods: Goods) -> Payment | None:
    """Return the payment that an invoice asks for, where a Russian payment QR can carry it."""
    bank, organisation = parties.bank, parties.organisation
    if header.kind != "invoice" or bank is None or header.currency != "RUB" or goods.totals.gross <= 0:
        return None
    return Payment(
        name=organisation.short_name,
        account=bank.account,
        bank=bank.bank_name,
        bic=bank.bic,
        correspondent=bank.correspondent,
        amount=goods.totals.gross,
        purpose=purpose_of(header, goods),
        inn=organisation.inn,
        kpp=organisation.kpp,
    )


def purpose_of(header: Header, goods: Goods) -> str:
    """Return the words that a payment order of this invoice should carry."""
    text = f"Оплата по счету № {header.number} от {date_in_digits(header.dated_on)}"
    taxed = [item for item in goods.totals.by_rate if item.rate.taxed]
    if not taxed:
        return f"{text}, без НДС"
    rate = f" {format_rate(taxed[0].rate, 'ru')}" if len(taxed) == 1 else ""
    return f"{text}, в т.ч. НДС{rate} - {goods.totals.vat}"


def _payment(
    parties: Parties, header: Header, goods: Goods, data: Mapping[str, Any]
) -> dict[str, str] | None:
    if header.kind != "invoice":
        return None
    payment = payment_of(parties, header, goods)
    percent = data.get("prepay_percent")
    prepay = Decimal(0)
    if isinstance(percent, (int, Decimal)) and 0 < percent < 100:
        prepay = rounded(goods.totals.gross * percent / 100)
    return {
        "purpose": purpose_of(header, goods),
        "qr": payment_svg(payment) if payment else "",
        "prepay": format_money(prepay, header.currency, header.language) if prepay else "",
        "prepay_percent": f"{percent}%" if prepay else "",
    }


def _shown(value: Any, language: str, zone: tzinfo, *, words: bool = True) -> str:
    """Return a value of the process as text; ISO dates in texts are dates too."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return ("да" if value else "нет") if language == "ru" else ("yes" if value else "no")
    if isinstance(value, (int, Decimal)):
        return format_number(Decimal(value), language, places=None)
    if isinstance(value, str) and len(value) == 10:
        try:
            value = date.fromisoformat(value)
        except ValueError:
            return str(value)
    if isinstance(value, datetime):
        value = value.astimezone(zone).date()
    if isinstance(value, date):
        return date_in_words(value, language) if words else date_in_digits(value, language)
    return str(value)[:_MOST_TEXT]
