"""When a failed job runs again: pure decisions, the time passed in."""

import re
from datetime import datetime, timedelta

from bpmn.spiff.timers import TimerUnreadable, parse_duration

DEFAULT_RETRIES = 3
_DEFAULT_BACKOFF_S = (10, 60, 300)
_CYCLE = re.compile(r"R(\d{1,3})/(P.+)")


def retries_of(retry: str | None) -> int:
    """How often a failed job is repeated: `R3/PT1M` three times, `PT1M,PT5M` twice, nothing drawn: three times."""
    if not retry:
        return DEFAULT_RETRIES
    cycle = _CYCLE.fullmatch(retry.strip())
    return int(cycle.group(1)) if cycle else len(retry.split(","))


def next_attempt_at(
    *, retry: str | None, retries_left: int, attempt: int, failed_at: datetime
) -> datetime | None:
    """Return when a job that failed in its *attempt*-th run (from 1) runs again; None: it becomes an incident."""
    if retries_left <= 0:
        return None
    if not retry:
        return failed_at + timedelta(seconds=_DEFAULT_BACKOFF_S[min(attempt, len(_DEFAULT_BACKOFF_S)) - 1])
    cycle = _CYCLE.fullmatch(retry.strip())
    intervals = [cycle.group(2)] if cycle else retry.split(",")
    interval = intervals[min(attempt, len(intervals)) - 1].strip()
    try:
        return parse_duration(interval).after(failed_at)
    except TimerUnreadable:
        return next_attempt_at(retry=None, retries_left=retries_left, attempt=attempt, failed_at=failed_at)
