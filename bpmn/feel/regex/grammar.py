"""The syntax of a pattern: text in, tree out."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bpmn.feel.messages import PATTERNS
from bpmn.feel.wording import fill

_MAX_LENGTH = 1000
_MAX_NESTING = 30
_MAX_COUNT = 1000

CharacterTest = Callable[[str], bool]


class PatternError(ValueError):
    """The text is not a pattern of XPath, or it is too large; *kind* is a key of ``messages.PATTERNS``."""

    def __init__(self, kind: str, **values: Any) -> None:
        self.kind, self.values = kind, values
        super().__init__(self.message("en"))

    def message(self, language: str = "en") -> str:
        """Return what is wrong in *language*: "ru" or "en"."""
        return fill(PATTERNS[self.kind][language == "ru"], language, self.values)


@dataclass(frozen=True, slots=True)
class Item:
    """Any part of a pattern."""


@dataclass(frozen=True, slots=True)
class OneOf(Item):
    """One character; *python* is the same for ``re``, or None where ``re`` cannot say it."""

    test: CharacterTest
    python: str | None


@dataclass(frozen=True, slots=True)
class Sequence(Item):
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Choice(Item):
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Group(Item):
    """Parentheses; *number* is None when they do not capture."""

    number: int | None
    item: Item


@dataclass(frozen=True, slots=True)
class Repeat(Item):
    item: Item
    least: int
    most: int | None
    greedy: bool


@dataclass(frozen=True, slots=True)
class Anchor(Item):
    """``^`` or ``$``."""

    symbol: str


@dataclass(frozen=True, slots=True)
class BackReference(Item):
    number: int


_QUANTIFIER = re.compile(r"(?:([?*+])|\{([0-9]{1,4})(,([0-9]{1,4})?)?\})(\?)?")
_PROPERTY = re.compile(r"\{(?:Is([A-Za-z0-9-]+)|([A-Z][a-z]?))\}")
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}
_BLOCKS = {
    "BasicLatin": (0x0000, 0x007F),
    "Latin-1Supplement": (0x0080, 0x00FF),
    "LatinExtended-A": (0x0100, 0x017F),
    "LatinExtended-B": (0x0180, 0x024F),
    "Greek": (0x0370, 0x03FF),
    "Cyrillic": (0x0400, 0x04FF),
    "CyrillicSupplement": (0x0500, 0x052F),
    "Armenian": (0x0530, 0x058F),
    "Hebrew": (0x0590, 0x05FF),
    "Arabic": (0x0600, 0x06FF),
    "GeneralPunctuation": (0x2000, 0x206F),
    "CurrencySymbols": (0x20A0, 0x20CF),
}


def _is_name_start(character: str) -> bool:
    return character.isalpha() or character in "_:"


def _is_name_part(character: str) -> bool:
    return character.isalnum() or character in "-._:·" or unicodedata.category(character) == "Mn"


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _is_blank(character: str) -> bool:
    return character in " \t\n\r"


#: Class escapes: the test, and the body of a class for ``re`` where it means the same.
_CLASSES: dict[str, tuple[CharacterTest, str | None]] = {
    "d": (str.isdecimal, r"\d"),
    "w": (_is_word, r"\w"),
    "s": (_is_blank, r" \t\n\r"),
    "i": (_is_name_start, None),
    "c": (_is_name_part, None),
}


class Parser:
    """Reads one pattern; afterwards ``groups`` is the number of capturing parentheses."""

    def __init__(self, source: str, flags: str) -> None:
        if len(source) > _MAX_LENGTH:
            raise PatternError("long", limit=_MAX_LENGTH)
        self._source = source
        self._extended = "x" in flags
        self._dot_all = "s" in flags
        self._ignore_case = "i" in flags
        self._position = 0
        self._depth = 0
        self._closed: set[int] = set()
        self.groups = 0

    def whole(self) -> Item:
        """Return the tree of the whole pattern.

        Raises:
            PatternError: it is not a pattern.
        """
        tree = self._choice()
        if self._position < len(self._source):
            raise PatternError("unexpected", text=self._source[self._position], position=self._position + 1)
        return tree

    def _next(self) -> str:
        if self._extended:
            while self._position < len(self._source) and _is_blank(self._source[self._position]):
                self._position += 1
        return self._source[self._position] if self._position < len(self._source) else ""

    def _take(self) -> str:
        if self._position >= len(self._source):
            raise PatternError("end")
        self._position += 1
        return self._source[self._position - 1]

    def _choice(self) -> Item:
        self._depth += 1
        if self._depth > _MAX_NESTING:
            raise PatternError("nesting", limit=_MAX_NESTING)
        branches = [self._branch()]
        while self._next() == "|":
            self._position += 1
            branches.append(self._branch())
        self._depth -= 1
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def _branch(self) -> Item:
        items: list[Item] = []
        while self._next() not in ("", "|", ")"):
            items.append(self._quantified(self._atom()))
        return items[0] if len(items) == 1 else Sequence(tuple(items))

    def _quantified(self, item: Item) -> Item:
        self._next()
        match = _QUANTIFIER.match(self._source, self._position)
        if match is None:
            return item
        if isinstance(item, Anchor):
            raise PatternError("repeat", text=item.symbol)
        self._position = match.end()
        symbol, least, comma, most, lazy = match.groups()
        if symbol:
            low, high = {"?": (0, 1), "*": (0, None), "+": (1, None)}[symbol]
        else:
            low = int(least)
            high = low if not comma else int(most) if most else None
        if low > _MAX_COUNT or (high or 0) > _MAX_COUNT:
            raise PatternError("count.large", limit=_MAX_COUNT)
        if high is not None and high < low:
            raise PatternError("count.order", text=match.group())
        if _QUANTIFIER.match(self._source, self._position):
            raise PatternError("quantifiers", position=self._position + 1)
        return Repeat(item, low, high, not lazy)

    def _atom(self) -> Item:
        character = self._take()
        if character == "(":
            return self._group()
        if character == "[":
            test, body = self._class()
            return OneOf(test, None if body is None else f"[{body}]")
        if character == ".":
            if self._dot_all:
                return OneOf(lambda _: True, r"[\s\S]")
            return OneOf(lambda other: other not in "\n\r", r"[^\n\r]")
        if character in "^$":
            return Anchor(character)
        if character == "\\":
            return self._escape()
        if character in "?*+{}])":
            raise PatternError("unexpected", text=character, position=self._position)
        return self._literal(character)

    def _literal(self, character: str) -> OneOf:
        return OneOf(self._folded(lambda other: other == character), re.escape(character))

    def _folded(self, test: CharacterTest) -> CharacterTest:
        """Make a test of characters and ranges blind to case if asked to; escapes as ``\\p{Lu}`` stay strict."""
        if not self._ignore_case:
            return test
        return lambda other: test(other) or test(other.lower()) or test(other.upper())

    def _group(self) -> Item:
        number: int | None = None
        if self._source.startswith("?", self._position):
            if not self._source.startswith("?:", self._position):
                raise PatternError("group", text=f"({self._source[self._position : self._position + 2]}")
            self._position += 2
        else:
            self.groups += 1
            number = self.groups
        item = self._choice()
        if self._next() != ")":
            raise PatternError("bracket")
        self._position += 1
        if number is not None:
            self._closed.add(number)
        return Group(number, item)

    def _escape(self) -> Item:
        character = self._take()
        if character in "123456789":
            number = int(character)
            while self._position < len(self._source) and self._source[self._position] in "0123456789":
                longer = number * 10 + int(self._source[self._position])
                if longer > self.groups:
                    break
                number = longer
                self._position += 1
            if number not in self._closed:
                raise PatternError("reference", position=number)
            return BackReference(number)
        test, body, single = self._class_escape(character)
        if single is not None:
            return self._literal(single)
        return OneOf(test, None if body is None else f"[{body}]")

    def _class_escape(self, character: str) -> tuple[CharacterTest, str | None, str | None]:
        """Return test, body of a class for ``re``, and the character itself when it is one character."""
        if character in _CONTROLS:
            control = _CONTROLS[character]
            return (lambda other: other == control), re.escape(control), control
        if character.lower() in _CLASSES:
            test, body = _CLASSES[character.lower()]
            if character.islower():
                return test, body, None
            return (lambda other: not test(other)), (rf"\{character}" if character in "DW" else None), None
        if character in "pP":
            return self._property(character == "P"), None, None
        if character.isalnum():
            raise PatternError("escape", text=f"\\{character}")
        return (lambda other: other == character), re.escape(character), character

    def _property(self, negated: bool) -> CharacterTest:
        match = _PROPERTY.match(self._source, self._position)
        if match is None:
            raise PatternError("property")
        self._position = match.end()
        block, category = match.groups()
        if block is not None:
            if block not in _BLOCKS:
                raise PatternError("block", text=block)
            first, last = _BLOCKS[block]
            return lambda other: (first <= ord(other) <= last) is not negated
        return lambda other: unicodedata.category(other).startswith(category) is not negated

    def _class(self) -> tuple[CharacterTest, str | None]:
        """Read a character class after its opening bracket."""
        self._depth += 1
        if self._depth > _MAX_NESTING:
            raise PatternError("nesting", limit=_MAX_NESTING)
        negated = self._source.startswith("^", self._position)
        self._position += negated
        tests: list[CharacterTest] = []
        bodies: list[str | None] = []
        without: CharacterTest | None = None
        while not self._source.startswith("]", self._position):
            if self._source.startswith("-[", self._position) and tests:
                self._position += 2
                without = self._class()[0]
                break
            test, body = self._class_member()
            tests.append(test)
            bodies.append(body)
        if self._take() != "]" or not tests:
            raise PatternError("class")
        self._depth -= 1

        def matches(other: str) -> bool:
            found = any(test(other) for test in tests) is not negated
            return found and not (without is not None and without(other))

        if without is not None or None in bodies:
            return matches, None
        return matches, ("^" if negated else "") + "".join(body or "" for body in bodies)

    def _class_member(self) -> tuple[CharacterTest, str | None]:
        character = self._take()
        if character == "[":
            raise PatternError("class.bracket")
        if character == "\\":
            test, body, single = self._class_escape(self._take())
            if single is None:
                return test, body
            character = single
        if not self._is_range():
            return self._folded(lambda other: other == character), re.escape(character)
        self._position += 1
        last = self._take()
        if last == "\\":
            _, _, single = self._class_escape(self._take())
            if single is None:
                raise PatternError("class.end")
            last = single
        if last < character:
            raise PatternError("class.order", text=f"{character}-{last}")
        return self._folded(
            lambda other: character <= other <= last
        ), f"{re.escape(character)}-{re.escape(last)}"

    def _is_range(self) -> bool:
        rest = self._source[self._position : self._position + 2]
        return len(rest) == 2 and rest[0] == "-" and rest[1] not in "[]"
