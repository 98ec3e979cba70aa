"""What reading expressions builds on: bounded nesting, names being defined, attempts, and types."""

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from bpmn.feel import syntax
from bpmn.feel.errors import FeelLimitError, FeelSyntaxError
from bpmn.feel.names import BLANK, NAME_PART, NAME_START, PROPERTIES, Scope, normalise
from bpmn.feel.scanner import Scanner

#: How deep brackets, operators, conditions and functions may nest.
MAX_NESTING = 50

NAME_TEXT = f"[{NAME_START}][{NAME_PART}{BLANK}.+*/'-]*+"
KEY = re.compile(f"({NAME_TEXT}):")

_TYPES = Scope(("date and time", "years and months duration", "days and time duration"))

_Result = TypeVar("_Result")


class TypeReader(Scanner):
    """A scanner with a scope of names that reads definitions of names, and types."""

    def __init__(self, source: str, names: Iterable[str]) -> None:
        super().__init__(source)
        self.scope = Scope((*PROPERTIES, *names))
        self.depth = 0
        self.in_range_end = False

    def enter(self) -> None:
        """Go one level deeper; the caller takes it back.

        Raises:
            FeelLimitError: that is too deep.
        """
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise FeelLimitError("feel.limit.nesting", limit=MAX_NESTING)

    def binding(self, pattern: re.Pattern[str]) -> str:
        """Read a name that is being defined: everything up to what *pattern* says ends it."""
        self.skip_blanks()
        match = pattern.match(self.source, self.position)
        if match is None:
            self.fail("name")
        self.position = match.end()
        return normalise(match.group(1))

    def attempt(self, read: Callable[[], _Result]) -> _Result | None:
        """Return what *read* reads, or None with the position restored when it is not there."""
        position, depth, scope, in_range_end = self.position, self.depth, self.scope, self.in_range_end
        try:
            return read()
        except FeelSyntaxError:
            self.position, self.depth, self.scope = position, depth, scope
            self.in_range_end = in_range_end
            return None

    def type_reference(self) -> syntax.TypeRef:
        """Read a type."""
        self.enter()
        word = self.word()
        if not word:
            self.fail("type")
        known = _TYPES.match(self.source, self.position, word)
        if known is not None:
            name, self.position = known
        elif word == "function":
            name, self.position = word, self.position + len(word)
        else:
            name = self.read_name(self.scope)
            while self.accept("."):
                name += "." + self.read_name(self.scope)
        tree = syntax.TypeRef(name)
        if name in ("list", "range", "context", "function") and self.accept("<"):
            tree = self._type_arguments(name)
        self.depth -= 1
        return tree

    def _type_arguments(self, name: str) -> syntax.TypeRef:
        parts: list[tuple[str, syntax.TypeRef]] = []
        while not (not parts and self.symbol() == ">"):
            key = self.binding(KEY) if name == "context" else ""
            parts.append((key, self.type_reference()))
            if not self.accept(","):
                break
        self.expect(">")
        result = None
        if name == "function":
            self.expect("->")
            result = self.type_reference()
        elif name in ("list", "range") and len(parts) != 1:
            self.fail("type")
        return syntax.TypeRef(name, tuple(parts), result)
