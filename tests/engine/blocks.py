"""Random block-structured diagrams, and an oracle that plays them without the engine.

The oracle knows nothing of tokens, gateways or joins: it walks the tree of blocks.  A driver gives the engine and
the oracle the same random acts; what is open must be the same after each.
"""

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.engine.kit import (
    HOUR,
    MESSAGE,
    SIGNAL,
    boundary,
    catch,
    chain,
    el,
    flow,
    gateway,
    job,
    many,
    process,
    script,
    user,
)

Done = Callable[[], None]


# ---------------------------------------------------------------- blocks
@dataclass
class Block:
    kind: str
    id: str
    parts: list["Block"] = field(default_factory=list)
    value: Any = None


class Maker:
    """Makes a random tree; `variables` are what the diagram decides by."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.number = 0
        self.variables: dict[str, Any] = {"items": [1, 2, 3]}

    def id(self, prefix: str) -> str:
        self.number += 1
        return f"{prefix}{self.number}"

    def block(self, depth: int, *, once: bool = True) -> Block:
        """*once*: the block runs at most once at a time, so that it may count in a variable."""
        kinds = ["task", "task", "job", "crowd"]
        if depth > 0:
            kinds += ["seq", "par", "xor", "or", "sub", "many", "one", "bound", "beside", "race", "call"]
            kinds += ["loop", "loop"] if once else []
        kind = self.random.choice(kinds)
        block = Block(kind, self.id("w" if kind == "crowd" else kind[0]))
        inner = lambda once=once: self.block(depth - 1, once=once)  # noqa: E731
        if kind in ("seq", "par", "xor", "or"):
            block.parts = [inner() for _ in range(self.random.randint(2, 3))]
        elif kind in ("sub", "call", "loop"):
            block.parts = [inner()]
        elif kind in ("many", "one"):
            block.parts = [inner(False)]
        elif kind in ("bound", "beside"):
            # in a subprocess of its own: tokens of two firings must not meet in one join
            block.parts = [inner(), Block("sub", self.id("s"), [inner(False)])]
        elif kind == "race":
            block.parts = [inner(), inner()]
        if kind == "xor":
            self.variables["c_" + block.id] = block.value = self.random.randrange(len(block.parts))
        elif kind == "or":
            block.value = [self.random.random() < 0.6 for _ in block.parts[1:]]
            for index, chosen in enumerate(block.value, 1):
                self.variables[f"o_{block.id}_{index}"] = chosen
        elif kind == "loop":
            block.value = self.random.randint(1, 3)
        return block


# ---------------------------------------------------------------- diagrams
class Drawer:
    """Draws a tree; called processes are drawn aside."""

    def __init__(self) -> None:
        self.processes: list[str] = []

    def draw(self, block: Block) -> tuple[str, str, str]:
        """Return the XML, the id of the first element and that of the last."""
        return getattr(self, "_" + block.kind)(block)

    def _task(self, b: Block) -> tuple[str, str, str]:
        return user(b.id), b.id, b.id

    def _job(self, b: Block) -> tuple[str, str, str]:
        return job(b.id), b.id, b.id

    def _crowd(self, b: Block) -> tuple[str, str, str]:
        return el("userTask", b.id, many()), b.id, b.id

    def _seq(self, b: Block) -> tuple[str, str, str]:
        drawn = [self.draw(part) for part in b.parts]
        links = "".join(flow(one[2], two[1]) for one, two in itertools.pairwise(drawn))
        return "".join(xml for xml, _, _ in drawn) + links, drawn[0][1], drawn[-1][2]

    def _gate(
        self, b: Block, kind: str, conditions: list[str | None], **attributes: str
    ) -> tuple[str, str, str]:
        first, last = b.id + "a", b.id + "z"
        xml = gateway(kind, first, **attributes) + gateway(kind, last)
        for part, condition in zip(b.parts, conditions, strict=True):
            inner, entry, leaving = self.draw(part)
            xml += inner + flow(first, entry, condition) + flow(leaving, last)
        return xml, first, last

    def _par(self, b: Block) -> tuple[str, str, str]:
        return self._gate(b, "parallel", [None] * len(b.parts))

    def _xor(self, b: Block) -> tuple[str, str, str]:
        return self._gate(b, "exclusive", [f"c_{b.id} = {index}" for index in range(len(b.parts))])

    def _or(self, b: Block) -> tuple[str, str, str]:
        return self._gate(
            b, "inclusive", ["true", *(f"o_{b.id}_{index}" for index in range(1, len(b.parts)))]
        )

    def _inside(self, b: Block, part: Block) -> str:
        xml, entry, leaving = self.draw(part)
        return (
            el("startEvent", b.id + ".s") + xml + el("endEvent", b.id + ".e") + chain(b.id + ".s", entry)
            + chain(leaving, b.id + ".e")
        )  # fmt: skip

    def _sub(self, b: Block, extra: str = "") -> tuple[str, str, str]:
        return el("subProcess", b.id, self._inside(b, b.parts[0]) + extra), b.id, b.id

    def _many(self, b: Block) -> tuple[str, str, str]:
        return self._sub(b, many())

    def _one(self, b: Block) -> tuple[str, str, str]:
        return self._sub(b, many(sequential=True))

    def _bound(self, b: Block) -> tuple[str, str, str]:
        xml, _, _ = self._sub(b)
        handler, entry, leaving = self.draw(b.parts[1])
        xml += boundary(b.id + "t", b.id, HOUR) + handler + gateway("exclusive", b.id + "z")
        return (
            xml + chain(b.id, b.id + "z") + chain(b.id + "t", entry) + chain(leaving, b.id + "z"),
            b.id,
            b.id + "z",
        )

    def _beside(self, b: Block) -> tuple[str, str, str]:
        xml, _, _ = self._sub(b)
        handler, entry, leaving = self.draw(b.parts[1])
        xml += boundary(b.id + "t", b.id, SIGNAL, False) + handler + el("endEvent", b.id + "x")
        return xml + chain(b.id + "t", entry) + chain(leaving, b.id + "x"), b.id, b.id

    def _race(self, b: Block) -> tuple[str, str, str]:
        xml = el("eventBasedGateway", b.id) + catch(b.id + "m", MESSAGE) + catch(b.id + "t", HOUR)
        xml += gateway("exclusive", b.id + "z") + chain(b.id, b.id + "m") + chain(b.id, b.id + "t")
        for part, event in zip(b.parts, ("m", "t"), strict=True):
            inner, entry, leaving = self.draw(part)
            xml += inner + chain(b.id + event, entry) + chain(leaving, b.id + "z")
        return xml, b.id, b.id + "z"

    def _call(self, b: Block) -> tuple[str, str, str]:
        self.processes.append(process(self._inside(b, b.parts[0]), id=b.id + "p"))
        return el("callActivity", b.id, calledElement=b.id + "p"), b.id, b.id

    def _loop(self, b: Block) -> tuple[str, str, str]:
        inner, entry, leaving = self.draw(b.parts[0])
        name = "l_" + b.id
        xml = script(b.id + "i", f"{name} = 0") + gateway("exclusive", b.id + "m") + inner
        xml += script(b.id + "c", f"{name} = {name} + 1") + gateway(
            "exclusive", b.id + "x", default=f"{b.id}x.{b.id}z"
        )
        xml += (
            gateway("exclusive", b.id + "z")
            + chain(b.id + "i", b.id + "m", entry)
            + chain(leaving, b.id + "c", b.id + "x", b.id + "z")
        )
        return xml + flow(b.id + "x", b.id + "m", f"{name} &lt; {b.value}"), b.id + "i", b.id + "z"


def draw(block: Block) -> tuple[str, list[str]]:
    """Return the body of the process and the processes that it calls."""
    drawer = Drawer()
    xml, entry, leaving = drawer.draw(block)
    return el("startEvent", "start") + xml + el("endEvent", "end") + chain("start", entry) + chain(
        leaving, "end"
    ), drawer.processes


# ---------------------------------------------------------------- oracle
class Region:
    """Something that can be taken away with all that is in it."""

    def __init__(self, parent: "Region | None", index: int | None = None) -> None:
        self.parent, self.gone = parent, False
        #: which instances of multi-instance activities this is in
        own = () if index is None else (index,)
        self.path: tuple[int, ...] = (*(parent.path if parent is not None else ()), *own)

    @property
    def alive(self) -> bool:
        return not self.gone and (self.parent is None or self.parent.alive)


class Paths(Region):
    """A scope: done when every path in it has ended."""

    def __init__(self, parent: Region | None, done: Done) -> None:
        super().__init__(parent)
        self.count, self.done = 0, done

    def branch(self) -> Done:
        self.count += 1

        def ended() -> None:
            self.count -= 1
            if self.count == 0 and self.alive:
                self.gone = True
                self.done()

        return ended


@dataclass(eq=False)
class Open:
    name: str
    region: Region
    act: Done


class Oracle:
    """Plays a tree of blocks."""

    def __init__(self, block: Block) -> None:
        self.items: list[Open] = []
        self.completed = False
        root = Paths(None, self._end)
        self.start(block, root, root, root.branch())

    def _end(self) -> None:
        self.completed = True

    @property
    def open(self) -> list[tuple[str, tuple[int, ...]]]:
        self.items = [item for item in self.items if item.region.alive]
        return sorted((item.name, item.region.path) for item in self.items)

    def act(self, where: tuple[str, tuple[int, ...]]) -> None:
        item = next(
            item for item in self.items if (item.name, item.region.path) == where and item.region.alive
        )
        self.items.remove(item)
        item.act()

    def start(self, block: Block, region: Region, scope: Paths, done: Done) -> None:
        getattr(self, "_" + block.kind)(block, region, scope, done)

    def _task(self, b: Block, region: Region, scope: Paths, done: Done) -> None:
        self.items.append(Open(b.id, region, done))

    _job = _task

    def _crowd(self, b: Block, region: Region, scope: Paths, done: Done) -> None:
        self._many(Block("many", b.id, [Block("task", b.id)]), region, scope, done)

    def _seq(self, b: Block, region: Region, scope: Paths, done: Done, index: int = 0) -> None:
        if index == len(b.parts):
            done()
        else:
            self.start(b.parts[index], region, scope, lambda: self._seq(b, region, scope, done, index + 1))

    def _all(self, parts: list[Block], region: Region, scope: Paths, done: Done) -> None:
        left = [len(parts)]

        def one() -> None:
            left[0] -= 1
            if left[0] == 0:
                done()

        for part in parts:
            self.start(part, region, scope, one)

    def _par(self, b: Block, region: Region, scope: Paths, done: Done) -> None:
        self._all(b.parts, region, scope, done)

    def _or(self, b: Block, region: Region, scope: Paths, done: Done) -> None:
        chosen = [b.parts[0], *(part for part, take in zip(b.parts[1:], b.value, strict=True) if take)]
        self._all(chosen, region, scope, done)

    def _xor(self, b: Block, region: Region, scope: Paths, done: Done) -> None:
        self.start(b.parts[b.value], region, scope, done)

    def _loop(self, b: Block, region: Region, scope: Paths, done: Done, turn: int = 1) -> None:
        again = done if turn == b.value else lambda: self._loop(b, region, scope, done, turn + 1)
        self.start(b.parts[0], region, scope, again)

    def _sub(self, b: Block, region: Region, scope: Paths, done: Done) -> None:
        inner = Paths(region, done)
        self.start(b.parts[0], inner, inner, inner.branch())

    _call = _sub

    def _many(self, b: Block, region: Region, scope: Paths, done: Done) -> None:
        left = [3]

        def one() -> None:
            left[0] -= 1
            if left[0] == 0:
                done()

        for index in range(3):
            self._sub(b, Region(region, index), scope, one)

    def _one(self, b: Block, region: Region, scope: Paths, done: Done, index: int = 0) -> None:
        after = done if index == 2 else lambda: self._one(b, region, scope, done, index + 1)
        self._sub(b, Region(region, index), scope, after)

    def _bound(self, b: Block, region: Region, scope: Paths, done: Done) -> None:
        guard = Region(region)

        def finished() -> None:
            guard.gone = True
            done()

        def fire() -> None:
            guard.gone = True
            self.start(b.parts[1], region, scope, done)

        self.items.append(Open(b.id + "t", guard, fire))
        self._sub(b, guard, scope, finished)

    def _beside(self, b: Block, region: Region, scope: Paths, done: Done) -> None:
        guard = Region(region)

        def finished() -> None:
            guard.gone = True
            done()

        def fire() -> None:
            self.items.append(Open(b.id + "t", guard, fire))
            self.start(b.parts[1], region, scope, scope.branch())

        self.items.append(Open(b.id + "t", guard, fire))
        self._sub(b, guard, scope, finished)

    def _race(self, b: Block, region: Region, scope: Paths, done: Done) -> None:
        guard = Region(region)

        def won(part: Block) -> Done:
            def go() -> None:
                guard.gone = True
                self.start(part, region, scope, done)

            return go

        for part, event in zip(b.parts, ("m", "t"), strict=True):
            self.items.append(Open(b.id + event, guard, won(part)))
