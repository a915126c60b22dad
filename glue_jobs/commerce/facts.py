"""Sales as they are known now, and each day's sums of them.

Pure functions of silver: of one day's rows comes that day, and no other.
"""

from datetime import date, datetime, time, tzinfo
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from glue_jobs.commerce.contracts import CENT, STATUSES
from glue_jobs.commerce.schemas import (
    DAILY_CUSTOMER_SALES,
    DAILY_PRODUCT_SALES,
    DAILY_SALES_SUMMARY,
    FCT_TRANSACTIONS,
)
from glue_jobs.commerce.sums import declared, ones, summed, with_columns
from glue_jobs.lake.tables import Table

COMPLETED, RETURNED, REFUNDED = range(len(STATUSES))  # from the lowest to the highest
# What decides between versions that are true at the same time, in this order; NULL is the least.
_CONTENT = (
    "rank",
    "order_id",
    "customer_id",
    "product_id",
    "quantity",
    "price",
    "total_amount",
    "transaction_time",
)


def sales(silver: pa.Table, day: date, zone: tzinfo) -> dict[Table, pa.Table]:
    """Return the facts and the daily tables of a day of ``silver.transactions``."""
    facts = transactions(silver, datetime.combine(day, time(), zone))
    customers = daily_customer_sales(facts)
    return {
        FCT_TRANSACTIONS: facts,
        DAILY_PRODUCT_SALES: daily_product_sales(facts),
        DAILY_CUSTOMER_SALES: customers,
        DAILY_SALES_SUMMARY: daily_sales_summary(customers),
    }


def transactions(silver: pa.Table, midnight: datetime) -> pa.Table:
    """Say of each transaction what is known now.

    Its content is the latest that was true; its status is the highest that it ever had.
    ``silver``: rows of a day, which begins at ``midnight``.
    Rows: one per ``transaction_id``, in its order. Columns: those of ``fct_transactions``.
    """
    versions = _in_order_of_truth(_with_reversals(silver))
    known = versions.group_by("transaction_id", use_threads=False).aggregate([
        ("row", "max"),
        ("rank", "max"),
        ("reversed", "min"),
        ("refunded", "min"),
        ([], "count_all"),
    ])
    current, rank = versions.take(known["row_max"]), known["rank_max"]
    gross, sold = current["total_amount"], current["transaction_time"]
    sold = pc.fill_null(sold, pa.scalar(midnight, sold.type))
    nothing, is_completed = pa.scalar(Decimal(), gross.type), pc.equal(rank, COMPLETED)
    told = {
        "gross_amount": gross,
        "returned_amount": pc.if_else(is_completed, nothing, gross),
        "net_amount": pc.if_else(is_completed, gross, nothing),
        "status": pa.array(STATUSES).take(rank.combine_chunks()),
        # Nothing comes back before it is sold, whatever a sender's clock says.
        "reversed_time": _later(known["reversed_min"], sold),
        "refunded_time": _later(known["refunded_min"], sold),
        "versions": known["count_all"],
    }
    return declared(FCT_TRANSACTIONS, with_columns(current, told))


def _with_reversals(silver: pa.Table) -> pa.Table:
    """Add the ``rank`` of the status, and since when the row is ``reversed`` and ``refunded``."""
    rank, effective = pc.index_in(silver["status"], pa.array(STATUSES)), silver["first_effective"]
    never = pa.scalar(None, effective.type)
    told = {
        "rank": rank,
        "reversed": pc.if_else(pc.greater_equal(rank, RETURNED), effective, never),
        "refunded": pc.if_else(pc.equal(rank, REFUNDED), effective, never),
    }
    return with_columns(silver, told)


def _in_order_of_truth(versions: pa.Table) -> pa.Table:
    """Sort by transaction, the version that counts last; add the number of each ``row``."""
    keys = [(name, "ascending") for name in ("transaction_id", "last_effective", *_CONTENT)]
    order = pc.sort_indices(versions, keys, null_placement="at_start")
    return with_columns(versions.take(order), {"row": pa.array(np.arange(len(versions)))})


def daily_product_sales(facts: pa.Table) -> pa.Table:
    """Rows: one per product. Columns: those of the table."""
    orders = summed(_lines(facts), "product_id", "customer_id", "order")
    products = summed(with_columns(orders, {"orders": ones(orders)}), "product_id")
    return declared(DAILY_PRODUCT_SALES, products)


def daily_customer_sales(facts: pa.Table) -> pa.Table:
    """Rows: one per customer, of whom each order is. Columns: those of the table."""
    orders = summed(_lines(facts), "customer_id", "order")
    is_completed = pc.greater(orders["completed"], 0).cast(pa.int64())
    counted = with_columns(orders, {"orders": ones(orders), "completed_orders": is_completed})
    return declared(DAILY_CUSTOMER_SALES, summed(counted, "customer_id"))


def daily_sales_summary(customers: pa.Table) -> pa.Table:
    """Rows: one, none without customers. Columns: those of the table."""
    one, day = ones(customers), pa.repeat("day", len(customers))
    total = summed(with_columns(customers, {"unique_customers": one, "day": day}), "day")
    means = map(_mean, total["net_revenue"].to_pylist(), total["completed_orders"].to_pylist())
    return declared(DAILY_SALES_SUMMARY, with_columns(total, {"avg_order_value": pa.array(means)}))


def _lines(facts: pa.Table) -> pa.Table:
    """Say what is summed of each transaction, and its ``order``: alone it is one of its own."""
    alone = pc.binary_join_element_wise("t", facts["transaction_id"], ":")
    is_completed, units = pc.equal(facts["status"], STATUSES[COMPLETED]), facts["quantity"]
    return pa.table({
        "product_id": facts["product_id"],
        "customer_id": facts["customer_id"],
        "order": pc.coalesce(facts["order_id"], alone),
        "transactions": ones(facts),
        "completed": is_completed.cast(pa.int64()),
        "units": units,
        "units_returned": pc.if_else(is_completed, 0, units),
        **{f"{kind}_revenue": facts[f"{kind}_amount"] for kind in ("gross", "returned", "net")},
    })


def _later(times: pa.ChunkedArray, others: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the later of two times each; NULL where there is none."""
    return pc.if_else(pc.greater(times, others), times, others)


def _mean(amount: Decimal, count: int) -> Decimal | None:
    """Divide an amount by a count, half up to cents."""
    return (amount / count).quantize(CENT, ROUND_HALF_UP) if count else None
