r"""JavaScript regular expressions of form fields, matched in linear time.

`validate.pattern` comes from whoever drew the form, the text from whoever
fills it in, so a backtracking engine would let either stop the server
(`^(a+)+$`).  This one turns the pattern into a Thompson automaton and walks
all its states at once: the cost is bounded by text length x pattern size.
Look-around and back references, which no automaton has, are refused by name.

Syntax: ECMA-262 §22.2.1 without flags, plus `\p{L}`, `\p{Lu}`, `\p{N}` ….
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from bpmn.forms.messages import Problem, problem

MAX_PATTERN = 500
MAX_STATES = 3_000
MAX_NESTING = 50

Test = Callable[[str], bool]
_ANCHORS = frozenset({"^", "$", "b", "B"})
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "v": "\v", "f": "\f", "0": "\0"}
_BOUNDS: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_SPECIAL = frozenset("^$\\.*+?()[]{}|/-")


class PatternRefused(ValueError):
    """The pattern is malformed, too large or needs what an automaton cannot do."""

    def __init__(self, what: Problem) -> None:
        super().__init__(what.message("en"))
        self.problem = what


def _refuse(code: str, **values: str) -> PatternRefused:
    return PatternRefused(problem(code, **values))


@dataclass(slots=True)
class _State:
    """A state: a test of one character, an anchor, or (neither) a free step."""

    test: Test | None = None
    anchor: str = ""
    first: int = -1
    second: int = -1


class Pattern:
    """A compiled pattern.  `search` says whether it occurs anywhere in a text, as `RegExp.test` does."""

    def __init__(self, states: list[_State], start: int, final: int) -> None:
        self._states, self._start, self._final = states, start, final

    def search(self, text: str) -> bool:
        alive: set[int] = set()
        for position in range(len(text) + 1):
            closure = self._closure([*alive, self._start], text, position)
            if self._final in closure:
                return True
            if position == len(text):
                break
            symbol = text[position]
            states = self._states
            alive = {
                states[index].first
                for index in closure
                if (test := states[index].test) is not None and test(symbol)
            }
        return False

    def _closure(self, pending: list[int], text: str, position: int) -> set[int]:
        seen: set[int] = set()
        while pending:
            index = pending.pop()
            if index < 0 or index in seen:
                continue
            seen.add(index)
            state = self._states[index]
            if state.test is None and (not state.anchor or _holds(state.anchor, text, position)):
                pending += (state.first, state.second)
        return seen


def _holds(anchor: str, text: str, position: int) -> bool:
    if anchor == "^":
        return position == 0
    if anchor == "$":
        return position == len(text)
    before = position > 0 and _is_word(text[position - 1])
    after = position < len(text) and _is_word(text[position])
    return (before != after) == (anchor == "b")


def _is_word(symbol: str) -> bool:
    return symbol == "_" or (symbol.isascii() and symbol.isalnum())


def _is_digit(symbol: str) -> bool:
    return "0" <= symbol <= "9"


def _is_space(symbol: str) -> bool:
    return symbol.isspace() or symbol == "\ufeff"


def _not_newline(symbol: str) -> bool:
    return symbol not in "\n\r\u2028\u2029"


_CLASSES: dict[str, Test] = {"d": _is_digit, "w": _is_word, "s": _is_space}


def _negated(test: Test) -> Test:
    return lambda symbol: not test(symbol)


def _any_of(tests: list[Test]) -> Test:
    return lambda symbol: any(test(symbol) for test in tests)


def _between(low: str, high: str) -> Test:
    return lambda symbol: low <= symbol <= high


@lru_cache(maxsize=512)
def compile_pattern(source: str) -> Pattern:
    """Compile *source*.

    Raises:
        PatternRefused: what is wrong is in its `problem`.
    """
    if len(source) > MAX_PATTERN:
        raise _refuse("pattern.large")
    return _Compiler(source).compile()


class _Compiler:
    """Recursive descent over the source; fragments are (start, end) pairs of state numbers."""

    def __init__(self, source: str) -> None:
        self._source, self._at, self._depth = source, 0, 0
        self._states: list[_State] = []

    def compile(self) -> Pattern:
        start, end = self._alternatives()
        if self._at < len(self._source):
            raise _refuse("pattern.close")
        return Pattern(self._states, start, end)

    def _state(self, test: Test | None = None, anchor: str = "") -> int:
        if len(self._states) >= MAX_STATES:
            raise _refuse("pattern.large")
        self._states.append(_State(test, anchor))
        return len(self._states) - 1

    def _peek(self) -> str:
        return self._source[self._at] if self._at < len(self._source) else ""

    def _take(self) -> str:
        symbol = self._peek()
        if not symbol:
            raise _refuse("pattern.end")
        self._at += 1
        return symbol

    def _accept(self, text: str) -> bool:
        if self._source.startswith(text, self._at):
            self._at += len(text)
            return True
        return False

    def _alternatives(self) -> tuple[int, int]:
        branches = [self._sequence()]
        while self._accept("|"):
            branches.append(self._sequence())
        start, end = branches[0]
        for other_start, other_end in branches[1:]:
            fork, join = self._state(), self._state()
            self._states[fork].first, self._states[fork].second = start, other_start
            self._states[end].first = self._states[other_end].first = join
            start, end = fork, join
        return start, end

    def _sequence(self) -> tuple[int, int]:
        start = end = self._state()
        while self._peek() and self._peek() not in "|)":
            part_start, part_end = self._repeated()
            self._states[end].first = part_start
            end = part_end
        return start, end

    def _repeated(self) -> tuple[int, int]:
        at = self._at
        part = self._atom()
        bounds = self._bounds()
        if bounds is None:
            return part
        after = self._at
        if self._peek() and (self._peek() in "*+" or self._is_count()):
            raise _refuse("pattern.nothing_to_repeat", symbol=self._peek())
        low, high = bounds
        start = end = self._state()
        copies = low if high is None else high
        for number in range(copies):
            copy_start, copy_end = self._again(at)
            skip_to = self._state()
            entry = self._state()
            self._states[end].first = entry
            self._states[entry].first = copy_start
            if number >= low:
                self._states[entry].second = skip_to
            self._states[copy_end].first = skip_to
            end = skip_to
        if high is None:
            copy_start, copy_end = self._again(at)
            loop, out = self._state(), self._state()
            self._states[end].first = loop
            self._states[loop].first, self._states[loop].second = copy_start, out
            self._states[copy_end].first = loop
            end = out
        self._at = after
        return start, end

    def _again(self, at: int) -> tuple[int, int]:
        self._at = at
        return self._atom()

    def _is_count(self) -> bool:
        close = self._source.find("}", self._at)
        inside = self._source[self._at + 1 : close] if self._peek() == "{" and close > 0 else ""
        low, _, high = inside.partition(",")
        return low.isascii() and low.isdigit() and (not high or (high.isascii() and high.isdigit()))

    def _bounds(self) -> tuple[int, int | None] | None:
        symbol = self._peek()
        bounds: tuple[int, int | None]
        if symbol and symbol in "*+?":
            self._at += 1
            bounds = _BOUNDS[symbol]
        elif symbol == "{" and self._is_count():
            close = self._source.index("}", self._at)
            low, comma, high = self._source[self._at + 1 : close].partition(",")
            self._at = close + 1
            if max(len(low), len(high)) > 4:
                raise _refuse("pattern.large")
            bounds = int(low), (int(high) if high else None if comma else int(low))
            if bounds[1] is not None and bounds[1] < bounds[0]:
                raise _refuse("pattern.range", text=f"{{{low},{high}}}")
        else:
            return None
        self._accept("?")
        return bounds

    def _atom(self) -> tuple[int, int]:
        symbol = self._take()
        if symbol == "(":
            return self._group()
        if symbol == ")":
            raise _refuse("pattern.close")
        if symbol in "*+?" or (symbol == "{" and self._source_count_before()):
            raise _refuse("pattern.nothing_to_repeat", symbol=symbol)
        if symbol in "^$":
            return self._single(anchor=symbol)
        if symbol == ".":
            return self._single(_not_newline)
        if symbol == "[":
            return self._single(self._set())
        if symbol == "\\":
            if self._peek() in ("b", "B"):
                return self._single(anchor=self._take())
            return self._single(self._escape())
        return self._single(symbol.__eq__)

    def _source_count_before(self) -> bool:
        self._at -= 1
        counted = self._is_count()
        self._at += 1
        return counted

    def _single(self, test: Test | None = None, anchor: str = "") -> tuple[int, int]:
        start, end = self._state(test, anchor), self._state()
        self._states[start].first = end
        return start, end

    def _group(self) -> tuple[int, int]:
        for marker in ("?=", "?!", "?<=", "?<!"):
            if self._accept(marker):
                raise _refuse("pattern.unsupported", text=f"({marker}…)")
        if self._accept("?<"):
            name = self._source[self._at : self._source.find(">", self._at)]
            if not name.isidentifier() or not self._accept(name + ">"):
                raise _refuse("pattern.escape", text="(?<")
        elif not self._accept("?:") and self._peek() == "?":
            raise _refuse("pattern.escape", text="(?")
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise _refuse("pattern.large")
        fragment = self._alternatives()
        self._depth -= 1
        if not self._accept(")"):
            raise _refuse("pattern.open")
        return fragment

    def _escape(self) -> Test:
        symbol = self._take()
        if symbol.lower() in _CLASSES:
            test = _CLASSES[symbol.lower()]
            return test if symbol.islower() else _negated(test)
        if symbol in "pP":
            return self._category(negated=symbol == "P")
        if symbol in "123456789k":
            raise _refuse("pattern.unsupported", text="\\" + symbol)
        return self._character(symbol).__eq__

    def _character(self, symbol: str) -> str:
        """Return the character that backslash *symbol* means."""
        if symbol in _CONTROLS:
            return _CONTROLS[symbol]
        if symbol in "xu":
            digits = self._hexadecimal(2 if symbol == "x" else 4)
            return chr(int(digits, 16))
        if symbol in _SPECIAL or not symbol.isalnum():
            return symbol
        raise _refuse("pattern.escape", text="\\" + symbol)

    def _hexadecimal(self, length: int) -> str:
        digits = self._source[self._at : self._at + length]
        if len(digits) < length or not all(digit in "0123456789abcdefABCDEF" for digit in digits):
            raise _refuse("pattern.escape", text="\\" + digits)
        self._at += length
        return digits

    def _category(self, *, negated: bool) -> Test:
        close = self._source.find("}", self._at)
        name = self._source[self._at + 1 : close] if self._peek() == "{" and close > 0 else ""
        if not 1 <= len(name) <= 2 or not name[0].isupper():
            raise _refuse("pattern.escape", text="\\p")
        self._at = close + 1
        return lambda symbol: unicodedata.category(symbol).startswith(name) != negated

    def _set(self) -> Test:
        negated = self._accept("^")
        tests: list[Test] = []
        while not self._accept("]"):
            low = self._member()
            if (
                isinstance(low, str)
                and self._peek() == "-"
                and self._source[self._at + 1 : self._at + 2] not in ("]", "")
            ):
                self._at += 1
                high = self._member()
                if not isinstance(high, str) or high < low:
                    raise _refuse("pattern.range", text=f"{low}-{high if isinstance(high, str) else '…'}")
                tests.append(_between(low, high))
            else:
                tests.append(low.__eq__ if isinstance(low, str) else low)
        union = _any_of(tests)
        return _negated(union) if negated else union

    def _member(self) -> str | Test:
        symbol = self._take()
        if symbol != "\\":
            return symbol
        escaped = self._take()
        if escaped == "b":
            return "\b"
        if escaped.lower() in _CLASSES or escaped in "pP":
            self._at -= 1
            return self._escape()
        return self._character(escaped)
