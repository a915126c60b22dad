"""Lines into every table, in the order that makes a run safe to end anywhere."""

from collections import Counter
from collections.abc import Collection, Iterable
from itertools import pairwise
from typing import NamedTuple

from pyspark import StorageLevel
from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from glue_jobs.events import deduplication, gold, ledger, parsing
from glue_jobs.events.ledger import COUNTS, ImbalanceError, LedgerRow
from glue_jobs.events.raw_files import Delivered, RawFiles, hour_folders
from glue_jobs.events.raw_names import is_raw_file
from glue_jobs.events.recovery import doubled_hours
from glue_jobs.events.schemas import GOLD, LOAD_LEDGER, REJECTED_EVENTS
from glue_jobs.lake.catalog import Hour
from glue_jobs.lake.lake import Lake, Replacement
from glue_jobs.lake.store import Stored

Span = tuple[int, int]  # the first and the last instant: microseconds since 1970
MOST_RANGES = 32  # of time, in one plan


class Batch(NamedTuple):
    """Lines that were parsed: the rows, kept, and what each raw file delivered.

    Both as of lines.py. ``ignored`` are the URIs of other objects that were read.
    """

    parsed: DataFrame
    files: list[Row]
    ignored: list[str]

    @property
    def delivered(self) -> list[Delivered]:
        """How much each raw file delivered."""
        return [Delivered(file.source_file, file.lines, file.bytes) for file in self.files]


class Loaded(NamedTuple):
    """What a run has loaded: ``counts`` summed over its files, and the hours of their events."""

    counts: dict[str, int]
    source_files: list[str]
    hours: list[Hour]
    barren: int  # files that have lines, of which none is an event

    def plus(self, other: "Loaded") -> "Loaded":
        """Return both together."""
        counts = {name: self.counts[name] + other.counts[name] for name in COUNTS}
        files = self.source_files + other.source_files
        hours = sorted({*self.hours, *other.hours})
        return Loaded(counts, files, hours, self.barren + other.barren)


NOTHING = Loaded(dict.fromkeys(COUNTS, 0), [], [], 0)


def read(parsed: DataFrame) -> Batch:
    """Read and parse what ``parsing.parse_lines`` or ``parse_files`` plan; this does the work."""
    parsed = parsed.persist(StorageLevel.DISK_ONLY)
    files = parsing.count_files(parsed).collect()
    raw = [file for file in files if is_raw_file(file.source_file)]
    others = [file.source_file for file in files if not is_raw_file(file.source_file)]
    return Batch(parsed, raw, others)


def load(batch: Batch, lake: Lake, found: dict[str, Stored]) -> Loaded:
    """Bring a batch into every table; a replay leaves the same rows.

    ``found``: the versions of its files that were read, as far as they are known.

    Raises:
        ImbalanceError: a line was lost or counted twice; nothing is published.
    """
    if not batch.files:
        return NOTHING
    names = [file.source_file for file in batch.files]
    spans = hours_of(batch.parsed)
    claims, growth, summed = append(batch.parsed, lake, spans)
    rows = ledger.of_loaded(batch.files, claims, growth, found)
    ledger.check_balance(rows, growth)
    check_distinct(lake, summed)
    lake.publish([
        Replacement(GOLD, [*spans], gold.add_up(summed)),
        *file_tables(lake, rows, parsing.rejects(batch.parsed, names)),
    ])
    return _loaded(rows, [*spans])


def _loaded(rows: list[LedgerRow], hours: list[Hour]) -> Loaded:
    counts = {name: sum(row[name] for row in rows) for name in COUNTS}
    barren = sum(row["lines"] == row["rejected"] > 0 for row in rows)
    return Loaded(counts, [row["source_file"] for row in rows], hours, barren)


def hours_of(parsed: DataFrame) -> dict[Hour, Span]:
    """Return the hours of the parsed events, and what these span."""
    hours = parsing.count_hours(parsed).collect()
    return {(hour.dt, hour.hour): (hour.first, hour.last) for hour in sorted(hours)}


def append(
    parsed: DataFrame, lake: Lake, spans: dict[Hour, Span]
) -> tuple[list[Row], Counter[str], DataFrame]:
    """Add to silver what it lacks of the batch, and sum up what it then holds.

    Returns the batch's claims as of ``deduplication.count_claims``; how many rows this run has
    added to silver of each file; and the sums of the batch's hours, as of ``gold.sum_up``.
    """
    silver = keep_within(lake.read_events(spans), ranges(spans.values()))
    claims = deduplication.find_claims(parsed, silver)
    added = lake.append_events(deduplication.leave_out(parsed, claims), spans)

    summed = gold.sum_up(lake.read_event_files(spans)).persist()
    return deduplication.count_claims(claims).collect(), rows_added(summed, added), summed


def rows_added(summed: DataFrame, files: Collection[str]) -> Counter[str]:
    """Count the rows of each raw file in some files of silver, as they were read back."""
    rows: Counter[str] = Counter()
    for file in summed.select("name", "rows").where("rows is not null").collect():
        if file.name in files:
            rows.update(file.rows)
    return rows


def check_distinct(lake: Lake, summed: DataFrame) -> None:
    """Prove that silver holds no event twice in the hours that were summed up.

    Independent of how copies were looked for: fingerprints of all rows, as they were read back,
    say which hours may be wrong, and all fields of these decide.

    Raises:
        ImbalanceError: it does.
    """
    hours = [(row.dt, row.hour) for row in gold.hours_with_repeats(summed).collect()]
    if hours and (doubled := doubled_hours(lake.read_events(hours))):
        raise ImbalanceError(
            f"silver has every event once, but in the hours {doubled[:10]} some stand there twice; "
            f"nothing was published: run the job again, it removes them first"
        )


def versions(batch: Batch, raw: RawFiles) -> dict[str, Stored]:
    """Return a batch's files as a listing shows them, if nobody has written them since."""
    found = raw.find(sorted({hour_folders(file.uri)[0] for file in batch.delivered}))
    return {uri: each for uri, each in found.items() if raw.is_settled(each)}


def ranges(spans: Iterable[Span], most: int = MOST_RANGES) -> list[Span]:
    """Return at most so many ranges that cover all spans; the narrowest gaps are covered too."""
    ordered = sorted(spans)
    gaps = sorted(pairwise(ordered), key=lambda pair: pair[1][0] - pair[0][1], reverse=True)
    borders = sorted(gaps[: most - 1])
    starts = [ordered[0][0], *(after[0] for _, after in borders)] if ordered else []
    ends = [*(before[1] for before, _ in borders), ordered[-1][1]] if ordered else []
    return list(zip(starts, ends, strict=True))


def keep_within(silver: DataFrame, spans: Iterable[Span]) -> DataFrame:
    """Keep the silver rows within some ranges of time, those that can equal an event of a batch.

    The bounds are literals, so that Parquet's statistics skip the other row groups.
    """
    within = F.lit(False)
    for span in spans:
        first, last = (F.timestamp_micros(F.lit(micros)) for micros in span)
        within |= F.col("event_time").between(first, last)
    return silver.where(within)


def file_tables(lake: Lake, rows: list[LedgerRow], rejects: DataFrame | None) -> list[Replacement]:
    """Return what becomes of the tables about files: ledger and rejects go together."""
    columns = LOAD_LEDGER.partitioned_columns
    written = [{**row, "run_id": lake.run_id} for row in rows]
    told = lake.spark.createDataFrame([Row(**row) for row in written], columns)
    # By name: what came through Java's hash map has an order of its own.
    in_order = F.map_from_entries(F.array_sort(F.map_entries("reasons")))
    told = told.withColumn("reasons", in_order)
    if rejects is None:
        rejects = lake.spark.createDataFrame([], REJECTED_EVENTS.partitioned_columns)
    hours = sorted({(row["dt"], row["hour"]) for row in rows})
    files = told.select("source_file")
    return [
        Replacement([table], hours, lake.with_other_files(table, new, files, hours))
        for table, new in ((REJECTED_EVENTS, rejects), (LOAD_LEDGER, told))
    ]
