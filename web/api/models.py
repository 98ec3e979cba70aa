"""Every body of the API as a typed class: requests are read with it, answers and the description made from it.

A request is refused with every wrong member named; nothing unknown is passed over in silence.
"""

# ruff: noqa: RUF009 (`member` makes a dataclasses.field)
import dataclasses
import json
import re
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from bpmn.external import LONGEST_LEASE_S

T = TypeVar("T")

NAME = r"^[A-Za-z0-9._@-]{1,100}$"
TOPIC = r"^[A-Za-z0-9._:/-]{1,100}$"
LONGEST_WAIT_S = 60
MOST_JOBS = 100


class BodyRefused(Exception):
    """The body cannot be used; `errors` has one line per member ("" is the whole)."""

    code = "body.invalid"

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in errors.items()))
        self.errors = dict(errors)


def member(doc: str, example: Any = None, *, default: Any = MISSING, **rules: Any) -> Any:
    """Describe a member of a body; *rules* are JSON Schema's own words."""
    metadata = {"doc": doc, "example": example, "rules": rules}
    if isinstance(default, (list, dict)):
        return field(default_factory=lambda: type(default)(default), metadata=metadata)
    return field(default=default, metadata=metadata)


_WORKER = "Name of the program that does the work; the lease belongs to it."
_LEASE = "Number of the lease, as given with the job."
_SECONDS: dict[str, Any] = {"minimum": 1, "maximum": LONGEST_LEASE_S}


@dataclass(frozen=True)
class Fetch:
    """Which jobs a program wants."""

    worker: str = member(_WORKER, "erp-1", pattern=NAME)
    topics: list[str] = member(
        "Topics, as drawn at the service tasks.", ["erp.reserve"], minItems=1, maxItems=50, items=TOPIC
    )
    max_jobs: int = member("The most jobs to give.", 5, default=1, minimum=1, maximum=MOST_JOBS)
    lease_s: int = member("For how many seconds nobody else gets them.", 60, default=60, **_SECONDS)
    wait_s: int = member(
        "For how many seconds to wait for a job when there is none.", 0, default=0, minimum=0, maximum=LONGEST_WAIT_S
    )  # fmt: skip
    variables: list[str] = member(
        "Variables of the request to send beside the task's own parameters.", ["amount"], default=[], maxItems=100
    )  # fmt: skip


@dataclass(frozen=True)
class RequestOut:
    """The request a job belongs to."""

    id: str = member("Identifier.", "4611686018427387904")
    number: str = member("The number people use.", "ЗК-2026-000012")
    subject: str = member("Its subject.", "Станок токарный")


@dataclass(frozen=True)
class ProcessOut:
    """The version of a process."""

    key: str = member("Key.", "equipment_sale")
    version: int = member("Version.", 3)


@dataclass(frozen=True)
class Job:
    """A job with everything its program needs."""

    id: str = member(
        "Identifier; a text, for it exceeds what JavaScript counts exactly.", "4611686018427387905"
    )
    topic: str = member("Topic.", "erp.reserve")
    lease: int = member(_LEASE, 2)
    leased_until: str = member("End of the lease, RFC 3339.", "2026-06-10T06:01:00Z", format="date-time")
    key: str = member(
        "Idempotency key: the same over every repetition of this job. Do the effect once per key.",
        "4611686018427387904:7",
    )
    attempt: int = member("Which attempt this is, from 1.", 1)
    retries_left: int = member("How often it is repeated after a failure.", 3)
    priority: int = member("Priority, 0 to 100.", 50)
    element_id: str = member("Id of the service task.", "reserve")
    element_name: str = member("Its name.", "Зарезервировать")
    request: RequestOut = member("The request.")
    process: ProcessOut = member("Its process.")
    parameters: dict[str, Any] = member(
        "Input parameters of the task, evaluated.", {"goods": "A-7", "amount": 2}
    )
    variables: dict[str, Any] = member("The variables asked for.", {"amount": 2})


@dataclass(frozen=True)
class Fetched:
    """The jobs that the program has now; possibly none."""

    jobs: list[Job] = member("Jobs, the most urgent first.")


@dataclass(frozen=True)
class Complete:
    """The job is done."""

    worker: str = member(_WORKER, "erp-1", pattern=NAME)
    lease: int = member(_LEASE, 2, minimum=0)
    variables: dict[str, Any] = member("Variables it gives to the request.", {"place": "A-7"}, default={})


@dataclass(frozen=True)
class Fail:
    """The job could not be done this time."""

    worker: str = member(_WORKER, "erp-1", pattern=NAME)
    lease: int = member(_LEASE, 2, minimum=0)
    message: str = member(
        "What went wrong, for people.", "The ERP does not answer", minLength=1, maxLength=2000
    )
    retries: int | None = member(
        "How often to try again; 0 makes an incident at once; absent: as drawn.", 2, default=None, minimum=0, maximum=1000
    )  # fmt: skip
    retry_after_s: int | None = member(
        "After how many seconds; absent: as drawn.", 300, default=None, minimum=0, maximum=30 * 24 * 3600
    )


@dataclass(frozen=True)
class Throw:
    """An outcome of business that the diagram catches by its code."""

    worker: str = member(_WORKER, "erp-1", pattern=NAME)
    lease: int = member(_LEASE, 2, minimum=0)
    error: str = member("Code of the error.", "sold_out", minLength=1, maxLength=200)
    message: str = member(
        "What happened, for people.", "Nothing left in the warehouse", default="", maxLength=2000
    )
    variables: dict[str, Any] = member("Variables for whoever catches it.", {}, default={})


@dataclass(frozen=True)
class Extend:
    """The work takes longer."""

    worker: str = member(_WORKER, "erp-1", pattern=NAME)
    lease: int = member(_LEASE, 2, minimum=0)
    lease_s: int = member("How many seconds more, from now.", 120, **_SECONDS)


@dataclass(frozen=True)
class Outcome:
    """What became of the job."""

    outcome: str = member(
        "completed; caught: the diagram goes the way of the error; retry: at due_at; incident: people decide.",
        "completed",
        enum=["completed", "caught", "retry", "incident"],
    )
    due_at: str | None = member("When it is repeated.", None, default=None, format="date-time")
    retries_left: int | None = member("How often after that.", None, default=None)


@dataclass(frozen=True)
class Extended:
    """The lease as it is now."""

    leased_until: str = member("Its end, RFC 3339.", "2026-06-10T06:03:00Z", format="date-time")


@dataclass(frozen=True)
class Problem:
    """Why not (RFC 9457)."""

    type: str = member("Always about:blank: the status says the kind.", "about:blank")
    status: int = member("HTTP status.", 409)
    title: str = member(
        "What is wrong, in the language of Accept-Language.", "Another program has this job now"
    )
    detail: str = member("What was kept and what to do.", "Nothing was changed. Fetch again.")
    code: str | None = member("Stable name of the problem, for programs.", "job.lease_gone", default=None)
    errors: dict[str, Any] | None = member("One line per wrong member.", None, default=None)
    request_id: str | None = member("Under this id the log has it.", "5f0c2a", default=None)


def read(kind: type[T], content: bytes) -> T:
    """Return the body as a *kind*.

    Numbers with a point are read as exact decimals.

    Raises:
        BodyRefused: no JSON object, or members that are unknown, absent or of another type.
    """
    try:
        document = json.loads(content or b"{}", parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BodyRefused({"": f"the body is no JSON: {error}"}) from error
    if not isinstance(document, dict):
        raise BodyRefused({"": "the body must be a JSON object"})
    errors: dict[str, str] = {}
    values: dict[str, Any] = {}
    known = members(kind)
    for name in document:
        if name not in known:
            errors[name] = "there is no such member"
    for name, (hint, described) in known.items():
        if name not in document:
            if described.default is MISSING and described.default_factory is MISSING:
                errors[name] = "is required"
            continue
        value = document[name]
        wrong = _wrong(hint, described.metadata["rules"], value)
        if wrong:
            errors[name] = wrong
        values[name] = value
    if errors:
        raise BodyRefused(errors)
    return kind(**values)


def members(kind: type) -> dict[str, tuple[Any, dataclasses.Field[Any]]]:
    """Return the members of a body with their types."""
    hints = typing.get_type_hints(kind)
    return {item.name: (hints[item.name], item) for item in dataclasses.fields(kind)}


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _wrong(hint: Any, rules: Mapping[str, Any], value: Any) -> str:
    """Say what is wrong with a value; empty: nothing."""
    if isinstance(hint, types.UnionType):
        if value is None:
            return ""
        hint = next(part for part in typing.get_args(hint) if part is not types.NoneType)
    if hint is int:
        return _wrong_number(rules, value)
    if hint is str:
        return _wrong_text(rules, value)
    if typing.get_origin(hint) is list:
        if not isinstance(value, list):
            return "must be a list"
        if not rules.get("minItems", 0) <= len(value) <= rules["maxItems"]:
            return f"must have {rules.get('minItems', 0)} to {rules['maxItems']} items"
        texts = {"pattern": rules["items"]} if "items" in rules else {"maxLength": 200}
        return next(
            (
                f"item {index}: {wrong}"
                for index, item in enumerate(value)
                if (wrong := _wrong_text(texts, item))
            ),
            "",
        )
    return "" if isinstance(value, dict) else "must be an object"


def _wrong_number(rules: Mapping[str, Any], value: Any) -> str:
    if not isinstance(value, int) or isinstance(value, bool):
        return "must be a whole number"
    low, high = rules.get("minimum", 0), rules.get("maximum", 2**63 - 1)
    return "" if low <= value <= high else f"must be from {low} to {high}"


def _wrong_text(rules: Mapping[str, Any], value: Any) -> str:
    if not isinstance(value, str):
        return "must be a text"
    if "pattern" in rules and not re.fullmatch(rules["pattern"], value):
        return f"must match {rules['pattern']}"
    low, high = rules.get("minLength", 0), rules.get("maxLength", 100_000)
    return "" if low <= len(value) <= high else f"must have {low} to {high} characters"
