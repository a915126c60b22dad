"""One run: lines into every table, in the order that makes a run safe to end anywhere."""

from collections import Counter
from typing import NamedTuple

from pyspark import StorageLevel
from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from glue_jobs import copies, curation, gold, ledger
from glue_jobs.catalog import Hour
from glue_jobs.publish import Lake
from glue_jobs.raw import RawFiles, hour_folders, hour_of
from glue_jobs.schemas import LOAD_LEDGER, REJECTED_EVENTS

COUNTS = ("lines", "accepted", "duplicates", "rejected")


class Loaded(NamedTuple):
    """What a run has loaded: ``counts`` summed over its files, and the hours of their events."""

    counts: dict[str, int]
    source_files: list[str]
    hours: list[Hour]


class Span(NamedTuple):
    """Hours, and the first and the last instant in them: microseconds since 1970."""

    hours: list[Hour]
    first: int
    last: int


NOTHING = Loaded(dict.fromkeys(COUNTS, 0), [], [])


def load(lines: DataFrame, lake: Lake, raw: RawFiles) -> Loaded:
    """Bring lines (``line``, ``source_file``) into every table; a replay leaves the same rows.

    Raises:
        ImbalanceError: a line was lost or counted twice; nothing is published.
    """
    parsed = curation.parse_lines(lines).persist(StorageLevel.DISK_ONLY)
    files = curation.count_files(parsed).persist()
    span = touched(files)
    claims, growth = append(parsed, lake, span)

    counted = files.select("source_file", "lines", "events", "rejected").collect()
    names = [file.source_file for file in counted]
    accounts = ledger.open_accounts(counted, claims, growth, file_sizes(names, raw))
    ledger.check_balance(accounts, growth)

    of_hours = gold.aggregates(lake.read_event_files(span.hours))
    of_files = {
        REJECTED_EVENTS: curation.rejects(parsed),
        LOAD_LEDGER: ledger.ledger(files, accounts, lake.run_id),
    }
    slot_hours = sorted(set(map(hour_of, names)))
    lake.publish({
        **{table: (rows, span.hours) for table, rows in of_hours.items()},
        **{
            table: (lake.with_other_files(table, rows, files, slot_hours), slot_hours)
            for table, rows in of_files.items()
        },
    })
    counts = {name: sum(getattr(account, name) for account in accounts) for name in COUNTS}
    return Loaded(counts, names, span.hours)


def append(parsed: DataFrame, lake: Lake, span: Span) -> tuple[list[Row], Counter[str]]:
    """Add to silver what it lacks of the batch.

    Returns the batch's claims as of ``copies.count_claims``, and how many rows silver has gained
    of each file.
    """
    known = keep_between(lake.read_events(span.hours), span)
    before = rows_by_file(known)
    # Cut off from silver, which is about to change.
    claims = copies.find_claims(parsed, known).localCheckpoint()
    lake.append_events(copies.leave_out(parsed, claims), span.hours)

    growth = rows_by_file(keep_between(lake.read_events(span.hours), span))
    growth.subtract(before)
    return copies.count_claims(claims).collect(), growth


def rows_by_file(silver: DataFrame) -> Counter[str]:
    """Count the rows of each file."""
    return Counter(dict(map(tuple, silver.groupBy("source_file").count().collect())))


def file_sizes(files: list[str], raw: RawFiles) -> dict[str, int]:
    """Return the bytes of the raw files of some names, and of those beside them."""
    return raw.sizes(sorted({hour_folders(name)[0] for name in files}))


def touched(files: DataFrame) -> Span:
    """Return what the files' events span; both times are zero if there is no event."""
    times = [F.unix_micros(f"{end}_event_time").alias(end) for end in ("first", "last")]
    rows = files.where("lines > rejected").select("hours", *times).collect()
    hours = {(hour.dt, hour.hour) for row in rows for hour in row.hours}
    first = min((row.first for row in rows), default=0)
    return Span(sorted(hours), first, max((row.last for row in rows), default=0))


def keep_between(silver: DataFrame, span: Span) -> DataFrame:
    """Keep the silver rows inside the batch's own time range: only they can equal one of its.

    The bounds are literals, so Parquet's statistics skip the other row groups.
    """
    low, high = (F.timestamp_micros(F.lit(micros)) for micros in (span.first, span.last))
    return silver.where(F.col("event_time").between(low, high))
