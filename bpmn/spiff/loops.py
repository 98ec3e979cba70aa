"""Multi-instance and standard loops: a body token with inner instances as guests (BPMN 2.0 §10.3.8, §13.3.6)."""

from collections.abc import Mapping, Sequence
from typing import Any

from bpmn.spiff import token as tokens
from bpmn.spiff.catching import mark_fired
from bpmn.spiff.errors import ExecutionError
from bpmn.spiff.events import Event, SignalEvent
from bpmn.spiff.expressions import Expression
from bpmn.spiff.specs import Node
from bpmn.spiff.token import Token

#: Hidden variables of the body's sheet: what is still to be done, and the collected outputs.
_ITEMS, _OUT = "\0items", "\0out"


#: More instances of one activity than this are a mistake.
MAX_INSTANCES = 10_000
#: Of a standard loop without an own maximum.
MAX_TURNS = 10_000


class LoopInputUnfit(ExecutionError):
    """The collection or the number of instances came out as something else."""

    code = "loop.input"


class Body(Node):
    """The activity around its inner instances; boundary events belong to it."""

    local_inputs = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.manual = False
        #: the visit of the whole loop, beside the visits of its instances
        self.element_type = "loopBody"
        self.inner: Node

    def spawn(self, token: Token, own: dict[str, Any]) -> None:
        """Start one inner instance with its local variables."""
        sheet = token.sheet.local({})
        for name, value in own.items():
            sheet.declare(name, value)
        token.top.push(Token(token.scope, self.inner, host=token, sheet=sheet, via=token.via))

    def close(self, token: Token) -> None:
        """Every instance has run: complete the activity."""
        token.top.thaw_guests(token)
        for guest in list(token.guests):
            if not guest.task_spec.is_boundary:
                guest.cancel()
        token.internal_data["done"] = 1
        token.top.push(token)

    def skip(self, token: Token, variables: Mapping[str, Any]) -> None:
        super().skip(token, variables)
        token.top.thaw_guests(token)
        for guest in list(token.guests):
            if not guest.task_spec.is_boundary:
                guest.cancel()


class MultiInstance(Body):
    """As many instances as a collection has items or a number says, at once or one after the other."""

    def __init__(
        self,
        *args: Any,
        sequential: bool,
        cardinality: Expression | None,
        collection: Expression | None,
        item: str | None,
        output_collection: str | None,
        output_item: str | None,
        completion: Expression | None,
        behavior: str = "All",
        output: Expression | None = None,
        first: int = 0,
        events: Mapping[str, Event] | None = None,
        complex_events: Sequence[tuple[Expression, Event]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sequential, self.cardinality, self.collection = sequential, cardinality, collection
        self.item, self.output_collection, self.output_item = item, output_collection, output_item
        self.completion, self.behavior = completion, behavior
        self.output, self.first = output, first
        self.events, self.complex_events = dict(events or {}), complex_events

    def _update_hook(self, my_task: Token) -> bool:
        items, count = self.items(my_task)
        if count > MAX_INSTANCES:
            raise LoopInputUnfit(f"{count} instances are more than {MAX_INSTANCES}")
        my_task.sheet = my_task.sheet.local({})
        for name, number in (
            ("nrOfInstances", count),
            ("nrOfActiveInstances", 0),
            ("nrOfCompletedInstances", 0),
        ):
            my_task.sheet.declare(name, number)
        my_task._set_state(tokens.STARTED)
        my_task.internal_data["next"] = 0
        if items is not None:
            my_task.sheet.declare(_ITEMS, items)
        if count == 0:
            self.write_outputs(my_task)
            my_task._set_state(tokens.READY)
            return True
        for _ in range(1 if self.sequential else count):
            self.next_instance(my_task)
        return False

    def items(self, token: Token) -> tuple[list[Any] | None, int]:
        """Return the items (None where only a number is given) and how many instances there will be."""
        services = token.top.services
        if self.collection is not None:
            found = self.collection.evaluate(token.sheet, services)
            if isinstance(found, dict):
                found = [{"key": key, "value": value} for key, value in found.items()]
            if not isinstance(found, list):
                raise LoopInputUnfit(f"the collection {self.collection.source!r} is {found!r}, not a list")
            return found, len(found)
        assert self.cardinality is not None
        number = self.cardinality.evaluate(token.sheet, services)
        if isinstance(number, str) and number.strip().isdecimal():
            number = int(number)
        if isinstance(number, bool) or not isinstance(number, int) or number < 0:
            raise LoopInputUnfit(f"the number of instances {self.cardinality.source!r} is {number!r}")
        return None, number

    def next_instance(self, token: Token) -> None:
        """Start the next instance."""
        index = token.internal_data["next"]
        token.internal_data["next"] = index + 1
        own: dict[str, Any] = {"loopCounter": index + self.first}
        if self.item is not None and token.sheet.declares(_ITEMS):
            own[self.item] = token.sheet[_ITEMS][index]
        if self.output_item is not None:
            own.setdefault(self.output_item, None)
        token.sheet.declare("nrOfActiveInstances", token.sheet["nrOfActiveInstances"] + 1)
        self.spawn(token, own)

    def guest_done(self, host: Token, guest: Token) -> None:
        """Count, collect the output, and see whether that was enough."""
        sheet = host.sheet
        active = sheet["nrOfActiveInstances"] - 1
        done = sheet["nrOfCompletedInstances"] + 1
        sheet.declare("nrOfActiveInstances", active)
        sheet.declare("nrOfCompletedInstances", done)
        if self.output_collection is not None and (self.output is not None or self.output_item is not None):
            collected = dict(sheet[_OUT]) if sheet.declares(_OUT) else {}
            collected[str(guest.sheet["loopCounter"])] = self.made_by(guest)
            sheet.declare(_OUT, collected)
        enough = self.throw_events(host, guest, done)
        if not enough and self.completion is not None:
            enough = self.completion.test(guest.sheet, host.top.services)
        if not enough and host.internal_data["next"] < sheet["nrOfInstances"]:
            if self.sequential:
                self.next_instance(host)
            return
        if enough or active == 0:
            self.write_outputs(host)
            self.close(host)

    def made_by(self, guest: Token) -> Any:
        """Return what an instance adds to the output collection."""
        if self.output is not None:
            return self.output.evaluate(guest.sheet, guest.top.services)
        return guest.sheet[self.output_item or ""]

    def throw_events(self, host: Token, guest: Token, done: int) -> bool:
        """Throw what `behavior` asks for when an instance completes; True when that ends the rest.

        BPMN 2.0 table 10.29: None throws with every instance, One with the first.  Complex throws where its
        condition is true, which "cancels the remaining Activity instances and produces a token".  Since the
        behavior itself says when the activity completes, these events never interrupt it.
        """
        event = self.events.get(self.behavior)
        if event is not None and (self.behavior == "None" or done == 1):
            self.throw_softly(host, event)
        enough = False
        if self.behavior == "Complex":
            for condition, found in self.complex_events:
                if condition.test(guest.sheet, host.top.services):
                    self.throw_softly(host, found)
                    enough = True
        return enough

    def throw_softly(self, host: Token, event: Event) -> None:
        """Throw; the activity's own boundary events catch without interrupting."""
        from bpmn.spiff.throwing import throw

        name = event.resolve(host) if isinstance(event, SignalEvent) else None
        for boundary in list(host.guests):
            spec = boundary.task_spec
            if not spec.is_boundary or boundary._state != tokens.WAITING or spec.waits_for != event.kind:
                continue
            if name is None or boundary.internal_data.get("signal") == name:
                boundary.internal_data["soft"] = 1
                mark_fired(boundary, {})
        throw(host, event)

    def write_outputs(self, token: Token) -> None:
        """Write the collected outputs, in the order of the instances."""
        if self.output_collection is None:
            return
        collected = token.sheet[_OUT] if token.sheet.declares(_OUT) else {}
        token.base_sheet[self.output_collection] = [collected[key] for key in sorted(collected, key=int)]


class StandardLoop(Body):
    """Repeats while its condition holds, before or after each turn, up to a maximum."""

    def __init__(
        self,
        *args: Any,
        condition: Expression | None,
        maximum: Expression | None,
        test_before: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.condition, self.maximum, self.test_before = condition, maximum, test_before

    def _update_hook(self, my_task: Token) -> bool:
        my_task.internal_data["turn"] = 0
        my_task._set_state(tokens.STARTED)
        if self.test_before and not self.again(my_task, my_task.sheet):
            my_task._set_state(tokens.READY)
            return True
        self.turn(my_task)
        return False

    def turn(self, token: Token) -> None:
        """Start a turn."""
        number = token.internal_data["turn"]
        token.internal_data["turn"] = number + 1
        self.spawn(token, {"loopCounter": number})

    def again(self, token: Token, sheet: Mapping[str, Any]) -> bool:
        """Tell whether there is another turn."""
        services = token.top.services
        if self.maximum is not None:
            limit = self.maximum.evaluate(sheet, services)
            if isinstance(limit, str) and limit.strip().isdecimal():
                limit = int(limit)
            if isinstance(limit, bool) or not isinstance(limit, int):
                raise LoopInputUnfit(f"the loop maximum {self.maximum.source!r} is {limit!r}")
            if token.internal_data["turn"] >= limit:
                return False
        elif token.internal_data["turn"] >= MAX_TURNS:
            raise LoopInputUnfit(f"the loop has run {MAX_TURNS} times")
        return self.condition is None or self.condition.test(sheet, services)

    def guest_done(self, host: Token, guest: Token) -> None:
        if self.again(host, guest.sheet):
            self.turn(host)
        else:
            self.close(host)
