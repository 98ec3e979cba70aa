"""Messages and signals: strict correlation, kept for a while, delivered once.

A message goes to the one wait whose keys all match; with none it may start a process; with several nobody gets
it.  A signal goes to everybody who waits for its name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bpmn.actors import Actor
from bpmn.correlation import matches
from bpmn.delivery import fire, receiver_of, signal_one
from bpmn.errors import MessageNotExpected, RequestEnded, WaitGone
from bpmn.projection import keep_message
from bpmn.runtime import Runtime
from bpmn.starting import begin
from storage.errors import Duplicate
from storage.ids import new_id
from storage.rows import JobRow
from storage.unit_of_work import UnitOfWork

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Correlated:
    """`state`: delivered to a waiting request, started one, buffered for later, or a duplicate of an earlier one."""

    state: str
    instance_id: int | None = None
    number: str | None = None


class Messages:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

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

        def attempt() -> Correlated:
            return self._correlate(name, correlation, payload, by, message_id, ttl_s, language)

        for _ in range(_ATTEMPTS - 1):
            try:
                return attempt()
            except (WaitGone, RequestEnded, Duplicate):
                continue  # somebody was faster: look again who waits, or what became of the same message
        return attempt()

    def _correlate(
        self,
        name: str,
        correlation: Mapping[str, Any],
        payload: Mapping[str, Any],
        by: Actor,
        message_id: str | None,
        ttl_s: float | None,
        language: str | None,
    ) -> Correlated:
        now = self._runtime.now()
        with self._runtime.storage.unit_of_work() as uow:
            if message_id is not None:
                known = uow.subscriptions.message_by_sender_id(message_id)
                if known is not None:
                    return _answer(uow, "duplicate", known["instance_id"])
            waits = uow.subscriptions.named("message", name)
            receiver = receiver_of(waits, name, correlation)
            start = next((row for row in waits if row.definition_id is not None), None)
            if receiver is not None:
                fire(self._runtime, uow, receiver, payload, by=by, now=now)
                result = _answer(uow, "delivered", receiver.instance_id)
            elif start is not None:
                bundle = self._runtime.bundles.of_definition(uow.connection, start.definition_id or 0)
                begun = begin(
                    self._runtime,
                    uow,
                    bundle,
                    variables=payload,
                    by=by,
                    now=now,
                    start_id=start.element_id,
                    language=language,
                )
                result = Correlated("started", begun.instance_id, begun.number)
            elif ttl_s is not None:
                keep_message(uow, name, correlation, payload, now=now, ttl_s=ttl_s, message_id=message_id)
                return Correlated("buffered")
            else:
                raise MessageNotExpected(name)
            keep_message(
                uow,
                name,
                correlation,
                {},
                now=now,
                ttl_s=None,
                message_id=message_id,
                state="delivered",
                instance_id=result.instance_id,
            )
            return result

    def signal(self, *, name: str, payload: Mapping[str, Any], by: Actor) -> int:
        """Broadcast a signal: every wait for it in a unit of its own; return how many got it."""
        now = self._runtime.now()
        with self._runtime.storage.reading() as uow:
            waits = uow.subscriptions.named("signal", name)
        return sum(signal_one(self._runtime, row.id, payload, by=by, now=now) for row in waits)

    def look_again(self) -> int:
        """Have kept messages delivered for which somebody waits by now; return how many may be.

        A message and the wait for it that were written at the same moment do not see each other (READ COMMITTED);
        whoever runs jobs calls this now and then, so that they meet.
        """
        now = self._runtime.now()
        with self._runtime.storage.reading() as uow:
            found = {
                message_id
                for message_id, given, wanted, definition_id in uow.subscriptions.wanted()
                if definition_id is not None or matches(wanted, given)
            }
        if not found:
            return 0
        with self._runtime.storage.unit_of_work() as uow:
            uow.jobs.insert([_delivery(message_id, now) for message_id in sorted(found)])
            uow.after_commit(self._runtime.wake)
        return len(found)

    def expire(self) -> None:
        """Let kept messages go whose time is over; they stay on record."""
        with self._runtime.storage.unit_of_work() as uow:
            uow.subscriptions.expire_messages(now=self._runtime.now())


def _delivery(message_row_id: int, now: datetime) -> JobRow:
    job_id = new_id()
    return JobRow(
        id=job_id,
        kind="message",
        instance_id=None,
        definition_id=None,
        token_id=None,
        element_id="",
        handler=None,
        state="waiting",
        due_at=now,
        priority=50,
        attempt=0,
        retries_left=3,
        retry=None,
        details={"message": message_row_id},
        idempotency_key=f"message:{job_id}",
        created_at=now,
    )


def _answer(uow: UnitOfWork, state: str, instance_id: int | None) -> Correlated:
    instance = uow.instances.get(instance_id) if instance_id is not None else None
    return Correlated(state, instance_id, instance.number if instance is not None else None)
