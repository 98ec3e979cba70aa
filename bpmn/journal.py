"""What happened while an instance advanced: the engine writes it, the projection turns it into rows.

Entries are in the order of the events.  An opened wait stays open until a `Closed` of the same token.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class TaskOpened:
    """A person has something to do."""

    token_id: int
    element_id: str
    name: str
    assignee: str | None = None
    candidate_users: tuple[str, ...] = ()
    candidate_groups: tuple[str, ...] = ()
    due_at: datetime | None = None
    follow_up_at: datetime | None = None
    priority: int = 50
    form: str | None = None


@dataclass(frozen=True, slots=True)
class JobOpened:
    """A handler has to run; its parameters are evaluated when it does.

    `external`: a program elsewhere fetches the job by its topic and does it.
    """

    token_id: int
    element_id: str
    handler: str
    retry: str | None = None
    priority: int = 50
    external: bool = False


@dataclass(frozen=True, slots=True)
class TimerOpened:
    """Fire the token at `due_at`; `repeats_left` counts the firings after this one.

    None: it does not repeat; -1: it repeats without end.
    """

    token_id: int
    element_id: str
    due_at: datetime
    repeats_left: int | None = None
    boundary: bool = False


@dataclass(frozen=True, slots=True)
class MessageOpened:
    """The token waits for a message whose correlation keys all equal `correlation`."""

    token_id: int
    element_id: str
    name: str
    correlation: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SignalOpened:
    """The token waits for a signal."""

    token_id: int
    element_id: str
    name: str


@dataclass(frozen=True, slots=True)
class ConditionOpened:
    """The token waits for a condition over the variables `reads`; the engine itself watches them."""

    token_id: int
    element_id: str
    reads: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Closed:
    """A token left its element: every visited element once, whatever was open for the token is closed.

    `element_type` is the BPMN tag; "loopBody" is the whole of a multi-instance or loop, whose instances close too.
    `via` is the sequence flow by which the token had come, None where it came otherwise.
    """

    token_id: int
    element_id: str
    element_type: str
    opened_at: datetime
    outcome: str
    via: str | None = None


@dataclass(frozen=True, slots=True)
class Parked:
    """The token stands before an element that failed."""

    token_id: int
    element_id: str
    message: str
    code: str


@dataclass(frozen=True, slots=True)
class Unparked:
    """The failed element is tried again (or passed over)."""

    token_id: int


@dataclass(frozen=True, slots=True)
class MessageThrown:
    """A message for other instances."""

    name: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    correlation: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SignalThrown:
    """A signal for other instances; the catchers of its own instance have it already."""

    name: str
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision was made; `explanation` says which rules fired."""

    token_id: int
    element_id: str
    explanation: Any = None


@dataclass(frozen=True, slots=True)
class Wrote:
    """An element changed variables: `values` as JSON, and `before` of those that there were.

    `long` names those whose values are too long to be told.
    """

    token_id: int
    values: Mapping[str, Any]
    before: Mapping[str, Any]
    long: tuple[str, ...] = ()


Entry = (
    TaskOpened
    | JobOpened
    | TimerOpened
    | MessageOpened
    | SignalOpened
    | ConditionOpened
    | Closed
    | Parked
    | Unparked
    | MessageThrown
    | SignalThrown
    | Decided
    | Wrote
)
