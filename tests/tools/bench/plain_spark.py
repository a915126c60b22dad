"""The pipeline that a good engineer writes in an hour: no checks, rejects, ledger or increments.

``python plain_spark.py RAW OUT``: URIs of the raw files' folder, and of where the tables go.
"""

import sys

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

RAW = """
    timestamp string, user_id string, session_id string, event_type string, product_id string,
    quantity int, price decimal(10,2), category string, search_query string
"""
HOUR = ("dt", "hour")


def main(raw: str, out: str) -> None:
    """Read JSON, cast, drop duplicates, write silver, and five aggregates from it."""
    spark = SparkSession.builder.getOrCreate()
    lines = spark.read.schema(RAW).option("recursiveFileLookup", "true").json(raw)
    events = lines.withColumn("timestamp", F.to_timestamp("timestamp")).dropDuplicates()
    events = events.withColumns({
        "dt": F.date_format("timestamp", "yyyy-MM-dd"),
        "hour": F.date_format("timestamp", "HH"),
    })
    events.write.partitionBy(*HOUR).mode("overwrite").parquet(f"{out}/events")
    for table, rows in aggregates(spark.read.parquet(f"{out}/events")).items():
        rows.write.partitionBy(*HOUR).mode("overwrite").parquet(f"{out}/{table}")


def aggregates(events: DataFrame) -> dict[str, DataFrame]:
    """Return the rows of the five tables, hour by hour."""
    views, carts, purchases = (
        F.count_if(F.col("event_type") == name).alias(f"{name}s")
        for name in ("page_view", "add_to_cart", "purchase")
    )
    bought = events.where("event_type = 'purchase'")
    viewed = events.where("event_type = 'page_view'")
    revenue = F.sum(F.expr("price * quantity")).alias("revenue")
    return {
        "conversion_funnel": events.groupBy(*HOUR, "product_id").agg(views, carts, purchases),
        "hourly_revenue": bought.groupBy(*HOUR).agg(revenue),
        "top_products": viewed.groupBy(*HOUR, "product_id").agg(views),
        "category_performance": events.groupBy(*HOUR, "category", "event_type").count(),
        "user_activity": events.groupBy(*HOUR, "user_id", "session_id").agg(
            F.count("*").alias("events"), views, carts, purchases
        ),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
