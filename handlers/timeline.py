"""Entries of a request's timeline, written with the unit of work of the handler."""

from typing import Any

from handlers.context import HandlerContext
from storage.ids import new_id
from storage.models import Event


def record(context: HandlerContext, uow: Any, kind: str, **data: Any) -> None:
    """Add an event to the timeline of the context's request; it is kept if the unit commits."""
    uow.session.add(
        Event(
            id=new_id(),
            instance_id=context.request.id,
            kind=kind,
            at=context.now,
            actor_id=context.actor_id,
            actor_name="",
            data=data,
        )
    )
