"""Gateways: choosing flows and waiting for tokens (BPMN 2.0 §10.6 and §13.4)."""

from collections.abc import Sequence
from typing import Any

from SpiffWorkflow.bpmn.specs import defaults

from bpmn.spiff import token as tokens
from bpmn.spiff.expressions import Expression
from bpmn.spiff.specs import FlowSpec, Node, NoFlowTaken
from bpmn.spiff.token import Token


class ExclusiveGateway(Node, defaults.ExclusiveGateway):
    """The first true condition in the order of the diagram, else the default flow."""

    def choose(self, token: Token) -> Sequence[FlowSpec]:
        if len(self.flows) < 2 and not self.conditional:
            return self.flows
        for flow in self.flows:
            if flow is self.default:
                continue
            if flow.condition is None or flow.condition.test(token.sheet, token.top.services):
                return (flow,)
        if self.default is None:
            raise NoFlowTaken(self.element_id)
        return (self.default,)


def arrivals(spec: Node, token: Token) -> list[Token]:
    """Return the tokens that wait at a join in the scope of *token*, oldest first."""
    return [
        other for other in token.scope.members() if other.task_spec is spec and other._state == tokens.WAITING
    ]


def first_of_each(waiting: list[Token]) -> dict[str | None, Token]:
    """Return the oldest waiting token of each incoming flow."""
    first: dict[str | None, Token] = {}
    for other in waiting:
        first.setdefault(other.via, other)
    return first


def merge(token: Token, others: list[Token]) -> None:
    """Let *token* stand for *others*, which complete without going on."""
    for other in others:
        if other is not token:
            other._set_state(tokens.COMPLETED)
            other._remove("completed")


class ParallelGateway(Node, defaults.ParallelGateway):
    """Waits for one token on every incoming flow and consumes just these: an excess token waits on."""

    def _update_hook(self, my_task: Token) -> bool:
        if len(self.incoming) < 2:
            return True
        my_task._set_state(tokens.WAITING)
        first = first_of_each(arrivals(self, my_task))
        if len(first) < len(self.incoming):
            return False
        merge(my_task, list(first.values()))
        return True


class InclusiveGateway(Node, defaults.InclusiveGateway):
    """Waits while a live token could still reach an empty incoming flow (BPMN 2.0 §13.4.3)."""

    is_join = True

    def _update_hook(self, my_task: Token) -> bool:
        if len(self.incoming) < 2:
            return True
        my_task._set_state(tokens.WAITING)
        waiting = arrivals(self, my_task)
        if len(first_of_each(waiting)) == len(self.incoming):
            merge(my_task, list(first_of_each(waiting).values()))
            return True
        my_task.top.joins[my_task.id] = my_task
        return False

    def may_fire(self, token: Token) -> bool:
        waiting = arrivals(self, token)
        have = {other.via for other in waiting}
        return not reachable(self, token, have)

    def fired(self, token: Token) -> None:
        """No token can come any more on the empty flows."""
        token.internal_data.pop("fired", None)
        first = first_of_each(arrivals(self, token))
        first[token.via] = token
        merge(token, list(first.values()))
        super().fired(token)

    def choose(self, token: Token) -> Sequence[FlowSpec]:
        if len(self.flows) < 2 and not self.conditional:
            return self.flows
        taken = [
            flow
            for flow in self.flows
            if flow is not self.default
            and (flow.condition is None or flow.condition.test(token.sheet, token.top.services))
        ]
        if taken:
            return taken
        if self.default is None:
            raise NoFlowTaken(self.element_id)
        return (self.default,)


def reachable(spec: Node, token: Token, have: set[str | None]) -> bool:
    """Tell whether a live token can reach an incoming flow that has none, but no flow that has one.

    A token can also come by a boundary event of the activity where it is, or over a link.
    """
    empty = [flow for flow in spec.incoming if flow not in have]
    to_empty = _sources(spec, frozenset(empty))
    to_have = _sources(spec, frozenset(flow for flow in spec.incoming if flow in have))
    for other in token.scope.members():
        if other.task_spec is spec:
            if other._state == tokens.FUTURE:
                return True
            continue
        if not other.counted or (other.host is not None and other.task_spec.inherits_sheet):
            continue
        name = other.task_spec.name
        if name in to_empty and name not in to_have:
            return True
    return False


def _sources(spec: Node, flows: frozenset[str]) -> set[str]:
    """Return the elements from which one of *flows* into *spec* is reachable without passing *spec*."""
    origin, back = spec.scope_spec.flow_sources, spec.scope_spec.predecessors
    seen: set[str] = set()
    stack = [origin[flow] for flow in flows]
    while stack:
        name = stack.pop()
        if name in seen or name == spec.name:
            continue
        seen.add(name)
        stack.extend(back.get(name, ()))
    return seen


class ComplexGateway(InclusiveGateway):
    """Fires when `activationCondition` over `activationCount` is true, then absorbs the rest (§10.6.6).

    Without a condition it waits for every token that can come, as an inclusive gateway does.
    """

    def __init__(self, *args: Any, activation: Expression | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.activation = activation

    def _update_hook(self, my_task: Token) -> bool:
        if len(self.incoming) < 2 or self.activation is None:
            return super()._update_hook(my_task)
        my_task._set_state(tokens.WAITING)
        waiting = arrivals(self, my_task)
        keeper = next((other for other in waiting if "spent" in other.internal_data), None)
        if keeper is not None and my_task is not keeper:
            return self.absorb(my_task, keeper)
        first = first_of_each(waiting)
        scope = my_task.sheet.local({"activationCount": len(first)})
        if not self.activation.test(scope, my_task.top.services):
            my_task.top.joins[my_task.id] = my_task
            return False
        merge(my_task, list(first.values()))
        missing = [flow for flow in self.incoming if flow not in first]
        if missing:
            keeper = Token(my_task.scope, self, state=tokens.WAITING)
            keeper.internal_data["spent"] = sorted(str(flow) for flow in first)
            my_task.top.joins[keeper.id] = keeper
        return True

    def absorb(self, token: Token, keeper: Token) -> bool:
        """Consume a late token; the gateway is ready for its next round when all have come."""
        spent = keeper.internal_data["spent"]
        if token.via in spent:
            return False  # belongs to the next round
        spent.append(token.via)
        merge(keeper, [token])
        if len(spent) == len(self.incoming):
            self.reset(keeper)
        return False

    def reset(self, keeper: Token) -> None:
        """Begin a new round."""
        keeper._set_state(tokens.COMPLETED)
        scope, top = keeper.scope, keeper.top
        left = [other for other in arrivals(self, keeper) if other is not keeper]
        keeper._remove("completed")
        for other in left:
            other._set_state(tokens.FUTURE)
            top.push(other)
        scope.check_end()

    def may_fire(self, token: Token) -> bool:
        if self.activation is None:
            return super().may_fire(token)
        if "spent" not in token.internal_data:
            return False
        return not reachable(self, token, set(token.internal_data["spent"]))

    def fired(self, token: Token) -> None:
        if "spent" in token.internal_data:
            token.internal_data.pop("fired", None)
            self.reset(token)
        else:
            super().fired(token)


class EventBasedGateway(Node, defaults.NoneTask):
    """The first event to come decides; the others are closed (BPMN 2.0 §10.6.5)."""

    arms = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.manual = False

    def _run_hook(self, my_task: Token) -> bool | None:
        for flow in self.flows:
            my_task.top.push(Token(my_task.scope, flow.target, host=my_task, via=flow.id))
        return None

    def choose(self, token: Token) -> Sequence[FlowSpec]:
        return ()

    def guest_fired(self, host: Token, guest: Token) -> None:
        """Close the gateway and the other branches; the fired one goes on alone."""
        guest.detach()
        host.complete()
