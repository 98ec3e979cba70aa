"""Amounts, counts and dates in words, in Russian and English.

Kopecks stay two digits («Сто двадцать одна тысяча рублей 50 копеек»).  num2words is given whole numbers only:
it takes an int amount for kopecks.
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from num2words import num2words

Forms = tuple[str, str, str]
"""One, two, five: рубль, рубля, рублей."""

_RU: dict[str, tuple[Forms, Forms]] = {
    "RUB": (("рубль", "рубля", "рублей"), ("копейка", "копейки", "копеек")),
    "USD": (("доллар США", "доллара США", "долларов США"), ("цент", "цента", "центов")),
    "EUR": (("евро", "евро", "евро"), ("цент", "цента", "центов")),
    "CNY": (("юань", "юаня", "юаней"), ("фэнь", "фэня", "фэней")),
    "GBP": (("фунт стерлингов", "фунта стерлингов", "фунтов стерлингов"), ("пенс", "пенса", "пенсов")),
}
_EN: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "RUB": (("rouble", "roubles"), ("kopeck", "kopecks")),
    "USD": (("dollar", "dollars"), ("cent", "cents")),
    "EUR": (("euro", "euros"), ("cent", "cents")),
    "CNY": (("yuan", "yuan"), ("fen", "fen")),
    "GBP": (("pound", "pounds"), ("penny", "pence")),
}
_LARGEST = Decimal(10) ** 15
_MONTHS = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
_MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def plural_ru(number: int, forms: Forms) -> str:
    """Return the form that agrees with a number: 1 рубль, 2 рубля, 5 рублей, 11 рублей, 21 рубль."""
    last_two, last = abs(number) % 100, abs(number) % 10
    if 11 <= last_two <= 14:
        return forms[2]
    if last == 1:
        return forms[0]
    return forms[1] if 2 <= last <= 4 else forms[2]


def amount_in_words(amount: Decimal, currency: str = "RUB", language: str = "ru") -> str:
    """Return an amount in words with a capital letter; rounded half up to hundredths.

    An unknown currency is named by its code.

    Raises:
        ValueError: the amount is not finite or has more than fifteen digits.
    """
    if not amount.is_finite() or abs(amount) >= _LARGEST:
        raise ValueError(f"an amount of that size is not put in words: {amount}")
    hundredths = int((abs(amount) * 100).to_integral_value(ROUND_HALF_UP))
    whole, part = divmod(hundredths, 100)
    text = _words_ru(whole, part, currency) if language == "ru" else _words_en(whole, part, currency)
    if amount < 0 and hundredths:
        text = f"{'минус' if language == 'ru' else 'minus'} {text}"
    return text[0].upper() + text[1:]


def _words_ru(whole: int, part: int, currency: str) -> str:
    if currency not in _RU:
        return f"{num2words(whole, lang='ru')} {currency} {part:02d}/100"
    unit, small = _RU[currency]
    return f"{num2words(whole, lang='ru')} {plural_ru(whole, unit)} {part:02d} {plural_ru(part, small)}"


def _words_en(whole: int, part: int, currency: str) -> str:
    words = num2words(whole, lang="en")
    if currency not in _EN:
        return f"{words} {currency} and {part:02d}/100"
    unit, small = _EN[currency]
    return f"{words} {unit[whole != 1]} and {part:02d} {small[part != 1]}"


def count_in_words(number: int, language: str = "ru") -> str:
    """Return a whole number in words, small letters: «двадцать один»."""
    return str(num2words(number, lang="ru" if language == "ru" else "en"))


def date_in_words(day: date, language: str = "ru", *, mark: str = " г.") -> str:
    """Return «5 декабря 2026 г.» or "5 December 2026"; *mark* follows the Russian year."""
    if language == "ru":
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}{mark}"
    return f"{day.day} {_MONTHS_EN[day.month - 1]} {day.year}"


def date_in_digits(day: date, language: str = "ru") -> str:
    """Return 05.12.2026, or "5 Dec 2026" that nobody reads as a day of May."""
    if language == "ru":
        return day.strftime("%d.%m.%Y")
    return f"{day.day} {_MONTHS_EN[day.month - 1][:3]} {day.year}"
