"""Money and VAT: exact, rounded per line, summed per rate.

Every amount is a Decimal with two places, rounded half up (НК РФ ст. 168, domain practice: the total of a
document is the sum of its printed lines).  «0 %» and «Без НДС» are different things: the first is a rate.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
THIN = "\N{NARROW NO-BREAK SPACE}"
HARD = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class VatRate:
    code: str  # "22", "0", "none", "22/122", ...
    percent: Decimal
    valid_from: date = date.min
    valid_to: date = date.max
    calculated: bool = False  # of an advance: the tax lies inside the amount

    @property
    def taxed(self) -> bool:
        """Whether tax is named at all, be it 0 %."""
        return self.code != "none"


def _rate(code: str, valid_from: date = date.min, valid_to: date = date.max) -> VatRate:
    percent = Decimal(code.partition("/")[0]) if code != "none" else Decimal(0)
    return VatRate(code, percent, valid_from, valid_to, calculated="/" in code)


_NEW = date(2026, 1, 1)  # 22 %: 425-ФЗ of 28.11.2025
_RATES = {
    rate.code: rate
    for rate in (
        _rate("22", _NEW),
        _rate("20", date(2019, 1, 1), date(2025, 12, 31)),
        _rate("10"),
        _rate("7", date(2025, 1, 1)),
        _rate("5", date(2025, 1, 1)),
        _rate("0"),
        _rate("none"),
        _rate("22/122", _NEW),
        _rate("20/120", date(2019, 1, 1)),
        _rate("10/110"),
        _rate("7/107", date(2025, 1, 1)),
        _rate("5/105", date(2025, 1, 1)),
    )
}


class UnknownRate(ValueError):
    """No such VAT rate, or not on that day."""


def vat_rate(code: str, on: date) -> VatRate:
    """Return the rate with a code on the day of shipment (the rate is that of the shipment, not the contract).

    Raises:
        UnknownRate: the code is unknown, or the rate was not in force on that day.
    """
    known = _RATES.get(code)
    if known is None:
        raise UnknownRate(f"there is no VAT rate {code!r}; known: {', '.join(_RATES)}")
    if not known.valid_from <= on <= known.valid_to:
        raise UnknownRate(f"the VAT rate {code} % was not in force on {on.isoformat()}")
    return known


def rates_on(day: date) -> list[VatRate]:
    """Return the ordinary rates in force on a day, the highest first, «Без НДС» last."""
    return [
        rate for rate in _RATES.values() if not rate.calculated and rate.valid_from <= day <= rate.valid_to
    ]


def rounded(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def vat_inside(gross: Decimal, rate: VatRate) -> Decimal:
    """Return the tax contained in an amount: gross × r / (100 + r)."""
    return rounded(gross * rate.percent / (100 + rate.percent))


def vat_on_top(net: Decimal, rate: VatRate) -> Decimal:
    """Return the tax to be added to an amount: net × r / 100."""
    return rounded(net * rate.percent / 100)


@dataclass(frozen=True)
class Line:
    """One line of a document; `price` is for one unit before the discount."""

    quantity: Decimal
    price: Decimal
    rate: VatRate
    discount_percent: Decimal = Decimal(0)
    includes_vat: bool = True

    @property
    def _sum(self) -> Decimal:
        return rounded(self.quantity * self.price * (100 - self.discount_percent) / 100)

    @property
    def vat(self) -> Decimal:
        return vat_inside(self._sum, self.rate) if self.includes_vat else vat_on_top(self._sum, self.rate)

    @property
    def gross(self) -> Decimal:
        return self._sum if self.includes_vat else self._sum + self.vat

    @property
    def net(self) -> Decimal:
        return self.gross - self.vat


@dataclass(frozen=True)
class RateTotal:
    rate: VatRate
    net: Decimal
    vat: Decimal
    gross: Decimal


@dataclass(frozen=True)
class Totals:
    net: Decimal
    vat: Decimal
    gross: Decimal
    by_rate: tuple[RateTotal, ...]  # the highest rate first


def totals(lines: Iterable[Line]) -> Totals:
    """Return the sums of a document's lines, in all and per rate."""
    known: dict[str, RateTotal] = {}
    for line in lines:
        before = known.get(line.rate.code, RateTotal(line.rate, Decimal(0), Decimal(0), Decimal(0)))
        known[line.rate.code] = RateTotal(
            line.rate, before.net + line.net, before.vat + line.vat, before.gross + line.gross
        )
    by_rate = tuple(
        sorted(known.values(), key=lambda total: (total.rate.taxed, total.rate.percent), reverse=True)
    )
    return Totals(
        net=sum((total.net for total in by_rate), Decimal(0)),
        vat=sum((total.vat for total in by_rate), Decimal(0)),
        gross=sum((total.gross for total in by_rate), Decimal(0)),
        by_rate=by_rate,
    )


_SIGNS = {"RUB": "₽", "USD": "$", "EUR": "€", "GBP": "£", "CNY": "¥", "KZT": "₸", "BYN": "Br"}


def format_number(value: Decimal, language: str, *, places: int | None = 2) -> str:
    """Return a number in groups of three: "1 234,50" (no-break spaces) or "1,234.50".

    *places* None keeps the places that the number needs, so a quantity of 2 is "2" and 0.5 is "0,5".
    """
    if places is None:
        value = value.normalize() if value else Decimal(0)
        places = max(0, -int(value.as_tuple().exponent))
    text = f"{value:,.{places}f}" if places else f"{value:,.0f}"
    return text.replace(",", HARD).replace(".", ",") if language == "ru" else text


def format_money(value: Decimal, currency: str, language: str) -> str:
    """Return an amount with its currency: "1 234,50 ₽" or "₽1,234.50" ("USD" unknown signs stay letters)."""
    sign = _SIGNS.get(currency, currency)
    number = format_number(rounded(value), language)
    if not sign:
        return number
    if language == "ru" or len(sign) > 1:
        return f"{number}{HARD}{sign}"
    return f"-{sign}{number[1:]}" if number.startswith("-") else f"{sign}{number}"


def format_rate(rate: VatRate, language: str) -> str:
    """Return a rate as documents print it: "22%", "22/122", "Без НДС"."""
    if not rate.taxed:
        return "Без НДС" if language == "ru" else "No VAT"
    return rate.code if rate.calculated else f"{rate.percent:f}%"
