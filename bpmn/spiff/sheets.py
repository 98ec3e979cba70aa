"""Variables of a scope, read lazily and written where they are declared.

A sheet without an outer one belongs to a process instance or a called process; a local sheet (multi-instance
child, activity with input parameters) reads through to its outer sheet.  Large values live outside the state
under the hash of their content and are fetched when they are first read, so a step that does not touch them
costs nothing.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any

import orjson

from bpmn.spiff import values

#: Values whose JSON is longer than this many bytes are stored by content hash.
LARGE_BYTES = 2048

UNREAD = object()
"""Stands for a large value that nobody has read."""

Loader = Callable[[list[str]], Mapping[str, bytes]]


class LargeValues:
    """Large values of one live instance: those known to be stored, and those that a dump adds."""

    __slots__ = ("known", "load")

    def __init__(self, load: Loader | None) -> None:
        self.load = load
        self.known: set[str] = set()

    def fetch(self, digest: str) -> Any:
        """Return the decoded value; LookupError when the store has lost it."""
        found = self.load([digest]) if self.load is not None else {}
        if digest not in found:
            raise LookupError(f"the stored value {digest} is missing")
        return values.decode(orjson.loads(found[digest]))


class Sheet(MutableMapping[str, Any]):
    """A mapping of variables; `own` holds read or written ones, `plain` and `large` those not read yet."""

    __slots__ = ("changed", "large", "outer", "own", "plain", "store", "written")

    def __init__(
        self,
        outer: "Sheet | None",
        store: LargeValues,
        changed: set[str],
        own: dict[str, Any] | None = None,
        plain: dict[str, Any] | None = None,
        large: dict[str, str] | None = None,
    ) -> None:
        self.outer, self.store, self.changed = outer, store, changed
        self.own: dict[str, Any] = own if own is not None else {}
        self.plain: dict[str, Any] = plain if plain is not None else {}
        self.large: dict[str, str] = large if large is not None else {}
        #: names written since the sheet of a called process was made (None: not recorded)
        self.written: set[str] | None = None

    def take_over(self, source: "Sheet") -> None:
        """Take every variable visible in *source* without reading what was not read yet."""
        chain = []
        sheet: Sheet | None = source
        while sheet is not None:
            chain.append(sheet)
            sheet = sheet.outer
        for sheet in reversed(chain):
            for name in sheet.names_here():
                for part in (self.own, self.plain, self.large):
                    part.pop(name, None)
                if name in sheet.own:
                    self.own[name] = sheet.own[name]
                elif name in sheet.plain:
                    self.plain[name] = sheet.plain[name]
                else:
                    self.large[name] = sheet.large[name]

    def names_here(self) -> list[str]:
        """Return the names that this very sheet declares, hidden ones left out."""
        return [name for part in (self.own, self.plain, self.large) for name in part if name[:1] != "\0"]

    def local(self, own: dict[str, Any]) -> "Sheet":
        """Return a new sheet over this one that declares *own*."""
        return Sheet(self, self.store, self.changed, own)

    def declares(self, name: str) -> bool:
        """Tell whether this very sheet holds *name*."""
        return name in self.own or name in self.plain or name in self.large

    def declare(self, name: str, value: Any) -> None:
        """Set *name* in this sheet, hiding an outer variable of that name."""
        self.own[name] = values.storable(value, name)
        self.plain.pop(name, None)
        self.large.pop(name, None)
        self.changed.add(name)
        if self.written is not None:
            self.written.add(name)

    def __getitem__(self, name: str) -> Any:
        sheet: Sheet | None = self
        while sheet is not None:
            if name in sheet.own:
                return sheet.own[name]
            if name in sheet.plain:
                sheet.own[name] = value = values.decode(sheet.plain.pop(name))
                return value
            if name in sheet.large:
                sheet.own[name] = value = sheet.store.fetch(sheet.large.pop(name))
                return value
            sheet = sheet.outer
        raise KeyError(name)

    def glance(self, name: str, absent: Any) -> Any:
        """Return a value without reading what lies outside the state: `UNREAD` for that, *absent* for none."""
        sheet: Sheet | None = self
        while sheet is not None:
            if name in sheet.large:
                return UNREAD
            if name in sheet.own or name in sheet.plain:
                return sheet[name]
            sheet = sheet.outer
        return absent

    def __setitem__(self, name: str, value: Any) -> None:
        sheet = self
        while sheet.outer is not None and not sheet.declares(name):
            sheet = sheet.outer
        sheet.declare(name, value)

    def __delitem__(self, name: str) -> None:
        sheet: Sheet | None = self
        while sheet is not None and not sheet.declares(name):
            sheet = sheet.outer
        if sheet is None:
            raise KeyError(name)
        for part in (sheet.own, sheet.plain, sheet.large):
            part.pop(name, None)
        sheet.changed.add(name)

    def __contains__(self, name: object) -> bool:
        sheet: Sheet | None = self
        while sheet is not None:
            if name in sheet.own or name in sheet.plain or name in sheet.large:
                return True
            sheet = sheet.outer
        return False

    def names(self) -> list[str]:
        """Return the visible names in a stable order, the innermost sheet first."""
        seen: dict[str, None] = {}
        sheet: Sheet | None = self
        while sheet is not None:
            for part in (sheet.own, sheet.plain, sheet.large):
                seen.update(dict.fromkeys(part))
            sheet = sheet.outer
        return sorted(name for name in seen if not name.startswith("\0"))

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def __len__(self) -> int:
        return len(self.names())

    def dump(self, new: dict[str, bytes]) -> list[Any]:
        """Return `[plain values, large hashes]` of this sheet; bytes not stored yet are put into *new*."""
        large = dict(self.large)
        plain: dict[str, Any] = dict(self.plain)
        for name, value in self.own.items():
            kind = type(value)
            if kind in _SHORT or (kind is str and len(value) < LARGE_BYTES // 4):
                plain[name] = values.encode(value)
                continue
            content = dumps(values.encode(value))
            if len(content) <= LARGE_BYTES:
                plain[name] = orjson.Fragment(content)
                continue
            digest = hashlib.blake2b(content, digest_size=16).hexdigest()
            large[name] = digest
            if digest not in self.store.known:
                new[digest] = content
        return [
            {name: plain[name] for name in sorted(plain)},
            {name: large[name] for name in sorted(large)},
        ]

    def load(self, dumped: list[Any]) -> None:
        """Take over what `dump` returned."""
        self.plain, self.large = dumped
        self.store.known.update(self.large.values())


_SHORT = frozenset({type(None), bool, int, float})


def dumps(plain: Any) -> bytes:
    """Return the JSON bytes of a plain value, also when a text in it holds half a character."""
    try:
        return orjson.dumps(plain)
    except TypeError:
        return orjson.dumps(values.escape_surrogates(plain))
