"""Points in time as Step Functions writes them."""

from datetime import UTC, datetime


def shown(moment: datetime) -> str:
    """Return a time in UTC with milliseconds, such as 2026-03-01T10:05:00.000Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def milliseconds(moment: datetime) -> int:
    """Return the milliseconds since 1970."""
    return round(moment.timestamp() * 1000)
