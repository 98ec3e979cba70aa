"""Hit policies and aggregations of decision tables (DMN 1.5 §8.2.8), as pure choices."""

from collections.abc import Callable, Sequence
from typing import Any

from bpmn import feel

#: Every policy, by its name in files and by its letter.
POLICIES = {
    "UNIQUE": "UNIQUE",
    "U": "UNIQUE",
    "FIRST": "FIRST",
    "F": "FIRST",
    "PRIORITY": "PRIORITY",
    "P": "PRIORITY",
    "ANY": "ANY",
    "A": "ANY",
    "COLLECT": "COLLECT",
    "C": "COLLECT",
    "RULE ORDER": "RULE ORDER",
    "R": "RULE ORDER",
    "OUTPUT ORDER": "OUTPUT ORDER",
    "O": "OUTPUT ORDER",
}

#: Policies whose result is a list, empty when no rule matches.
MULTIPLE = frozenset(["COLLECT", "RULE ORDER", "OUTPUT ORDER"])

#: Aggregations of COLLECT, by what they are written as, and the FEEL function of each.
AGGREGATIONS = {"SUM": "sum", "COUNT": "count", "MIN": "min", "MAX": "max"}
SYMBOLS = {"SUM": "C+", "COUNT": "C#", "MIN": "C<", "MAX": "C>"}

_EQUAL = feel.compile("a = b")
_INSIDE = feel.compile("a in b")

Ranker = Callable[[Any], int]


def ranker(allowed: Sequence[Any]) -> Ranker:
    """Return the rank of a value among *allowed* ones, highest priority first; unknown values come last."""

    def rank(value: Any) -> int:
        for index, candidate in enumerate(allowed):
            if isinstance(candidate, feel.Range):
                if _INSIDE.evaluate({"a": value, "b": candidate}) is True:
                    return index
            elif equal(value, candidate):
                return index
        return len(allowed)

    return rank


def by_priority(rows: Sequence[Sequence[Any]], rankers: Sequence[Ranker | None]) -> list[int]:
    """Return the places of *rows*, highest priority first: by the first output, then the next; stable."""

    def priority(index: int) -> list[int]:
        return [rank(value) for value, rank in zip(rows[index], rankers, strict=True) if rank is not None]

    return sorted(range(len(rows)), key=priority)


def all_equal(rows: Sequence[Sequence[Any]]) -> bool:
    """Tell whether all rows hold the same values."""
    return all(equal(left, right) for row in rows[1:] for left, right in zip(rows[0], row, strict=True))


def aggregate(aggregation: str, values: list[Any]) -> Any:
    """Return sum, count, minimum or maximum; None when the values cannot be gathered so."""
    if aggregation == "COUNT":
        return len(values)
    return feel.compile(f"{AGGREGATIONS[aggregation]}(v)").evaluate({"v": values})


def equal(left: Any, right: Any) -> bool:
    """Tell whether two values are equal as FEEL says; null equals null."""
    return _EQUAL.evaluate({"a": left, "b": right}) is True
