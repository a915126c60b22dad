"""Lines into every table, in the order that makes a run safe to end anywhere."""

from collections import Counter
from collections.abc import Collection, Iterable
from itertools import pairwise
from typing import NamedTuple

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from glue_jobs.events import deduplication, gold, ledger, parsing
from glue_jobs.events.parsing import Batch
from glue_jobs.events.raw_files import Inspection, RawFiles
from glue_jobs.events.schemas import EVENTS, GOLD, LOAD_LEDGER, REJECTED_EVENTS, UNREADABLE
from glue_jobs.lake.file_tables import FileTables
from glue_jobs.lake.lake import Lake, Overwrite
from glue_jobs.lake.ledger import COUNTS, ImbalanceError, LedgerRow
from glue_jobs.lake.tables import Partition

FILE_TABLES = FileTables(LOAD_LEDGER, REJECTED_EVENTS)
Span = tuple[int, int]  # the first and the last instant: microseconds since 1970
MOST_RANGES = 32  # of time, in one plan


class Loaded(NamedTuple):
    """What a run has loaded: ``counts`` summed over its files, and the hours of their events."""

    counts: dict[str, int]
    source_files: list[str]
    hours: list[Partition]
    barren: int  # files that have lines, of which none is an event

    def plus(self, other: "Loaded") -> "Loaded":
        """Return both together."""
        counts = {name: self.counts[name] + other.counts[name] for name in COUNTS}
        files = self.source_files + other.source_files
        hours = sorted({*self.hours, *other.hours})
        return Loaded(counts, files, hours, self.barren + other.barren)


NOTHING = Loaded(dict.fromkeys(COUNTS, 0), [], [], 0)


def load(batch: Batch, lake: Lake) -> Loaded:
    """Bring a batch into every table; a replay leaves the same rows.

    Raises:
        ImbalanceError: a line was lost or counted twice; nothing is published.
    """
    if not batch.files:
        return NOTHING
    spans = hours_of(batch.parsed)
    hours = list(spans)
    silver = keep_within(lake.read(EVENTS, hours), ranges(spans.values()))
    duplicates = deduplication.find_duplicates(batch.parsed, silver)
    files = lake.append(EVENTS, deduplication.drop_duplicates(batch.parsed, duplicates), hours)

    partials = gold.aggregate(lake.read_files(EVENTS, hours)).persist()
    growth = rows_added(partials, files)
    counted = deduplication.count_duplicates(duplicates).collect()
    rows = ledger.of_loaded(batch.files, batch.versions, counted, growth)
    ledger.reconcile(rows, growth)
    check_distinct(lake, partials)

    rejects = parsing.rejects(batch.parsed, [row["source_file"] for row in rows])
    lake.overwrite([
        Overwrite(dict.fromkeys(GOLD, hours), gold.merge(partials)),
        *FILE_TABLES.overwrites(lake, rows, rejects),
    ])
    return _loaded(rows, hours)


def _loaded(rows: list[LedgerRow], hours: list[Partition]) -> Loaded:
    counts = {name: sum(row[name] for row in rows) for name in COUNTS}
    barren = sum(row["lines"] == row["rejected"] > 0 for row in rows)
    return Loaded(counts, [row["source_file"] for row in rows], hours, barren)


def hours_of(parsed: DataFrame) -> dict[Partition, Span]:
    """Return the hours of the parsed events, and what these span."""
    hours = parsing.count_hours(parsed).collect()
    return {(hour.dt, hour.hour): (hour.first, hour.last) for hour in sorted(hours)}


def rows_added(partials: DataFrame, files: Collection[str]) -> Counter[str]:
    """Count the rows of each raw file in some files of silver, as they were read back."""
    rows: Counter[str] = Counter()
    for file in partials.select("file_name", "rows").where("rows is not null").collect():
        if file.file_name in files:
            rows.update(file.rows)
    return rows


def check_distinct(lake: Lake, partials: DataFrame) -> None:
    """Prove that silver holds no event twice in the hours of some partial aggregates.

    Independent of how duplicates were looked for: fingerprints of all rows, as they were read back,
    say which hours may be wrong, and all fields of these decide.

    Raises:
        ImbalanceError: it does.
    """
    hours = [(row.dt, row.hour) for row in gold.hours_with_repeats(partials).collect()]
    if hours and (doubled := deduplication.doubled_hours(lake.read(EVENTS, hours))):
        raise ImbalanceError(
            f"silver has every event once, but in the hours {doubled[:10]} some stand there twice; "
            f"nothing was published: run the job again, it removes them first"
        )


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


def record_silent(silent: list[Inspection], lake: Lake, raw: RawFiles) -> list[Inspection]:
    """Give files that have nothing to load their rows, and move aside what is unreadable."""
    if silent:
        lake.overwrite(FILE_TABLES.overwrites(lake, ledger.of_silent(silent)))
    for each in silent:
        if each.state == UNREADABLE:
            raw.set_aside(each)
    return silent
