"""Reading the text of an expression: blanks, comments, literals, names, and errors with their place."""

import re
from decimal import Decimal, DecimalException
from typing import Any, NoReturn

from bpmn.feel import temporal
from bpmn.feel.errors import FeelLimitError, FeelSyntaxError
from bpmn.feel.names import BLANK, KEYWORDS, NAME_PART, WORD, Scope
from bpmn.feel.values import DECIMAL128

#: Longer sources are refused before they are read.
MAX_SOURCE = 16_384

_BLANKS = re.compile(f"(?:[{BLANK}]|//[^\n\r]*|/\\*.*?\\*/)*", re.DOTALL)
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{6}|[nrt'\"\\])")
_SYMBOL = re.compile(r"\*\*|\.\.|<=|>=|!=|==|->|&&|\|\||[^\s]")
_CONTINUATION = re.compile(f"[{NAME_PART}]+")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "'": "'", '"': '"', "\\": "\\"}
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")


class Scanner:
    """A position in a source; each ``read_*`` moves it past what it returns."""

    def __init__(self, source: str) -> None:
        if len(source) > MAX_SOURCE:
            raise FeelLimitError("feel.limit.source", limit=MAX_SOURCE)
        self.source = source
        self.position = 0
        self._seen_at, self._seen = -1, ""

    def fail(self, expected: str, position: int | None = None, found: str = "") -> NoReturn:
        """Raise a FeelSyntaxError at *position*, or where the next token starts."""
        if position is None:
            self.skip_blanks()
            position = self.position
        before = self.source[:position]
        line = before.count("\n") + 1
        column = position - (before.rfind("\n") + 1) + 1
        if not found and position < len(self.source):
            token = _CONTINUATION.match(self.source, position) or _SYMBOL.match(self.source, position)
            found = token.group()[:30] if token else self.source[position]
        raise FeelSyntaxError(line, column, expected, found, self.source)

    def skip_blanks(self) -> None:
        """Move past blanks and comments."""
        match = _BLANKS.match(self.source, self.position)
        if match is not None:
            self.position = match.end()
        if self.source.startswith("/*", self.position):
            self.position, start = len(self.source), self.position
            self.fail("comment end", start)

    def at_end(self) -> bool:
        """Tell whether nothing but blanks is left."""
        self.skip_blanks()
        return self.position >= len(self.source)

    def symbol(self) -> str:
        """Return the operator or bracket that stands next, without moving past it; "" at the end."""
        if self.position == self._seen_at:
            return self._seen
        self.skip_blanks()
        match = _SYMBOL.match(self.source, self.position)
        self._seen_at, self._seen = self.position, match.group() if match else ""
        return self._seen

    def accept(self, symbol: str) -> bool:
        """Move past *symbol* when it stands next."""
        if self.symbol() != symbol:
            return False
        self.position += len(symbol)
        return True

    def expect(self, symbol: str) -> None:
        """Move past *symbol*; anything else is an error."""
        if not self.accept(symbol):
            self.fail(f"'{symbol}'")

    def word(self) -> str:
        """Return the word that stands next, without moving past it; "" when there is none."""
        self.skip_blanks()
        match = WORD.match(self.source, self.position)
        return match.group() if match else ""

    def accept_word(self, word: str) -> bool:
        """Move past the keyword *word* when it stands next."""
        if self.symbol() != word[0] or self.word() != word:
            return False
        self.position += len(word)
        return True

    def expect_word(self, word: str) -> None:
        """Move past the keyword *word*; anything else is an error."""
        if not self.accept_word(word):
            self.fail(f"'{word}'")

    def read_number(self) -> Decimal | None:
        """Read a numeric literal, rounded to 34 digits; None when none stands here."""
        self.skip_blanks()
        match = _NUMBER.match(self.source, self.position)
        if match is None:
            return None
        try:
            value = DECIMAL128.create_decimal(match.group())
        except DecimalException:
            self.fail("expression")
        self.position = match.end()
        return value

    def read_string(self) -> str | None:
        """Read a string literal; None when none stands here.  Unknown escapes stay as they are."""
        self.skip_blanks()
        if not self.source.startswith('"', self.position):
            return None
        match = _STRING.match(self.source, self.position)
        if match is None:
            self.fail("string end", len(self.source))
        self.position = match.end()
        return unescape(match.group(1))

    def read_temporal(self) -> Any:
        """Read ``@"…"``; what is no date, time or duration is an error."""
        self.expect("@")
        start = self.position
        text = self.read_string()
        if text is None:
            self.fail("string", start)
        value = temporal.parse(text)
        if value is None:
            self.fail("temporal literal", start, text[:30])
        return value

    def read_name(self, scope: Scope, *, component: bool = False) -> str:
        """Read a name: the longest known one, or a word and the words that follow it.

        The first word of a *component* (after a dot) may be a keyword.

        Two names side by side mean nothing in FEEL, so unknown words that follow are part of the name.
        """
        word = self.word()
        if not word:
            self.fail("name")
        known = scope.match(self.source, self.position, word)
        if known is not None:
            name, self.position = known
        else:
            if word in KEYWORDS and not component:
                self.fail("name")
            name, self.position = word, self.position + len(word)
        while True:
            start = self.position
            self.skip_blanks()
            follow = _CONTINUATION.match(self.source, self.position)
            if follow is None or follow.group() in KEYWORDS or self.position == start:
                self.position = start
                return name
            name = f"{name} {follow.group()}"
            self.position = follow.end()


def unescape(text: str) -> str:
    """Return the string that the body of a string literal means."""
    if "\\" not in text:
        return text
    plain = _ESCAPE.sub(_unescaped, text)
    return _SURROGATES.sub(
        lambda pair: pair.group().encode("utf-16", "surrogatepass").decode("utf-16"), plain
    )


def _unescaped(match: re.Match[str]) -> str:
    text = match.group(1)
    if text[0] in "uU":
        code = int(text[1:], 16)
        return chr(code) if code <= 0x10FFFF else match.group()
    return _ESCAPED[text]
