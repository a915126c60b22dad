"""What each customer's days of sale add up to."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import types as T

from glue_jobs.commerce.schemas import COUNT, DAILY_CUSTOMER_SALES, DATE, REVENUE, TEXT
from glue_jobs.commerce.sums import with_columns
from glue_jobs.lake.lake import Lake
from glue_jobs.lake.tables import Partition
from glue_jobs.marts.partial_aggregates import (
    Aggregation,
    DayReader,
    merged,
    partial_aggregates,
    read_days,
)

_DATES = {"first_order_date": "min", "last_order_date": "max", "last_completed_date": "max"}
_COUNTS = ("orders", "completed_orders", "units")
_REVENUES = ("gross_revenue", "returned_revenue", "net_revenue")
BOUGHT = T.StructType([
    T.StructField("customer_id", TEXT),
    *(T.StructField(name, DATE) for name in _DATES),
    *(T.StructField(name, COUNT) for name in _COUNTS),
    *(T.StructField(name, REVENUE) for name in _REVENUES),
])
_ALL_TIME = Aggregation(["customer_id"], _DATES | dict.fromkeys((*_COUNTS, *_REVENUES), "sum"))


def bought(lake: Lake, days: Collection[Partition]) -> DataFrame:
    """Rows: one per customer with an order. Columns: ``BOUGHT``."""
    read = ("customer_id", *_COUNTS, *_REVENUES)
    rows, reader = read_days(lake, DAILY_CUSTOMER_SALES, days, read)
    return merged(partial_aggregates(rows, partial(_of_days, reader), _ALL_TIME), _ALL_TIME, BOUGHT)


def _of_days(reader: DayReader, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Add the dates to the rows of each day; in workers."""
    for day, sales in reader.read(batches):
        when = pa.scalar(date.fromisoformat(day))
        is_completed = pc.greater(sales["completed_orders"], 0)
        completed = pc.if_else(is_completed, when, pa.scalar(None, when.type))
        dates = (pa.repeat(when, len(sales)), pa.repeat(when, len(sales)), completed)
        yield with_columns(sales, dict(zip(_DATES, dates, strict=True)))
