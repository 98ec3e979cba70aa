"""Messages and signals: strict correlation, kept for a while, delivered once.

A message goes to the one wait whose keys all match; with none it may start a process; with several nobody gets
it.  A signal goes to everybody who waits for its name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bpmn import payloads
from bpmn.actors import Actor
from bpmn.correlation import matches
from bpmn.errors import MessageAmbiguous, MessageNotExpected
from bpmn.instances import Instances
from bpmn.projection import event, keep_message
from bpmn.runtime import Runtime
from storage.rows import SubscriptionRow
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Correlated:
    """`state`: delivered to a waiting request, started one, buffered for later, or a duplicate of an earlier one."""

    state: str
    instance_id: int | None = None
    number: str | None = None


class Messages:
    def __init__(self, runtime: Runtime, instances: Instances) -> None:
        self._runtime = runtime
        self._instances = instances

    def correlate(
        self,
        *,
        name: str,
        correlation: Mapping[str, Any],
        payload: Mapping[str, Any],
        by: Actor,
        message_id: str | None = None,
        ttl_s: float | None = None,
        language: str | None = None,
    ) -> Correlated:
        """Deliver a message.

        With *ttl_s* a message that nobody waits for is kept that long.  The same *message_id* twice is delivered
        once.

        Raises:
            MessageNotExpected: nobody waits and it was not to be kept.
            MessageAmbiguous: several requests match; nobody got it.
        """
        now = self._runtime.now()
        with self._runtime.storage.unit_of_work() as uow:
            if message_id is not None:
                known = uow.subscriptions.message_by_sender_id(message_id)
                if known is not None:
                    return self._answer(uow, "duplicate", known["instance_id"])
            waits = uow.subscriptions.named("message", name)
            receiver = self._receiver(uow, waits, name, correlation)
            if receiver is not None:
                self._fire(uow, receiver, payload, name, by=by, now=now)
                result = self._answer(uow, "delivered", receiver.instance_id)
            else:
                start = next((row for row in waits if row.definition_id is not None), None)
                if start is None:
                    return self._keep(uow, name, correlation, payload, message_id, ttl_s, now)
                bundle = self._runtime.bundles.of_definition(uow.connection, start.definition_id or 0)
                begun = self._instances.begin(
                    uow,
                    bundle,
                    variables=payload,
                    by=by,
                    now=now,
                    start_id=start.element_id,
                    language=language,
                )
                result = Correlated("started", begun.instance_id, begun.number)
            keep_message(
                uow, name, correlation, {}, now=now, ttl_s=None, message_id=message_id, state="delivered",
                instance_id=result.instance_id,
            )  # fmt: skip
            return result

    def answer(
        self,
        uow: UnitOfWork,
        receiver: SubscriptionRow,
        payload: Mapping[str, Any],
        *,
        by: Actor,
        now: datetime,
    ) -> None:
        """Deliver to one wait inside the caller's unit of work; the caller made sure that it is still open."""
        self._fire(uow, receiver, payload, receiver.name, by=by, now=now)
        keep_message(
            uow, receiver.name, receiver.correlation, {}, now=now, ttl_s=None, state="delivered",
            instance_id=receiver.instance_id,
        )  # fmt: skip

    def deliver_kept(self, uow: UnitOfWork, message_row: Mapping[str, Any], *, now: datetime) -> bool:
        """Deliver a kept message if somebody waits for it now; False while nobody (or too many) do.

        Raises:
            MessageAmbiguous.
        """
        waits = uow.subscriptions.named("message", message_row["name"])
        receiver = self._receiver(uow, waits, message_row["name"], message_row["correlation"])
        payload = payloads.load(message_row["payload"])
        by = Actor.system()
        if receiver is not None and receiver.instance_id is not None:
            target = receiver.instance_id
            self._fire(
                uow,
                receiver,
                payload,
                receiver.name,
                by=by,
                now=now,
                message_row_id=message_row["id"],
            )
        else:
            start = next((row for row in waits if row.definition_id is not None), None)
            if start is None:
                return False
            bundle = self._runtime.bundles.of_definition(uow.connection, start.definition_id or 0)
            target = self._instances.begin(
                uow, bundle, variables=payload, by=by, now=now, start_id=start.element_id
            ).instance_id
            uow.subscriptions.mark_delivered(message_row["id"], target)
        return True

    def expire(self) -> None:
        """Let kept messages go whose time is over; they stay on record."""
        with self._runtime.storage.unit_of_work() as uow:
            uow.subscriptions.expire_messages(now=self._runtime.now())

    def signal(self, *, name: str, payload: Mapping[str, Any], by: Actor) -> int:
        """Broadcast a signal: every wait for it in a unit of its own; return how many got it."""
        now = self._runtime.now()
        with self._runtime.storage.reading() as uow:
            waits = uow.subscriptions.named("signal", name)
        return sum(self.signal_one(row.id, payload, by=by, now=now) for row in waits)

    def signal_one(
        self, subscription_id: int, payload: Mapping[str, Any], *, by: Actor, now: datetime
    ) -> bool:
        """Give a signal to one wait; False if it waits no longer (a repeat changes nothing)."""
        with self._runtime.storage.unit_of_work() as uow:
            row = uow.subscriptions.get(subscription_id)
            if row is None:
                return False
            if row.definition_id is not None:
                bundle = self._runtime.bundles.of_definition(uow.connection, row.definition_id)
                self._instances.begin(uow, bundle, variables=payload, by=by, now=now, start_id=row.element_id)
            else:
                self._fire(uow, row, payload, row.name, by=by, now=now)
            return True

    def _receiver(
        self, uow: UnitOfWork, waits: list[SubscriptionRow], name: str, correlation: Mapping[str, Any]
    ) -> SubscriptionRow | None:
        found = [
            row for row in waits if row.instance_id is not None and matches(row.correlation, correlation)
        ]
        if len(found) > 1:
            raise MessageAmbiguous(name, len(found))
        return found[0] if found else None

    def _fire(
        self,
        uow: UnitOfWork,
        receiver: SubscriptionRow,
        payload: Mapping[str, Any],
        name: str,
        *,
        by: Actor,
        now: datetime,
        message_row_id: int | None = None,
    ) -> None:
        assert receiver.instance_id is not None
        assert receiver.token_id is not None
        token_id, target = receiver.token_id, receiver.instance_id
        instance = self._runtime.load_active(uow, target)
        if not self._runtime.storage.is_sqlite and uow.subscriptions.get(receiver.id) is None:
            raise MessageNotExpected(name)

        def mark(unit: UnitOfWork, _: Any) -> None:
            if message_row_id is not None:
                unit.subscriptions.mark_delivered(message_row_id, target)

        self._runtime.advance(
            uow,
            instance,
            lambda workflow: workflow.fire(token_id, dict(payload)),
            by=by,
            now=now,
            prepare=mark,
        )
        data = {"name": name, "element": receiver.element_id}
        uow.history.add_events([event(target, "message", by=by, now=now, data=data)])

    def _keep(
        self,
        uow: UnitOfWork,
        name: str,
        correlation: Mapping[str, Any],
        payload: Mapping[str, Any],
        message_id: str | None,
        ttl_s: float | None,
        now: datetime,
    ) -> Correlated:
        if ttl_s is None:
            raise MessageNotExpected(name)
        keep_message(uow, name, correlation, payload, now=now, ttl_s=ttl_s, message_id=message_id)
        return Correlated("buffered")

    def _answer(self, uow: UnitOfWork, state: str, instance_id: int | None) -> Correlated:
        instance = uow.instances.get(instance_id) if instance_id is not None else None
        return Correlated(state, instance_id, instance.number if instance is not None else None)
