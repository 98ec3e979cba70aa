"""The place in a long list where the next page begins, as it stands in an address."""

from datetime import UTC, datetime


def write(place: tuple[datetime, int] | None) -> str | None:
    """Return `2026-11-23T13:30:00.000001~1234`, or None at the end."""
    if place is None:
        return None
    moment, row_id = place
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
