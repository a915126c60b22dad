"""One run: lines into every table, in the order that makes a run safe to end anywhere."""

from collections import Counter
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import NamedTuple

from pyspark import StorageLevel
from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from glue_jobs import copies, curation, gold, ledger
from glue_jobs.catalog import Hour
from glue_jobs.publish import Lake, Replacement
from glue_jobs.raw import RawFiles, hour_folders, hour_of
from glue_jobs.schemas import GOLD, LOAD_LEDGER, REJECTED_EVENTS

Spans = dict[Hour, tuple[int, int]]  # the first and the last instant in an hour: microseconds
COUNTED = ("source_file", "lines", "events", "rejected", "hours")
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
    files = curation.count_files(parsed).persist()
    delivered = files.select(*COUNTED).collect()
    if not delivered:
        return NOTHING
    spans, names = touched(delivered), [file.source_file for file in delivered]
    claims, growth, summed = append(parsed, lake, spans)
    accounts = ledger.open_accounts(delivered, claims, growth, file_sizes(names, raw))
    ledger.check_balance(accounts, growth)

    of_files = {
        REJECTED_EVENTS: curation.rejects(parsed),
        LOAD_LEDGER: ledger.ledger(files, accounts, lake.run_id),
    }
    slot_hours = sorted(set(map(hour_of, names)))
    lake.publish([
        Replacement(GOLD, [*spans], gold.add_up(summed)),
        *(
            Replacement([table], slot_hours, lake.with_other_files(table, rows, files, slot_hours))
            for table, rows in of_files.items()
        ),
    ])
    counts = {name: sum(getattr(account, name) for account in accounts) for name in COUNTS}
    return Loaded(counts, names, [*spans])


def append(
    parsed: DataFrame, lake: Lake, spans: Spans
) -> tuple[list[Row], Counter[str], DataFrame]:
    """Add to silver what it lacks of the batch, and sum up what it then holds.

    Returns the batch's claims as of ``copies.count_claims``; how many rows silver has gained of
    each file; and the sums of the batch's hours, as of ``gold.sum_up``.
    """
    silver = lake.read_events(spans)
    before = rows_by_file(silver)
    claims = copies.find_claims(parsed, keep_within(silver, spans))
    lake.append_events(copies.leave_out(parsed, claims), spans)

    summed = gold.sum_up(lake.read_event_files(spans)).persist()
    growth = rows_summed(summed)
    growth.subtract(before)
    return copies.count_claims(claims).collect(), growth, summed


def rows_by_file(silver: DataFrame) -> Counter[str]:
    """Count silver's rows of each raw file."""
    return Counter(dict(map(tuple, silver.groupBy("source_file").count().collect())))


def rows_summed(summed: DataFrame) -> Counter[str]:
    """Add up silver's rows of each raw file, as of ``gold.sum_up``."""
    rows: Counter[str] = Counter()
    for file in summed.select("rows").where("rows is not null").collect():
        rows.update(file.rows)
    return rows


def file_sizes(files: list[str], raw: RawFiles) -> dict[str, int]:
    """Return the bytes of the raw files of some names, and of those beside them."""
    return raw.sizes(sorted({hour_folders(name)[0] for name in files}))


def touched(files: Iterable[Row]) -> Spans:
    """Return the hours of the files' events, and what these span."""
    spans: Spans = {}
    for hour in (hour for file in files for hour in file.hours):
        first, last = spans.get((hour.dt, hour.hour), (hour.first, hour.last))
        spans[hour.dt, hour.hour] = (min(first, hour.first), max(last, hour.last))
    return dict(sorted(spans.items()))


def keep_within(silver: DataFrame, spans: Spans) -> DataFrame:
    """Keep the silver rows that are within what the batch spans of their hour.

    Only they can equal one of its events. The bounds are literals, so Parquet's statistics skip
    the other row groups; an event of yesterday widens the span of its own hour alone.
    """
    within = [
        F.col("event_time").between(*(F.timestamp_micros(F.lit(micros)) for micros in span))
        for span in spans.values()
    ]
    return silver.where(reduce(or_, within, F.lit(False)))
