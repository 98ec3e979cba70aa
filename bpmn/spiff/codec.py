"""The state of an instance as compact JSON and back, byte for byte the same however often it is reloaded.

    {v: format, n: next token id, s: state, e: end element | 0, d: variables, c: compensation log,
     t: live tokens, o: open subprocesses, q: queued token ids}

A token row is [id, scope (id of the open subprocess' token, 0 = top), spec, state, host | 0, flags | 0,
local sheets | 0, via | 0, reached at (microseconds) | -1]; a subprocess row [token id, compensation log | 0,
variables of a called process | 0, names it wrote | 0].  The diagram itself is never stored.
"""

import operator
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson
import zstandard

from bpmn.spiff import token as tokens
from bpmn.spiff.errors import StateUnreadable
from bpmn.spiff.scopes import Instance, Scope
from bpmn.spiff.services import Binding, Services
from bpmn.spiff.sheets import Loader, Sheet, dumps
from bpmn.spiff.specs import INNER
from bpmn.spiff.subprocesses import CallActivity, SubProcess
from bpmn.spiff.token import Token

if TYPE_CHECKING:
    from bpmn.spiff.model import ProcessModel
    from bpmn.spiff.specs import Node

FORMAT = 1
#: With more rows than this the untouched instances of a loop stay rows until something touches them.
FREEZE = 32
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_OUTER = "\x1f"
_local = threading.local()


def pack(content: bytes) -> bytes:
    """Compress a state."""
    if not hasattr(_local, "compressor"):
        _local.compressor = zstandard.ZstdCompressor(level=1)
    packed: bytes = _local.compressor.compress(content)
    return packed


def unpack(content: bytes) -> bytes:
    """Decompress a state; raises StateUnreadable."""
    if not hasattr(_local, "decompressor"):
        _local.decompressor = zstandard.ZstdDecompressor()
    try:
        unpacked: bytes = _local.decompressor.decompress(content)
    except zstandard.ZstdError as error:
        raise StateUnreadable(f"the stored state is damaged: {error}") from error
    return unpacked


def dump(instance: Instance) -> tuple[bytes, dict[str, bytes]]:
    """Return the state as JSON and the large values that are not stored yet."""
    new: dict[str, bytes] = dict(instance.extra_values)
    rows = [_row(instance.live[key], new) for key in sorted(instance.live)]
    if instance.frozen:
        rows = sorted([*rows, *instance.frozen.values()], key=operator.itemgetter(0))
    scopes = []
    for key in sorted(instance.subprocesses):
        scope = instance.subprocesses[key]
        own: Any = 0
        written: Any = 0
        if isinstance(scope.host.task_spec, CallActivity):
            own, written = scope.sheet.dump(new), sorted(scope.sheet.written or ())
        scopes.append([key, scope.log or 0, own, written])
    state = {
        "v": FORMAT,
        "n": instance.next_id,
        "s": instance.state,
        "e": instance.end_element or 0,
        "d": instance.sheet.dump(new),
        "c": instance.log,
        "t": rows,
        "o": scopes,
    }
    queued = [
        token.id
        for token in (*instance.urgent, *instance.arming, *instance.queue)
        if instance.live.get(token.id) is token
    ]
    if queued:
        state["q"] = queued
    return dumps(state), new


def _row(token: Token, new: dict[str, bytes]) -> list[Any]:
    base, sheet = token.base_sheet, token.sheet
    local: list[Any] = []
    while sheet is not base and sheet.outer is not None:
        local.append(sheet.dump(new))
        sheet = sheet.outer
    spec, scope = token.task_spec, token.scope
    name = spec.name
    if spec.scope_spec is not scope.spec:
        name = spec.scope_spec.name + _OUTER + name
    host = token.host
    return [
        token.id,
        scope.parent_task_id or 0,
        name,
        token._state,
        host.id if host is not None else 0,
        token.internal_data or 0,
        local[::-1] or 0,
        token.via or 0,
        (token.opened_at - _EPOCH) // _MICROSECOND if token.opened_at is not None else -1,
    ]


def load(content: bytes, model: "ProcessModel", services: Services, loader: Loader | None) -> Instance:
    """Return the live instance of a state.

    Raises:
        StateUnreadable: a newer format, or elements that the model does not have.
    """
    try:
        state = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise StateUnreadable(f"the stored state is damaged: {error}") from error
    if not isinstance(state, dict) or state.get("v") != FORMAT:
        version = state.get("v") if isinstance(state, dict) else None
        raise StateUnreadable(
            f"the state has format {version!r}, this release reads {FORMAT}", format=version
        )
    instance = Instance(model, services, loader)
    instance.next_id, instance.state = state["n"], state["s"]
    instance.end_element = state["e"] or None
    instance.completed = instance.state != "active"
    instance.sheet.load(state["d"])
    instance.log = state["c"]
    try:
        _Restorer(instance, state).run()
    except KeyError as error:
        raise StateUnreadable(
            f"the diagram has no element {error.args[0]!r} that the state needs", element=str(error.args[0])
        ) from error
    for key in state.get("q", ()):
        instance.push(instance.live[key])
    return instance


class _Restorer:
    """Puts tokens back, hosts and the tokens of subprocesses before those that need them."""

    def __init__(self, instance: Instance, state: dict[str, Any]) -> None:
        self.instance = instance
        self.rows = {row[0]: row for row in state["t"]}
        self.scopes = {row[0]: row for row in state["o"]}

    def run(self) -> None:
        frozen = self.freezable() if len(self.rows) > FREEZE else {}
        for key in self.rows:
            if key not in frozen:
                self.token(key)
        instance = self.instance
        for key, row in frozen.items():
            instance.frozen[key] = row
            instance.frozen_of.setdefault(row[4], set()).add(key)
        for host, keys in instance.frozen_of.items():
            instance.live[host].scope.open += len(keys)
        instance.build_token = self.thawed
        instance.live = {key: instance.live[key] for key in sorted(instance.live)}
        for token in instance.live.values():
            token.guests.sort(key=lambda guest: guest.id)

    def freezable(self) -> dict[int, list[Any]]:
        """Return the rows of a loop's open tasks and jobs, untouched and with nothing attached."""
        hosts = {row[4] for row in self.rows.values()}
        return {
            key: row
            for key, row in self.rows.items()
            if row[4]
            and row[2].endswith(INNER)
            and row[3] in (tokens.READY, tokens.STARTED)
            and not row[5]
            and key not in hosts
            and key not in self.scopes
        }

    def thawed(self, row: list[Any]) -> Token:
        """Return the token of a frozen row, in its place among the guests."""
        self.rows[row[0]] = row
        token = self.token(row[0])
        if token.host is not None:
            token.host.guests.sort(key=lambda guest: guest.id)
        return token

    def token(self, key: int) -> Token:
        instance = self.instance
        if key in instance.live:
            return instance.live[key]
        _, scope_id, name, state, host_id, flags, local, via, reached = self.rows[key]
        host = self.token(host_id) if host_id else None
        scope: Instance | Scope = instance
        if host is not None:
            scope = host.scope  # a guest lives where its host does
        elif scope_id:
            self.token(scope_id)
            scope = instance.subprocesses[scope_id]
        spec = self.spec(scope, name)
        token = Token(scope, spec, host=host, via=via or None, state=state, id=key)
        sheet = token.base_sheet
        for dumped in local or ():
            sheet = sheet.local({})
            sheet.load(dumped)
        token.sheet = sheet
        token.internal_data = flags or {}
        if "fired" in token.internal_data:
            token.count()
        if reached >= 0:
            token.opened_at = _EPOCH + reached * _MICROSECOND
        if key in self.scopes:
            self.scope(token, spec)
        self.watch(token)
        return token

    @staticmethod
    def spec(scope: "Instance | Scope", name: str) -> "Node":
        if _OUTER in name:
            outer, _, name = name.partition(_OUTER)
            return scope.model.scopes[outer].node(name)
        return scope.spec.node(name)

    def scope(self, token: Token, spec: "Node") -> None:
        _, log, own, written = self.scopes[token.id]
        instance = self.instance
        if isinstance(spec, CallActivity):
            key, reference = token.internal_data["called"]
            if reference is None:
                model = token.scope.model.siblings[key]
            else:
                model = instance.services.called_process(key, Binding("reference", reference))
            sheet = Sheet(None, instance.store, instance.changed)
            sheet.load(own)
            sheet.written = set(written)
            scope = Scope(model.root, token, model, sheet)
        else:
            assert isinstance(spec, SubProcess)
            scope = Scope(spec.inner, token, token.scope.model, token.sheet)
        scope.log = log or []
        instance.subprocesses[token.id] = scope

    def watch(self, token: Token) -> None:
        if token._state != tokens.WAITING:
            return
        if token.task_spec.waits_for == "conditional":
            self.instance.conditions[token.id] = token
        elif token.task_spec.is_join:
            self.instance.joins[token.id] = token
