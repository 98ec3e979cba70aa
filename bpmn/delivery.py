"""Deliver a message or a signal to one wait inside the caller's unit of work."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from bpmn import payloads
from bpmn.actors import Actor
from bpmn.correlation import matches
from bpmn.errors import MessageAmbiguous, RequestEnded, WaitGone
from bpmn.projection import event, keep_message
from bpmn.runtime import Runtime
from bpmn.starting import begin
from storage.rows import InstanceRow, SubscriptionRow
from storage.unit_of_work import UnitOfWork

Beside = Callable[[UnitOfWork], None]
"""What is written in the same transaction as a delivery, once per attempt of it."""


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
    beside: Beside = lambda _: None,
) -> None:
    """Let a wait of a running request have what it waits for; *beside* is written with it.

    Raises:
        RequestEnded.
        WaitGone: the wait was answered while this unit waited for the request.
    """
    assert receiver.instance_id is not None
    assert receiver.token_id is not None
    token_id, target = receiver.token_id, receiver.instance_id
    instance = runtime.load_active(uow, target)
    if not runtime.storage.is_sqlite and uow.subscriptions.get(receiver.id) is None:
        raise WaitGone(receiver.name)

    runtime.advance(
        uow,
        instance,
        lambda workflow: workflow.fire(token_id, dict(payload)),
        by=by,
        now=now,
        prepare=lambda unit, _: beside(unit),
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


def deliver_kept(
    runtime: Runtime, uow: UnitOfWork, message: Mapping[str, Any], *, now: datetime, beside: Beside
) -> bool:
    """Deliver a kept message if somebody waits for it now; False while nobody does: *beside* is not written then.

    Raises:
        MessageAmbiguous.
        RequestEnded, WaitGone: the wait went away meanwhile; nothing was changed.
    """
    waits = uow.subscriptions.named("message", message["name"])
    receiver = receiver_of(waits, message["name"], message["correlation"])
    payload = payloads.load(message["payload"])
    if receiver is not None:
        target = receiver.instance_id or 0

        def mark(unit: UnitOfWork) -> None:
            beside(unit)
            unit.subscriptions.mark_delivered(message["id"], target)

        fire(runtime, uow, receiver, payload, by=Actor.system(), now=now, beside=mark)
        return True
    start = next((row for row in waits if row.definition_id is not None), None)
    if start is None:
        return False
    bundle = runtime.bundles.of_definition(uow.connection, start.definition_id or 0)

    def mark_started(unit: UnitOfWork, begun: InstanceRow) -> None:
        beside(unit)
        unit.subscriptions.mark_delivered(message["id"], begun.id)

    begin(
        runtime, uow, bundle, variables=payload, by=Actor.system(), now=now, start_id=start.element_id,
        beside=mark_started,
    )  # fmt: skip
    return True


def signal_one(
    runtime: Runtime,
    subscription_id: int,
    payload: Mapping[str, Any],
    *,
    by: Actor,
    now: datetime,
    beside: Beside = lambda _: None,
) -> bool:
    """Give a signal to one wait, in a unit of its own with what *beside* writes; False if it waits no longer."""
    with runtime.storage.unit_of_work() as uow:
        row = uow.subscriptions.get(subscription_id)
        if row is None:
            beside(uow)
            return False
        if row.definition_id is not None:
            bundle = runtime.bundles.of_definition(uow.connection, row.definition_id)
            begin(
                runtime, uow, bundle, variables=payload, by=by, now=now, start_id=row.element_id,
                beside=lambda unit, _: beside(unit),
            )  # fmt: skip
            return True
        try:
            fire(runtime, uow, row, payload, by=by, now=now, beside=beside)
        except (RequestEnded, WaitGone):
            beside(uow)
            return False
        return True
