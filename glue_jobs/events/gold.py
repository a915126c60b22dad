"""Silver's files of an hour become the five aggregates, a file each.

Everything is at an hourly, mergeable grain: days are sums, or distinct counts over keys, in SQL.
Each file of silver is read once and summed up where it is read; sums of an hour are added up.
"""

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T
from pyspark.sql.pandas.types import to_arrow_schema

from glue_jobs.events import aggregates
from glue_jobs.events.packing import pack
from glue_jobs.events.schemas import (
    ADD_TO_CART,
    CATEGORY_PERFORMANCE,
    CONVERSION_FUNNEL,
    HOUR_KEYS,
    HOURLY_REVENUE,
    NAMED_FILES,
    PAGE_VIEW,
    PURCHASE,
    REMOVE_FROM_CART,
    TABLE_FILES,
    TOP_PRODUCTS,
    USER_ACTIVITY,
    Table,
)

SUMS = T.StructType([
    *NAMED_FILES,
    T.StructField("kind", T.StringType()),
    T.StructField("rows", T.MapType(T.StringType(), T.LongType())),
])
HOURS = T.StructType([T.StructField(key, T.StringType()) for key in HOUR_KEYS])
PRODUCTS = "products"
FINGERPRINTS = "fingerprints"
STEPS = {
    "page_views": PAGE_VIEW,
    "add_to_carts": ADD_TO_CART,
    "removals": REMOVE_FROM_CART,
    "purchases": PURCHASE,
}


def sum_up(files: DataFrame) -> DataFrame:
    """Read silver's ``files`` (the partition keys, ``name``, ``body``) and sum up what each holds.

    Rows: several per file, of what ``add_up`` adds up, and its fingerprints. Columns: those of
    ``SUMS``; the products come with the number of ``rows`` of each raw file.
    """
    return files.mapInArrow(_sum_up, SUMS)


def add_up(summed: DataFrame) -> DataFrame:
    """Return what the gold tables hold of silver's files, as of ``sum_up``.

    Rows: one per hour and table that has rows, but several of the user activity, which has a
    hundred times as many as the others together. Columns: those of ``TABLE_FILES``.
    """
    sums = summed.where(F.col("kind") != FINGERPRINTS).select(*HOUR_KEYS, "kind", "body")
    return sums.groupBy(*HOUR_KEYS, "kind").applyInPandas(_add_up, TABLE_FILES)


def hours_with_repeats(summed: DataFrame) -> DataFrame:
    """Return the hours in which two events share a fingerprint, as of ``sum_up``: equal ones do."""
    fingerprints = summed.where(F.col("kind") == FINGERPRINTS).select(*HOUR_KEYS, "body")
    return fingerprints.groupBy(*HOUR_KEYS).applyInPandas(_keep_with_repeats, HOURS)


def conversion_funnel(products: pa.Table) -> pa.Table:
    """Rows: one per product."""
    rows = products.filter(pc.is_valid(products["product_id"]))
    for step, event_type in STEPS.items():
        rows = rows.append_column(step, aggregates.events_of(rows, event_type))
    return aggregates.add(rows, ["product_id"], {"category": "min", **dict.fromkeys(STEPS, "sum")})


def hourly_revenue(products: pa.Table) -> pa.Table:
    """Rows: one; zero where nothing was bought, for that is known."""
    rows = products.append_column("purchases", aggregates.events_of(products, PURCHASE))
    return aggregates.add(rows, [], dict.fromkeys(HOURLY_REVENUE.columns.names, "sum"))


def top_products(products: pa.Table) -> pa.Table:
    """Rows: one per product that was viewed."""
    views = products.filter(pc.equal(products["event_type"], PAGE_VIEW))
    views = views.append_column("page_views", views["events"])
    return aggregates.add(views, ["product_id"], {"page_views": "sum"})


def category_performance(products: pa.Table) -> pa.Table:
    """Rows: one per category (NULL for searches) and event type."""
    return aggregates.add(products, ["category", "event_type"], {"events": "sum"})


OF_PRODUCTS = {
    CONVERSION_FUNNEL: conversion_funnel,
    HOURLY_REVENUE: hourly_revenue,
    TOP_PRODUCTS: top_products,
    CATEGORY_PERFORMANCE: category_performance,
}


# In Spark's Python workers:


def _sum_up(files: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in files:
        for file in batch.to_pylist():
            events = aggregates.read(file["body"])
            summed = {
                PRODUCTS: aggregates.of_products(events),
                **aggregates.split(aggregates.of_visits(events)),
            }
            rows = [{**file, "kind": of, "body": aggregates.to_bytes(summed[of])} for of in summed]
            rows[0]["rows"] = aggregates.rows_by_file(events)
            marks = np.sort(aggregates.fingerprints(events)).tobytes()
            rows.append({**file, "kind": FINGERPRINTS, "body": marks})
            yield pa.RecordBatch.from_pylist(rows, to_arrow_schema(SUMS))


def _add_up(files: pd.DataFrame) -> pd.DataFrame:
    """Add up an hour's sums of one kind."""
    kind, rows = files["kind"][0], pa.concat_tables(map(aggregates.from_bytes, files["body"]))
    made = _of_products(rows) if kind == PRODUCTS else {USER_ACTIVITY: aggregates.add_visits(rows)}
    hour = files.loc[0, [*HOUR_KEYS]].to_dict()
    packed = [
        {**hour, "table": table.name, "name": kind, "body": _pack(rows, table)}
        for table, rows in made.items()
        if len(rows)
    ]
    return pd.DataFrame(packed, columns=TABLE_FILES.names)


def _keep_with_repeats(files: pd.DataFrame) -> pd.DataFrame:
    every = np.concatenate([np.frombuffer(marks, np.int64) for marks in files["body"]])
    every.sort(kind="stable")  # what comes sorted is merged
    has_repeats = bool(np.any(every[1:] == every[:-1]))
    return files[[*HOUR_KEYS]].head(int(has_repeats))


def _of_products(products: pa.Table) -> dict[Table, pa.Table]:
    products = aggregates.add_products(products)
    return {table: of_products(products) for table, of_products in OF_PRODUCTS.items()}


def _pack(rows: pa.Table, table: Table) -> bytes:
    # Whole hours are read, never parts.
    return pack(rows, table, row_group=len(rows), unlike=("user_id", "session_id"))
