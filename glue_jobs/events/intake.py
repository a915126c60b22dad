"""New raw files into the tables, whatever is wrong with some of them."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from py4j.protocol import Py4JJavaError
from pyspark.sql import DataFrame

from glue_jobs.events import ledger, parsing
from glue_jobs.events.load import NOTHING, Batch, Loaded, file_tables, load, read, versions
from glue_jobs.events.raw_files import Inspection, RawFiles, hour_folders, hour_of
from glue_jobs.events.schemas import IGNORED, LOAD_LEDGER, LOADED, UNREADABLE
from glue_jobs.lake.lake import Lake
from glue_jobs.lake.store import Stored

FILES_AT_ONCE = 144  # that are loaded together when they are read one by one, half a day's
DEAD_READER = "the run before died while it was reading"
CUT_OFF = "a gzip file was not read to its end"


class Intake(NamedTuple):
    """What was loaded, the files of which nothing was, and why files were read one by one."""

    loaded: Loaded
    silent: list[Inspection]
    one_by_one: str | None = None

    @property
    def silent_counts(self) -> dict[str, int]:
        """Count the files that are unreadable, and those that are ignored."""
        states = Counter(each.state for each in self.silent)
        return {state: states[state] for state in (UNREADABLE, IGNORED)}


def load_new_files(
    read_new: Callable[[], DataFrame],
    lake: Lake,
    raw: RawFiles,
    *,
    has_dead_reader: bool = False,
) -> Intake:
    """Load the lines that ``read_new`` delivers through Glue, in ``parsing.LINE_COLUMNS``.

    Where that read fails as a whole, or may have killed the run before, workers read every raw
    file that the ledger lacks, one by one. What delivers no line is looked for beside what did.
    """
    lines = read_new()  # in any case: the bookmark will commit what this lists
    batch = DEAD_READER if has_dead_reader else _read_at_once(lines, raw)
    if isinstance(batch, str):
        return load_one_by_one(lake, raw)._replace(one_by_one=batch)
    loaded = load(batch, lake, versions(batch, raw))
    beside = {folder for uri in loaded.source_files for folder in hour_folders(uri)}
    found = unknown(lake, raw, sorted(beside.union(batch.ignored)))
    return Intake(loaded, record_silent(lake, raw, raw.inspect(found, to_end=False)))


def _read_at_once(lines: DataFrame, raw: RawFiles) -> Batch | str:
    """Read and parse lines; or return why that is not possible."""
    try:
        batch = read(parsing.parse_lines(parsing.join_columns(lines)))
    except Py4JJavaError as error:
        return str(error.java_exception).split("\n", 1)[0]
    return batch if raw.are_whole(batch.delivered) else CUT_OFF


def load_one_by_one(lake: Lake, raw: RawFiles) -> Intake:
    """Load every raw file that the ledger lacks, or has in another version; in a replay all.

    Some at a time, each of them done for: a run that ends amid a backlog has made progress.
    """
    found = [*unknown(lake, raw, [raw.path]).items()]
    intake = Intake(NOTHING, [])
    for start in range(0, len(found), FILES_AT_ONCE):
        lake.spark.catalog.clearCache()  # of what was read before
        looked_at = raw.inspect(dict(found[start : start + FILES_AT_ONCE]))
        loaded = intake.loaded.plus(_load_sound(lake, raw, looked_at))
        intake = Intake(loaded, intake.silent + record_silent(lake, raw, looked_at))
    return intake


def _load_sound(lake: Lake, raw: RawFiles, looked_at: list[Inspection]) -> Loaded:
    found = {each.uri: each.found for each in looked_at if each.state == LOADED and each.has_lines}
    if not found:
        return NOTHING
    files = [(uri, each.etag) for uri, each in found.items()]
    return load(read(parsing.parse_files(lake.spark, files, raw.region)), lake, found)


def unknown(lake: Lake, raw: RawFiles, prefixes: Iterable[str]) -> dict[str, Stored]:
    """Return the files whose URIs begin with one of the prefixes, but for those that are known."""
    found = raw.find(prefixes)
    known = {} if raw.is_replay else known_versions(lake, found)
    return {
        uri: each for uri, each in found.items() if known.get(uri) not in {each.etag, each.size}
    }


def known_versions(lake: Lake, uris: Iterable[str]) -> dict[str, str | int]:
    """Return the ETag of each file that the ledger has; of rows that lack it the bytes."""
    hours = {hour_of(uri) for uri in uris}
    rows = lake.read_published(LOAD_LEDGER, hours).where(f"state <> '{UNREADABLE}'")
    versions = rows.selectExpr("source_file", "etag", "bytes").collect()
    return {row.source_file: row.etag or row.bytes for row in versions}


def record_silent(lake: Lake, raw: RawFiles, looked_at: list[Inspection]) -> list[Inspection]:
    """Give files of which nothing can be loaded their rows, and move aside what is unreadable.

    What holds lines is left to be loaded; returns the others.
    """
    silent = [each for each in looked_at if each.state != LOADED or not each.has_lines]
    if silent:
        lake.publish(file_tables(lake, ledger.of_silent(silent), None))
    for each in silent:
        if each.state == UNREADABLE:
            raw.set_aside(each)
    return silent
