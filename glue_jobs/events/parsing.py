"""Lines of raw files become parts, rejects, and counts of what each file delivered.

Pure functions of DataFrames. One pass over the JSON: whoever calls ``parse_lines`` keeps its rows.
"""

from collections.abc import Iterable, Iterator
from functools import partial

import boto3
import pyarrow as pa
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from glue_jobs.events.file_counts import MOST_FIELDS
from glue_jobs.events.packing import PARTS, make_parts
from glue_jobs.events.raw_files import hour_of
from glue_jobs.events.raw_lines import read_lines
from glue_jobs.events.schemas import HOUR_KEYS, REJECTED_EVENTS

CTRL_A = "\u0001"  # separates the columns of what the raw reader delivers; JSON never holds it
LINE_COLUMNS = ("col0", "col1")  # the second tells of a line that has ctrl-A
LONGEST = 1 << 13  # bytes of a line that is read through Glue, thirty times an event's
ODD = "a line has ctrl-A or is longer than {} bytes"


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
    """Validate every line; pack the events of each file and hour.

    Rows: one per part, one per rejected line, one or more per file; blank lines are none.
    Columns: those of parts.py, and of a part ``dt`` and ``hour`` of its events, UTC.
    """
    columns = lines.select(F.col("line").cast("binary"), "source_file")
    return _with_hour(columns.mapInArrow(make_parts, PARTS))


def parse_files(spark: SparkSession, files: list[tuple[str, str]], region: str) -> DataFrame:
    """Read raw files (URI, ETag) in workers and parse their lines; rows as of ``parse_lines``."""
    named = spark.sparkContext.parallelize(files, len(files))  # a task each, as Glue has it
    frame = spark.createDataFrame(named, "uri string, etag string")
    return _with_hour(frame.mapInArrow(partial(_read_and_parse, region), PARTS))


def _read_and_parse(region: str, files: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    s3 = boto3.client("s3", region_name=region)
    named = ((row["uri"], row["etag"]) for batch in files for row in batch.to_pylist())
    return make_parts(read_lines(s3, named))


def _with_hour(parsed: DataFrame) -> DataFrame:
    return parsed.withColumns({
        "dt": F.date_format("first_event_time", "yyyy-MM-dd"),
        "hour": F.date_format("first_event_time", "HH"),
    })


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
    of_reason = parsed.groupBy("source_file", "reason").agg(
        _sum("lines", "bytes is not null").alias("lines"),
        _sum("bytes", "true").alias("bytes"),
        _sum("lines", "part is not null").alias("valid"),
        _sum("lines", "reason is not null").alias("rejected"),
        _sum("events", "true").alias("events"),
        F.flatten(F.collect_list("unknown_fields")).alias("unknown_fields"),
        F.min("first_event_time").alias("first_event_time"),
        F.max("last_event_time").alias("last_event_time"),
    )
    sums = ("lines", "bytes", "valid", "rejected", "events")
    reasons = F.collect_list(F.when(F.col("reason").isNotNull(), F.struct("reason", "rejected")))
    unknown_fields = F.flatten(F.collect_list("unknown_fields"))
    return of_reason.groupBy("source_file").agg(
        *(F.sum(name).alias(name) for name in sums),
        F.map_from_entries(F.array_sort(reasons)).alias("reasons"),
        F.slice(F.array_sort(F.array_distinct(unknown_fields)), 1, MOST_FIELDS).alias(
            "unknown_fields"
        ),
        F.min("first_event_time").alias("first_event_time"),
        F.max("last_event_time").alias("last_event_time"),
    )


def _sum(column: str, condition: str) -> Column:
    return F.sum(F.when(F.expr(condition), F.coalesce(column, F.lit(0))).otherwise(0))


def count_hours(parsed: DataFrame) -> DataFrame:
    """Rows: one per hour of the events.

    Columns: ``dt``, ``hour``, ``first`` and ``last`` instant, microseconds since 1970.
    """
    return (
        parsed
        .where("part is not null")
        .groupBy(*HOUR_KEYS)
        .agg(
            F.unix_micros(F.min("first_event_time")).alias("first"),
            F.unix_micros(F.max("last_event_time")).alias("last"),
        )
    )
