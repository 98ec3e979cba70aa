"""Running a parsed pattern: by ``re`` when that is surely cheap, else by an own matcher that counts its steps."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from bpmn.feel.regex.grammar import (
    Anchor,
    BackReference,
    Choice,
    Group,
    Item,
    OneOf,
    Parser,
    PatternError,
    Repeat,
    Sequence,
)
from bpmn.feel.regex.machine import Program

if TYPE_CHECKING:
    from bpmn.feel.state import State

#: The largest bound on steps of ``re`` that is run without counting: some 20 ms.
_CHEAP = 2_000_000
_MAX_REPLACEMENT = 10_000

#: The places of group 0, 1, …; (-1, -1) for a group that took no part.
Spans = list[tuple[int, int]]


class Pattern:
    """A compiled pattern."""

    def __init__(self, tree: Item, groups: int, flags: str) -> None:
        self.groups = groups
        self._unbounded, self._factor = _backtracking(tree)
        python = _python(tree, "m" in flags)
        self._python: re.Pattern[str] | None = None
        if python is not None and self._factor is not None:
            self._python = re.compile(python, re.IGNORECASE if "i" in flags else 0)
        self._program = Program(tree, groups, multiline="m" in flags, ignore_case="i" in flags)

    def search(self, state: "State", text: str, start: int) -> Spans | None:
        """Return the first match from *start* on.

        Raises:
            FeelLimitError: it takes too many steps.
        """
        if self._python is not None and self._is_cheap(len(text)):
            state.charge(len(text) // 16 + 1)
            match = self._python.search(text, start)
            return None if match is None else list(match.regs)
        return self._program.search(state, text, start)

    def find_all(self, state: "State", text: str) -> Iterator[Spans]:
        """Yield the matches that follow each other.

        Raises:
            FeelLimitError: it takes too many steps.
        """
        if self._python is not None and self._is_cheap(len(text)):
            for match in self._python.finditer(text):
                state.charge(1)
                yield list(match.regs)
            return
        position = 0
        while position <= len(text):
            spans = self._program.search(state, text, position)
            if spans is None:
                return
            yield spans
            start, end = spans[0]
            position = end + 1 if start == end else end

    def matches_nothing(self, state: "State") -> bool:
        """Tell whether the pattern matches the empty string."""
        return self.search(state, "", 0) is not None

    def _is_cheap(self, length: int) -> bool:
        if self._factor is None:
            return False
        bound = self._factor * (length + 1)
        for _ in range(self._unbounded):
            bound *= length + 1
            if bound > _CHEAP:
                return False
        return bound <= _CHEAP


@lru_cache(maxsize=256)
def compile_pattern(source: str, flags: str = "") -> Pattern:
    """Return the pattern of *source*; flags are any of s, m, i, x and q.

    Raises:
        PatternError: it is not a pattern, or there is no such flag.
    """
    if not set(flags) <= set("smixq"):
        raise PatternError("flags", text=flags)
    if "q" in flags:
        source = re.sub(r"([\\|.?*+(){}\[\]^$-])", r"\\\1", source)
        flags = flags.replace("x", "")
    parser = Parser(source, flags)
    return Pattern(parser.whole(), parser.groups, flags)


def replacement_parts(text: str, groups: int) -> list[str | int]:
    """Return the pieces of a replacement: strings and numbers of groups (``$1``); ``\\$`` is a dollar sign.

    Raises:
        PatternError: a lone ``$`` or ``\\``, as XPath Functions §5.6.4 says.
    """
    if len(text) > _MAX_REPLACEMENT:
        raise PatternError("replacement.long", limit=_MAX_REPLACEMENT)
    parts: list[str | int] = []
    position = 0
    while position < len(text):
        character = text[position]
        follow = text[position + 1 : position + 2]
        if character == "\\":
            if follow not in ("\\", "$"):
                raise PatternError("replacement.backslash")
            parts.append(follow)
            position += 2
        elif character == "$":
            digits = re.compile("[0-9]{1,3}").match(text, position + 1)
            if digits is None:
                raise PatternError("replacement.group")
            number = digits.group()
            while len(number) > 1 and int(number) > groups:
                number = number[:-1]
            parts.append(int(number) if int(number) <= groups else "")
            position += 1 + len(number)
        else:
            parts.append(character)
            position += 1
    return parts


def _backtracking(item: Item, repeated: bool = False) -> tuple[int, int | None]:
    """Bound the ways to match: the number of unbounded repeats, and a factor for all else; None: no bound."""
    if isinstance(item, OneOf | Anchor):
        return 0, 1
    if isinstance(item, BackReference):
        return 0, None
    if isinstance(item, Group):
        return _backtracking(item.item, repeated)
    if isinstance(item, Repeat):
        return _repeat_backtracking(item, repeated)
    assert isinstance(item, Sequence | Choice)
    unbounded, factor = 0, 1
    for part in item.items:
        count, more = _backtracking(part, repeated)
        if more is None:
            return 0, None
        unbounded += count
        factor = factor * more if isinstance(item, Sequence) else factor + more
        if factor > _CHEAP:
            return 0, None
    if isinstance(item, Choice) and repeated:
        return 0, None
    return unbounded, factor


def _repeat_backtracking(item: Repeat, repeated: bool) -> tuple[int, int | None]:
    variable = item.most is None or item.most > item.least
    if variable and repeated:
        return 0, None
    again = item.most is None or item.most > 1
    unbounded, factor = _backtracking(item.item, repeated or again)
    if factor is None:
        return 0, None
    if item.most is None:
        return unbounded + 1, factor
    return unbounded, factor * (item.most - item.least + 1) if variable else factor


def _python(item: Item, multiline: bool) -> str | None:
    """Return the same pattern for ``re``; None where it cannot say it."""
    if isinstance(item, OneOf):
        return item.python
    if isinstance(item, Anchor):
        if item.symbol == "^":
            return "(?m:^)" if multiline else r"\A"
        return "(?m:$)" if multiline else r"\Z"
    if isinstance(item, Group):
        inner = _python(item.item, multiline)
        return None if inner is None else f"({'?:' if item.number is None else ''}{inner})"
    if isinstance(item, Repeat):
        inner = _python(item.item, multiline)
        most = "" if item.most is None else str(item.most)
        return None if inner is None else f"(?:{inner}){{{item.least},{most}}}{'' if item.greedy else '?'}"
    if isinstance(item, Sequence | Choice):
        parts = [_python(part, multiline) for part in item.items]
        if None in parts:
            return None
        joined = ("" if isinstance(item, Sequence) else "|").join(part or "" for part in parts)
        return joined if isinstance(item, Sequence) else f"(?:{joined})"
    return None
