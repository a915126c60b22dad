"""How many baskets have a product, and two of them; in Spark's Python workers.

Spark's own aggregation of the same, with a set for each basket, took three to four times the time.
"""

from collections.abc import Collection, Iterable, Iterator
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import types as T

from glue_jobs.commerce.contracts import STATUSES
from glue_jobs.commerce.schemas import COUNT, FCT_TRANSACTIONS, TEXT
from glue_jobs.lake.lake import Lake
from glue_jobs.lake.tables import Partition
from glue_jobs.marts.limits import Limits
from glue_jobs.marts.partial_aggregates import (
    Aggregation,
    DayReader,
    merged,
    partial_aggregates,
    read_days,
)

TASKS_A_CORE = 8  # each with some days of visits, all of whose lines it holds
COMPLETED = STATUSES[0]
# With a partner, of the pair, in either order; without, of the product; without both, of all.
BASKET_COUNTS = T.StructType([
    T.StructField("basket_kind", TEXT),
    T.StructField("product_id", TEXT),
    T.StructField("with_product_id", TEXT),
    T.StructField("baskets", COUNT),
])
_ALL_DAYS = Aggregation(["product_id", "with_product_id", "basket_kind"], {"baskets": "sum"})


def count_baskets(
    lake: Lake, days: Collection[Partition], session_lines: DataFrame, limits: Limits
) -> DataFrame:
    """Count the baskets of orders of some days, and those of visits.

    An order is one of a customer and day; lines without an order are one basket of theirs.
    ``session_lines``: columns of session_lines.sql; a basket is one of a day. Rows: one per kind,
    product and pair, columns: ``BASKET_COUNTS``. Larger baskets than ``most_products`` are in none;
    pairs in less than ``least_baskets`` are left out.
    """
    most = limits.most_products
    columns = ("status", "customer_id", "order_id", "product_id")
    rows, reader = read_days(lake, FCT_TRANSACTIONS, days, columns)
    orders = partial_aggregates(rows, partial(_of_orders, reader, most), _ALL_DAYS)
    tasks = TASKS_A_CORE * lake.spark.sparkContext.defaultParallelism
    of_days = session_lines.repartition(tasks, "dt")
    sessions = partial_aggregates(of_days, partial(_of_sessions, most), _ALL_DAYS)
    frequent = partial(_frequent, limits.least_baskets)
    return merged(orders.unionByName(sessions), _ALL_DAYS, BASKET_COUNTS, frequent)


# In Spark's Python workers:


def _of_orders(
    reader: DayReader, most: int, batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.Table]:
    for _, sales in reader.read(batches):
        completed = sales.filter(pc.equal(sales["status"], COMPLETED))
        yield _counts("order", completed.rename_columns({"customer_id": "of_whom"}), most)


def _of_sessions(most: int, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    held = [*batches]
    if held:
        lines = pa.Table.from_batches(held)
        for day in pc.unique(lines["dt"]):
            yield _counts("session", lines.filter(pc.equal(lines["dt"], day)), most)


def _frequent(least: int, counts: pa.Table) -> pa.Table:
    """Leave out rare pairs; add each pair in the other order."""
    is_single = pc.is_null(counts["with_product_id"])
    pairs = counts.filter(pc.and_(pc.invert(is_single), pc.greater_equal(counts["baskets"], least)))
    turned = pairs.rename_columns({
        "product_id": "with_product_id",
        "with_product_id": "product_id",
    })
    return pa.concat_tables([counts.filter(is_single), pairs, turned.select(counts.column_names)])


def _counts(kind: str, lines: pa.Table, most: int) -> pa.Table:
    """Count the baskets of one day: all, those of each product, those of each pair."""
    products = pc.unique(lines["product_id"]).sort()
    product = pc.index_in(lines["product_id"], products).to_numpy().astype(np.int64)
    order = _numbers(lines["of_whom"]) * len(lines) + _numbers(lines["order_id"])
    _, basket = np.unique(order, return_inverse=True)  # numbered anew, so that what follows fits
    basket, product = np.divmod(np.unique(basket * len(products) + product), len(products))
    _, sizes = np.unique(basket, return_counts=True)
    is_small = np.repeat(sizes <= most, sizes)
    basket, product = basket[is_small], product[is_small]
    ones, twos, pairs = _pairs(basket, product, len(products))
    singles = np.bincount(product, minlength=len(products))
    nobody = pa.nulls(1, products.type)
    counts = pa.concat_tables([
        _told(nobody, nobody, [int(np.count_nonzero(sizes <= most))]),
        _told(products, pa.nulls(len(products), products.type), singles),
        _told(products.take(ones), products.take(twos), pairs),
    ])
    return counts.append_column("basket_kind", pa.repeat(kind, len(counts)))


def _pairs(
    basket: np.ndarray, product: np.ndarray, products: int
) -> tuple[pa.Array, pa.Array, np.ndarray]:
    """Count pairs of one basket, the lesser product first; rows are sorted by both."""
    found, distance = [np.empty(0, np.int64)], 1
    while (same := basket[distance:] == basket[:-distance]).any():
        found.append(product[:-distance][same] * products + product[distance:][same])
        distance += 1
    pairs, counts = np.unique(np.concatenate(found), return_counts=True)
    ones, twos = np.divmod(pairs, products)
    return pa.array(ones), pa.array(twos), counts


def _numbers(texts: pa.ChunkedArray) -> np.ndarray:
    """Return a number of each text, its own one of NULL."""
    encoded = texts.combine_chunks().dictionary_encode(null_encoding="encode")
    return encoded.indices.to_numpy().astype(np.int64)


def _told(product: pa.Array, partner: pa.Array, baskets: np.ndarray | list[int]) -> pa.Table:
    return pa.table({
        "product_id": product,
        "with_product_id": partner,
        "baskets": pa.array(baskets, pa.int64()),
    })
