"""Silver's files of an hour become the five aggregates, a file each.

Everything is at an hourly, mergeable grain: days are sums, or distinct counts over keys, in SQL.
Each file of silver is read once and aggregated where it is read; an hour's aggregates are merged.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T
from pyspark.sql.pandas.types import to_arrow_schema

from glue_jobs.events import aggregates
from glue_jobs.events.rules import PAGE_VIEW
from glue_jobs.events.schemas import (
    CATEGORY_PERFORMANCE,
    CONVERSION_FUNNEL,
    COUNTS,
    EVENTS,
    HOUR_KEYS,
    HOURLY_REVENUE,
    TABLE_FILES,
    TEXT,
    TOP_PRODUCTS,
    USER_ACTIVITY,
)
from glue_jobs.lake.parquet import pack
from glue_jobs.lake.tables import Table

PARTIALS = T.StructType([
    *EVENTS.file_columns,
    T.StructField("kind", TEXT),
    T.StructField("rows", COUNTS),
])
HOURS = T.StructType([T.StructField(key, TEXT) for key in HOUR_KEYS])
PRODUCTS = "products"
FINGERPRINTS = "fingerprints"


def aggregate(files: DataFrame) -> DataFrame:
    """Read silver's ``files``, ``Table.file_columns``, and aggregate the events of each.

    Rows: several per file: partial aggregates for ``merge``, and its fingerprints. Columns: those
    of ``PARTIALS``; the products come with the number of ``rows`` of each raw file.
    """
    return files.mapInArrow(_aggregate, PARTIALS)


def merge(partials: DataFrame) -> DataFrame:
    """Return what the gold tables hold of silver's files, as of ``aggregate``.

    Rows: one per hour and table that has rows, but several of the user activity, which has a
    hundred times as many as the others together. Columns: those of ``TABLE_FILES``.
    """
    partials = partials.where(F.col("kind") != FINGERPRINTS).select(*HOUR_KEYS, "kind", "content")
    return partials.groupBy(*HOUR_KEYS, "kind").applyInPandas(_merge, TABLE_FILES)


def hours_with_repeats(partials: DataFrame) -> DataFrame:
    """Return the hours in which two events share a fingerprint, as equal ones do."""
    fingerprints = partials.where(F.col("kind") == FINGERPRINTS).select(*HOUR_KEYS, "content")
    return fingerprints.groupBy(*HOUR_KEYS).applyInPandas(_keep_with_repeats, HOURS)


# In Spark's Python workers; products are an hour's, with steps.


def conversion_funnel(products: pa.Table) -> pa.Table:
    """Rows: one per product."""
    rows = products.filter(pc.field("product_id").is_valid())
    functions = {"category": "min", **dict.fromkeys(aggregates.STEPS, "sum")}
    return aggregates.merge(rows, ["product_id"], functions)


def hourly_revenue(products: pa.Table) -> pa.Table:
    """Rows: one; zero where nothing was bought, for that is known."""
    return aggregates.merge(products, [], dict.fromkeys(HOURLY_REVENUE.columns.names, "sum"))


def top_products(products: pa.Table) -> pa.Table:
    """Rows: one per product that was viewed."""
    views = products.filter(pc.field("event_type") == PAGE_VIEW)
    return aggregates.merge(views, ["product_id"], {"page_views": "sum"})


def category_performance(products: pa.Table) -> pa.Table:
    """Rows: one per category (NULL for searches) and event type."""
    return aggregates.merge(products, ["category", "event_type"], {"events": "sum"})


OF_PRODUCTS = {
    CONVERSION_FUNNEL: conversion_funnel,
    HOURLY_REVENUE: hourly_revenue,
    TOP_PRODUCTS: top_products,
    CATEGORY_PERFORMANCE: category_performance,
}


def _aggregate(files: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in files:
        for file in batch.to_pylist():
            events = aggregates.read(file["content"])
            products = aggregates.to_bytes(aggregates.merge(events, *aggregates.PRODUCTS))
            marks = np.sort(aggregates.fingerprints(events)).tobytes()
            buckets = aggregates.into_buckets(aggregates.by_session(events))
            rows: list[dict[str, Any]] = [
                {"kind": PRODUCTS, "content": products, "rows": aggregates.rows_by_file(events)},
                {"kind": FINGERPRINTS, "content": marks},
                *(
                    {"kind": f"sessions-{bucket}", "content": aggregates.to_bytes(sessions)}
                    for bucket, sessions in buckets.items()
                ),
            ]
            rows = [{**file, **row} for row in rows]
            yield pa.RecordBatch.from_pylist(rows, to_arrow_schema(PARTIALS))


def _merge(files: pd.DataFrame) -> pd.DataFrame:
    """Merge an hour's partial aggregates of one kind."""
    kind, rows = files["kind"][0], pa.concat_tables(map(aggregates.from_bytes, files["content"]))
    if kind == PRODUCTS:
        merged = _of_products(aggregates.merge(rows, *aggregates.PRODUCTS))
    else:
        merged = {USER_ACTIVITY: aggregates.merge(rows, *aggregates.SESSIONS)}
    hour = files.loc[0, [*HOUR_KEYS]].to_dict()
    packed = [
        {**hour, "table": table.name, "file_name": kind, "content": _pack(rows, table)}
        for table, rows in merged.items()
        if len(rows)
    ]
    return pd.DataFrame(packed, columns=TABLE_FILES.names)


def _of_products(products: pa.Table) -> dict[Table, pa.Table]:
    products = aggregates.with_steps(products)
    return {table: of_products(products) for table, of_products in OF_PRODUCTS.items()}


def _pack(rows: pa.Table, table: Table) -> bytes:
    # Whole hours are read, never a range of time.
    return pack(rows, table, row_group=len(rows), unlike=("user_id", "session_id"))


def _keep_with_repeats(files: pd.DataFrame) -> pd.DataFrame:
    every = np.concatenate([np.frombuffer(marks, np.int64) for marks in files["content"]])
    every.sort(kind="stable")  # what comes sorted is merged
    has_repeats = bool(np.any(every[1:] == every[:-1]))
    return files[[*HOUR_KEYS]].head(int(has_repeats))
