"""What handlers did outside, remembered under the idempotency key, so that a repeat does nothing twice.

Begun and done are two commits around the effect.  Whoever finds "begun" without "done" cannot know whether it
happened: a repeatable effect is simply done again, any other raises `UncertainEffect` for a person to decide.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from handlers.context import HandlerContext
from handlers.errors import HandlerError, UncertainEffect
from storage.models import Effect


def once(
    context: HandlerContext,
    step: str,
    effect: Callable[[], dict[str, Any] | None],
    *,
    repeatable: bool = False,
) -> dict[str, Any]:
    """Do *effect* once per idempotency key and step, and return its result (JSON), also on every repeat.

    Opens units of work of its own, so it is for jobs, not for transactional handlers.  An effect that raises
    `HandlerError` says that it certainly did not happen: the entry is taken back and a retry may try again.

    Raises:
        UncertainEffect: an earlier attempt began and its outcome is unknown; or the effect itself says so.
    """
    key = f"{context.idempotency_key}:{step}"
    with context.unit_of_work() as uow:
        known = uow.connection.execute(select(Effect.state, Effect.result).where(Effect.key == key)).first()
        if known is not None and known.state == "done":
            return dict(known.result or {})
        if known is not None and not repeatable:
            raise UncertainEffect(step)
        if known is None:
            uow.connection.execute(
                insert(Effect).values(
                    key=key, instance_id=context.request.id, state="begun", result=None, begun_at=context.now
                )
            )
    try:
        result = effect() or {}
    except UncertainEffect:
        raise
    except HandlerError:
        with context.unit_of_work() as uow:
            uow.connection.execute(delete(Effect).where(Effect.key == key))
        raise
    with context.unit_of_work() as uow:
        uow.connection.execute(
            update(Effect).where(Effect.key == key).values(state="done", result=result, done_at=context.now)
        )
    return result


def forget_uncertain(connection: Connection, idempotency_key: str) -> int:
    """Take back what a job began and never finished, when a person decides that it did not happen.

    Effects that were done stay; the next attempt does the others again.  Returns how many were forgotten.
    """
    return connection.execute(
        delete(Effect).where(
            Effect.key.startswith(f"{idempotency_key}:", autoescape=True), Effect.state == "begun"
        )
    ).rowcount
