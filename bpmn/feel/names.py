"""Names of FEEL: their characters, and the longest match of names that contain spaces.

The grammar of DMN 1.5 §10.3.1.2 depends on the names in scope: ``a-b`` is a difference
unless a variable is called ``a-b``.  A ``Scope`` answers which known name starts at a place.
"""

import itertools
import re
from bisect import insort
from collections.abc import Iterable
from functools import lru_cache

#: Blanks of grammar rule 61 (U+0009..000D, space separators, line separators, BOM).
BLANK = "\t-\r \x85\xa0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"

#: Grammar rule 28, with every letter and emoji of today's Unicode.
NAME_START = "?_A-Za-z\xaa\xb5\xba\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
NAME_PART = NAME_START + "0-9\xb7\u0300-\u036f\u203f-\u2040"

WORD = re.compile(f"[{NAME_START}][{NAME_PART}]*")
_PART_CHARACTER = re.compile(f"[{NAME_PART}]")
_PIECE = re.compile(f"[{NAME_PART}]+|[^\\s]")
#: All of `BLANK`, said in a way that compiles fast.
_BLANK = "(?:[^\\S\x1c-\x1f]|[\u180e\u200b\ufeff])"
_BLANKS = re.compile(f"[{BLANK}\\s]+")

KEYWORDS = frozenset(
    [
        "and",
        "or",
        "if",
        "then",
        "else",
        "for",
        "in",
        "return",
        "some",
        "every",
        "satisfies",
        "between",
        "instance",
        "function",
        "null",
        "true",
        "false",
        "external",
    ]
)

#: Components of values that have a space in their name (DMN 1.5 table 65).
PROPERTIES = ("time offset", "start included", "end included")


def normalise(name: str) -> str:
    """Return *name* with every run of blanks as one space: the form under which names are compared."""
    return _BLANKS.sub(" ", name).strip()


@lru_cache(maxsize=4096)
def is_plain(name: str) -> bool:
    """Tell whether *name* is one word that needs no announcement: not a keyword, no space or operator in it."""
    return WORD.fullmatch(name) is not None and name not in KEYWORDS


class Scope:
    """Known names that are not plain words, by their first word; inner scopes see the outer ones."""

    def __init__(self, names: Iterable[str] = (), parent: "Scope | None" = None) -> None:
        self._parent = parent
        self._by_first_word: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Make *name* known from here on."""
        name = normalise(name)
        if is_plain(name):
            return
        first = WORD.match(name)
        if first is None:
            return
        candidates = self._by_first_word.setdefault(first.group(), [])
        insort(candidates, (name, _pattern(name)), key=lambda candidate: -len(candidate[0]))

    def match(self, source: str, position: int, first_word: str) -> tuple[str, int] | None:
        """Return the longest known name that stands at *position*, and where it ends."""
        best: tuple[str, int] | None = None
        scope: Scope | None = self
        while scope is not None:
            for name, pattern in scope._by_first_word.get(first_word, ()):
                found = pattern.match(source, position)
                if found is None or not _ends(source, found.end()):
                    continue
                if best is None or found.end() > best[1]:
                    best = (name, found.end())
                break
            scope = scope._parent
        return best


def _pattern(name: str) -> re.Pattern[str]:
    pieces = _PIECE.findall(name)
    text = re.escape(pieces[0])
    for previous, piece in itertools.pairwise(pieces):
        both_words = _PART_CHARACTER.match(previous) and _PART_CHARACTER.match(piece)
        text += f"{_BLANK}{'+' if both_words else '*'}{re.escape(piece)}"
    return re.compile(text)


def _ends(source: str, position: int) -> bool:
    """Tell whether a name may end here: the next character would not continue its last word."""
    return position == len(source) or not (
        _PART_CHARACTER.match(source, position) and _PART_CHARACTER.match(source, position - 1)
    )
