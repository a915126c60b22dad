"""One run: lines into every table, in the order that makes a run safe to end anywhere."""

from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from glue_jobs import curation, gold
from glue_jobs.catalog import Hour
from glue_jobs.publish import Lake
from glue_jobs.schemas import HOUR_KEYS, LOAD_LEDGER, REJECTED_EVENTS, Table

COUNTS = ("lines", "accepted", "duplicates", "rejected")


def load(lines: DataFrame, lake: Lake, run_id: str) -> dict[str, int]:
    """Bring lines (``line``, ``source_file``) into every table; a replay leaves the same rows.

    Returns the sums over the run's files: files, lines, accepted, duplicates, rejected.

    Raises:
        ImbalanceError: a line was lost or counted twice; nothing is published.
    """
    parsed = curation.parse_lines(lines).persist(StorageLevel.DISK_ONLY)
    events, rejects = curation.split_rejected(parsed)
    files = curation.count_files(parsed).persist()
    hours = _hours(events)

    known = keep_times_of(files, lake.read_events(hours))
    distinct = curation.keep_distinct(events, known).persist(StorageLevel.DISK_ONLY)
    lake.append_events(distinct.where("is_new").drop("is_new"), hours)

    silver = lake.read_events(hours)
    ledger = curation.ledger(files, distinct, silver, run_id).persist()
    check_balance(ledger)

    replaced = {table: (rows, hours) for table, rows in gold.aggregates(silver).items()}
    slot_hours = _hours(ledger)
    for table, rows in ((REJECTED_EVENTS, rejects), (LOAD_LEDGER, ledger)):
        replaced[table] = (_with_other_files(lake, table, rows, ledger), slot_hours)
    lake.publish(replaced)
    return _totals(ledger)


def keep_times_of(files: DataFrame, silver: DataFrame) -> DataFrame:
    """Keep the silver rows inside the batch's own time range: only they can equal one of its.

    The bounds are literals, so Parquet's statistics skip the other row groups.
    """
    bounds = files.agg(F.min("first_event_time"), F.max("last_event_time"))
    first, last = bounds.select(*map(F.unix_micros, bounds.columns)).first()
    low, high = (F.timestamp_micros(F.lit(micros).cast("long")) for micros in (first, last))
    return silver.where(F.col("event_time").between(low, high))


def check_balance(ledger: DataFrame) -> None:
    """Prove that no line is lost or counted twice.

    Raises:
        ImbalanceError: for some file, lines are not accepted + duplicates + rejected.
    """
    wrong = [
        row.asDict() for row in curation.imbalanced(ledger).select("source_file", *COUNTS).collect()
    ]
    if wrong:
        raise ImbalanceError(
            f"of every file, lines = accepted + duplicates + rejected, but not of {wrong}; nothing "
            f"was published: compare silver with the file, then replay the file's prefix"
        )


class ImbalanceError(Exception):
    """The tables do not account for every line."""


def _with_other_files(lake: Lake, table: Table, rows: DataFrame, files: DataFrame) -> DataFrame:
    """Add the published rows of the other files that share a partition with this run's."""
    published = lake.read_published(table, _hours(files))
    return published.join(files, "source_file", how="left_anti").unionByName(rows)


def _hours(rows: DataFrame) -> list[Hour]:
    return sorted((row.dt, row.hour) for row in rows.select(*HOUR_KEYS).distinct().collect())


def _totals(ledger: DataFrame) -> dict[str, int]:
    sums = [F.coalesce(F.sum(name), F.lit(0)).alias(name) for name in COUNTS]
    return ledger.agg(F.count("*").alias("files"), *sums).first().asDict()
