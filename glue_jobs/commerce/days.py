"""Days of the order book, each made anew in one piece: merged, summed, packed, read back.

Python workers do it, from the rows that silver has and those that were delivered. History never
passes through Spark, so a day costs what its rows cost, in one worker's memory.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import boto3
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import types as T
from pyspark.sql.pandas.types import to_arrow_schema

from glue_jobs.commerce.facts import sales
from glue_jobs.commerce.merge import Merged, merge
from glue_jobs.commerce.packing import record_schema, unpack_rows
from glue_jobs.commerce.read_back import Day, read_back
from glue_jobs.commerce.schemas import (
    CLICKSTREAM,
    COUNT,
    INTEGER,
    REVENUE,
    TEXT,
    TRANSACTIONS,
    table_named,
)
from glue_jobs.commerce.visits import visits
from glue_jobs.lake.parquet import ROW_GROUP, packed, read_files
from glue_jobs.lake.tables import Table

TASKS_A_CORE = 4  # at the most, each with some days

# Rows of three kinds, all of a ``table`` and a day ``dt``. A packed file: ``file_name``,
# ``content``. The day itself: how many rows it had ``before``, NULL of gold, and what it has, as of
# ``Held``. What became of a raw file's lines: ``number``, and the counts of ``Merged.deliveries``.
DAYS = T.StructType([
    T.StructField("table", TEXT),
    T.StructField("dt", TEXT),
    T.StructField("file_name", TEXT),
    T.StructField("content", T.BinaryType()),
    T.StructField("before", COUNT),
    *(T.StructField(name, COUNT) for name in ("rows", "distinct", "ids")),
    T.StructField("gross", REVENUE),
    T.StructField("visits", T.ArrayType(COUNT)),
    T.StructField("number", INTEGER),
    *(T.StructField(name, COUNT) for name in ("delivered", "accepted", "added")),
])
_SCHEMA = to_arrow_schema(DAYS)


class Making(NamedTuple):
    """What workers need to make days: ``known``, the URIs of silver's files of each day."""

    known: Mapping[Day, Sequence[str]]
    files: Sequence[str]  # of the batch, in the order of their numbers
    zone: str  # of days of sale
    region: str


def make(parsed: DataFrame, making: Making) -> DataFrame:
    """Make each day that is known.

    ``parsed``: rows of ``parsing.PARSED`` with records. Rows and columns: those of ``DAYS``.
    """
    spark = parsed.sparkSession
    days = spark.createDataFrame([*making.known], "table string, dt string")
    tasks = min(len(making.known), TASKS_A_CORE * spark.sparkContext.defaultParallelism)
    given = parsed.select("table", "dt", "number", "packed")
    rows = days.unionByName(given, allowMissingColumns=True).repartition(tasks, "table", "dt")
    return rows.sortWithinPartitions("table", "dt").mapInArrow(partial(_make, making), DAYS)


# In Spark's Python workers:


def _make(making: Making, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    s3 = boto3.client("s3", region_name=making.region)
    rows = (row for batch in batches for row in batch.to_pylist())
    for day, given in groupby(rows, itemgetter("table", "dt")):
        table, dt = table_named(day[0]), date.fromisoformat(day[1])
        merged = merge(
            table, read_files(s3, table, making.known[day]), _delivered(table, given), making.files
        )
        for row in _told(table, dt, merged, ZoneInfo(making.zone)):
            yield pa.RecordBatch.from_pylist([{"table": table.name, "dt": str(dt), **row}], _SCHEMA)


def _told(table: Table, day: date, merged: Merged, zone: ZoneInfo) -> Iterator[dict[str, Any]]:
    """Sum and pack a day that is merged; yield what is told of it, as of ``DAYS``."""
    yield from merged.deliveries.to_pylist()
    yield from _files(table, merged.rows, merged.before)
    for of, rows in _gold(table, merged.rows, day, zone).items():
        yield from _files(of, rows)


def _gold(table: Table, silver: pa.Table, day: date, zone: ZoneInfo) -> dict[Table, pa.Table]:
    """Return the tables of ``GOLD_OF``."""
    if table is TRANSACTIONS:
        return sales(silver, day, zone)
    return visits(silver) if table is CLICKSTREAM else {}


def _delivered(table: Table, given: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Return records as ``merge`` takes them; both effective times are the record's own."""
    nothing = record_schema(table).append(pa.field("number", pa.int64())).empty_table()
    records = [nothing.drop_columns("dt")]
    for row in given:
        if row["packed"] is not None:  # the day is to be made, whether it was given any or not
            some = unpack_rows(row["packed"])
            records.append(some.append_column("number", pa.repeat(row["number"], len(some))))
    rows = pa.concat_tables(records, promote_options="default")
    if "first_effective" in table.columns.names:
        effective = rows["effective_time"]
        rows = rows.drop_columns("effective_time").append_column("first_effective", effective)
        rows = rows.append_column("last_effective", effective)
    return rows


def _files(table: Table, rows: pa.Table, before: int | None = None) -> Iterator[dict[str, Any]]:
    """Pack rows; yield the files, and what they hold."""
    contents = [*packed(rows.to_batches(max_chunksize=ROW_GROUP), table)]
    for number, content in enumerate(contents):
        yield {"table": table.name, "file_name": f"{number:05}", "content": content}
    yield {"table": table.name, "before": before, **read_back(table, contents)._asdict()}
