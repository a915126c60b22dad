"""Sales as they are known now, and each day's sums of them.

Pure functions of silver: of one day's rows comes that day, and no other.
"""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from glue_jobs.commerce.contracts import CENT, STATUSES
from glue_jobs.commerce.schemas import (
    AMOUNT,
    DAILY_CUSTOMER_SALES,
    DAILY_PRODUCT_SALES,
    DAILY_SALES_SUMMARY,
    FCT_TRANSACTIONS,
    MEAN,
    REVENUE,
)

COMPLETED, RETURNED, REFUNDED = STATUSES  # from the lowest to the highest
# What decides between contents that are true at the same time, in this order; NULL is the least.
_CONTENT = (
    "order_id",
    "customer_id",
    "product_id",
    "quantity",
    "price",
    "total_amount",
    "transaction_time",
)


def transactions(silver: DataFrame, zone: str) -> DataFrame:
    """Say of each transaction what is known now.

    Its content is the latest that was true; its status is the highest that it ever had.
    ``silver``: rows of ``silver.transactions``; ``zone``: that of days of sale.
    Rows: one per ``transaction_id`` and day. Columns: those of ``fct_transactions`` with its key.
    """
    rank = F.when(is_completed(), 0).when(F.col("status") == RETURNED, 1).otherwise(2)
    reversed_at = F.when(~is_completed(), F.col("first_effective"))
    refunded_at = F.when(F.col("status") == REFUNDED, F.col("first_effective"))
    known = silver.groupBy("transaction_id", "dt").agg(
        F.max(F.struct("last_effective", rank, *_CONTENT)).alias("current"),
        F.max(F.struct(rank, "status")).alias("highest"),
        F.min(reversed_at).alias("reversed"),
        F.min(refunded_at).alias("refunded"),
        F.count("*").cast("int").alias("versions"),
    )
    rows = known.select("*", "current.*", "highest.status")
    sold = F.coalesce("transaction_time", F.to_utc_timestamp(F.to_timestamp("dt"), zone))
    gross = F.col("total_amount")
    returned = F.when(is_completed(), F.lit(0)).otherwise(gross).cast(AMOUNT)
    return rows.withColumns({
        "gross_amount": gross,
        "returned_amount": returned,
        "net_amount": (gross - returned).cast(AMOUNT),
        "reversed_time": F.greatest(F.col("reversed"), F.when(F.col("reversed").isNotNull(), sold)),
        "refunded_time": F.greatest(F.col("refunded"), F.when(F.col("refunded").isNotNull(), sold)),
    }).select(*FCT_TRANSACTIONS.partitioned_columns.names)


def daily_product_sales(facts: DataFrame) -> DataFrame:
    """Rows: one per day and product. Columns: those of the table with its key."""
    summed = facts.groupBy("dt", "product_id").agg(
        F.count("*").alias("transactions"),
        F.count_distinct("customer_id", order()).alias("orders"),
        F.sum("quantity").alias("units"),
        F.sum(F.when(~is_completed(), F.col("quantity")).otherwise(0)).alias("units_returned"),
        *_revenue("amount"),
    )
    return summed.select(*DAILY_PRODUCT_SALES.partitioned_columns.names)


def daily_customer_sales(facts: DataFrame) -> DataFrame:
    """Rows: one per day and customer. Columns: those of the table with its key."""
    orders = facts.groupBy("dt", "customer_id", order().alias("order")).agg(
        F.max(is_completed()).alias("is_completed"),
        F.count("*").alias("transactions"),
        F.sum("quantity").alias("units"),
        *_revenue("amount"),
    )
    summed = orders.groupBy("dt", "customer_id").agg(
        F.count("*").alias("orders"),
        F.count_if("is_completed").alias("completed_orders"),
        F.sum("transactions").alias("transactions"),
        F.sum("units").alias("units"),
        *_revenue("revenue"),
    )
    return summed.select(*DAILY_CUSTOMER_SALES.partitioned_columns.names)


def daily_sales_summary(customers: DataFrame) -> DataFrame:
    """Sum a day's customers: each order is of one.

    Rows: one per day with sales. Columns: those of the table with its key.
    """
    counts = ("transactions", "orders", "completed_orders", "units")
    summed = customers.groupBy("dt").agg(
        F.count("*").alias("unique_customers"),
        *(F.sum(name).alias(name) for name in counts),
        *_revenue("revenue"),
    )
    return summed.withColumn("avg_order_value", _mean("net_revenue", "completed_orders")).select(
        *DAILY_SALES_SUMMARY.partitioned_columns.names
    )


def order() -> Column:
    """Return what the lines of an order share, beside their customer and day."""
    return F.coalesce("order_id", F.concat(F.lit("t:"), "transaction_id"))


def is_completed() -> Column:
    """Return whether a sale did not come back."""
    return F.col("status") == COMPLETED


def _revenue(kind: str) -> list[Column]:
    """Return the sums of ``<gross, returned, net>_<kind>``, as revenue."""
    names = ("gross", "returned", "net")
    return [
        F.sum(F.col(f"{name}_{kind}").cast(REVENUE)).cast(REVENUE).alias(f"{name}_revenue")
        for name in names
    ]


def _mean(amount: str, count: str) -> Column:
    """Divide an amount by a count, half up to cents; a division of decimals would round twice."""
    cents = F.expr(f"(2 * cast({amount} * 100 as decimal(36, 0)) + {count}) div (2 * {count})")
    return F.when(F.col(count) > 0, (cents.cast("decimal(18, 0)") * F.lit(CENT)).cast(MEAN))
