"""Files of silver become aggregates: each file's own first, then those of an hour added up.

Runs in Spark's Python workers: to aggregate packed columns takes a tenth of what rows take.
"""

from collections.abc import Iterable, Iterator

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet
from pyspark.sql import types as T
from pyspark.sql.pandas.types import to_arrow_schema

from glue_jobs.parts import pack
from glue_jobs.schemas import (
    ADD_TO_CART,
    FILES,
    HOUR_KEYS,
    PAGE_VIEW,
    PURCHASE,
    REVENUE,
    USER_ACTIVITY,
)

PRODUCTS = T.StructType([
    *(T.StructField(key, T.StringType()) for key in HOUR_KEYS),
    T.StructField("product_id", T.StringType()),
    T.StructField("category", T.StringType()),
    T.StructField("event_type", T.StringType()),
    T.StructField("events", T.LongType()),
    T.StructField("units", T.LongType()),
    T.StructField("revenue", REVENUE),
])
_PRODUCTS = to_arrow_schema(PRODUCTS)
_FILES = to_arrow_schema(FILES)
_MONEY = _PRODUCTS.field("revenue").type


def of_products(files: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Count the events of each file by product, category and event type.

    Columns in: the partition keys, ``body``; out: those of ``PRODUCTS``.
    """
    keys = ["product_id", "category", "event_type"]
    for hour, events in _read(files, [*keys, "quantity", "price"]):
        is_purchase = pc.equal(events["event_type"], PURCHASE)
        units = pc.if_else(is_purchase, events["quantity"].cast(pa.int64()), 0)
        measured = events.append_column("units", units)
        measured = measured.append_column("revenue", _revenue(events, is_purchase))
        sums = _by(measured, keys).aggregate([
            ([], "count_all"),
            ("units", "sum"),
            ("revenue", "sum"),
        ])
        columns = [*(pa.repeat(hour[key], len(sums)) for key in HOUR_KEYS)]
        columns += [sums[name] for name in (*keys, "count_all", "units_sum", "revenue_sum")]
        yield from pa.table(columns, names=PRODUCTS.names).cast(_PRODUCTS).to_batches()


def of_sessions(files: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Sum up the visits of each file by user and session, and pack them.

    Columns in and out: the partition keys, ``body``.
    """
    keys = ["user_id", "session_id"]
    for hour, events in _read(files, [*keys, "event_type", "quantity", "price", "event_time"]):
        types = (PAGE_VIEW, ADD_TO_CART, PURCHASE)
        are = [pc.equal(events["event_type"], event_type) for event_type in types]
        columns = [
            *(events[key] for key in keys),
            pa.repeat(1, len(events)),
            *(is_it.cast(pa.int64()) for is_it in are),
            _revenue(events, are[-1]),
            events["event_time"],
            events["event_time"],
        ]
        visits = add_sessions(pa.table(columns, names=USER_ACTIVITY.columns.names))
        yield pa.RecordBatch.from_pylist([{**hour, "body": _pack(visits)}], _FILES)


def merge_sessions(files: pd.DataFrame) -> pd.DataFrame:
    """Add up the packed visits of an hour. Columns in and out: the partition keys, ``body``."""
    parts = [parquet.read_table(pa.BufferReader(body), use_threads=False) for body in files["body"]]
    return files.head(1).assign(body=[_pack(add_sessions(pa.concat_tables(parts)))])


def add_sessions(visits: pa.Table) -> pa.Table:
    """Add up rows of the user activity by user and session."""
    keys, first, last = ["user_id", "session_id"], "first_event_time", "last_event_time"
    sums = [name for name in visits.column_names if name not in {*keys, first, last}]
    measures = [*((name, "sum") for name in sums), (first, "min"), (last, "max")]
    added = _by(visits, keys).aggregate(measures)
    return added.select([*keys, *("_".join(measure) for measure in measures)]).rename_columns(
        USER_ACTIVITY.columns.names
    )


def _pack(visits: pa.Table) -> bytes:
    # Whole hours are read, never parts.
    return pack(visits, USER_ACTIVITY, row_group=len(visits), unlike=("user_id", "session_id"))


def _read(
    files: Iterable[pa.RecordBatch], columns: list[str]
) -> Iterator[tuple[dict[str, str], pa.Table]]:
    for batch in files:
        for file in batch.to_pylist():
            body = pa.BufferReader(file["body"])
            events = parquet.read_table(body, columns=columns, use_threads=False)
            yield {key: file[key] for key in HOUR_KEYS}, events


def _revenue(events: pa.Table, is_purchase: pa.ChunkedArray) -> pa.ChunkedArray:
    amounts = pc.multiply(events["price"], events["quantity"].cast(pa.decimal128(10, 0)))
    return pc.if_else(is_purchase, amounts.cast(_MONEY), pa.scalar(0).cast(_MONEY))


def _by(events: pa.Table, keys: list[str]) -> pa.TableGroupBy:
    return events.group_by(keys, use_threads=False)  # the other cores have tasks of their own
