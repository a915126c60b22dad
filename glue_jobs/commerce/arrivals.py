"""Which raw files are new: the bookmark says so, else the ledger, else the days that are named."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import reduce
from typing import NamedTuple

from py4j.protocol import Py4JJavaError
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from glue_jobs.commerce.raw_files import RawFile, RawFiles
from glue_jobs.commerce.schemas import COMMERCE_LEDGER, LOADED
from glue_jobs.lake.lake import Lake

NO_DATES = "none"
DEAD_READER = "the run before died while it was reading"


class Arrivals(NamedTuple):
    """New files, and why they were found without Glue's reader, if so."""

    files: list[RawFile]
    without_glue: str | None = None


def arrivals(
    read_new: Callable[[str], DataFrame],
    lake: Lake,
    raw: RawFiles,
    sources: Iterable[str],
    *,
    has_dead_reader: bool,
) -> Arrivals:
    """Return the raw files that no committed run has loaded.

    ``read_new`` plans to read the new lines of a source through Glue, whose bookmark knows them.
    Only the names of the files are taken: workers read them, each for itself. Where that read
    fails, or may have killed the run before, every file is looked for that the ledger lacks.
    """
    plans = [read_new(source).select("source_file") for source in sources]
    if has_dead_reader:
        return Arrivals(unknown(lake, raw, sources), DEAD_READER)
    try:
        found = reduce(DataFrame.union, plans).distinct().collect()
    except Py4JJavaError as error:
        why = str(error.java_exception).split("\n", 1)[0]
        return Arrivals(unknown(lake, raw, sources), why)
    return Arrivals(raw.describe(row.source_file for row in found))


def unknown(lake: Lake, raw: RawFiles, sources: Iterable[str]) -> list[RawFile]:
    """Return the raw files that the ledger lacks, or has in another version, or held back."""
    found = {raw.uri(file): file.etag for file in raw.find(sources)}
    ledger = lake.read(COMMERCE_LEDGER, set(map(raw.partition, found)))
    loaded = ledger.where(F.col("state") == LOADED).select("source_file", "etag").collect()
    known = {(row.source_file, row.etag) for row in loaded}
    return _with_records(raw.describe(uri for uri in found if (uri, found[uri]) not in known))


def delivered_on(raw: RawFiles, sources: Iterable[str], dates: str) -> list[RawFile]:
    """Return the raw files that were delivered on some dates, as of ``dates_between``."""
    return _with_records(raw.describe(map(raw.uri, raw.find(sources, dates_between(dates)))))


def _with_records(files: list[RawFile]) -> list[RawFile]:
    """Leave out files without a record: Glue's reader, too, names no file without a line."""
    return [file for file in files if file.records != 0]


def dates_between(interval: str) -> list[str]:
    """Return the dates from the first to the last of ``2026-03-01/2026-03-02``; one may be alone.

    Raises:
        ValueError: it is no such interval.
    """
    try:
        first, *others = map(date.fromisoformat, interval.split("/"))
        [last] = others or [first]
    except ValueError as error:
        raise _no_interval(interval) from error
    if last < first:
        raise _no_interval(interval)
    return [str(first + timedelta(days=number)) for number in range((last - first).days + 1)]


def _no_interval(interval: str) -> ValueError:
    return ValueError(
        f"--dates takes a date or the first and the last, 2026-03-01/2026-03-02, or {NO_DATES}, "
        f"but got {interval!r}"
    )
