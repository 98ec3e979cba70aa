"""Words as search sees them: folded, stemmed, in Russian and English alike.

«договоры» and «договора» are one word; so are «счёт» and «счет», or a phone number however it is written.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

MAX_WORDS = 400
"""How many different words of one request are kept."""
MAX_ASKED = 8
"""How many words of a question count."""
_MAX_LENGTH = 40
_WORD = re.compile(r"[^\W_]+")
_CYRILLIC = re.compile(r"[а-я]")
_FLEETING = re.compile(r"(?<=[бвгджзйклмнпрстфхцчшщ])[ое](?=[кц]$)")  # станок, станка; продавец, продавца
_PHONE = re.compile(r"(?<![\w-])(?:\+|[78])[\d ().‑-]{9,18}\d(?![\w-])")
_DIALLED = re.compile(r"\+?[\d ().‑-]{7,20}")


@dataclass(frozen=True, slots=True)
class Asked:
    """A word that is looked for: the word itself, or anything that begins as it was typed."""

    stem: str
    typed: str


def stems(text: str) -> list[str]:
    """Return the different words of *text* as they are kept, in their order, MAX_WORDS at most."""
    found: dict[str, None] = {}
    folded = _folded(text)
    for word in _WORD.findall(folded):
        found[_stem(word[:_MAX_LENGTH])] = None
        if word.isdigit() and word.lstrip("0"):
            found[word.lstrip("0")[:_MAX_LENGTH]] = None
        if len(found) >= MAX_WORDS:
            break
    for phone in _PHONE.findall(folded):
        found[_national(phone)] = None
    found.pop("", None)
    return list(found)[:MAX_WORDS]


def asked(text: str) -> list[Asked]:
    """Return what a question asks for; every word must be met.  A question without a word asks for nothing."""
    folded = _folded(text.strip())
    if _DIALLED.fullmatch(folded) and 7 <= sum(map(str.isdigit, folded)) <= 11:
        return [Asked(_national(folded), _national(folded))]
    words = dict.fromkeys(word[:_MAX_LENGTH] for word in _WORD.findall(folded))
    return [Asked(_stem(word), word) for word in list(words)[:MAX_ASKED]]


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text.replace("№", " ")).casefold().replace("ё", "е")


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    if word.isdigit():
        return word
    if not _CYRILLIC.search(word):
        return _stemmed("english", word)
    return _FLEETING.sub("", _stemmed("russian", word))


def _stemmed(language: str, word: str) -> str:
    # A stemmer keeps the word in itself while it works, so threads cannot share one.
    return str(snowballstemmer.stemmer(language).stemWord(word))


def _national(phone: str) -> str:
    """Return the last ten digits: +7 916 555-00-11 and 8 (916) 555-00-11 are one number."""
    return re.sub(r"\D", "", phone)[-10:]
