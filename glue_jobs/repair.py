"""Hours that need another look: doubled events go, gold is built again from silver."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from glue_jobs import gold
from glue_jobs.catalog import Hour
from glue_jobs.publish import Lake, Replacement
from glue_jobs.schemas import EVENT_KEY, EVENTS, GOLD, HOUR_KEYS

NO_HOURS = "none"
HOUR_FORMAT = "%Y-%m-%dT%H"


def heal(lake: Lake, hours: Collection[Hour]) -> list[Hour]:
    """Make each silver event of some hours stand there once; return the hours that were wrong.

    Events are doubled where two runs wrote at once, or a task that failed left its files.
    """
    doubled = doubled_hours(lake.read_events(hours)) if hours else []
    for hour in doubled:
        lake.rewrite_events(hour, keep_first)
    return doubled


def doubled_hours(events: DataFrame) -> list[Hour]:
    """Return the hours of silver that hold an event more than once."""
    copies = events.groupBy(*EVENT_KEY, *HOUR_KEYS).count().where("count > 1")
    return sorted((row.dt, row.hour) for row in copies.select(*HOUR_KEYS).distinct().collect())


def keep_first(events: DataFrame) -> DataFrame:
    """Keep of each event the row that was written first: the one that a ledger row may count.

    Rows: one per distinct event.
    Columns: those of the silver table with its partition keys.
    """
    first = F.min(F.struct("file_modification_time", "source_file")).alias("first")
    kept = (
        events
        .groupBy(*EVENT_KEY, *HOUR_KEYS)
        .agg(first)
        .withColumn("source_file", F.col("first.source_file"))
    )
    return kept.select(*EVENTS.partitioned_columns.names)


def rebuild(lake: Lake, hours: Iterable[Hour]) -> None:
    """Build gold of some hours again from silver."""
    rebuilt = sorted(hours)
    if rebuilt:
        lake.doubts.note(rebuilt)
        files = gold.add_up(gold.sum_up(lake.read_event_files(rebuilt)))
        lake.publish([Replacement(GOLD, rebuilt, files)])


def hours_between(interval: str) -> set[Hour]:
    """Return the hours from the first to the last of ``2026-03-01T10/2026-03-02T09``, or none.

    Raises:
        ValueError: it is neither such an interval nor ``none``.
    """
    if interval == NO_HOURS:
        return set()
    try:
        first, last = (
            datetime.strptime(end, HOUR_FORMAT).replace(tzinfo=UTC) for end in interval.split("/")
        )
    except ValueError as error:
        raise _no_interval(interval) from error
    if last < first:
        raise _no_interval(interval)
    count = (last - first) // timedelta(hours=1) + 1
    times = (first + timedelta(hours=number) for number in range(count))
    return {(f"{time:%Y-%m-%d}", f"{time:%H}") for time in times}


def _no_interval(interval: str) -> ValueError:
    return ValueError(
        f"--rebuild_hours takes the first and the last hour, 2026-03-01T10/2026-03-02T09, or "
        f"{NO_HOURS}, but got {interval!r}"
    )
