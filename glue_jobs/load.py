"""One run: lines into every table, in the order that makes a run safe to end anywhere."""

from typing import NamedTuple

from pyspark import StorageLevel
from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from glue_jobs import curation, gold
from glue_jobs.catalog import Hour
from glue_jobs.publish import Lake
from glue_jobs.raw import RawFiles, hour_folders
from glue_jobs.schemas import HOUR_KEYS, LOAD_LEDGER, REJECTED_EVENTS

COUNTS = ("lines", "accepted", "duplicates", "rejected")


class Loaded(NamedTuple):
    """What a run has loaded: ``counts`` summed over its files, and the hours of their events."""

    counts: dict[str, int]
    source_files: list[str]
    hours: list[Hour]


NOTHING = Loaded(dict.fromkeys(COUNTS, 0), [], [])


def load(lines: DataFrame, lake: Lake, raw: RawFiles) -> Loaded:
    """Bring lines (``line``, ``source_file``) into every table; a replay leaves the same rows.

    Raises:
        ImbalanceError: a line was lost or counted twice; nothing is published.
    """
    parsed = curation.parse_lines(lines).persist(StorageLevel.DISK_ONLY)
    events, rejects = curation.split_rejected(parsed)
    files = curation.count_files(parsed).persist()
    hours, first, last = touched(files)

    known = keep_between(lake.read_events(hours), first, last)
    # Cut off from silver: Spark forgets what it cached from a path as soon as it writes there.
    distinct = curation.keep_distinct(events, known).localCheckpoint()
    lake.append_events(distinct.where("is_new").drop("is_new"), hours)

    silver = lake.read_events(hours)
    held, sizes = keep_between(silver, first, last), file_sizes(files, raw)
    ledger = curation.ledger(files, distinct, held, sizes, lake.run_id).persist()
    accounts = ledger.select("source_file", *COUNTS, *HOUR_KEYS).collect()
    check_balance(accounts)

    slot_hours = sorted({(row.dt, row.hour) for row in accounts})
    lake.publish({
        **{table: (rows, hours) for table, rows in gold.aggregates(silver).items()},
        **{
            table: (lake.with_other_files(table, rows, files, slot_hours), slot_hours)
            for table, rows in ((REJECTED_EVENTS, rejects), (LOAD_LEDGER, ledger))
        },
    })
    return _loaded(accounts, hours)


def _loaded(accounts: list[Row], hours: list[Hour]) -> Loaded:
    counts = {name: sum(row[name] for row in accounts) for name in COUNTS}
    return Loaded(counts, [row.source_file for row in accounts], hours)


def file_sizes(files: DataFrame, raw: RawFiles) -> DataFrame:
    """Rows: one per file beside those of the batch. Columns: ``source_file``, ``bytes``."""
    names = [row.source_file for row in files.select("source_file").collect()]
    sizes = raw.sizes(sorted({hour_folders(name)[0] for name in names}))
    return files.sparkSession.createDataFrame(list(sizes.items()), "source_file string, bytes long")


def touched(files: DataFrame) -> tuple[list[Hour], int, int]:
    """Return the hours that the files' events fall into, the first and the last event time.

    Times are microseconds since 1970, zero if there is no event.
    """
    times = [F.unix_micros(f"{end}_event_time").alias(end) for end in ("first", "last")]
    rows = files.where("lines > rejected").select("hours", *times).collect()
    hours = {(hour.dt, hour.hour) for row in rows for hour in row.hours}
    first = min((row.first for row in rows), default=0)
    return sorted(hours), first, max((row.last for row in rows), default=0)


def keep_between(silver: DataFrame, first: int, last: int) -> DataFrame:
    """Keep the silver rows inside the batch's own time range: only they can equal one of its.

    The bounds are literals, so Parquet's statistics skip the other row groups.
    """
    low, high = (F.timestamp_micros(F.lit(micros)) for micros in (first, last))
    return silver.where(F.col("event_time").between(low, high))


def check_balance(accounts: list[Row]) -> None:
    """Prove that no line is lost or counted twice.

    Raises:
        ImbalanceError: for some file, lines are not accepted + duplicates + rejected.
    """
    wrong = [
        row.asDict()
        for row in accounts
        if row.lines != row.accepted + row.duplicates + row.rejected
    ]
    if wrong:
        raise ImbalanceError(
            f"of every file, lines = accepted + duplicates + rejected, but not of {wrong}; nothing "
            f"was published: run the job again, it removes what another run added twice"
        )


class ImbalanceError(Exception):
    """The tables do not account for every line."""
