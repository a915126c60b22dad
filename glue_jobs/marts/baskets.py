"""How many baskets of a day have a product, and two of them; in Spark's Python workers.

Spark's own aggregation of the same, with a set for each basket, took three to four times the time.
"""

from collections.abc import Iterable, Iterator
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T
from pyspark.sql.pandas.types import to_arrow_schema

from glue_jobs.commerce.schemas import COUNT, TEXT

TASKS_A_CORE = 8  # each with some days, all of whose lines it holds
DAY = ["basket_kind", "dt"]
# With a partner, of the pair, in either order; without, of the product; without both, of all.
BASKET_COUNTS = T.StructType([
    T.StructField("basket_kind", TEXT),
    T.StructField("product_id", TEXT),
    T.StructField("with_product_id", TEXT),
    T.StructField("baskets", COUNT),
])
_SCHEMA = to_arrow_schema(BASKET_COUNTS)


def count_baskets(lines: DataFrame, most_products: int, least_baskets: int) -> DataFrame:
    """Count the baskets of all days, a day at a time.

    ``lines``: columns of basket_lines.sql; a basket is one of a day. Rows: one per kind, product
    and pair, columns: ``BASKET_COUNTS``. Larger baskets than ``most_products`` are in none; pairs
    in less than ``least_baskets`` are left out.
    """
    tasks = TASKS_A_CORE * lines.sparkSession.sparkContext.defaultParallelism
    of_days = lines.repartition(tasks, *DAY)
    counts = of_days.mapInArrow(partial(_count, most_products), BASKET_COUNTS)
    sums = counts.groupBy(*BASKET_COUNTS.names[:-1]).agg(F.sum("baskets").alias("baskets"))
    return sums.where(F.col("with_product_id").isNull() | (F.col("baskets") >= least_baskets))


def _count(most: int, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    held = [*batches]
    if held:
        lines = pa.Table.from_batches(held)
        for day in lines.select(DAY).group_by(DAY).aggregate([]).to_pylist():
            is_of_day = pc.and_(*(pc.equal(lines[key], day[key]) for key in DAY))
            counts = _counts(lines.filter(is_of_day), most)
            kind = pa.repeat(day["basket_kind"], len(counts))
            yield from counts.add_column(0, "basket_kind", kind).cast(_SCHEMA).to_batches()


def _counts(lines: pa.Table, most: int) -> pa.Table:
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
    return pa.concat_tables([
        _told(nobody, nobody, [int(np.count_nonzero(sizes <= most))]),
        _told(products, pa.nulls(len(products), products.type), singles),
        _told(products.take(ones), products.take(twos), pairs),
        _told(products.take(twos), products.take(ones), pairs),
    ])


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
