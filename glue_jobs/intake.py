"""New raw files into the tables, whatever is wrong with some of them."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from py4j.protocol import Py4JJavaError
from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from glue_jobs.curation import LINE_COLUMNS, WIDER, join_columns, with_slot_hour
from glue_jobs.load import COUNTS, NOTHING, Loaded, load
from glue_jobs.publish import Lake, Replacement
from glue_jobs.raw import Inspection, RawFiles, hour_folders, hour_of
from glue_jobs.schemas import LOAD_LEDGER, LOADED, UNREADABLE

INSPECTORS = 8  # files that are unpacked at once
# Delivers lines in the columns that it is given; given none, it looks at all lines for theirs.
Read = Callable[[Sequence[str]], DataFrame]


def load_new_files(read: Read, lake: Lake, raw: RawFiles) -> tuple[Loaded, list[Inspection]]:
    """Load what ``read`` delivers; return it, and the files that were unreadable.

    A file that cannot be unpacked fails the whole read. It is found, recorded and moved aside, and
    the others are read again; so are all after a line that has more columns than are declared.
    What delivers no line at all is looked for beside what did.
    """
    try:
        loaded, unreadable = load_lines(read(LINE_COLUMNS), lake, raw, LINE_COLUMNS[-1]), []
    except Py4JJavaError as error:
        unreadable = reconcile(lake, raw, [raw.path])
        if not unreadable and WIDER not in str(error):
            raise  # no file explains it
        loaded = load_lines(read(()), lake, raw)
    beside = {folder for uri in loaded.source_files for folder in hour_folders(uri)}
    return loaded, unreadable + reconcile(lake, raw, sorted(beside))


def load_lines(lines: DataFrame, lake: Lake, raw: RawFiles, last: str = "") -> Loaded:
    """Load lines as the raw reader delivers them; without any they may have no columns."""
    return load(join_columns(lines, last), lake, raw) if lines.columns else NOTHING


def reconcile(lake: Lake, raw: RawFiles, prefixes: Iterable[str]) -> list[Inspection]:
    """Account for the raw files that no run can load; return those that are unreadable.

    Of the files whose URIs begin with one of the prefixes, those that the ledger does not have
    loaded, at the size they have, are unpacked. What breaks is recorded and moved aside; what
    holds no line is recorded; what holds lines is for the next run.
    """
    sizes = raw.sizes(prefixes)
    hours = {hour_of(uri) for uri in sizes}
    is_loaded = F.col("state") == LOADED
    ledger = lake.read_published(LOAD_LEDGER, hours).where(is_loaded)
    known = set(map(tuple, ledger.select("source_file", "bytes").collect()))
    with ThreadPoolExecutor(INSPECTORS) as pool:
        inspected = pool.map(raw.inspect, sorted(uri for uri, _ in sizes.items() - known))
        silent = [found for found in inspected if found and (found.error or not found.has_lines)]
    if silent:
        record(silent, sizes, lake)
    unreadable = [found for found in silent if found.error]
    for found in unreadable:
        raw.set_aside(found)
    return unreadable


def record(silent: list[Inspection], sizes: dict[str, int], lake: Lake) -> None:
    """Give files without lines their rows in the ledger."""
    no_lines = dict.fromkeys(COUNTS, 0)
    rows = [
        Row(**{
            **dict.fromkeys(LOAD_LEDGER.columns.names),
            **no_lines,
            "source_file": found.uri,
            "state": UNREADABLE if found.error else LOADED,
            "error": found.error,
            "bytes": sizes[found.uri],
            "reasons": {},
            "unknown_fields": [],
            "run_id": lake.run_id,
        })
        for found in silent
    ]
    files = lake.spark.createDataFrame(rows, LOAD_LEDGER.columns)
    hours = sorted({hour_of(found.uri) for found in silent})
    ledger = with_slot_hour(files).select(*LOAD_LEDGER.partitioned_columns.names)
    merged = lake.with_other_files(LOAD_LEDGER, ledger, files.select("source_file"), hours)
    lake.publish([Replacement([LOAD_LEDGER], hours, merged)])
