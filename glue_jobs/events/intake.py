"""New raw files, whatever is wrong with some of them: lines that were parsed, or none, and why."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from py4j.protocol import Py4JJavaError
from pyspark.sql import DataFrame

from glue_jobs.events import parsing
from glue_jobs.events.parsing import Batch
from glue_jobs.events.raw_files import Inspection, RawFiles, hour_folders, hour_of
from glue_jobs.events.schemas import LOAD_LEDGER, UNREADABLE
from glue_jobs.lake.lake import Lake
from glue_jobs.lake.store import Stored

FILES_AT_ONCE = 144  # that are loaded together when they are read one by one, half a day's
DEAD_READER = "the run before died while it was reading"
CUT_OFF = "a gzip file was not read to its end"


class Arrival(NamedTuple):
    """A batch to load, the files that have nothing to load, and why files were read one by one."""

    batch: Batch | None
    silent: list[Inspection]
    one_by_one: str | None = None


class ReadError(Exception):
    """The lines of all files cannot be read at once."""


def arrivals(
    read_new: Callable[[], DataFrame], lake: Lake, raw: RawFiles, *, has_dead_reader: bool
) -> Iterator[Arrival]:
    """Parse the lines that ``read_new`` delivers through Glue, in ``parsing.LINE_COLUMNS``.

    Where that read fails as a whole, or may have killed the run before, workers read every raw
    file that the ledger lacks, one by one. What delivers no line is looked for beside what did.
    """
    lines = read_new()  # in any case: the bookmark will commit what this lists
    try:
        batch = _read_at_once(lines, raw, has_dead_reader=has_dead_reader)
    except ReadError as error:
        yield from _one_by_one(lake, raw, str(error))
    else:
        yield Arrival(batch, _silent_beside(batch, lake, raw))


def _read_at_once(lines: DataFrame, raw: RawFiles, *, has_dead_reader: bool) -> Batch:
    if has_dead_reader:
        raise ReadError(DEAD_READER)
    try:
        batch = parsing.read(parsing.parse_lines(parsing.join_columns(lines)))
    except Py4JJavaError as error:
        raise ReadError(str(error.java_exception).split("\n", 1)[0]) from error
    if not raw.are_whole(batch.delivered):
        raise ReadError(CUT_OFF)
    return batch._replace(versions=raw.versions(batch.delivered))


def _silent_beside(batch: Batch, lake: Lake, raw: RawFiles) -> list[Inspection]:
    """Look for files without lines in the hours of those that have some, and the hours before."""
    delivered = {file.uri for file in batch.delivered}
    beside = {folder for uri in delivered for folder in hour_folders(uri)}
    found = _unknown(lake, raw, sorted(beside.union(batch.ignored)))
    others = {uri: each for uri, each in found.items() if uri not in delivered}
    return _silent(raw.inspect(others, to_end=False))


def _one_by_one(lake: Lake, raw: RawFiles, why: str) -> Iterator[Arrival]:
    """Read every raw file that the ledger lacks, or has in another version; in a replay all.

    Some at a time, each of them done for: a run that ends amid a backlog has made progress.
    """
    found = [*_unknown(lake, raw, [raw.path]).items()]
    for start in range(0, len(found), FILES_AT_ONCE) or [0]:  # once at least, to say why
        lake.spark.catalog.clearCache()  # of what was read before
        looked_at = raw.inspect(dict(found[start : start + FILES_AT_ONCE]))
        sound = {each.uri: each.found for each in looked_at if each.has_lines}
        files = [(uri, each.etag) for uri, each in sound.items()]
        batch = parsing.read(parsing.parse_files(lake.spark, files, raw.region)) if files else None
        yield Arrival(batch and batch._replace(versions=sound), _silent(looked_at), why)


def _silent(looked_at: Iterable[Inspection]) -> list[Inspection]:
    """Keep what has nothing to load."""
    return [each for each in looked_at if not each.has_lines]


def _unknown(lake: Lake, raw: RawFiles, prefixes: Iterable[str]) -> dict[str, Stored]:
    """Return the files whose URIs begin with one of the prefixes, but for those that are known."""
    found = raw.find(prefixes)
    known = {} if raw.is_replay else _known_versions(lake, found)
    return {
        uri: each for uri, each in found.items() if known.get(uri) not in {each.etag, each.size}
    }


def _known_versions(lake: Lake, uris: Iterable[str]) -> dict[str, str | int]:
    """Return the ETag of each file that the ledger has; of rows that lack it the bytes."""
    hours = {hour_of(uri) for uri in uris}
    rows = lake.read(LOAD_LEDGER, hours).where(f"state <> '{UNREADABLE}'")
    versions = rows.selectExpr("source_file", "etag", "bytes").collect()
    return {row.source_file: row.etag or row.bytes for row in versions}
