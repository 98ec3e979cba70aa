"""The goods lines of a document: read from what the process holds, completed from the catalog, summed.

A line is a context with `name` (or `product`, the code of a catalog item), `quantity`, `price` and, where
needed, `unit`, `discount` in per cent and `vat` (a rate's code).  An organisation that pays no VAT has every
line «Без НДС», whatever the line says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, or_, select

from handlers.errors import HandlerError
from handlers.money import Line, Totals, UnknownRate, VatRate, totals, vat_rate
from handlers.parameters import NotAccepted, accept
from storage.models import Product

MAX_LINES = 500
_LARGEST = Decimal(10) ** 12
_NAMES: dict[str, tuple[str, ...]] = {
    "code": ("code", "product", "article"),
    "name": ("name", "title"),
    "quantity": ("quantity", "qty"),
    "price": ("price",),
    "unit": ("unit",),
    "unit_code": ("unit_code",),
    "discount": ("discount", "discount_percent"),
    "vat": ("vat", "vat_rate"),
    "kind": ("kind",),
}
UNIT_CODES = {
    "шт": "796", "м": "006", "м²": "055", "м³": "113", "л": "112", "кг": "166", "т": "168", "ч": "356",
    "сут": "359", "мес": "362", "ед": "642", "упак": "778", "компл": "839", "усл. ед": "876", "усл": "876",
}  # fmt: skip
"""ОКЕИ codes (ОК 015-94) of the units that documents here name."""
UNITS_EN = {
    "шт": "pcs", "м": "m", "м²": "m²", "м³": "m³", "л": "l", "кг": "kg", "т": "t", "ч": "h", "сут": "days",
    "мес": "months", "ед": "units", "упак": "packs", "компл": "sets", "усл. ед": "units", "усл": "units",
}  # fmt: skip


@dataclass(frozen=True)
class DocumentLine:
    code: str
    name: str
    name_en: str
    unit: str
    unit_code: str
    discount: Decimal
    money: Line


@dataclass(frozen=True)
class Goods:
    lines: tuple[DocumentLine, ...]
    totals: Totals


class BadLine(HandlerError):
    """A line cannot be printed; says which and why."""

    def __init__(self, place: int, message: str) -> None:
        super().__init__(
            "documents.line", f"line {place}: {message}", retryable=False, line=place, why=message
        )


def read_lines(
    connection: Connection,
    items: Sequence[Any],
    *,
    on: date,
    vat_payer: bool,
    includes_vat: bool = True,
) -> Goods:
    """Return the lines with their sums.

    Raises:
        HandlerError: `documents.no_lines`, `documents.too_many_lines`, `documents.amount` (a million millions).
        BadLine: a line has no name, a quantity or price that is no number, or a rate not in force *on* that day.
    """
    if not items:
        raise HandlerError("documents.no_lines", "the document has no lines", retryable=False)
    if len(items) > MAX_LINES:
        raise HandlerError(
            "documents.too_many_lines", f"a document has at most {MAX_LINES} lines", retryable=False
        )
    raw = [_named(place, item) for place, item in enumerate(items, 1)]
    products = _products(
        connection,
        codes={str(item["code"]) for item in raw if item.get("code")},
        names={str(item["name"]) for item in raw if item.get("name")},
    )
    lines = tuple(
        _line(
            place,
            item,
            products.get(str(item.get("code") or "")) or products.get(str(item.get("name") or "")),
            on,
            vat_payer,
            includes_vat,
        )
        for place, item in enumerate(raw, 1)
    )
    sums = totals(line.money for line in lines)
    if sums.gross >= _LARGEST:
        raise HandlerError("documents.amount", f"the total {sums.gross:f} is too large", retryable=False)
    return Goods(lines, sums)


def _named(place: int, item: Any) -> dict[str, Any]:
    if not isinstance(item, Mapping):
        raise BadLine(place, "a line is a context with name, quantity and price")
    found: dict[str, Any] = {}
    for name, spellings in _NAMES.items():
        value = next((item[spelling] for spelling in spellings if item.get(spelling) not in (None, "")), None)
        if value is not None:
            found[name] = value
    return found


def _products(connection: Connection, *, codes: set[str], names: set[str]) -> dict[str, Any]:
    """Return the catalog items that the lines mean, by code and by exact name."""
    rows = connection.execute(
        select(
            Product.code,
            Product.name,
            Product.name_en,
            Product.unit,
            Product.unit_code,
            Product.vat_rate,
            Product.price,
        ).where(or_(Product.code.in_(codes), Product.name.in_(names)))
    ).all()
    return {row.name: row for row in rows} | {row.code: row for row in rows}


def _line(
    place: int, item: Mapping[str, Any], product: Any, on: date, vat_payer: bool, includes_vat: bool
) -> DocumentLine:
    name = str(item.get("name") or (product.name if product else "")).strip()
    if not name:
        raise BadLine(place, "it has no name")
    unit = str(item.get("unit") or (product.unit if product else "шт"))
    price = item.get("price", product.price if product else None)
    discount = _number(place, "discount", item.get("discount", 0), Decimal(0), Decimal(100))
    return DocumentLine(
        code=str(item.get("code") or (product.code if product else "")),
        name=name,
        name_en=product.name_en if product and name == product.name else "",
        unit=unit,
        unit_code=str(
            item.get("unit_code")
            or (product.unit_code if product else "")
            or UNIT_CODES.get(unit.rstrip("."), "")
        ),
        discount=discount,
        money=Line(
            quantity=_number(place, "quantity", item.get("quantity"), Decimal("0.000001"), _LARGEST),
            price=_number(place, "price", price, Decimal(0), _LARGEST),
            rate=_rate(place, item, product, on, vat_payer),
            discount_percent=discount,
            includes_vat=includes_vat,
        ),
    )


def _number(place: int, what: str, value: Any, least: Decimal, most: Decimal) -> Decimal:
    if value is None:
        raise BadLine(place, f"it has no {what}")
    try:
        number: Decimal = accept(Decimal, value)
    except NotAccepted as problem:
        raise BadLine(place, f"{what}: {problem}") from problem
    if not least <= number <= most:
        raise BadLine(place, f"{what} must be between {least:f} and {most:f}, not {number:f}")
    return number


def _rate(place: int, item: Mapping[str, Any], product: Any, on: date, vat_payer: bool) -> VatRate:
    if not vat_payer:
        return vat_rate("none", on)
    value = item.get("vat", product.vat_rate if product else "22")
    code = str(value).strip().removesuffix("%").strip()
    try:
        return vat_rate(code, on)
    except UnknownRate as problem:
        raise BadLine(place, str(problem)) from problem
