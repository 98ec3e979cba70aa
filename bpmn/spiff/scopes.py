"""The running instance and its open subprocesses.

An instance advances one step at a time; boundary events and event subprocesses that have fired go first, so that
an interrupting event stops its activity before anything else in it moves.  A scope ends when no token is left in
it.  After an exception the whole object must be discarded.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import orjson
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow

from bpmn import journal
from bpmn.spiff import token as tokens
from bpmn.spiff.budget import Budget
from bpmn.spiff.errors import NotRepeatable, StepFailed, TooDeep
from bpmn.spiff.sheets import LargeValues, Loader, Sheet, dumps
from bpmn.spiff.token import Token

if TYPE_CHECKING:
    from bpmn.spiff.model import ProcessModel
    from bpmn.spiff.services import Services
    from bpmn.spiff.specs import CompensationHandler, ScopeSpec


#: The code of tokens that were parked because too much else had failed in their unit.
STOPPED = "unit.stopped"
#: Scopes inside scopes inside scopes.
MAX_DEPTH = 50


class _NoScripts:
    """Stands where the library keeps its script engine: nothing of ours ever calls it."""


class ScopeMixin:
    """What an instance and a subprocess have in common."""

    spec: "ScopeSpec"
    model: "ProcessModel"
    tasks: dict[int, Token]
    top_workflow: Any
    sheet: Sheet
    completed: bool

    def open_scope(self, model: "ProcessModel", sheet: Sheet) -> None:
        """Begin with no tokens."""
        self.model, self.sheet = model, sheet
        self.open = 0
        self.log: list[dict[str, Any]] = []

    def begin(self, start: "str | None" = None) -> None:
        """Arm the event subprocesses and put tokens on the starts."""
        top: Instance = self.top_workflow
        for trigger in self.spec.triggers:
            top.push(Token(cast(Any, self), trigger))
        if start is not None:
            token = Token(cast(Any, self), self.spec.node(start))
            if token.task_spec.waits_for is not None:
                token.internal_data["fired"] = 1  # its event has created the instance
            top.push(token)
            return
        for entry in self.spec.entries_for(cast(Any, self)):
            top.push(Token(cast(Any, self), entry))
        self.check_end()

    def members(self) -> list[Token]:
        """Return the tokens of this very scope, oldest first."""
        return [self.tasks[key] for key in sorted(self.tasks)]

    def check_end(self) -> None:
        """End the scope when nothing in it can go on."""
        if self.open == 0 and not self.completed and not self.spec.continue_scope(cast(Any, self)):
            self.finish()

    def finish(self) -> None:
        """End the scope normally."""
        raise NotImplementedError

    def drop(self) -> None:
        """Cancel every token of the scope."""
        self.completed = True
        for token in self.members():
            token.cancel()

    def log_compensation(self, token: Token, handler: "CompensationHandler") -> None:
        """Remember that the activity of *token* can be undone."""
        entry: dict[str, Any] = {"s": self.spec.name, "a": handler.activity, "h": handler.spec.name}
        local = self.locals_of(token)
        if local:
            entry["l"] = local
        self.log.append(entry)

    def locals_of(self, token: Token) -> list[Any]:
        """Return the local sheets between *token* and this scope as they are stored, the outermost first."""
        local: list[Any] = []
        new: dict[str, bytes] = {}
        sheet: Sheet | None = token.sheet
        while sheet is not None and sheet is not self.sheet:
            local.append([{k: v for k, v in part.items() if k[:1] != "\0"} for part in sheet.dump(new)])
            sheet = sheet.outer
        if not local:
            return []
        self.top_workflow.extra_values.update(new)
        stored: list[Any] = orjson.loads(dumps(local[::-1]))
        return stored

    def _task_completed_notify(self, task: Any) -> None:
        """The library's bookkeeping is not used."""


class Scope(ScopeMixin, BpmnSubWorkflow):
    """An open subprocess or call activity."""

    def __init__(self, spec: "ScopeSpec", host: Token, model: "ProcessModel", sheet: Sheet) -> None:
        self.host = host
        if host.scope.depth >= MAX_DEPTH:
            raise TooDeep(MAX_DEPTH)
        BpmnSubWorkflow.__init__(self, spec, host.id, host.top, deserializing=True)
        self.open_scope(model, sheet)

    def _calculate_depth(self) -> int:
        return int(self.host.scope.depth) + 1

    @property
    def parent_workflow(self) -> Any:
        """The scope around this one."""
        return self.host.scope

    def finish(self) -> None:
        """Take the remaining triggers away and let the activity complete."""
        self.completed = True
        for token in self.members():
            token.cancel()
        top = self.host.top
        self.host.task_spec.scope_done(self.host, self)
        top.subprocesses.pop(self.host.id, None)
        self.host.internal_data["done"] = 1
        top.push(self.host)


class Instance(ScopeMixin, BpmnWorkflow):
    """A process instance: live tokens, a queue of steps and a journal of what happened."""

    def __init__(self, model: "ProcessModel", services: "Services", load: Loader | None = None) -> None:
        self.live: dict[int, Token] = {}
        self.queue: deque[Token] = deque()
        self.arming: deque[Token] = deque()
        self.urgent: deque[Token] = deque()
        self.joins: dict[int, Token] = {}
        self.conditions: dict[int, Token] = {}
        self.journal: list[journal.Entry] = []
        self.services = services
        self.next_id = 1
        self.step = 0
        self.stop_at: int | None = None
        self.budget: Budget | None = None
        self.state = "active"
        self.end_element: str | None = None
        self.changed: set[str] = set()
        self.extra_values: dict[str, bytes] = {}
        self.facade: Any = None
        #: rows of untouched instances of a large loop, by token id, and their ids by the loop's token
        self.frozen: dict[int, list[Any]] = {}
        self.frozen_of: dict[int, set[int]] = {}
        self.build_token: Callable[[list[Any]], Token] | None = None
        BpmnWorkflow.__init__(self, model.root, {}, script_engine=_NoScripts(), deserializing=True)
        self.subprocesses: dict[int, Scope] = {}
        self.store = LargeValues(load)
        self.open_scope(model, Sheet(None, self.store, self.changed))

    # ------------------------------------------------------------ bookkeeping
    def new_id(self) -> int:
        """Return the next token id of the instance."""
        self.next_id += 1
        return self.next_id - 1

    @property
    def now(self) -> datetime:
        """The time of the unit."""
        return self.services.now

    def push(self, token: Token) -> None:
        """Queue a step of *token*; events are armed before anything else goes on, so no signal is missed."""
        if token.task_spec.arms and token._state == tokens.FUTURE:
            self.arming.append(token)
        else:
            self.queue.append(token)

    def push_urgent(self, token: Token) -> None:
        """Queue a fired boundary event or event subprocess, or the check of a condition."""
        self.urgent.append(token)

    def record(self, entry: journal.Entry) -> None:
        """Add to the journal."""
        self.journal.append(entry)

    def closed(self, token: Token, outcome: str) -> None:
        """Record that a token has left an element that it had reached."""
        spec = token.task_spec
        if token.opened_at is None or spec.silent:
            return
        self.journal.append(
            journal.Closed(
                token.id,
                spec.element_id,
                spec.element_type,
                token.opened_at,
                token.internal_data.get("outcome", outcome),
                token.via,
            )
        )

    def thaw(self, token_id: int) -> Token | None:
        """Make a token of a frozen row; None when there is no such row."""
        row = self.frozen.pop(token_id, None)
        if row is None or self.build_token is None:
            return None
        host_id = row[4]
        self.frozen_of[host_id].discard(token_id)
        self.live[host_id].scope.open -= 1  # the token counts itself
        return self.build_token(row)

    def thaw_guests(self, host: Token) -> None:
        """Make tokens of all frozen instances of a loop."""
        for token_id in sorted(self.frozen_of.pop(host.id, ())):
            self.frozen_of.setdefault(host.id, set())
            self.thaw(token_id)

    def thaw_all(self) -> None:
        """Make tokens of everything frozen."""
        for host_id in sorted(self.frozen_of):
            self.thaw_guests(self.live[host_id])

    def forget(self, token: Token) -> None:
        """A token is gone: nothing watches it any more."""
        self.joins.pop(token.id, None)
        self.conditions.pop(token.id, None)

    def finish(self) -> None:
        """End the instance; the first state that was set before stays."""
        self.completed = True
        for token in [self.live[key] for key in sorted(self.live)]:
            token.cancel()
        if self.state == "active":
            self.state = "completed"

    def end_by(self, state: str, token: Token) -> None:
        """Note how and where the instance ends."""
        if self.state == "active":
            self.state, self.end_element = state, token.task_spec.element_id

    # ------------------------------------------------------------ steps
    def advance(
        self,
        parked: Mapping[int, tuple[str, str, int]],
        stop_at: int | None = None,
        budget: Budget | None = None,
    ) -> None:
        """Run queued steps until every token waits; the steps in *parked* and all from *stop_at* on are parked.

        So is all that is over the *budget*.

        Raises:
            StepFailed: the object is to be discarded.
            NotRepeatable: a step in *parked* (code, message, token id) is of another token this time.
        """
        self.step = 0
        self.stop_at = stop_at
        self.budget = budget or Budget()
        while True:
            if self.changed:
                self._watch()
            token = self._take()
            if token is not None:
                self._run_step(token, parked)
            elif not self._settle(parked):
                return

    def _take(self) -> Token | None:
        for queue in (self.urgent, self.arming, self.queue):
            while queue:
                token = queue.popleft()
                if self.live.get(token.id) is token and "incident" not in token.internal_data:
                    return token
        return None

    def _watch(self) -> None:
        """Have the conditions checked that read a changed variable."""
        if self.conditions:
            changed = frozenset(self.changed)
            for key in sorted(self.conditions):
                token = self.conditions[key]
                if "check" not in token.internal_data and token.task_spec.concerned(token, changed):
                    token.internal_data["check"] = 1
                    self.push_urgent(token)
        self.changed.clear()

    def _settle(self, parked: Mapping[int, tuple[str, str, int]]) -> bool:
        """Let an inclusive join act where all else rests; tell whether one did."""
        for key in sorted(self.joins):
            token = self.joins[key]
            if "incident" not in token.internal_data and token.task_spec.may_fire(token):
                token.internal_data["fired"] = 1
                self.push(token)
                return True
        return False

    def _run_step(self, token: Token, parked: Mapping[int, tuple[str, str, int]]) -> None:
        step = self.step
        self.step += 1
        over = self.budget.exhausted(step - len(parked)) if self.budget is not None else None
        if over is not None:
            self.park(token, over.code, over.message)
            return
        if step in parked:
            known, reason, token_id = parked[step]
            if token.id != token_id:
                raise NotRepeatable(step)
            self.park(token, known, reason)
            return
        if self.stop_at is not None and step >= self.stop_at:
            self.park(token, STOPPED, "not run: too many elements failed at once before it")
            return
        try:
            self._execute(token)
        except Exception as error:
            if getattr(error, "aborts_unit", False):
                raise
            code = getattr(error, "code", None)
            text = str(error) or type(error).__name__
            raise StepFailed(
                step,
                token.task_spec.element_id,
                token.id,
                code if isinstance(code, str) and code else "step.failed",
                text if code or isinstance(error, StepFailed) else f"{type(error).__name__}: {text}",
            ) from error

    def _execute(self, token: Token) -> None:
        spec, flags = token.task_spec, token.internal_data
        if token.opened_at is None:
            token.opened_at = self.now
        if flags.pop("check", None):
            spec.check(token)
        elif "fired" in flags:
            spec.fired(token)
        elif "done" in flags:
            token.complete()
        elif token._state == tokens.FUTURE and spec.gather(token):
            if spec.boundaries and "armed" not in flags:
                flags["armed"] = 1
                for boundary in spec.boundaries:
                    self.push(Token(token.scope, boundary, host=token, sheet=token.base_sheet))
                self.push(token)
                return
            if spec.pre_script is not None and not spec.run_beside(spec.pre_script, token):
                return
            spec._update(token)
            if token._state == tokens.READY and not spec.manual:
                token.run()

    # ------------------------------------------------------------ incidents
    def park(self, token: Token, code: str, message: str) -> None:
        """Leave *token* before its element with an incident."""
        token.internal_data.pop("check", None)
        if token.opened_at is None:
            token.opened_at = self.now
        token.internal_data["incident"] = [code, message]
        self.record(journal.Parked(token.id, token.task_spec.element_id, message, code))

    def unpark(self, token: Token) -> None:
        """Forget the incident of *token*."""
        if token.internal_data.pop("incident", None) is not None:
            self.record(journal.Unparked(token.id))

    # ------------------------------------------------------------ catching
    def listeners(self, kind: str) -> Iterator[Token]:
        """Yield the tokens that wait for an event of *kind* and have not got it yet, oldest first."""
        for key in sorted(self.live):
            token = self.live.get(key)
            if (
                token is not None
                and token._state == tokens.WAITING
                and token.task_spec.waits_for == kind
                and "fired" not in token.internal_data
            ):
                yield token
