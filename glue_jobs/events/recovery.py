"""Hours that need another look: doubled events go, gold is built again from silver."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from glue_jobs.events import gold
from glue_jobs.events.raw_files import hour_of
from glue_jobs.events.schemas import EVENT_KEY, EVENTS, GOLD, HOUR_KEYS, LOAD_LEDGER
from glue_jobs.lake.catalog import Hour
from glue_jobs.lake.lake import Lake, Replacement

NO_HOURS = "none"
HOUR_FORMAT = "%Y-%m-%dT%H"


def heal(lake: Lake, hours: Collection[Hour]) -> list[Hour]:
    """Make each silver event of some hours stand there once; return the hours that were wrong.

    Events are doubled where two runs wrote at once, or a task that failed left its files.
    """
    doubled = doubled_hours(lake.read_events(hours)) if hours else []
    if doubled:
        lake.doubts.note(doubled)
        change = partial(keep_first, owners=owners(lake, doubled))
    for hour in doubled:
        lake.rewrite_events(hour, change)
    return doubled


def doubled_hours(events: DataFrame) -> list[Hour]:
    """Return the hours of silver that hold an event more than once.

    Keys nominate an hour, so that Spark moves eight bytes an event; all fields decide.
    """
    key = F.xxhash64(*EVENT_KEY).alias("key")
    nominated = hours_with_copies(events.select(*HOUR_KEYS, key), "key")
    if not nominated:
        return []
    hours = F.broadcast(events.sparkSession.createDataFrame(nominated, list(HOUR_KEYS)))
    return hours_with_copies(events.join(hours, list(HOUR_KEYS)), *EVENT_KEY)


def hours_with_copies(rows: DataFrame, *equal: str) -> list[Hour]:
    """Return the hours in which some rows are equal in these columns."""
    copies = rows.groupBy(*HOUR_KEYS, *equal).count().where("count > 1")
    return sorted((row.dt, row.hour) for row in copies.select(*HOUR_KEYS).distinct().collect())


def owners(lake: Lake, hours: Iterable[Hour]) -> DataFrame:
    """Find the raw files that the ledger has accepted events of, among those of silver's hours.

    Rows: one per such file, and some more. Columns: ``source_file``, ``is_owner``, true.
    """
    files = lake.read_events(hours).select("source_file").distinct().collect()
    ledger = lake.read_published(LOAD_LEDGER, {hour_of(file.source_file) for file in files})
    accepted = ledger.where("accepted > 0").select("source_file").distinct()
    return accepted.withColumn("is_owner", F.lit(True))


def keep_first(events: DataFrame, owners: DataFrame) -> DataFrame:
    """Keep of each event the row that the ledger may count: of an owner, else that written first.

    A file that the ledger does not know is read again, and its event found to be there.

    Rows: one per distinct event.
    Columns: those of the silver table with its partition keys.
    """
    rank = F.struct(F.isnull("is_owner"), "file_modification_time", "source_file")
    first = F.min(rank).alias("first")
    kept = (
        events
        .join(F.broadcast(owners), "source_file", "left")
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
