"""The payment QR of Russian invoices (ГОСТ Р 56042-2014), format ST0001, UTF-8.

The mandatory block is kept within 300 bytes by shortening names, the sum is in kopecks, and the separator is
one that no value contains.
"""

import io
from dataclasses import dataclass
from decimal import Decimal

import segno

from handlers.money import rounded

MANDATORY_BYTES = 300
_SEPARATORS = "|;^~#"
_NAME, _BANK, _PURPOSE = 160, 45, 160


@dataclass(frozen=True)
class Payment:
    name: str  # of the payee
    account: str
    bank: str
    bic: str
    correspondent: str  # "" or "0" when the bank has none
    amount: Decimal | None = None
    purpose: str = ""
    inn: str = ""
    kpp: str = ""


def payment_text(payment: Payment) -> str:
    """Return the text of the QR.

    Raises:
        ValueError: account or БИК is missing, the amount is not above zero, or no separator is free.
    """
    if len(payment.account) != 20 or len(payment.bic) != 9:
        raise ValueError("a payment QR needs an account of twenty digits and a БИК of nine")
    if payment.amount is not None and payment.amount <= 0:
        raise ValueError("a payment QR needs an amount above zero")
    name, bank = _clean(payment.name, _NAME), _clean(payment.bank, _BANK)
    while True:
        mandatory = [
            ("Name", name),
            ("PersonalAcc", payment.account),
            ("BankName", bank),
            ("BIC", payment.bic),
            ("CorrespAcc", payment.correspondent or "0"),
        ]
        block = "|".join(f"{key}={value}" for key, value in mandatory)
        if len(f"ST00012|{block}".encode()) <= MANDATORY_BYTES:
            break
        name = name[:-1].rstrip()
    optional: list[tuple[str, str]] = []
    if payment.amount is not None:
        optional.append(("Sum", str(int(rounded(payment.amount) * 100))))
    for key, value in (
        ("Purpose", _clean(payment.purpose, _PURPOSE)),
        ("PayeeINN", payment.inn),
        ("KPP", payment.kpp),
    ):
        if value:
            optional.append((key, value))
    fields = mandatory + optional
    for separator in _SEPARATORS:
        if not any(separator in value for _, value in fields):
            return "ST00012" + separator + separator.join(f"{key}={value}" for key, value in fields)
    raise ValueError("the values of a payment QR use up every separator")


def _clean(text: str, limit: int) -> str:
    return " ".join(text.split())[:limit].rstrip()


def payment_svg(payment: Payment) -> str:
    """Return the QR as SVG with its quiet zone, error correction M; errors as `payment_text`."""
    code = segno.make(payment_text(payment), error="m", encoding="utf-8", micro=False)
    out = io.BytesIO()
    code.save(out, kind="svg", border=2, xmldecl=False, nl=False, scale=4)
    return out.getvalue().decode()
