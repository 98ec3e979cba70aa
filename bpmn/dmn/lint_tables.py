"""Find overlaps, gaps, dead rules and wrong types in a decision table by trying telling inputs.

For every input column the values that its cells mention, and values between and beside them, are tried with
the cells' own tests.  A rule is then a box of columns over those values: two boxes that meet overlap, a
combination outside all boxes is a gap.  Cells that use other names are left out of the reckoning.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bpmn import feel
from bpmn.dmn import hit_policies
from bpmn.dmn.model import Literal, Table
from bpmn.dmn.probes import ANYTHING, OTHER, Probes, compile_cell, is_simple
from bpmn.dmn.run import show
from bpmn.dmn.types import ANY, Type

_MAX_RULES = 1_000
_MAX_FINDINGS = 20
_MAX_STEPS = 300_000
_MAX_TESTS = 400_000
_MIN_TESTS = 20_000


@dataclass(frozen=True, slots=True)
class Finding:
    element: str | None
    rule: str
    severity: str
    values: dict[str, Any]
    line: int | None = None


@dataclass(frozen=True, slots=True)
class ColumnTypes:
    """The declared types of a table's columns; Any where nothing is declared."""

    inputs: Sequence[Type] = ()
    outputs: Sequence[Type] = ()


@dataclass(slots=True)
class _Box:
    """A rule: for each column the values that its cell passes, as bits; None when a cell cannot be judged."""

    index: int
    element: str | None
    line: int | None
    masks: list[int | None] = field(default_factory=list)
    simple: bool = True


def check(table: Table, place: str, types: ColumnTypes) -> Iterator[Finding]:
    """Yield what is wrong with *table*."""
    policy = hit_policies.POLICIES.get(table.hit_policy)
    if policy is None or any(
        len(rule.inputs) != len(table.inputs) or len(rule.outputs) != len(table.outputs)
        for rule in table.rules
    ):
        return  # the compiler has said so
    if not table.rules:
        yield Finding(table.element, "dmn.no_rules", "warning", {"place": place}, table.line)
        return
    yield from _outputs(table, place, types)
    yield from _aggregation(table, place, types)
    if not table.inputs:
        return
    unfinished = Finding(table.element, "dmn.partly_checked", "info", {"place": place}, table.line)
    if len(table.rules) > _MAX_RULES:
        yield unfinished
        return
    most = max(_MIN_TESTS, _MAX_TESTS // len(table.inputs))
    columns = [
        Probes([rule.inputs[index] for rule in table.rules], column.values, types.inputs[index], most)
        for index, column in enumerate(table.inputs)
    ]
    boxes = [_box(table, number, columns) for number in range(len(table.rules))]
    yield from _cells(table, place, types, columns, boxes)
    searches = []
    if policy in ("UNIQUE", "ANY"):
        yield from _overlaps(table, place, policy, columns, boxes)
    if policy == "FIRST":
        searches.append(_Search(columns, boxes))
        yield from _unreachable(place, table, columns, boxes, searches[-1])
    if policy not in hit_policies.MULTIPLE and not any(output.default for output in table.outputs):
        searches.append(_Search(columns, boxes))
        yield from _gap(place, table, columns, boxes, searches[-1])
    if any(search.given_up for search in searches) or not all(column.complete for column in columns):
        yield unfinished


def _box(table: Table, number: int, columns: Sequence[Probes]) -> _Box:
    rule = table.rules[number]
    box = _Box(number + 1, rule.element, rule.line)
    for cell, column in zip(rule.inputs, columns, strict=True):
        box.masks.append(column.mask(cell.text))
        box.simple = box.simple and is_simple(cell.text)
    return box


# -- cells -----------------------------------------------------------------------------------------


def _cells(
    table: Table, place: str, types: ColumnTypes, columns: Sequence[Probes], boxes: Sequence[_Box]
) -> Iterator[Finding]:
    for box, rule in zip(boxes, table.rules, strict=True):
        for index, cell in enumerate(rule.inputs):
            if cell.text in ("", "-") or not is_simple(cell.text):
                continue
            values: dict[str, Any] = {"place": place, "rule": box.index, "input": table.inputs[index].label}
            kind = types.inputs[index]
            wrong = next(
                (value for value in columns[index].literals(cell.text) if not _base_fits(kind, value)), None
            )
            if wrong is not None:
                values.update(type=kind.name, value=show(wrong))
                yield Finding(rule.element or table.element, "dmn.cell_type", "error", values, rule.line)
            elif box.masks[index] == 0 and columns[index].known and columns[index].complete:
                values.update(cell=cell.text)
                yield Finding(rule.element or table.element, "dmn.never", "warning", values, rule.line)


def _base_fits(kind: Type, value: Any) -> bool:
    """Tell whether a literal may be compared with values of *kind*, allowed values aside."""
    base = kind
    while hasattr(base, "base"):
        base = base.base
    return base.is_list or base.conforms(value) or base.conforms([value])


def _outputs(table: Table, place: str, types: ColumnTypes) -> Iterator[Finding]:
    for index, rule in enumerate(table.rules, start=1):
        for column, cell in enumerate(rule.outputs):
            known, value = _constant(cell)
            if not known or value is None:
                continue
            output, kind = table.outputs[column], types.outputs[column]
            name = output.name or output.label or place
            values = {"place": place, "rule": index, "output": name, "value": show(value)}
            element = rule.element or table.element
            if not kind.conforms(value):
                yield Finding(element, "dmn.output_type", "error", {**values, "type": kind.name}, rule.line)
                continue
            allowed = None if output.values is None else compile_cell(output.values)
            if allowed is not None and allowed.test(value, {}) is not True:
                yield Finding(element, "dmn.output_not_allowed", "error", values, rule.line)


def _aggregation(table: Table, place: str, types: ColumnTypes) -> Iterator[Finding]:
    if table.aggregation != "SUM" or len(table.outputs) != 1:
        return
    kind, output = types.outputs[0], table.outputs[0]
    if kind is not ANY and not kind.conforms(0) and not kind.conforms(1):
        values = {
            "place": place,
            "policy": "C+",
            "output": output.name or output.label or place,
            "type": kind.name,
        }
        yield Finding(output.element, "dmn.aggregate_output", "error", values, table.line)


def _constant(cell: Literal) -> tuple[bool, Any]:
    """Return whether a cell is a value that needs no variables, and that value."""
    if not cell.text or (cell.language is not None and "feel" not in cell.language.lower()):
        return False, None
    try:
        compiled = feel.compile(cell.text)
        return (True, compiled.evaluate({})) if not compiled.names and is_simple(cell.text) else (False, None)
    except feel.FeelError:
        return False, None


# -- boxes -----------------------------------------------------------------------------------------


def _overlaps(
    table: Table, place: str, policy: str, columns: Sequence[Probes], boxes: Sequence[_Box]
) -> Iterator[Finding]:
    judged = [box for box in boxes if None not in box.masks]
    found = 0
    for number, first in enumerate(judged):
        for second in judged[number + 1 :]:
            common = [
                (left or 0) & (right or 0) for left, right in zip(first.masks, second.masks, strict=True)
            ]
            if not all(common) or (policy == "ANY" and _same_outputs(table, first, second)):
                continue
            example = _example(table, columns, [_lowest(mask) for mask in common])
            values = {
                "place": place,
                "first": first.index,
                "second": second.index,
                "example": example,
                "policy": policy,
            }
            yield Finding(second.element or table.element, "dmn.overlap", "error", values, second.line)
            found += 1
            if found >= _MAX_FINDINGS:
                return


def _same_outputs(table: Table, first: _Box, second: _Box) -> bool:
    """Tell whether two rules give equal outputs, or outputs that only running them can compare."""
    pairs = zip(table.rules[first.index - 1].outputs, table.rules[second.index - 1].outputs, strict=True)
    for left, right in pairs:
        left_known, left_value = _constant(left)
        right_known, right_value = _constant(right)
        if left_known and right_known and not hit_policies.equal(left_value, right_value):
            return False
    return True


def _unreachable(
    place: str, table: Table, columns: Sequence[Probes], boxes: Sequence[_Box], search: "_Search"
) -> Iterator[Finding]:
    if not all(column.complete for column in columns):
        return
    earlier = 0
    for number, box in enumerate(boxes):
        if not box.simple or None in box.masks:
            continue
        if (
            earlier
            and 0 not in box.masks
            and search.outside([mask or 0 for mask in box.masks], earlier) is COVERED
        ):
            values = {"place": place, "rule": box.index}
            yield Finding(box.element or table.element, "dmn.unreachable", "warning", values, box.line)
        earlier |= 1 << number


def _gap(
    place: str, table: Table, columns: Sequence[Probes], boxes: Sequence[_Box], search: "_Search"
) -> Iterator[Finding]:
    if not all(column.values for column in columns):
        return
    every = [(1 << len(column.values)) - 1 for column in columns]
    outside = search.outside(every, (1 << len(boxes)) - 1)
    if isinstance(outside, list):
        values = {"place": place, "example": _example(table, columns, outside)}
        yield Finding(table.element, "dmn.gap", "warning", values, table.line)


COVERED = "covered"
GIVEN_UP = "given up"


class _Search:
    """Looks for a combination of values that no box holds; a cell of None holds all values.

    The steps of all searches over one table are limited together.
    """

    def __init__(self, columns: Sequence[Probes], boxes: Sequence[_Box]) -> None:
        self._holders = [
            _holders(len(column.values), [box.masks[index] for box in boxes])
            for index, column in enumerate(columns)
        ]
        self._steps = 0
        self._within: Sequence[int] = ()
        self._covered: set[tuple[int, int]] = set()

    def outside(self, within: Sequence[int], boxes: int) -> list[int] | str:
        """Return the places of the values of a combination within *within* outside *boxes*; COVERED; GIVEN_UP."""
        self._within, self._covered = within, set()
        found = self._search(0, boxes)
        if found is not None:
            return found
        return GIVEN_UP if self.given_up else COVERED

    @property
    def given_up(self) -> bool:
        """Whether a search ended because its steps were used up."""
        return self._steps > _MAX_STEPS

    def _search(self, column: int, active: int) -> list[int] | None:
        if not active:
            return [_lowest(mask) for mask in self._within[column:]]
        if column == len(self._holders) or (column, active) in self._covered:
            return None
        tried: set[int] = set()
        for bit in _bits(self._within[column]):
            self._steps += 1
            if self._steps > _MAX_STEPS:
                return None
            remaining = active & self._holders[column][bit]
            if remaining in tried:
                continue
            tried.add(remaining)
            rest = self._search(column + 1, remaining)
            if rest is not None:
                return [bit, *rest]
        self._covered.add((column, active))
        return None


def _holders(values: int, masks: Sequence[int | None]) -> list[int]:
    """Return, for each value of a column, the boxes that hold it, as bits."""
    holders = [0] * values
    for number, mask in enumerate(masks):
        for bit in range(values) if mask is None else _bits(mask):
            holders[bit] |= 1 << number
    return holders


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _lowest(mask: int) -> int:
    return (mask & -mask).bit_length() - 1


def _example(table: Table, columns: Sequence[Probes], places: Sequence[int]) -> tuple[str, str]:
    """Return the combination in English and in Russian."""
    english, russian = [], []
    for column, probes, place in zip(table.inputs, columns, places, strict=True):
        value = probes.values[place] if 0 <= place < len(probes.values) else None
        if value == OTHER:
            english.append(f"{column.label} is any other text")
            russian.append(f"{column.label} — любой другой текст")
        elif value is not ANYTHING and value is not None:
            english.append(f"{column.label} = {show(value)}")
            russian.append(f"{column.label} = {show(value)}")
    return ", ".join(english), ", ".join(russian)
