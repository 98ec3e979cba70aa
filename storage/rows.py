"""The rows that use cases change: plain objects, loaded and written with a constant number of statements."""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""The due date of work without a deadline: it sorts last."""

_PARTICULARS = re.compile(r"'[^']*'|\"[^\"]*\"|«[^»]*»|“[^”]*”|[\w.+-]+@[\w.-]+|\b[0-9a-f]{8,}\b|\d+")
"""What differs from one failure to the next: quoted values, addresses, hashes, numbers."""


@dataclass(slots=True)
class InstanceRow:
    id: int
    definition_id: int
    state: str
    version: int
    blob: bytes
    created_at: datetime
    updated_at: datetime
    number: str | None = None
    business_key: str | None = None
    subject: str = ""
    status: str = ""
    stage: str = ""
    resolution: str = ""
    priority: int = 50
    source: str = ""
    amount: Decimal | None = None
    currency: str = ""
    language: str = "ru"
    requester: str = ""
    counterparty_id: int | None = None
    contact_id: int | None = None
    responsible_id: int | None = None
    started_by_id: int | None = None
    due_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(slots=True)
class TaskRow:
    id: int
    instance_id: int
    token_id: int
    element_id: str
    name: str
    form: str | None
    state: str
    assignee_id: int | None
    candidate_groups: list[str]
    candidate_users: list[str]
    priority: int
    due_at: datetime
    created_at: datetime
    claimed_at: datetime | None = None
    completed_at: datetime | None = None
    completed_by_id: int | None = None

    def principals(self) -> list[str]:
        """Who may take the task, as the queue names them."""
        return [f"g:{key}" for key in self.candidate_groups] + [f"u:{mail}" for mail in self.candidate_users]


@dataclass(slots=True)
class CandidateRow:
    principal: str
    due_at: datetime
    task_id: int


@dataclass(slots=True)
class LargeValueRow:
    instance_id: int
    hash: str
    content: bytes


@dataclass(slots=True)
class JobRow:
    id: int
    kind: str
    instance_id: int | None
    definition_id: int | None
    token_id: int | None
    element_id: str
    handler: str | None
    state: str
    due_at: datetime
    priority: int
    attempt: int
    retries_left: int
    retry: str | None
    details: dict[str, Any] | None
    idempotency_key: str
    created_at: datetime
    lease_owner: str | None = None
    lease_until: datetime | None = None
    version: int = 1
    error: str | None = None


@dataclass(slots=True)
class SubscriptionRow:
    id: int
    kind: str
    name: str
    correlation: dict[str, Any]
    instance_id: int | None
    token_id: int | None
    definition_id: int | None
    element_id: str
    created_at: datetime


@dataclass(slots=True)
class IncidentRow:
    id: int
    instance_id: int | None
    job_id: int | None
    token_id: int | None
    element_id: str
    kind: str
    code: str
    message: str
    state: str
    created_at: datetime
    resolved_at: datetime | None = None
    resolved_by_id: int | None = None
    resolution: str = ""
    signature: str = ""
    told_at: datetime | None = None

    def __post_init__(self) -> None:
        self.signature = self.signature or signature_of(self.element_id, self.code, self.message)


def signature_of(element_id: str, code: str, message: str) -> str:
    """What failures of one cause have in common: element, code and the message without its particulars."""
    common = _PARTICULARS.sub("#", message)
    return hashlib.blake2b(f"{element_id}\0{code}\0{common}".encode(), digest_size=8).hexdigest()


@dataclass(slots=True)
class ActivityRow:
    id: int
    instance_id: int
    token_id: int
    element_id: str
    element_type: str
    outcome: str
    opened_at: datetime
    closed_at: datetime
    actor_id: int | None
    data: dict[str, Any] | None


@dataclass(slots=True)
class EventRow:
    id: int
    instance_id: int | None
    kind: str
    at: datetime
    actor_id: int | None
    actor_name: str
    data: dict[str, Any] = field(default_factory=dict)
