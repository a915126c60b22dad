"""The order book's load that a good engineer writes in an hour: no checks, rejects, ledger, sums.

``python plain_order_book.py CSV OUT [SILVER]``: URIs of what was delivered, of where rows go, and
of the days that there are. Without these the rows are distinct, else the latest of each id.
"""

import sys

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

TYPES = {
    "transaction_id": "string",
    "order_id": "string",
    "customer_id": "string",
    "product_id": "string",
    "quantity": "int",
    "price": "decimal(10,2)",
    "total_amount": "decimal(12,2)",
    "transaction_time": "timestamp",
    "status": "string",
    "last_effective": "timestamp",
    "dt": "string",
}
KEYS = ("transaction_id", "dt")


def main(csv: str, out: str, silver: str = "") -> None:
    """Read CSV and cast; drop duplicates, or merge into the touched days; write days."""
    spark = SparkSession.builder.getOrCreate()
    delivered = read(spark, csv)
    rows = merge(delivered, spark.read.parquet(silver)) if silver else delivered.dropDuplicates()
    rows.write.partitionBy("dt").mode("overwrite").parquet(out)


def read(spark: SparkSession, csv: str) -> DataFrame:
    """Return typed rows."""
    rows = spark.read.option("header", "true").csv(csv)
    rows = rows.withColumns({
        "transaction_time": F.col("transaction_date"),
        "last_effective": F.col("updated_at"),
        "dt": F.substring("transaction_date", 1, 10),
    })
    return rows.select(*(F.col(name).cast(kind) for name, kind in TYPES.items()))


def merge(delivered: DataFrame, silver: DataFrame) -> DataFrame:
    """Return the latest row of each id, on the days that rows were delivered of."""
    days = [row.dt for row in delivered.select("dt").distinct().collect()]
    before = silver.where(F.col("dt").cast("string").isin(days)).select(*TYPES)
    content = [name for name in TYPES if name not in {*KEYS, "last_effective"}]
    latest = F.max(F.struct("last_effective", *content)).alias("latest")
    return delivered.unionByName(before).groupBy(*KEYS).agg(latest).select(*KEYS, "latest.*")


if __name__ == "__main__":
    main(*sys.argv[1:])
