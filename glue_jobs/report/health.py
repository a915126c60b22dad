"""How well the pipeline did a day: what became of its lines, and which slots have no file."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter

from glue_jobs.athena import Row
from glue_jobs.report.facts import Facts, Rows

SLOT = timedelta(minutes=5)
LOADED, UNREADABLE, MISSING = "loaded", "unreadable", "missing"


@dataclass(frozen=True)
class Health:
    """A day in the ledger.

    ``slots`` has a row for every five-minute slot of the day that is over, with its ``state``;
    ``gaps`` has a row for ``slots`` in a row that are not loaded, ``first`` to ``last``; ``behind``
    is from the latest event to the end of what can be known.
    """

    unreadable_files: int
    lines: int
    accepted: int
    duplicates: int
    rejected: int
    slots: Rows
    gaps: Rows
    latest: datetime | None
    behind: timedelta | None

    @property
    def is_balanced(self) -> bool:
        """Whether every line is accounted for."""
        return self.lines == self.accepted + self.duplicates + self.rejected

    @property
    def missing(self) -> int:
        """How many slots have no file."""
        return sum(row["state"] == MISSING for row in self.slots)


def health(facts: Facts) -> Health:
    """Judge a day by its ledger."""
    times = [row["last_event_time"] for row in facts.slots if row["last_event_time"]]
    latest = max(times).replace(tzinfo=UTC) if times else None
    names = ("unreadable_files", "lines", "accepted", "duplicates", "rejected")
    slots = _slots(facts)
    return Health(
        **{name: sum(row[name] for row in facts.slots) for name in names},
        slots=slots,
        gaps=_gaps(slots),
        latest=latest,
        behind=max(facts.until - latest, timedelta()) if latest else None,
    )


def _slots(facts: Facts) -> Rows:
    begin = datetime.combine(facts.day, datetime.min.time(), UTC)
    times = (f"{begin + number * SLOT:%H:%M}" for number in range((facts.until - begin) // SLOT))
    named = [row for row in facts.slots if row["minute"]]
    known = {
        f"{row['hour']}:{_slot_minute(row):02}": UNREADABLE if row["unreadable_files"] else LOADED
        for row in sorted(named, key=itemgetter("unreadable_files"))
    }
    return [
        {"time": time, "hour": time[:2], "minute": time[3:], "state": known.get(time, MISSING)}
        for time in times
    ]


def _slot_minute(row: Row) -> int:
    """Return the minute in which the slot of a file begins, which may be delivered later in it."""
    minutes = SLOT // timedelta(minutes=1)
    return int(row["minute"]) // minutes * minutes


def _gaps(slots: Rows) -> Rows:
    return [_gap(list(run)) for state, run in groupby(slots, _state) if state != LOADED]


def _gap(run: Rows) -> Row:
    return {
        "state": run[0]["state"],
        "first": run[0]["time"],
        "last": run[-1]["time"],
        "slots": len(run),
    }


def _state(slot: Row) -> str:
    return str(slot["state"])
