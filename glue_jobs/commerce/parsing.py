"""Raw files become typed records, rejects, and counts of what each file delivered.

Python workers read each file from S3 as a stream and validate each line once.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import boto3
import pyarrow as pa
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T
from pyspark.sql.pandas.types import to_arrow_schema

from glue_jobs.commerce.contracts import CONTRACTS, Delivery
from glue_jobs.commerce.fast_path import FastPath
from glue_jobs.commerce.packing import pack_records, record_schema
from glue_jobs.commerce.raw_files import NO_PARTITION, RawFile
from glue_jobs.commerce.raw_lines import NOT_WHOLE, lines_of
from glue_jobs.commerce.records import Parsed, parse_line
from glue_jobs.commerce.schemas import (
    COUNT,
    COUNTS,
    INTEGER,
    REJECTED_RECORDS,
    SILVER_OF,
    TEXT,
    TEXTS,
    TIME,
)
from glue_jobs.lake.parquet import to_batch
from glue_jobs.lake.store import NOT_THE_SAME

TASKS_A_CORE = 4  # at the most, each with some files
MOST_FIELDS = 1000  # names of unknown fields that are kept of a file

# Rows of three kinds, all with the number of their raw file in the batch. Some records of a day:
# the silver ``table`` that they belong to, and what ``Packed`` tells of them. A rejected line:
# ``reason``, ``raw_line``. What the file delivered: ``lines``, ``unknown_fields``, and why it was
# not read to its end, if so.
PARSED = T.StructType([
    T.StructField("number", INTEGER),
    T.StructField("table", TEXT),
    T.StructField("dt", TEXT),
    T.StructField("packed", T.BinaryType()),
    T.StructField("first", TIME),
    T.StructField("last", TIME),
    T.StructField("reason", TEXT),
    T.StructField("raw_line", TEXT),
    T.StructField("lines", COUNT),
    T.StructField("unknown_fields", TEXTS),
    T.StructField("error", TEXT),
])
_PARSED = to_arrow_schema(PARSED)
_FILES = "number int, uri string, etag string, source string, day string"
OUTSIDE = "its key is not raw/<source>/date=D/<name>.jsonl.gz; deliver files below landing/"


class File(NamedTuple):
    """A raw file for a worker."""

    number: int
    uri: str
    etag: str
    source: str
    day: str


def parse_files(spark: SparkSession, files: list[RawFile], zone: str, region: str) -> DataFrame:
    """Read raw files in workers and parse their lines; ``zone`` is that of times without one.

    Rows and columns: those of ``PARSED``; files are numbered in order.
    """
    given = [
        File(number, file.uri, file.etag, *file.partition) for number, file in enumerate(files)
    ]
    context = spark.sparkContext
    # One even without files, for a run that only finishes what a dead one began.
    tasks = max(1, min(len(given), TASKS_A_CORE * context.defaultParallelism))
    named = spark.createDataFrame(context.parallelize(given, tasks), _FILES)
    return named.mapInArrow(partial(_parse_files, region, zone), PARSED)


def count_files(parsed: DataFrame) -> DataFrame:
    """Count what each file delivered.

    Rows: one per file.
    Columns: ``number``; the delivered ``lines``; the ``rejected`` ones, and ``reasons`` of these
        with their numbers; ``unknown_fields``; ``error``; the ``days`` of the valid ones; the first
        and the last moment that these name, NULL if there is none.
    """
    by_reason = parsed.groupBy("number", "reason").agg(
        F.sum("lines").alias("lines"),
        F.count("reason").alias("rejected"),
        F.collect_set("dt").alias("days"),
        F.flatten(F.collect_list("unknown_fields")).alias("unknown_fields"),
        F.max("error").alias("error"),
        F.min("first").alias("first"),
        F.max("last").alias("last"),
    )
    rejected = F.when(F.col("reason").isNotNull(), F.struct("reason", "rejected"))
    return by_reason.groupBy("number").agg(
        F.sum("lines").alias("lines"),
        F.sum("rejected").alias("rejected"),
        F.map_from_entries(F.array_sort(F.collect_list(rejected))).cast(COUNTS).alias("reasons"),
        F.flatten(F.collect_list("days")).alias("days"),
        F.flatten(F.collect_list("unknown_fields")).alias("unknown_fields"),
        F.max("error").alias("error"),
        F.min("first").alias("first_event_time"),
        F.max("last").alias("last_event_time"),
    )


def rejects(parsed: DataFrame, files: list[RawFile]) -> DataFrame:
    """Rows: one per distinct rejected line of a file.

    Columns: those of ``rejected_records`` with its partition keys.
    """
    rejected = parsed.where(F.col("reason").isNotNull())
    counted = rejected.groupBy("number", "reason", "raw_line").agg(
        F.count("*").alias("occurrences")
    )
    numbered = [(number, file.uri, *file.partition) for number, file in enumerate(files)]
    columns = "number int, source_file string, source string, dt string"
    named = parsed.sparkSession.createDataFrame(numbered, columns)
    return counted.join(F.broadcast(named), "number").select(
        *REJECTED_RECORDS.partitioned_columns.names
    )


# In Spark's Python workers:


def _parse_files(
    region: str, zone: str, batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    s3 = boto3.client("s3", region_name=region)
    fast_paths = {source: FastPath(source) for source in CONTRACTS}
    for row in (row for batch in batches for row in batch.to_pylist()):
        yield from _parse_file(s3, File(**row), ZoneInfo(zone), fast_paths)


def _parse_file(
    s3: BaseClient, file: File, zone: ZoneInfo, fast_paths: dict[str, FastPath]
) -> Iterator[pa.RecordBatch]:
    if file.source == NO_PARTITION[0]:
        yield _of_file(file, 0, error=OUTSIDE)
        return
    delivery = Delivery(date.fromisoformat(file.day), zone)
    count, unknown, error = 0, set[str](), None
    bucket, key = file.uri.removeprefix("s3://").split("/", 1)
    try:
        with s3.get_object(Bucket=bucket, Key=key, IfMatch=file.etag)["Body"] as body:
            for lines in lines_of(body):
                count += len(lines)
                yield from _parse(file, delivery, lines, fast_paths[file.source], unknown)
    except NOT_WHOLE as broken:
        error = f"it cannot be read to its end: {broken}"
    except ClientError as refused:
        if refused.response["ResponseMetadata"]["HTTPStatusCode"] not in NOT_THE_SAME:
            raise
        error = "it was written again or removed while this run read"
    yield _of_file(file, count, sorted(unknown)[:MOST_FIELDS], error)


def _parse(
    file: File, delivery: Delivery, lines: list[bytes], fast_path: FastPath, unknown: set[str]
) -> Iterator[pa.RecordBatch]:
    """Yield what some lines are; add the names of their unknown fields, if there is room."""
    taken, left = fast_path.take(lines, delivery)
    parsed = [parse_line(line, file.source, delivery) for line in left]
    if len(unknown) < MOST_FIELDS:
        found = [each.unknown_fields for each in taken] + [each.unknown_fields for each in parsed]
        unknown.update(*found)
    schema = record_schema(SILVER_OF[file.source])
    yield from (_records(file, to_batch(each.columns, each.rows, schema)) for each in taken)
    yield from _rows(file, left, parsed)


def _rows(file: File, lines: list[bytes], parsed: list[Parsed]) -> Iterator[pa.RecordBatch]:
    """Yield the records of some lines, and those that are rejected."""
    found = [each.record for each in parsed if each.record]
    if found:
        schema = record_schema(SILVER_OF[file.source])
        yield _records(file, pa.RecordBatch.from_pylist(found, schema))
    rejected = [
        (",".join(each.reasons), line.decode(errors="replace"))
        for line, each in zip(lines, parsed, strict=True)
        if each.reasons
    ]
    if rejected:
        yield _told(file, [{"reason": why, "raw_line": text} for why, text in rejected])


def _records(file: File, records: pa.RecordBatch) -> pa.RecordBatch:
    table = SILVER_OF[file.source].name
    return _told(file, [{"table": table, **some._asdict()} for some in pack_records(records)])


def _told(file: File, rows: list[dict[str, Any]]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([{"number": file.number, **row} for row in rows], _PARSED)


def _of_file(
    file: File, lines: int, unknown: Iterable[str] = (), error: str | None = None
) -> pa.RecordBatch:
    return _told(file, [{"lines": lines, "unknown_fields": [*unknown], "error": error}])
