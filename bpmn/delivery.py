"""Deliver a message or a signal to one wait inside the caller's unit of work."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from bpmn import payloads
from bpmn.actors import Actor
from bpmn.correlation import matches
from bpmn.errors import MessageAmbiguous, MessageNotExpected
from bpmn.projection import event, keep_message
from bpmn.runtime import Runtime
from bpmn.starting import begin
from storage.rows import SubscriptionRow
from storage.unit_of_work import UnitOfWork


def receiver_of(
    waits: Iterable[SubscriptionRow], name: str, correlation: Mapping[str, Any]
) -> SubscriptionRow | None:
    """Return the one running request's wait that the message is for; None if there is none.

    Raises:
        MessageAmbiguous: several match.
    """
    found = [row for row in waits if row.instance_id is not None and matches(row.correlation, correlation)]
    if len(found) > 1:
        raise MessageAmbiguous(name, len(found))
    return found[0] if found else None


def fire(
    runtime: Runtime,
    uow: UnitOfWork,
    receiver: SubscriptionRow,
    payload: Mapping[str, Any],
    *,
    by: Actor,
    now: datetime,
    message_row_id: int | None = None,
) -> None:
    """Let a wait of a running request have what it waits for; a kept message is marked as delivered.

    Raises:
        RequestEnded.
        MessageNotExpected: the wait was answered while this unit waited for the request.
    """
    assert receiver.instance_id is not None
    assert receiver.token_id is not None
    token_id, target = receiver.token_id, receiver.instance_id
    instance = runtime.load_active(uow, target)
    if not runtime.storage.is_sqlite and uow.subscriptions.get(receiver.id) is None:
        raise MessageNotExpected(receiver.name)

    def mark(unit: UnitOfWork, _: Any) -> None:
        if message_row_id is not None:
            unit.subscriptions.mark_delivered(message_row_id, target)

    runtime.advance(
        uow, instance, lambda workflow: workflow.fire(token_id, dict(payload)), by=by, now=now, prepare=mark
    )
    data = {"name": receiver.name, "element": receiver.element_id}
    uow.history.add_events([event(target, "message", by=by, now=now, data=data)])


def answer(
    runtime: Runtime,
    uow: UnitOfWork,
    receiver: SubscriptionRow,
    payload: Mapping[str, Any],
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Deliver to exactly this wait and record the message; the caller made sure that it is open."""
    fire(runtime, uow, receiver, payload, by=by, now=now)
    keep_message(
        uow,
        receiver.name,
        receiver.correlation,
        {},
        now=now,
        ttl_s=None,
        state="delivered",
        instance_id=receiver.instance_id,
    )


def deliver_kept(runtime: Runtime, uow: UnitOfWork, message: Mapping[str, Any], *, now: datetime) -> bool:
    """Deliver a kept message if somebody waits for it now; False while nobody does.

    Raises:
        MessageAmbiguous.
    """
    waits = uow.subscriptions.named("message", message["name"])
    receiver = receiver_of(waits, message["name"], message["correlation"])
    payload = payloads.load(message["payload"])
    if receiver is not None:
        fire(runtime, uow, receiver, payload, by=Actor.system(), now=now, message_row_id=message["id"])
        return True
    start = next((row for row in waits if row.definition_id is not None), None)
    if start is None:
        return False
    bundle = runtime.bundles.of_definition(uow.connection, start.definition_id or 0)
    begun = begin(
        runtime, uow, bundle, variables=payload, by=Actor.system(), now=now, start_id=start.element_id
    )
    uow.subscriptions.mark_delivered(message["id"], begun.instance_id)
    return True


def signal_one(
    runtime: Runtime, subscription_id: int, payload: Mapping[str, Any], *, by: Actor, now: datetime
) -> bool:
    """Give a signal to one wait, in a unit of its own; False if it waits no longer (a repeat changes nothing)."""
    with runtime.storage.unit_of_work() as uow:
        row = uow.subscriptions.get(subscription_id)
        if row is None:
            return False
        if row.definition_id is not None:
            bundle = runtime.bundles.of_definition(uow.connection, row.definition_id)
            begin(runtime, uow, bundle, variables=payload, by=by, now=now, start_id=row.element_id)
        else:
            fire(runtime, uow, row, payload, by=by, now=now)
        return True
