"""What a request waits for right now, sorted for the reader: people and failures first, escapes left out.

A boundary event or the start of an event subprocess is a way out that stays open beside the work («отменить в
любой момент»); only its timers are worth telling.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask_babel import gettext as _

from bpmn.instances import Wait
from web import i18n
from web.process_names import Names

_ESCAPES = frozenset({"startEvent", "boundaryEvent"})


@dataclass(frozen=True)
class Waiting:
    incidents: list[Wait] = field(default_factory=list)
    tasks: list[Wait] = field(default_factory=list)
    jobs: list[Wait] = field(default_factory=list)
    messages: list[Wait] = field(default_factory=list)
    timers: list[Wait] = field(default_factory=list)

    @property
    def elements(self) -> dict[str, str]:
        """Where the request stands, for its diagram: element id → "here" or "failed"."""
        standing = [*self.tasks, *self.jobs, *self.messages]
        return {wait.element_id: "here" for wait in standing} | {
            wait.element_id: "failed" for wait in self.incidents
        }

    @property
    def answers(self) -> str:
        """What is waited for from outside, in one line."""
        return ", ".join(dict.fromkeys(wait.name for wait in self.messages))

    @property
    def since(self) -> datetime | None:
        return min((wait.since for wait in (*self.tasks, *self.messages, *self.jobs)), default=None)

    def note(self, now: datetime, me: str = "") -> str:
        """Return who holds the request and for how long, for the stop of its route: «Анна Петрова, 6 ч»."""
        if self.incidents:
            return _("stopped by a failure")
        if self.since is None:
            return ""
        span = i18n.duration(max(now - self.since, timedelta(0)))
        holders = list(dict.fromkeys(holder for wait in self.tasks for holder in wait.holders))
        if not holders:
            return _("we wait %(span)s", span=span)
        if holders == [me]:
            return _("with you %(span)s", span=span)
        return f"{holders[0]}, {span}"


def waiting(waits: Iterable[Wait], names: Names) -> Waiting:
    """Sort the waits of a request."""
    found = Waiting()
    for wait in waits:
        kind = names.element_type(wait.element_id)
        if wait.kind == "incident":
            found.incidents.append(wait)
        elif wait.kind == "task":
            found.tasks.append(wait)
        elif wait.kind == "timer":
            found.timers.append(wait)
        elif wait.kind == "message" and kind not in _ESCAPES:
            found.messages.append(wait)
        elif wait.kind == "job":
            found.jobs.append(wait)
    stopped = {wait.element_id for wait in found.incidents}
    found.jobs[:] = [wait for wait in found.jobs if wait.element_id not in stopped]
    return found
