"""Begin a request inside the caller's unit of work: what every way of starting has in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bpmn.actors import Actor
from bpmn.bundles import LoadedBundle
from bpmn.projection import keep_message
from bpmn.runtime import Runtime
from storage.rows import InstanceRow
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Started:
    """A request that was started: its id and its number."""

    instance_id: int
    number: str


def begin(
    runtime: Runtime,
    uow: UnitOfWork,
    bundle: LoadedBundle,
    *,
    variables: Mapping[str, Any],
    by: Actor,
    now: datetime,
    start_id: str | None = None,
    language: str | None = None,
    message_id: str | None = None,
    beside: Callable[[UnitOfWork, InstanceRow], None] | None = None,
) -> Started:
    """Start a request and run it to its first wait states.

    The same *message_id* twice starts one request and returns it both times.  What *beside* writes belongs to the
    same transaction.
    """
    if message_id is not None:
        known = uow.subscriptions.message_by_sender_id(message_id)
        if known is not None and known["instance_id"] is not None:
            instance = runtime.load(uow, known["instance_id"])
            return Started(instance.id, instance.number or "")

    def afterwards(unit: UnitOfWork, instance: InstanceRow) -> None:
        if message_id is not None:
            keep_message(
                unit,
                f"start:{bundle.definition.key}",
                {},
                {},
                now=now,
                ttl_s=None,
                message_id=message_id,
                state="delivered",
                instance_id=instance.id,
            )
        if beside is not None:
            beside(unit, instance)

    step = runtime.begin(
        uow,
        bundle,
        variables={**_initiator(bundle, start_id, by), **variables},
        by=by,
        now=now,
        start_id=start_id,
        language=language,
        afterwards=afterwards,
    )
    return Started(step.instance.id, step.instance.number or "")


def _initiator(bundle: LoadedBundle, start_id: str | None, by: Actor) -> dict[str, str]:
    """The variable that a start event keeps its person in (`camunda:initiator`): an e-mail address."""
    for start in bundle.model.starts:
        if start.element_id == start_id or (start_id is None and start.kind == "none"):
            element = bundle.model.elements.get(start.element_id)
            name = element.attributes.get("initiator") if element is not None else None
            return {name: by.email} if name else {}
    return {}
