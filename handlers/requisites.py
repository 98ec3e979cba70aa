"""Requisites of Russian organisations and banks, checked by their control digits.

Every check returns "" or the stable code of what is wrong; `web` has the words.  Sources: приказ ФНС
ММВ-7-6/435@ (ИНН, КПП), приказ Минфина 165н (ОГРН), положение Банка России № 732-П and 762-П (accounts, БИК).
"""

import re

_INN_10 = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_11 = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_12 = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_ACCOUNT = (7, 1, 3)


def _digits(text: str, *lengths: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) in lengths


def _control(text: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(text, weights, strict=False)) % 11 % 10


def check_inn(inn: str) -> str:
    """Ten digits of an organisation or twelve of a person; codes `inn.length`, `inn.control`."""
    if not _digits(inn, 10, 12):
        return "inn.length"
    if len(inn) == 10:
        good = _control(inn, _INN_10) == int(inn[9])
    else:
        good = _control(inn, _INN_11) == int(inn[10]) and _control(inn, _INN_12) == int(inn[11])
    return "" if good else "inn.control"


def check_kpp(kpp: str, inn: str = "") -> str:
    """Nine signs, no control digit; a person (twelve-digit ИНН) has none. `kpp.form`, `kpp.needless`."""
    if len(inn) == 12:
        return "kpp.needless" if kpp else ""
    return "" if re.fullmatch(r"[0-9]{4}[0-9A-Z]{2}[0-9]{3}", kpp) else "kpp.form"


def check_ogrn(ogrn: str) -> str:
    """Thirteen digits of an organisation or fifteen of an entrepreneur; `ogrn.length`, `ogrn.control`."""
    if not _digits(ogrn, 13, 15):
        return "ogrn.length"
    first = {13: "15", 15: "3"}[len(ogrn)]
    if ogrn[0] not in first:
        return "ogrn.control"
    divisor = 11 if len(ogrn) == 13 else 13
    return "" if int(ogrn[:-1]) % divisor % 10 == int(ogrn[-1]) else "ogrn.control"


def check_bic(bic: str) -> str:
    """Nine digits; banks begin with 04, the treasury with 00–02. `bic.length`, `bic.country`."""
    if not _digits(bic, 9):
        return "bic.length"
    return "" if bic[:2] in ("00", "01", "02", "04") else "bic.country"


def check_account(account: str, bic: str) -> str:
    """A settlement account with the bank's БИК.

    Codes `account.length`, `account.control`; a treasury account (03…) follows no key: `account.treasury` is
    worth a warning, not a refusal.
    """
    if not _digits(account, 20):
        return "account.length"
    if account.startswith("03"):
        return "account.treasury"
    if check_bic(bic):
        return "account.control"
    return "" if _account_key(bic[-3:] + account) else "account.control"


def check_correspondent(account: str, bic: str) -> str:
    """A correspondent account with the bank's БИК; codes `account.length`, `account.control`."""
    if not _digits(account, 20):
        return "account.length"
    if check_bic(bic):
        return "account.control"
    return "" if _account_key("0" + bic[4:6] + account) else "account.control"


def _account_key(text: str) -> bool:
    return sum(int(digit) * _ACCOUNT[place % 3] % 10 for place, digit in enumerate(text)) % 10 == 0


_REGIONS = {
    "77": "Москва", "97": "Москва", "99": "Москва", "50": "Московская область", "78": "СПб",
    **dict.fromkeys(("10", "11", "29", "35", "39", "47", "51", "53", "60", "83"), "СЗФО"),
    **dict.fromkeys(("02", "12", "13", "16", "18", "21", "43", "52", "56", "58", "59", "63", "64", "73"), "ПФО"),
    **dict.fromkeys(("45", "66", "72", "74", "86", "89"), "УФО"),
    **dict.fromkeys(("04", "17", "19", "22", "24", "38", "42", "54", "55", "70"), "СФО"),
    **dict.fromkeys(("01", "08", "23", "30", "34", "61", "91", "92"), "ЮФО"),
    **dict.fromkeys(("05", "06", "07", "09", "15", "20", "26"), "СКФО"),
    **dict.fromkeys(("03", "14", "25", "27", "28", "41", "49", "65", "75", "79", "87"), "ДФО"),
    **dict.fromkeys(
        ("31", "32", "33", "36", "37", "40", "44", "46", "48", "57", "62", "67", "68", "69", "71", "76"), "ЦФО"
    ),
}  # fmt: skip


def region_of(inn: str) -> str:
    """Return the region an ИНН was given in: "Москва", "СПб" or a federal district; "" if unknown."""
    return _REGIONS.get(inn[:2], "") if not check_inn(inn) else ""
