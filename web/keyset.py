"""The place in a long list where the next page begins, as it stands in an address."""

from datetime import UTC, datetime


def write(place: tuple[datetime | int, int] | None) -> str | None:
    """Return `2026-11-23T13:30:00.000001~1234`, for a number `50~1234`, or None at the end."""
    if place is None:
        return None
    moment, row_id = place
    if isinstance(moment, int):
        return f"{moment}~{row_id}"
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat()}~{row_id}"


def read(text: str | None) -> tuple[datetime, int] | None:
    """Return the place; what cannot be read means the beginning."""
    if not text or "~" not in text:
        return None
    moment, _tilde, row_id = text.partition("~")
    try:
        return datetime.fromisoformat(moment).replace(tzinfo=UTC), int(row_id)
    except (ValueError, OverflowError):
        return None


def read_any(text: str | None) -> tuple[datetime | int, int] | None:
    """Return the place in a list ordered by time or by number; what cannot be read means the beginning."""
    first, _tilde, row_id = (text or "").partition("~")
    if first.lstrip("-").isdecimal() and row_id.isdecimal() and len(first) < 10 and len(row_id) < 20:
        return int(first), int(row_id)
    return read(text)
