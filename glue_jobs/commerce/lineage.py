"""What the columns of facts and daily tables are made of."""

from glue_jobs.commerce.schemas import (
    CLICKSTREAM,
    DAILY_CUSTOMER_SALES,
    DAILY_DEVICE_SESSIONS,
    DAILY_PRODUCT_SALES,
    DAILY_SALES_SUMMARY,
    FCT_TRANSACTIONS,
    STEPS,
    TRANSACTIONS,
)
from glue_jobs.lake.lineage import ROWS, derived

_REVENUE = {f"{kind}_revenue": f"{kind}_amount" for kind in ("gross", "returned", "net")}
_VISIT = "session_id event_type"

DERIVED = {
    FCT_TRANSACTIONS: derived(
        TRANSACTIONS,
        "transaction_id",
        "order_id",
        "customer_id",
        "product_id",
        "quantity",
        "price",
        "status",
        "transaction_time",
        gross_amount="total_amount",
        returned_amount="status total_amount",
        net_amount="status total_amount",
        # Nothing comes back before it is sold.
        reversed_time="first_effective status transaction_time",
        refunded_time="first_effective status transaction_time",
        versions=ROWS,
    ),
    DAILY_PRODUCT_SALES: derived(
        FCT_TRANSACTIONS,
        "product_id",
        transactions=ROWS,
        orders="customer_id order_id transaction_id",
        units="quantity",
        units_returned="quantity status",
        **_REVENUE,
    ),
    DAILY_CUSTOMER_SALES: derived(
        FCT_TRANSACTIONS,
        "customer_id",
        transactions=ROWS,
        orders="order_id transaction_id",
        completed_orders="order_id status transaction_id",
        units="quantity",
        **_REVENUE,
    ),
    DAILY_SALES_SUMMARY: derived(
        DAILY_CUSTOMER_SALES,
        "transactions",
        "orders",
        "completed_orders",
        "units",
        *_REVENUE,
        unique_customers=ROWS,
        avg_order_value="completed_orders net_revenue",
    ),
    DAILY_DEVICE_SESSIONS: derived(
        CLICKSTREAM,
        "device",
        sessions="session_id",
        **{f"{step}s": "event_type" for step in STEPS},
        sessions_that_viewed=_VISIT,
        sessions_that_added=_VISIT,
        sessions_that_checked_out=_VISIT,
        sessions_that_bought=_VISIT,
    ),
}
