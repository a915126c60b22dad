"""Hours that need another look: doubled events go, gold is built again from silver."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from glue_jobs.events import gold
from glue_jobs.events.deduplication import doubled_hours
from glue_jobs.events.raw_files import hour_of
from glue_jobs.events.schemas import EVENT_KEY, EVENTS, GOLD, HOUR_KEYS, LOAD_LEDGER
from glue_jobs.lake.lake import Lake, Overwrite
from glue_jobs.lake.tables import Partition

NO_HOURS = "none"
HOUR_FORMAT = "%Y-%m-%dT%H"


def deduplicate(lake: Lake, hours: Collection[Partition]) -> list[Partition]:
    """Make each silver event of some hours stand there once; return the hours that were wrong.

    Events are doubled where two runs wrote at once.
    """
    doubled = doubled_hours(lake.read(EVENTS, hours)) if hours else []
    if doubled:
        lake.manifests.change(doubled)
        change = partial(keep_first, owners=owners(lake, doubled))
    for hour in doubled:
        lake.rewrite(EVENTS, hour, change)
    return doubled


def owners(lake: Lake, hours: Iterable[Partition]) -> DataFrame:
    """Find the raw files that the ledger has accepted events of, among those of silver's hours.

    Rows: one per such file, and some more. Columns: ``source_file``, ``is_owner``, true.
    """
    files = lake.read(EVENTS, hours).select("source_file").distinct().collect()
    ledger = lake.read(LOAD_LEDGER, {hour_of(file.source_file) for file in files})
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


def rebuild(lake: Lake, hours: Iterable[Partition]) -> None:
    """Build gold of some hours again from silver."""
    rebuilt = sorted(hours)
    if rebuilt:
        lake.manifests.change(rebuilt)
        files = gold.merge(gold.aggregate(lake.read_files(EVENTS, rebuilt)))
        lake.overwrite([Overwrite(dict.fromkeys(GOLD, rebuilt), files)])


def hours_between(interval: str) -> set[Partition]:
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
