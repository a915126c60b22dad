"""Lines of raw files become files of events, rejects, and counts of what each file delivered.

Pure functions of DataFrames. One pass over the JSON: whoever calls ``parse_lines`` keeps its rows.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

import boto3
import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import to_arrow_schema

from glue_jobs.events.fast_path import FastPath
from glue_jobs.events.file_counts import MOST_FIELDS, FileCounts
from glue_jobs.events.packing import COUNTS, PARSED, pack_events
from glue_jobs.events.raw_files import Delivered, hour_of
from glue_jobs.events.raw_lines import read_lines
from glue_jobs.events.raw_names import is_raw_file
from glue_jobs.events.schemas import HOUR_KEYS, REJECTED_EVENTS
from glue_jobs.events.validation import validate_each
from glue_jobs.lake.store import Stored

LINE_COLUMNS = ("col0", "col1")  # the second tells of a line that has ctrl-A
LONGEST = 1 << 13  # bytes of a line that is read through Glue, thirty times an event's
ODD = "a line has ctrl-A or is longer than {} bytes"
# Batches that are validated while the next arrives: Spark does not send it before the last one is
# taken, and a gzip file is one task, which would leave other cores idle.
AHEAD = 2


class Batch(NamedTuple):
    """Lines that were parsed: the rows, kept, as of ``parse_lines``, and what each file delivered.

    ``files`` as of ``count_files``; ``ignored`` are the URIs of other objects that were read;
    ``versions`` are those of the files that were read, as far as they are known.
    """

    parsed: DataFrame
    files: list[Row]
    ignored: list[str]
    versions: dict[str, Stored] = {}  # ruff: ignore[mutable-class-default] - nobody adds to it

    @property
    def delivered(self) -> list[Delivered]:
        """How much each raw file delivered."""
        return [Delivered(file.source_file, file.lines, file.bytes) for file in self.files]


def join_columns(read: DataFrame) -> DataFrame:
    """Take the lines that the raw reader delivers in ``LINE_COLUMNS``, for ``parse_lines``.

    Rows: one in, one out; a line with ctrl-A, or longer than ``LONGEST``, fails: Spark sends
    workers a number of lines, whatever their length.
    Columns: ``line`` and ``source_file``.
    """
    line, overflow = map(F.col, LINE_COLUMNS)
    line = F.coalesce(line, F.lit(""))  # Glue does not say how it delivers an empty one
    is_plain = overflow.isNull() & (F.octet_length(line) <= LONGEST)
    checked = F.when(is_plain, line).otherwise(F.raise_error(F.lit(ODD.format(LONGEST))))
    uri = F.col("source_file")
    uri = F.when(uri.startswith("s3a://"), F.concat(F.lit("s3"), F.substring(uri, 4, 1100)))
    return read.select(checked.alias("line"), F.coalesce(uri, "source_file").alias("source_file"))


def parse_lines(lines: DataFrame) -> DataFrame:
    """Validate every line; pack the events of each raw file and hour.

    Rows: one per file of events, one per rejected line, one or more per raw file.
    Columns: those of ``PARSED``.
    """
    columns = lines.select(F.col("line").cast("binary"), "source_file")
    return columns.mapInArrow(parse, PARSED)


def parse_files(spark: SparkSession, files: list[tuple[str, str]], region: str) -> DataFrame:
    """Read raw files (URI, ETag) in workers and parse their lines; rows as of ``parse_lines``."""
    named = spark.sparkContext.parallelize(files, len(files))  # a task each, as Glue has it
    frame = spark.createDataFrame(named, "uri string, etag string")
    return frame.mapInArrow(partial(_read_and_parse, region), PARSED)


def read(parsed: DataFrame) -> Batch:
    """Read and parse what ``parse_lines`` or ``parse_files`` plan; this does the work."""
    parsed = parsed.persist(StorageLevel.DISK_ONLY)
    files = count_files(parsed).collect()
    raw = [file for file in files if is_raw_file(file.source_file)]
    others = [file.source_file for file in files if not is_raw_file(file.source_file)]
    return Batch(parsed, raw, others)


def rejects(parsed: DataFrame, files: Iterable[str]) -> DataFrame:
    """Rows: one per distinct rejected line of one of the ``files``.

    Columns: those of ``rejected_events`` with its partition keys.
    """
    rejected = parsed.where(F.col("reason").isNotNull())
    counted = rejected.groupBy("source_file", "reason", "raw_line").agg(
        F.count("*").alias("occurrences")
    )
    return with_slot_hour(counted, files).select(*REJECTED_EVENTS.partitioned_columns.names)


def with_slot_hour(rows: DataFrame, files: Iterable[str]) -> DataFrame:
    """Keep the rows of some raw files; add ``dt`` and ``hour`` of the file's slot."""
    hours = [(file, *hour_of(file)) for file in files]
    columns = "source_file string, dt string, hour string"
    slots = rows.sparkSession.createDataFrame(hours, columns)
    return rows.join(F.broadcast(slots), "source_file")


def count_files(parsed: DataFrame) -> DataFrame:
    """Count what each file delivered.

    Rows: one per file.
    Columns: ``source_file``, the delivered ``lines`` and ``bytes``, ``unknown_fields``; the lines
        that are ``valid`` or ``rejected``, and ``reasons`` of these with their numbers; the
        packed ``events``, and the first and last event time, NULL if there are none.
    """
    of_each = [
        *(F.sum(name).alias(name) for name in COUNTS),
        F.min("first_event_time").alias("first_event_time"),
        F.max("last_event_time").alias("last_event_time"),
        F.flatten(F.collect_list("unknown_fields")).alias("unknown_fields"),
    ]
    reason = F.when(F.col("reason").isNotNull(), F.struct("reason", "rejected"))
    by_reason = parsed.groupBy("source_file", "reason").agg(*of_each)
    counted = by_reason.groupBy("source_file").agg(
        *of_each, F.collect_list(reason).alias("reasons")
    )
    names = F.array_sort(F.array_distinct("unknown_fields"))
    return counted.fillna(0).withColumns({
        "reasons": F.map_from_entries(F.array_sort("reasons")),
        "unknown_fields": F.slice(names, 1, MOST_FIELDS),
    })


def count_hours(parsed: DataFrame) -> DataFrame:
    """Rows: one per hour of the events.

    Columns: ``dt``, ``hour``, ``first`` and ``last`` instant, microseconds since 1970.
    """
    return (
        parsed
        .where("file_name is not null")
        .groupBy(*HOUR_KEYS)
        .agg(
            F.unix_micros(F.min("first_event_time")).alias("first"),
            F.unix_micros(F.max("last_event_time")).alias("last"),
        )
    )


# In Spark's Python workers:


def _read_and_parse(region: str, files: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    s3 = boto3.client("s3", region_name=region)
    named = ((row["uri"], row["etag"]) for batch in files for row in batch.to_pylist())
    return parse(read_lines(s3, named))


def parse(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Columns in: ``line`` (bytes), ``source_file``; out: those of ``PARSED``."""
    counts = FileCounts()
    lines = counts.count(batches)
    validated = counts.note_unknown_fields(validate(lines))
    yield from pack_events(validated)
    yield pa.RecordBatch.from_pylist(counts.rows(), to_arrow_schema(PARSED))


def validate(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Validate lines, ``line`` (bytes) and ``source_file``, but for blank ones.

    Rows: one per line, in any order. Columns: those of ``VALIDATED``.
    """
    fast_path = FastPath()
    with ThreadPoolExecutor(AHEAD) as pool:
        ahead: deque[Future[list[pa.RecordBatch]]] = deque()
        for lines in batches:
            ahead.append(pool.submit(_validate, lines, fast_path))
            if len(ahead) > AHEAD:
                yield from ahead.popleft().result()
        for validated in ahead:
            yield from validated.result()


def _validate(lines: pa.RecordBatch, fast_path: FastPath) -> list[pa.RecordBatch]:
    events, left = fast_path.take(lines)
    return [*events, validate_each(left)]
