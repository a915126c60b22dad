"""The time that alarms go by: the real one, in the form that moto's CloudWatch uses."""

from datetime import datetime

from moto.core.utils import utcnow


def now() -> datetime:
    """Return the present, UTC without saying so."""
    return utcnow()


def minute_of(instant: datetime) -> datetime:
    """Return when the minute of an instant began: metrics are kept by the minute."""
    return instant.replace(second=0, microsecond=0)


def stamp(instant: datetime) -> str:
    """Return a time as CloudWatch writes it in JSON."""
    return f"{instant:%Y-%m-%dT%H:%M:%S}.{instant.microsecond // 1000:03}+0000"
