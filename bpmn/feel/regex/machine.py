"""A backtracking matcher that counts its steps, for patterns whose cost ``re`` could not promise.

The program is a list of instructions; the stack of choices is explicit, so neither
recursion nor time is unbounded: every few instructions are one step of the evaluation.
"""

from typing import TYPE_CHECKING, Any

from bpmn.feel.regex.grammar import (
    Anchor,
    BackReference,
    Choice,
    Group,
    Item,
    OneOf,
    PatternError,
    Repeat,
    Sequence,
)

if TYPE_CHECKING:
    from bpmn.feel.state import State

_MAX_PROGRAM = 5_000
_INSTRUCTIONS_PER_STEP = 2
_LOOK_EVERY = 300

_ONE, _SPLIT, _JUMP, _SAVE, _START, _END, _REFERENCE, _PROGRESS, _MATCH = range(9)


class Program:
    """The instructions of one pattern."""

    def __init__(self, tree: Item, groups: int, *, multiline: bool, ignore_case: bool) -> None:
        self._multiline = multiline
        self._ignore_case = ignore_case
        self._groups = groups
        self._registers = 2 * (groups + 1)
        self._code: list[tuple[Any, ...]] = []
        self._emit(tree)
        self._code.append((_MATCH,))

    def _add(self, *instruction: Any) -> int:
        if len(self._code) >= _MAX_PROGRAM:
            raise PatternError("large")
        self._code.append(instruction)
        return len(self._code) - 1

    def _emit(self, item: Item) -> None:
        if isinstance(item, OneOf):
            self._add(_ONE, item.test)
        elif isinstance(item, Anchor):
            self._add(_START if item.symbol == "^" else _END)
        elif isinstance(item, BackReference):
            self._add(_REFERENCE, item.number)
        elif isinstance(item, Sequence):
            for part in item.items:
                self._emit(part)
        elif isinstance(item, Choice):
            self._emit_choice(item)
        elif isinstance(item, Group):
            self._emit_group(item)
        elif isinstance(item, Repeat):
            self._emit_repeat(item)

    def _emit_group(self, item: Group) -> None:
        if item.number is None:
            self._emit(item.item)
            return
        self._add(_SAVE, 2 * item.number)
        self._emit(item.item)
        self._add(_SAVE, 2 * item.number + 1)

    def _emit_choice(self, item: Choice) -> None:
        jumps: list[int] = []
        for part in item.items[:-1]:
            split = self._add(_SPLIT)
            self._emit(part)
            jumps.append(self._add(_JUMP))
            self._code[split] = (_SPLIT, split + 1, len(self._code))
        self._emit(item.items[-1])
        for jump in jumps:
            self._code[jump] = (_JUMP, len(self._code))

    def _emit_repeat(self, item: Repeat) -> None:
        for _ in range(item.least):
            self._emit(item.item)
        if item.most is None:
            self._emit_star(item)
            return
        splits: list[int] = []
        for _ in range(item.most - item.least):
            splits.append(self._add(_SPLIT))
            self._emit(item.item)
        for split in splits:
            self._set_split(split, split + 1, len(self._code), item.greedy)

    def _emit_star(self, item: Repeat) -> None:
        split = self._add(_SPLIT)
        register = self._registers
        self._registers += 1
        self._add(_SAVE, register)
        self._emit(item.item)
        progress = self._add(_PROGRESS)
        self._add(_JUMP, split)
        self._code[progress] = (_PROGRESS, register, len(self._code))
        self._set_split(split, split + 1, len(self._code), item.greedy)

    def _set_split(self, split: int, into: int, past: int, greedy: bool) -> None:
        self._code[split] = (_SPLIT, into, past) if greedy else (_SPLIT, past, into)

    def search(self, state: "State", text: str, start: int) -> list[tuple[int, int]] | None:
        """Return the places of the groups of the first match from *start* on.

        Raises:
            FeelLimitError: it takes too many steps.
        """
        for first in range(start, len(text) + 1):
            registers = self._match(state, text, first)
            if registers is not None:
                return [
                    (registers[2 * group], registers[2 * group + 1])
                    if registers[2 * group + 1] >= 0
                    else (-1, -1)
                    for group in range(self._groups + 1)
                ]
        return None

    def _match(self, state: "State", text: str, first: int) -> tuple[int, ...] | None:
        code, length = self._code, len(text)
        registers: tuple[int, ...] = (first, -1) + (-1,) * (self._registers - 2)
        pending: list[tuple[int, int, tuple[int, ...]]] = [(0, first, registers)]
        instructions = 0
        while pending:
            counter, position, registers = pending.pop()
            while True:
                instructions += 1
                if instructions == _LOOK_EVERY:
                    state.charge(_LOOK_EVERY // _INSTRUCTIONS_PER_STEP)
                    instructions = 0
                instruction = code[counter]
                kind = instruction[0]
                counter += 1
                if kind == _ONE:
                    if position == length or not instruction[1](text[position]):
                        break
                    position += 1
                elif kind == _SPLIT:
                    pending.append((instruction[2], position, registers))
                    counter = instruction[1]
                elif kind == _JUMP:
                    counter = instruction[1]
                elif kind == _SAVE:
                    index = instruction[1]
                    registers = (*registers[:index], position, *registers[index + 1 :])
                elif kind == _PROGRESS:
                    if registers[instruction[1]] == position:
                        counter = instruction[2]  # a round that took nothing ends the loop
                elif kind == _MATCH:
                    state.charge(instructions // _INSTRUCTIONS_PER_STEP + 1)
                    return (registers[0], position, *registers[2:])
                elif not self._holds(instruction, text, position, registers):
                    break
                elif kind == _REFERENCE:
                    start, end = registers[2 * instruction[1]], registers[2 * instruction[1] + 1]
                    position += max(0, end - start)
        state.charge(instructions // _INSTRUCTIONS_PER_STEP + 1)
        return None

    def _holds(
        self, instruction: tuple[Any, ...], text: str, position: int, registers: tuple[int, ...]
    ) -> bool:
        """Tell whether an anchor holds, or the text of an earlier group stands, at *position*."""
        kind = instruction[0]
        if kind == _START:
            return position == 0 or (self._multiline and text[position - 1] == "\n")
        if kind == _END:
            return position == len(text) or (self._multiline and text[position] == "\n")
        start, end = registers[2 * instruction[1]], registers[2 * instruction[1] + 1]
        if end < 0:
            return True
        wanted, found = text[start:end], text[position : position + end - start]
        return wanted == found or (self._ignore_case and wanted.lower() == found.lower())
