"""Numbers and money as people type them, and as they are shown back.

`read_number` accepts «1 234,56», "1,234.56", "1'234.56", a currency or unit
after the number and any kind of space or minus; it never accepts an exponent,
NaN or infinity.  What `format_number` prints, `read_number` reads back.
"""

import re
from decimal import Decimal
from typing import Any

from bpmn.forms.messages import Problem, problem

MAX_DIGITS = 30
_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f'’]+")
_PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_SIGNS = {"RUB": "₽", "USD": "$", "EUR": "€", "CNY": "¥", "GBP": "£", "KZT": "₸", "BYN": "Br"}
CURRENCY_SIGNS = tuple(_SIGNS.values())
_UNITS = re.compile(r"(?:₽|руб(?:лей|ля|ль)?\.?|р\.?|rub|\$|€|¥|£|%)$", re.IGNORECASE)
_THIN = "\u202f"


def currency_sign(code: str) -> str:
    """Return the sign of an ISO 4217 currency, or the code itself."""
    return _SIGNS.get(code.upper(), code)


def read_number(text: str, *, language: str, unit: str = "") -> int | Decimal | Problem:
    """Read a typed number; integral values become int.

    A lone comma is the decimal point, except in English before exactly three
    digits ("1,234"); of a comma and a point the last one is the decimal point.
    """
    shown = text.strip()
    bare = shown.replace("\u2212", "-").replace("\u2013", "-")
    if unit and bare.casefold().endswith(unit.casefold()):
        bare = bare[: -len(unit)]
    bare = _SPACES.sub("", _UNITS.sub("", bare.strip()))
    bare = _with_decimal_point(bare, language)
    if not _PLAIN.fullmatch(bare):
        return problem("number.not", value=shown)
    if sum(symbol.isdigit() for symbol in bare) > MAX_DIGITS:
        return problem("number.long")
    return plain_number(Decimal(bare))


def plain_number(number: Decimal) -> int | Decimal:
    """Return an integral number below 2**53 as int, others unchanged."""
    if number == number.to_integral_value() and abs(number) < 2**53:
        return int(number)
    return number


def _with_decimal_point(text: str, language: str) -> str:
    commas, points = text.count(","), text.count(".")
    if commas and points:
        group, decimal = (",", ".") if text.rfind(".") > text.rfind(",") else (".", ",")
        return text.replace(group, "").replace(decimal, ".") if text.count(decimal) == 1 else text
    if commas > 1 or points > 1:
        mark = "," if commas else "."
        grouped = re.fullmatch(rf"[+-]?[0-9]{{1,3}}(?:{re.escape(mark)}[0-9]{{3}})+", text)
        return text.replace(mark, "") if grouped else text
    if commas and language != "ru" and re.fullmatch(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}", text):
        return text.replace(",", "")
    return text.replace(",", ".")


def to_decimal(value: Any) -> Decimal | None:
    """Return a finite Python number as Decimal (floats by their shortest text), None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return number if number.is_finite() else None


def format_number(
    value: int | float | Decimal, *, language: str, digits: int | None = None, grouping: bool = True
) -> str:
    """Print a number in the habits of *language*: «1 234,5» or "1,234.5" (narrow no-break spaces in Russian)."""
    number = to_decimal(value)
    if number is None:
        return str(value)
    if digits is not None and -number.as_tuple().exponent <= digits:  # type: ignore[operator]
        text = f"{number:,.{digits}f}"
    else:
        text = f"{number:,f}"
    if not grouping:
        text = text.replace(",", "")
    if language == "ru":
        return text.replace(",", _THIN).replace(".", ",").replace("-", "\u2212")
    return text


def format_money(value: int | float | Decimal, currency: str, *, language: str) -> str:
    """Print an amount with two digits and its currency sign."""
    amount = format_number(value, language=language, digits=2)
    sign = currency_sign(currency)
    return f"{amount}\u00a0{sign}" if language == "ru" or len(sign) > 1 else f"{sign}{amount}"
