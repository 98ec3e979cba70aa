"""Numbered documents of a request, as PDF/A.

The number is reserved in a unit of its own before anything is rendered, together with the document's row: a
retry under the same idempotency key meets its own reservation, so numbers are gapless per organisation, kind
and year and no job ever makes a second document.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import func, insert, select, update

from handlers.context import HandlerContext
from handlers.document_data import Header, Parties, compose, load_parties
from handlers.document_lines import Goods, read_lines
from handlers.registry import handler
from handlers.rendering import collect, renderer
from handlers.timeline import record
from storage.ids import new_id
from storage.kept_files import keep_file
from storage.models import Document, Organisation
from storage.numbering import next_number

PDF = "application/pdf"


@dataclass(frozen=True)
class _Reserved:
    document_id: int
    kind: str
    title: str
    number: str
    version: int
    dated_on: date


@handler(
    "documents.create",
    title_ru="Оформить документ",
    title_en="Make a document",
    description_ru="Печатает PDF по шаблону набора, даёт ему номер и прикладывает к заявке.",
    description_en="Prints a PDF from a template of the bundle, numbers it and adds it to the request.",
    parameters={
        "kind": ("Вид документа", "Kind of document"),
        "template": ("Файл documents/<имя>.typ", "File documents/<name>.typ"),
        "title": ("Название для людей", "Name for people"),
        "data": (
            "items (строки), organisation, buyer_name, buyer_inn и всё, что печатает шаблон",
            "items (lines), organisation, buyer_name, buyer_inn and whatever the template prints",
        ),
        "language": ("Язык: ru, en; пусто: язык заявки", "Language: ru, en; empty: that of the request"),
        "public": ("Виден ли клиенту", "Whether the client sees it"),
        "number": ("Свой номер или номер заявки с версией", "An own number, or the request's with a version"),
    },
    results={
        "document_id": ("Документ", "Document"),
        "number": ("Номер", "Number"),
        "date": ("Дата (ISO)", "Date (ISO)"),
        "file_name": ("Имя файла", "File name"),
        "version": ("Версия в этой заявке", "Version within the request"),
        "total": ("Сумма", "Total"),
        "vat": ("В том числе НДС", "VAT included"),
    },
)
def create(
    context: HandlerContext,
    *,
    kind: Literal["quote", "invoice", "delivery_note", "upd", "act"],
    template: str,
    title: str,
    data: dict[str, Any],
    language: str = "",
    public: bool = True,
    number: Literal["own", "request"] = "own",
) -> dict[str, Any]:
    """Make the document once per idempotency key and return its number and sums.

    A `delivery_note` whose template of that name is absent is printed as УПД or ТОРГ-12, as the organisation
    is set up.

    Raises:
        HandlerError: `documents.no_organisation`, `documents.no_lines`, `documents.line`,
            `documents.no_template`, `documents.template`, `documents.too_heavy`; the number stays reserved.
    """
    language = language if language in ("ru", "en") else context.request.language or "ru"
    dated_on = context.now.astimezone(context.time_zone).date()
    with context.unit_of_work() as uow:
        parties = load_parties(uow.session, context, data)
        goods = read_lines(
            uow.connection,
            data.get("items") or data.get("lines") or [],
            on=dated_on,
            vat_payer=parties.organisation.vat_payer,
            includes_vat=bool(data.get("prices_include_vat", True)),
        )
        kind, template, title = _form(context, parties.organisation, kind, template, title, language)
        reserved = _reserve(
            uow, context, parties.organisation, kind, title, number, dated_on, language, public
        )
    header = Header(
        kind=reserved.kind,
        title=reserved.title,
        number=reserved.number,
        version=reserved.version,
        dated_on=reserved.dated_on,
        language=language,
        currency=str(data.get("currency") or "RUB"),
    )
    return _print(context, parties, header, goods, data, template, reserved.document_id)


def _form(
    context: HandlerContext, organisation: Organisation, kind: str, template: str, title: str, language: str
) -> tuple[Any, str, str]:
    if template != "delivery_note" or context.bundle.file("documents/delivery_note.typ") is not None:
        return kind, template, title
    if organisation.delivery_document == "torg12":
        return "delivery_note", "torg12", "Накладная ТОРГ-12" if language == "ru" else "Delivery note"
    return "upd", "upd", "УПД" if language == "ru" else "Delivery note"


def _reserve(
    uow: Any,
    context: HandlerContext,
    organisation: Organisation,
    kind: str,
    title: str,
    numbering: str,
    dated_on: date,
    language: str,
    public: bool,
) -> _Reserved:
    key = f"{context.idempotency_key}:document"
    columns = (
        Document.id,
        Document.kind,
        Document.title,
        Document.number,
        Document.version,
        Document.dated_on,
    )
    known = uow.connection.execute(select(*columns).where(Document.idempotency_key == key)).first()
    if known is not None:
        return _Reserved(*known)
    version = 1 + int(
        uow.connection.execute(
            select(func.count(Document.id)).where(
                Document.instance_id == context.request.id, Document.kind == kind
            )
        ).scalar_one()
    )
    sequence: int | None = None
    if numbering == "request" and context.request.number:
        printed = f"{context.request.number}/{version}"
    else:
        sequence = next_number(uow, f"{kind}:{organisation.id}:{dated_on.year}")
        printed = f"{dict(organisation.settings.get('prefixes') or {}).get(kind, '')}{sequence}"
    reserved = _Reserved(
        new_id(), kind, context.bundle.translate(title, language), printed, version, dated_on
    )
    uow.connection.execute(
        insert(Document).values(
            id=reserved.document_id,
            instance_id=context.request.id,
            organisation_id=organisation.id,
            kind=kind,
            title=reserved.title,
            year=dated_on.year if sequence is not None else None,
            sequence=sequence,
            number=printed,
            dated_on=dated_on,
            version=version,
            state="reserved",
            language=language,
            public=public,
            idempotency_key=key,
            created_at=context.now,
            created_by_id=context.actor_id,
        )
    )
    return reserved


def _print(
    context: HandlerContext,
    parties: Parties,
    header: Header,
    goods: Goods,
    data: Mapping[str, Any],
    template: str,
    document_id: int,
) -> dict[str, Any]:
    printed = compose(context, parties, header, goods, data)
    files = collect(template, context.bundle.file)
    pdf = renderer.render(files, printed, fonts=context.settings.fonts_dir, at=context.now)
    file_name = file_name_of(header.title, header.number)
    with context.unit_of_work() as uow:
        reference = keep_file(uow, pdf, PDF, at=context.now)
        changed = uow.connection.execute(
            update(Document)
            .where(Document.id == document_id, Document.state == "reserved")
            .values(
                state="ready",
                amount=goods.totals.gross,
                file_hash=reference.hash,
                file_name=file_name,
                data={name: value for name, value in printed.items() if name not in ("payment", "link")},
            )
        )
        if changed.rowcount:
            record(
                context, uow, "document", document_id=document_id, title=header.title, number=header.number
            )
    return {
        "document_id": document_id,
        "number": header.number,
        "date": header.dated_on.isoformat(),
        "file_name": file_name,
        "version": header.version,
        "total": Decimal(goods.totals.gross),
        "vat": Decimal(goods.totals.vat),
    }


def file_name_of(title: str, number: str) -> str:
    """Return a file name that every system can store: «Счёт на оплату 104.pdf»."""
    readable = re.sub(r"[^\w .-]+", "-", f"{title} {number}", flags=re.UNICODE).strip(" .-")
    return f"{readable[:120]}.pdf"
