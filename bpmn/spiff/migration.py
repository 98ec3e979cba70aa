"""Move a waiting instance to another version of its process.

The plan says beforehand what will happen to each token; an instance with an obstacle is not moved at all.  What
people have open stays open, timers keep their due time, boundary events that the new version lacks are taken
away and those it adds are armed.  Called processes stay in the version that they run.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from bpmn.spiff import codec
from bpmn.spiff import token as tokens
from bpmn.spiff.catching import Catching, EventTrigger
from bpmn.spiff.errors import ExecutionError
from bpmn.spiff.events import MessageEvent
from bpmn.spiff.gateways import InclusiveGateway, ParallelGateway
from bpmn.spiff.loops import MultiInstance
from bpmn.spiff.model import ProcessModel
from bpmn.spiff.services import Services
from bpmn.spiff.sheets import Loader, dumps
from bpmn.spiff.specs import Node, ScopeSpec
from bpmn.spiff.subprocesses import SubProcess
from bpmn.spiff.token import Token
from bpmn.spiff.workflow import Workflow

_OUTER = "\x1f"


@dataclass(frozen=True, slots=True)
class Move:
    """What happens to one token: `how` is "stays", "moves", "dropped" or "reopened" (waits under a new name)."""

    token_id: int
    element_id: str
    target_id: str | None
    how: str


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why an instance cannot be moved; `code` is gone, kind, join, loop, event or compensation."""

    token_id: int | None
    element_id: str
    code: str
    message_ru: str
    message_en: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a migration would do."""

    moves: tuple[Move, ...]
    obstacles: tuple[Obstacle, ...]

    @property
    def possible(self) -> bool:
        """Tell whether nothing is in the way."""
        return not self.obstacles


class MigrationRefused(ExecutionError):
    """The instance has an obstacle; nothing was changed."""

    code = "migration.refused"

    def __init__(self, plan: Plan) -> None:
        super().__init__("; ".join(obstacle.message_en for obstacle in plan.obstacles))
        self.plan = plan


_TEXTS = {
    "gone": ("в новой версии нет элемента {}", "the new version has no element {}"),
    "kind": (
        "в новой версии {} — элемент другого вида",
        "in the new version {} is an element of another kind",
    ),
    "join": (
        "в новой версии к соединению {} не ведёт стрелка, по которой пришли",
        "in the new version the flow by which the token came does not lead to the join {}",
    ),
    "loop": ("в новой версии {} повторяется иначе", "in the new version {} is repeated in another way"),
    "event": (
        "в новой версии {} ждёт события другого вида",
        "in the new version {} waits for another kind of event",
    ),
    "compensation": (
        "в новой версии нечем отменить уже сделанное {}",
        "the new version has nothing that undoes what {} has done",
    ),
}


def propose(old: ProcessModel, new: ProcessModel) -> dict[str, str]:
    """Return a mapping of element ids to start from: the same id, else the only element of that name and type."""
    found: dict[str, str] = {}
    for element in old.elements.values():
        if element.id in new.elements and new.elements[element.id].type == element.type:
            continue
        same = [
            other.id
            for other in new.elements.values()
            if other.type == element.type and other.name == element.name and other.id not in old.elements
        ]
        if element.name and len(same) == 1:
            found[element.id] = same[0]
    return found


def plan(state: bytes, old: ProcessModel, new: ProcessModel, mapping: Mapping[str, str]) -> Plan:
    """Say what moving the saved *state* from *old* to *new* would do; raises StateUnreadable."""
    return _Mover(orjson.loads(codec.unpack(state)), old, new, mapping).plan


def migrate(
    state: bytes,
    old: ProcessModel,
    new: ProcessModel,
    mapping: Mapping[str, str],
    services: Services,
    values: Loader,
) -> Workflow:
    """Return the instance in the new version; `advance` it (new boundary events are armed) and save it.

    Raises:
        MigrationRefused: there is an obstacle.
        StateUnreadable: the state does not fit *old*.
    """
    mover = _Mover(orjson.loads(codec.unpack(state)), old, new, mapping)
    if not mover.plan.possible:
        raise MigrationRefused(mover.plan)
    before = codec.load(codec.unpack(state), old, services, values)
    before.thaw_all()
    gone = [before.live[move.token_id] for move in mover.plan.moves if move.how in ("dropped", "reopened")]
    for token in gone:
        before.closed(token, "cancelled")
    instance = codec.load(dumps(mover.moved_state()), new, services, values)
    instance.journal.extend(before.journal)
    instance.thaw_all()
    for move in mover.plan.moves:
        if move.how == "reopened":
            instance.push(instance.live[move.token_id])
    mover.arm(instance)
    return Workflow(instance)


class _Mover:
    """Maps the rows of a state; finds what is in the way."""

    def __init__(
        self, state: dict[str, Any], old: ProcessModel, new: ProcessModel, mapping: Mapping[str, str]
    ) -> None:
        self.state, self.old, self.new, self.mapping = state, old, new, mapping
        self.rows: dict[int, list[Any]] = {row[0]: row for row in state["t"]}
        self.moves: list[Move] = []
        self.obstacles: list[Obstacle] = []
        self.names: dict[int, str] = {}
        self.dropped: set[int] = set()
        self.reopened: set[int] = set()
        for row in self.rows.values():
            self.row(row)
        self.log(state["c"], check=True)
        for scope in state["o"]:
            if scope[1] and scope[0] in self.rows and self.scopes(scope[0])[0] is not None:
                self.log(scope[1], check=True)
        self.plan = Plan(tuple(self.moves), tuple(self.obstacles))

    def target(self, element_id: str) -> str:
        return self.mapping.get(element_id, element_id)

    def block(self, token_id: int | None, element_id: str, code: str) -> None:
        ru, en = _TEXTS[code]
        self.obstacles.append(
            Obstacle(token_id, element_id, code, ru.format(element_id), en.format(element_id))
        )

    def scopes(self, scope_id: int) -> tuple[ScopeSpec | None, ScopeSpec | None]:
        """Return the old and the new spec of an open scope; (None, None) inside a called process."""
        if not scope_id:
            return self.old.root, self.new.root
        row = self.rows[scope_id]
        old, new = self.specs(row)
        if not isinstance(old, SubProcess):
            return None, None
        return old.inner, new.inner if isinstance(new, SubProcess) else None

    def specs(self, row: list[Any]) -> tuple[Node | None, Node | None]:
        """Return the old and the new spec of a row."""
        outer, _, name = row[2].rpartition(_OUTER)
        old_scope, new_scope = self.scopes(row[1])
        if outer:
            old_scope, new_scope = self.old.scopes.get(outer), self.new.scopes.get(self.scope_name(outer))
        if old_scope is None:
            return None, None
        old = old_scope.node(name)
        if new_scope is None:
            return old, None
        wanted = self.target(old.element_id) + name[len(old.element_id) :]
        return old, new_scope.task_specs.get(wanted)

    def scope_name(self, name: str) -> str:
        return self.new.root.name if name == self.old.root.name else self.target(name)

    def row(self, row: list[Any]) -> None:
        """Decide about one token."""
        key = row[0]
        old, new = self.specs(row)
        if old is None:
            return  # inside a called process
        attached = old.is_boundary or isinstance(old, EventTrigger)
        fits = new is not None and type(new) is type(old)
        if (
            fits
            and isinstance(old, Catching)
            and isinstance(new, Catching)
            and old.event.kind != new.event.kind
        ):
            fits = False
            if not attached:
                self.block(key, old.element_id, "event")
                return
        if not fits and attached and not (row[5] and "fired" in row[5]):
            self.dropped.add(key)
            self.moves.append(Move(key, old.element_id, None, "dropped"))
            return
        if new is None:
            self.block(key, old.element_id, "gone")
            return
        if not fits:
            self.block(key, old.element_id, "kind")
            return
        if (
            isinstance(old, MultiInstance)
            and isinstance(new, MultiInstance)
            and old.sequential != new.sequential
        ):
            self.block(key, old.element_id, "loop")
            return
        if (
            isinstance(old, ParallelGateway | InclusiveGateway)
            and row[3] == tokens.WAITING
            and self.target(row[7] or "") not in new.incoming
        ):
            self.block(key, old.element_id, "join")
            return
        self.names[key] = new.name if _OUTER not in row[2] else f"{new.scope_spec.name}{_OUTER}{new.name}"
        how = "stays" if new.element_id == old.element_id else "moves"
        if row[3] == tokens.WAITING and _renamed(old, new):
            how = "reopened"
            self.reopened.add(key)
        self.moves.append(Move(key, old.element_id, new.element_id, how))

    def log(self, entries: list[dict[str, Any]], *, check: bool) -> list[dict[str, Any]]:
        """Return a compensation log in the new names."""
        result = []
        for entry in entries:
            moved = dict(entry, s=self.scope_name(entry["s"]), a=self.target(entry["a"]))
            if "h" in entry:
                moved["h"] = self.target(entry["h"])
                scope = self.new.scopes.get(moved["s"])
                if check and (scope is None or moved["h"] not in scope.task_specs):
                    self.block(None, entry["a"], "compensation")
            if "n" in entry:
                moved["n"] = self.log(entry["n"], check=check)
            result.append(moved)
        return result

    def moved_state(self) -> dict[str, Any]:
        """Return the state in the new names, without dropped tokens."""
        rows = []
        for row in self.state["t"]:
            if row[0] in self.dropped:
                continue
            moved = list(row)
            moved[2] = self.names.get(row[0], row[2])
            moved[7] = self.mapping.get(row[7], row[7]) if row[7] else row[7]
            if row[0] in self.reopened:
                moved[3] = tokens.FUTURE
                moved[5] = {k: v for k, v in (row[5] or {}).items() if k not in ("signal", "due")} or 0
            rows.append(moved)
        scopes = [
            [row[0], self.log(row[1], check=False) if row[1] and self.scopes(row[0])[0] else row[1], *row[2:]]
            for row in self.state["o"]
        ]
        return {**self.state, "t": rows, "o": scopes, "c": self.log(self.state["c"], check=False)}

    def arm(self, instance: codec.Instance) -> None:
        """Arm the boundary events and event subprocesses that only the new version has."""
        for token in [instance.live[key] for key in sorted(instance.live)]:
            if token.id not in self.names or token._state == tokens.FUTURE:
                continue
            old, _ = self.specs(self.rows[token.id])
            assert old is not None
            known = {self.target(boundary.element_id) for boundary in old.boundaries}
            for boundary in token.task_spec.boundaries:
                if boundary.element_id not in known:
                    token.internal_data["armed"] = 1
                    instance.push(Token(token.scope, boundary, host=token, sheet=token.base_sheet))
        for scope_id in (0, *sorted(instance.subprocesses)):
            old_scope, new_scope = (
                self.scopes(scope_id) if not scope_id or scope_id in self.names else (None, None)
            )
            if old_scope is None or new_scope is None:
                continue
            scope = instance.subprocesses[scope_id] if scope_id else instance
            if any(token.task_spec.event_driven for token in scope.members()):
                continue  # an event subprocess is running: what it left armed is right
            known = {self.target(trigger.element_id) for trigger in old_scope.triggers}
            for trigger in new_scope.triggers:
                if trigger.element_id not in known:
                    instance.push(Token(scope, trigger))


def _renamed(old: Node, new: Node) -> bool:
    """Tell whether what the element waits for has another name or other keys."""
    if not isinstance(old, Catching) or not isinstance(new, Catching) or old.event.kind == "timer":
        return False
    if old.event.name != new.event.name:
        return True
    if isinstance(old.event, MessageEvent) and isinstance(new.event, MessageEvent):
        keys = [
            {key: item.source for key, item in event.correlation.items()} for event in (old.event, new.event)
        ]
        return keys[0] != keys[1]
    return False
