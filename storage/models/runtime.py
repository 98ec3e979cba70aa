"""Running requests: where each stands and what it waits for.

Everything a screen or the executor searches is a row of its own with an index; the state of the engine is
one opaque value per instance, large variables lie beside it under their content hash.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, deferred, mapped_column

from storage.models.base import Base


class Instance(Base):
    """A request (заявка): one run of one definition."""

    __tablename__ = "instance"
    __table_args__ = (
        Index("ix_instance_definition_state", "definition_id", "state"),
        Index("ix_instance_updated", "updated_at", "id"),
        Index("ix_instance_counterparty", "counterparty_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    definition_id: Mapped[int] = mapped_column(ForeignKey("definition.id"))
    state: Mapped[str]  # active | completed | error_ended | terminated | cancelled
    version: Mapped[int]  # raised by every write; a late writer is refused
    blob: Mapped[bytes] = deferred(mapped_column(LargeBinary))

    number: Mapped[str | None] = mapped_column(unique=True)
    business_key: Mapped[str | None] = mapped_column(index=True)
    subject: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="")  # in the words of the process, translated on screen
    stage: Mapped[str] = mapped_column(default="")  # label of the stop on the route
    resolution: Mapped[str] = mapped_column(default="")
    priority: Mapped[int] = mapped_column(default=50)
    source: Mapped[str] = mapped_column(default="")
    amount: Mapped[Decimal | None]
    currency: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="ru")  # in which the requester is written to
    requester: Mapped[str] = mapped_column(default="")
    counterparty_id: Mapped[int | None] = mapped_column(ForeignKey("counterparty.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    due_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class LargeValue(Base):
    """A variable too long for the state, by content hash; read when first used."""

    __tablename__ = "large_value"

    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"), primary_key=True)
    hash: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Task(Base):
    """Work for a person."""

    __tablename__ = "task"
    __table_args__ = (
        UniqueConstraint("instance_id", "token_id"),
        Index("ix_task_assignee_due", "assignee_id", "due_at", "id", sqlite_where=text("state = 'open'"),
              postgresql_where=text("state = 'open'")),
        Index("ix_task_completed_by", "completed_by_id", "completed_at"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    token_id: Mapped[int]
    element_id: Mapped[str]
    name: Mapped[str]
    form: Mapped[str | None]
    state: Mapped[str]  # open | completed | cancelled
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    candidate_groups: Mapped[list[str]]  # keys, as the diagram named them
    candidate_users: Mapped[list[str]]  # e-mail addresses
    priority: Mapped[int]
    due_at: Mapped[datetime]  # a task without a deadline is due at the end of time
    created_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    completed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class TaskCandidate(Base):
    """The queue: open tasks nobody holds, one row per group or person who may take them."""

    __tablename__ = "task_candidate"

    principal: Mapped[str] = mapped_column(primary_key=True)  # "g:<group key>" or "u:<e-mail>"
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), primary_key=True, index=True)


class TaskDraft(Base):
    """What somebody typed into a task's form and has not sent yet."""

    __tablename__ = "task_draft"

    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    fields: Mapped[dict[str, Any]]  # posted names and their values
    saved_at: Mapped[datetime]


class Job(Base):
    """Work for the engine: a service task, a timer, the timer start of a definition."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_due", "state", "due_at", "id", sqlite_where=text("kind <> 'external'"),
              postgresql_where=text("kind <> 'external'")),
        Index("ix_job_external", "handler", "state", "due_at", sqlite_where=text("kind = 'external'"),
              postgresql_where=text("kind = 'external'")),
        Index("ix_job_instance", "instance_id", "token_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]  # handler | external | timer | start_timer | message | signal
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    definition_id: Mapped[int | None] = mapped_column(ForeignKey("definition.id"))
    token_id: Mapped[int | None]
    element_id: Mapped[str]
    handler: Mapped[str | None]
    state: Mapped[str]  # waiting | leased | failed
    due_at: Mapped[datetime]
    priority: Mapped[int]
    attempt: Mapped[int]
    retries_left: Mapped[int]
    retry: Mapped[str | None]  # "R3/PT1M" as drawn
    details: Mapped[dict[str, Any] | None]  # what a timer or a delivery needs beside the columns
    idempotency_key: Mapped[str]  # the same over every retry
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    version: Mapped[int]
    error: Mapped[str | None]
    created_at: Mapped[datetime]


class ExternalOutcome(Base):
    """What a program elsewhere said of a job it had fetched: a repeat is answered the same."""

    __tablename__ = "external_outcome"
    __table_args__ = (Index("ix_external_outcome_at", "at"),)

    job_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    lease: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    worker: Mapped[str]
    act: Mapped[str]  # complete | fail | error
    answer: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class Incident(Base):
    """A job out of retries, or an element that failed and waits in front of itself."""

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_open", "state", "created_at"),
        Index("ix_incident_instance", "instance_id"),
        Index("ix_incident_signature", "state", "signature"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    job_id: Mapped[int | None]
    token_id: Mapped[int | None]
    element_id: Mapped[str]
    kind: Mapped[str]  # job | element
    code: Mapped[str]
    message: Mapped[str]
    state: Mapped[str]  # open | resolved
    created_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    resolution: Mapped[str] = mapped_column(default="")  # retried | skipped | completed | assigned | closed
    signature: Mapped[str] = mapped_column(default="", server_default="")  # alike: failures of one cause
    told_at: Mapped[datetime | None]  # when somebody was told of this cause


class Subscription(Base):
    """A wait for a message, a signal or a condition: of a token, or of a definition that it starts."""

    __tablename__ = "subscription"
    __table_args__ = (
        Index("ix_subscription_name", "kind", "name"),
        Index("ix_subscription_instance", "instance_id", "token_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]  # message | signal | conditional
    name: Mapped[str]
    correlation: Mapped[dict[str, Any]]  # every key must match; none matches only a message without keys
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    token_id: Mapped[int | None]
    definition_id: Mapped[int | None] = mapped_column(ForeignKey("definition.id"), index=True)
    element_id: Mapped[str]
    created_at: Mapped[datetime]


class BufferedMessage(Base):
    """Every message received: delivered, still waiting for a receiver, or expired."""

    __tablename__ = "buffered_message"
    __table_args__ = (Index("ix_buffered_message_waiting", "state", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    correlation: Mapped[dict[str, Any]]
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    message_id: Mapped[str | None] = mapped_column(
        unique=True
    )  # the sender's; a repeat is not delivered again
    state: Mapped[str]  # waiting | delivered | expired
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]


class Effect(Base):
    """The ledger of what handlers did outside: a repeat under the same key is suppressed."""

    __tablename__ = "effect"

    key: Mapped[str] = mapped_column(primary_key=True)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"), index=True)
    state: Mapped[str]  # begun | done
    result: Mapped[dict[str, Any] | None]
    begun_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class PublicLink(Base):
    """An unguessable address of a client's page.  Only the hash of its secret is stored."""

    __tablename__ = "public_link"

    secret_hash: Mapped[str] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
