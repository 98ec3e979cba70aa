"""When a timer start of a definition fires next: pure decisions, the time passed in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from bpmn.spiff.model import Timer
from bpmn.spiff.timers import date_of, duration_of, parse_cycle


@dataclass(frozen=True, slots=True)
class _Surroundings:
    now: datetime
    functions: Mapping[str, Callable[..., Any]]
    zone: tzinfo


def next_start(
    timer: Timer,
    *,
    now: datetime,
    index: int,
    functions: Mapping[str, Callable[..., Any]],
    zone: tzinfo = UTC,
    anchor: datetime | None = None,
) -> datetime | None:
    """Return when start number *index* (from 0) is due; None when the timer has no more.

    *anchor* is when the definition came into force.  A cycle that slept through several dates fires once for
    the next one, never a burst.

    Raises:
        ExpressionFailed, TimerUnreadable.
    """
    value = timer.expression.evaluate({}, _Surroundings(now, functions, zone))
    begun = anchor or now
    if timer.kind == "date":
        return date_of(value, zone) if index == 0 else None
    if timer.kind == "duration":
        return duration_of(value).after(begun, zone) if index == 0 else None
    cycle = parse_cycle(str(value), zone)
    if cycle.count is not None and index >= cycle.count:
        return None
    return cycle.due(begun, index, now, zone)
