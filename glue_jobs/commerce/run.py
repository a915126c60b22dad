"""One run from end to end, but for what only Glue knows: arguments, the bookmark, the log."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from pyspark import StorageLevel
from pyspark.sql import DataFrame

from glue_jobs.commerce import parsing
from glue_jobs.commerce.arrivals import NO_DATES, Arrivals, arrivals, delivered_on
from glue_jobs.commerce.load import load
from glue_jobs.commerce.raw_files import RawFiles
from glue_jobs.commerce.schemas import GOLD_OF, UNBALANCED
from glue_jobs.lake.lake import Lake
from glue_jobs.lake.ledger import COUNTS, LedgerRow
from glue_jobs.lake.tables import Partition
from glue_jobs.lake.vacuum import vacuum


class Wanted(NamedTuple):
    """What a run is to load: new files of ``sources``, or all that were delivered on ``dates``.

    ``zone`` is that of days of sale, and of times that name none; ``max_files`` are loaded at once.
    """

    sources: Sequence[str]
    dates: str
    zone: str
    max_files: int


class Outcome(NamedTuple):
    """What a run did: the ledger's rows of the files it read, and the days that it finished."""

    rows: list[LedgerRow]
    without_glue: str | None
    finished: set[Partition]
    unreadable_manifests: Sequence[str]

    @property
    def counts(self) -> dict[str, int]:
        """Files, lines, accepted, duplicates, rejected, unbalanced files, rebuilt days."""
        sums = {name: sum(row[name] for row in self.rows) for name in COUNTS}
        states = Counter(row["state"] for row in self.rows)
        return {
            "files": len(self.rows),
            **sums,
            UNBALANCED: states[UNBALANCED],
            "rebuilt": len(self.finished),
        }


def run(
    read_new: Callable[[str], DataFrame],
    lake: Lake,
    raw: RawFiles,
    is_over: Callable[[str], bool],
    wanted: Wanted,
) -> Outcome:
    """Bring every table up to date; safe to end anywhere, and to begin again.

    ``read_new`` delivers the new lines of a source, ``is_over`` tells whether a run has ended. The
    caller holds the lake's lock, and commits: first the bookmark, then the manifest.
    """
    in_flight = lake.manifests.recover(is_over)
    # A day is a day: which of the two tables of silver a dead run had begun is not written down.
    unfinished = {of: lake.keep_registered(of, in_flight.partitions) for of in GOLD_OF}
    finished = set().union(*unfinished.values())
    lake.manifests.begin_reading()
    if wanted.dates == NO_DATES:
        is_dead = in_flight.is_reader_dead
        found = arrivals(read_new, lake, raw, wanted.sources, has_dead_reader=is_dead)
    else:
        found = Arrivals(delivered_on(raw, wanted.sources, wanted.dates))
    rows: list[LedgerRow] = []
    if found.files or finished:
        # Glue's reader keeps to the limit; what is found without it may be all there is.
        for first in range(0, max(1, len(found.files)), wanted.max_files):
            files = found.files[first : first + wanted.max_files]
            parsed = parsing.parse_files(lake.spark, files, wanted.zone, raw.region)
            parsed = parsed.persist(StorageLevel.DISK_ONLY)
            rows += load(files, parsed, lake, wanted.zone, {} if first else unfinished)
            lake.spark.catalog.clearCache()
    vacuum(lake)
    return Outcome(rows, found.without_glue, finished, lake.manifests.unreadable)
