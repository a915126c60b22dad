"""Aggregates of all days in two steps, in Spark's Python workers: of some days, then of some keys.

Workers read the days themselves, and Spark moves a few packed tables between the steps: the rows of
history never pass through it. A worker that reads holds a million rows and one day at the most; one
that merges a bucket, a part of all keys.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import boto3
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import types as T
from pyspark.sql.pandas.types import to_arrow_schema

from glue_jobs.commerce.packing import pack_rows, unpack_rows
from glue_jobs.commerce.schemas import INTEGER, TEXT
from glue_jobs.lake.lake import Lake
from glue_jobs.lake.parquet import checksums, read_files
from glue_jobs.lake.tables import Partition, Table

BUCKETS = 32  # of keys; Spark puts small ones together
MOST_ROWS = 1 << 20  # that a worker holds of days
_DAYS = T.StructType([T.StructField("dt", TEXT), T.StructField("uris", T.ArrayType(TEXT))])
_PACKED = T.StructType([T.StructField("bucket", INTEGER), T.StructField("rows", T.BinaryType())])
Rows = Callable[[Iterable[pa.RecordBatch]], Iterable[pa.Table]]


class Aggregation(NamedTuple):
    """What is kept of all rows with the same ``keys``: by column its ``sum``, ``min`` or ``max``.

    So aggregates can be aggregated again, in whatever order they come.
    """

    keys: Sequence[str]
    functions: Mapping[str, str]

    @property
    def columns(self) -> list[str]:
        """The keys, then what has a function."""
        return [*self.keys, *self.functions]

    def of(self, rows: pa.Table) -> pa.Table:
        """Rows: one per distinct value of the keys. Columns: ``columns``."""
        grouped = rows.group_by(list(self.keys), use_threads=False)
        kept = grouped.aggregate([*self.functions.items()])
        return kept.rename_columns({f"{name}_{how}": name for name, how in self.functions.items()})


def read_days(
    lake: Lake, table: Table, days: Collection[Partition], columns: Sequence[str]
) -> tuple[DataFrame, "DayReader"]:
    """Say where the files of days lie, and how a worker reads them."""
    spark, some = lake.spark, [table.columns[name] for name in columns]
    uris = [(day, found) for (day,), found in lake.file_uris(table, days).items()]
    tasks = min(max(1, len(uris)), spark.sparkContext.defaultParallelism)
    rows = spark.createDataFrame(spark.sparkContext.parallelize(sorted(uris), tasks), _DAYS)
    return rows, DayReader(replace(table, columns=T.StructType(some)), lake.store.region)


class DayReader(NamedTuple):
    """Reads some columns of a table, a day at a time; in workers."""

    table: Table
    region: str

    def read(self, batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[str, pa.Table]]:
        """Yield days, and all rows of each."""
        s3 = boto3.client("s3", region_name=self.region)
        for row in (row for batch in batches for row in batch.to_pylist()):
            yield row["dt"], read_files(s3, self.table, row["uris"])


def partial_aggregates(rows: DataFrame, made: Rows, aggregation: Aggregation) -> DataFrame:
    """Aggregate the tables that workers make of their rows; the columns are those of ``merged``."""
    return rows.mapInArrow(partial(pack, made, aggregation), _PACKED)


def merged(
    partials: DataFrame,
    aggregation: Aggregation,
    columns: T.StructType,
    finished: Callable[[pa.Table], pa.Table] = lambda rows: rows,
) -> DataFrame:
    """Aggregate what ``partial_aggregates`` made; ``finished`` is what becomes of some keys."""
    by_key = partials.repartition("bucket")
    return by_key.mapInArrow(partial(merge, aggregation, columns, finished), columns)


# In Spark's Python workers:


def pack(
    made: Rows, aggregation: Aggregation, batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Aggregate tables, and cut what comes of it by the first of the keys."""
    schema = to_arrow_schema(_PACKED)
    for rows in _aggregated(made(batches), aggregation):
        of_bucket = checksums(pc.fill_null(rows[aggregation.keys[0]], "")) % BUCKETS
        for bucket in range(BUCKETS):
            some = rows.filter(pa.array(of_bucket == bucket))
            packed = {"bucket": bucket, "rows": pack_rows(some)}
            yield pa.RecordBatch.from_pylist([packed], schema)


def merge(
    aggregation: Aggregation,
    columns: T.StructType,
    finished: Callable[[pa.Table], pa.Table],
    batches: Iterable[pa.RecordBatch],
) -> Iterator[pa.RecordBatch]:
    """Aggregate what was packed of some buckets."""
    packed = (row for batch in batches for row in batch["rows"].to_pylist())
    held = [unpack_rows(rows) for rows in packed]
    if held:
        schema = to_arrow_schema(columns)
        rows = finished(aggregation.of(pa.concat_tables(held)))
        yield from rows.select(schema.names).cast(schema).to_batches()


def _aggregated(tables: Iterable[pa.Table], aggregation: Aggregation) -> Iterator[pa.Table]:
    """Aggregate tables, as many at once as may be held."""
    held: list[pa.Table] = []
    for table in tables:
        held.append(table.select(aggregation.columns))
        if sum(map(len, held)) >= MOST_ROWS:
            held = [aggregation.of(pa.concat_tables(held))]
            if len(held[0]) > MOST_ROWS // 2:  # more would be looked at again and again
                yield held.pop()
    if held:
        yield aggregation.of(pa.concat_tables(held))
