"""Goods and own organisations for the forms of a process: what may be offered, and at which price.

Both handlers only read, so they run inside the advancing unit; what they return stays with the request, and a
price that changes in the catalog later does not change a quotation that is being written.
"""

from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, select

from handlers.context import HandlerContext
from handlers.errors import HandlerError
from handlers.money import format_money
from handlers.registry import handler
from storage.models import Counterparty, Organisation, Product


@handler(
    "catalogs.offer",
    title_ru="Подобрать товары",
    title_en="Offer products",
    description_ru="Возвращает списки для форм: товары (сначала названной группы) и наши организации.",
    description_en="Returns lists for forms: products (those of the named group first) and our organisations.",
    transactional=True,
    parameters={"group": ("Группа товаров, которая идёт первой", "Group of products to list first")},
    results={
        "products": ("Товары: value, label", "Products: value, label"),
        "organisations": (
            "Наши организации: value, label, vat_payer",
            "Our organisations: value, label, vat_payer",
        ),
        "organisation": ("Код основной организации", "Code of the main organisation"),
        "buyer": (
            "Реквизиты контрагента заявки: name, inn, kpp, address",
            "The request's company: name, inn, kpp, address",
        ),
    },
)
def offer(context: HandlerContext, *, group: str = "") -> dict[str, Any]:
    """Return active products and organisations as options of a choice; the main organisation is first.

    A request without a company has a `buyer` of empty texts.
    """
    english = context.settings.language == "en"
    with context.unit_of_work() as uow:
        products = uow.connection.execute(
            select(Product.code, Product.name, Product.name_en, Product.group, Product.price, Product.unit)
            .where(Product.active.is_(True))
            .order_by(Product.name)
        ).all()
        organisations = _organisations(uow.connection)
        buyer = _buyer(uow.connection, context.request.counterparty_id)
    language = "en" if english else "ru"
    options = [
        {"value": code, "label": _label((name_en if english else "") or name, price, unit, language)}
        for code, name, name_en, _, price, unit in sorted(products, key=lambda row: row.group != group)
    ]
    main = context.settings.organisation_code
    organisations.sort(key=lambda row: row.code != main)
    return {
        "products": options,
        "organisations": [
            {"value": row.code, "label": row.short_name, "vat_payer": bool(row.vat_payer)}
            for row in organisations
        ],
        "organisation": organisations[0].code if organisations else None,
        "buyer": buyer,
    }


def _buyer(connection: Connection, counterparty_id: int | None) -> dict[str, str]:
    columns = (
        Counterparty.full_name,
        Counterparty.name,
        Counterparty.inn,
        Counterparty.kpp,
        Counterparty.address,
    )
    row = connection.execute(select(*columns).where(Counterparty.id == counterparty_id)).first()
    if row is None:
        return {"name": "", "inn": "", "kpp": "", "address": ""}
    return {"name": row.full_name or row.name, "inn": row.inn, "kpp": row.kpp, "address": row.address}


def _label(name: str, price: Decimal | None, unit: str, language: str) -> str:
    return name if price is None else f"{name}, {format_money(price, 'RUB', language)} / {unit}"


def _organisations(connection: Connection) -> list[Any]:
    query = (
        select(Organisation.code, Organisation.short_name, Organisation.vat_payer)
        .where(Organisation.active.is_(True))
        .order_by(Organisation.id)
    )
    return list(connection.execute(query))


@handler(
    "catalogs.price_items",
    title_ru="Взять цены из каталога",
    title_en="Take prices from the catalog",
    description_ru="Превращает выбранные товары с количеством в строки предложения.",
    description_en="Turns chosen products and quantities into the lines of a quotation.",
    transactional=True,
    parameters={
        "wanted": ("Список: product (код), qty", "List: product (code), qty"),
        "organisation": (
            "Код нашей организации; пусто: основная",
            "Code of our organisation; empty: the main",
        ),
        "language": ("На каком языке названия: ru, en", "Language of the names: ru, en"),
    },
    results={
        "items": (
            "Строки: code, name, kind, unit, unit_code, qty, price, discount, vat, cost",
            "Lines: code, name, kind, unit, unit_code, qty, price, discount, vat, cost",
        )
    },
)
def price_items(
    context: HandlerContext,
    *,
    wanted: list[dict[str, Any]] | None = None,
    organisation: str = "",
    language: str = "",
) -> dict[str, Any]:
    """Return a line per chosen product; a line without a product is left out.

    An organisation that pays no VAT sells everything «Без НДС», whatever the catalog says.

    Raises:
        HandlerError: `catalogs.unknown_product`, with its code.
    """
    english = (language or context.request.language) == "en"
    chosen = [line for line in wanted or [] if line.get("product")]
    with context.unit_of_work() as uow:
        found = {
            product.code: product
            for product in uow.session.scalars(
                select(Product).where(Product.code.in_([line["product"] for line in chosen]))
            )
        }
        taxed = _pays_vat(_organisations(uow.connection), organisation or context.settings.organisation_code)
    items: list[dict[str, Any]] = []
    for line in chosen:
        product = found.get(line["product"])
        if product is None:
            raise HandlerError(
                "catalogs.unknown_product",
                f"there is no product {line['product']!r}",
                retryable=False,
                product=line["product"],
            )
        items.append(
            {
                "code": product.code,
                "name": (product.name_en if english else "") or product.name,
                "kind": product.kind,
                "unit": product.unit,
                "unit_code": product.unit_code,
                "qty": line.get("qty") or 1,
                "price": product.price,
                "discount": 0,
                "vat": product.vat_rate if taxed else "none",
                "cost": product.cost,
            }
        )
    return {"items": items}


def _pays_vat(organisations: list[Any], code: str) -> bool:
    for row in organisations:
        if not code or row.code == code:
            return bool(row.vat_payer)
    return True
