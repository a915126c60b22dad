"""The time that schedules go by: it stands still between ticks."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from local_aws.settings import LocalAwsError

MINUTE = timedelta(minutes=1)
SLOT = timedelta(minutes=5)
EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True)
class Clock:
    """A time that outlives the process; ``file`` is made when it is first set."""

    file: Path

    def now(self) -> datetime:
        """Return the minute that was set last, UTC; at first the present slot's beginning.

        Raises:
            LocalAwsError: the file holds no time.
        """
        try:
            return _parsed(self.file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return slot_of(datetime.now(UTC))
        except (OSError, ValueError) as error:
            raise LocalAwsError(
                f"the clock of the schedules, {self.file}, should hold a UTC minute but cannot be "
                f"read ({error}); delete it to begin at the present"
            ) from error

    def set(self, instant: datetime) -> None:
        """Set the time; a crash leaves the old or the new one.

        Raises:
            LocalAwsError: the file cannot be written.
        """
        fresh = self.file.with_suffix(".new")
        try:
            fresh.write_text(f"{shown(instant)}\n", encoding="utf-8")
            fresh.replace(self.file)
        except OSError as error:
            raise LocalAwsError(
                f"the clock of the schedules, {self.file}, cannot be written ({error.strerror}); "
                f"free or permit it, then tick again"
            ) from error


def slot_of(instant: datetime) -> datetime:
    """Return when the five minutes of ``instant`` began."""
    return instant - (instant - EPOCH) % SLOT


def shown(instant: datetime) -> str:
    """Return a UTC time as EventBridge writes it."""
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"


def _parsed(text: str) -> datetime:
    instant = datetime.fromisoformat(text.strip())
    if instant.tzinfo is not UTC or (instant - EPOCH) % MINUTE:
        raise ValueError(f"{text.strip()!r} is none")
    return instant
