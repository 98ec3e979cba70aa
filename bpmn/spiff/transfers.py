"""What drawn data moves into and out of an element; `associations` reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Transfer:
    """One value that moves: `path` is the variable and what of it is written, `text` computes the value.

    `needs` is the variable without which nothing happens (a plain copy).  `ids` are the drawn data's ids with the
    names of their variables, for messages.
    """

    path: tuple[str, ...]
    text: str
    language: str | None = None
    needs: str | None = None
    line: int | None = None
    ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Transfers:
    """All that moves into and out of an element; `own` are its data outputs that go on from there."""

    ins: tuple[Transfer, ...] = ()
    outs: tuple[Transfer, ...] = ()
    own: frozenset[str] = frozenset()


NO_TRANSFERS = Transfers()
