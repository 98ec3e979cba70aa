"""What a handler may do: the only thing of ours that it is given.

In a transactional handler the unit of work is the advancing one (nothing is committed by it) and `request` is
the live row, saved with the unit.  In a job the unit is the handler's own and commits at its end, and `request`
is a copy to read.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from handlers.business_time import Calendar
from handlers.mailer import Mailer
from handlers.settings import Settings


class Unit(Protocol):
    """The unit of work as handlers see it (`storage.unit_of_work.UnitOfWork`)."""

    @property
    def session(self) -> Any: ...
    @property
    def connection(self) -> Any: ...


class Bundle(Protocol):
    """The deployed folder that the request's process came with."""

    def file(self, path: str) -> bytes | None: ...
    def translate(self, text: str, language: str) -> str: ...


class FileRef(Protocol):
    @property
    def hash(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def media_type(self) -> str: ...


class Files(Protocol):
    """Files by the hash of their content (`storage.files`)."""

    def put(self, content: bytes, media_type: str) -> FileRef: ...
    def open(self, hash: str) -> bytes: ...


@dataclass(frozen=True, kw_only=True)
class HandlerContext:
    request: Any  # storage.rows.InstanceRow
    variables: Mapping[str, Any]
    now: datetime
    idempotency_key: str  # the same over every retry of one job, another for every other
    element_id: str
    actor_id: int | None
    bundle: Bundle
    files: Files
    settings: Settings
    mailer: Mailer
    calendar: Calendar
    open_unit: Callable[[], AbstractContextManager[Any]]
    correlate: Callable[..., Any]  # (*, name, correlation, payload, message_id=None)
    start: Callable[..., Any]  # (*, key, variables)
    client_secret: Callable[[], str]  # the secret part of the address of the client's page
    task_url: Callable[[], str] | None = None

    def unit_of_work(self) -> AbstractContextManager[Any]:
        """Return the unit to read and write rows in; see the module for whose it is."""
        return self.open_unit()

    def link(self) -> str:
        """Return the absolute address of the client's page of this request."""
        return f"{self.settings.base_url.rstrip('/')}/t/{self.client_secret()}"

    def task_link(self) -> str:
        """Return the absolute address where an employee sees this request."""
        if self.task_url is not None:
            return self.task_url()
        return f"{self.settings.base_url.rstrip('/')}/requests/{self.request.id}"

    @property
    def time_zone(self) -> tzinfo:
        return ZoneInfo(self.settings.time_zone)
