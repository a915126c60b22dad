"""What the columns of the steps that workers make are made of, where no SQL says so."""

_SALES = "daily_customer_sales"
_FACTS, _EVENTS = "fct_transactions", "events"
_SUMMED = (
    "customer_id",
    "orders",
    "completed_orders",
    "units",
    "gross_revenue",
    "returned_revenue",
    "net_revenue",
)

BOUGHT = {name: (f"{_SALES}.{name}",) for name in _SUMMED} | {
    "first_order_date": (f"{_SALES}.dt",),
    "last_order_date": (f"{_SALES}.dt",),
    "last_completed_date": (f"{_SALES}.dt", f"{_SALES}.completed_orders"),
}
BASKET_COUNTS = {
    "basket_kind": (),
    "product_id": (f"{_FACTS}.product_id", f"{_EVENTS}.product_id"),
    "with_product_id": (f"{_FACTS}.product_id", f"{_EVENTS}.product_id"),
    "baskets": (
        *(f"{_FACTS}.{name}" for name in ("dt", "customer_id", "order_id")),
        *(f"{_EVENTS}.{name}" for name in ("dt", "session_id")),
    ),
}
STEPS = {"bought": BOUGHT, "basket_counts": BASKET_COUNTS}
