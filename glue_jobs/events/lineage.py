"""What the columns of gold are made of."""

from glue_jobs.events.aggregates import STEPS
from glue_jobs.events.schemas import (
    CATEGORY_PERFORMANCE,
    CONVERSION_FUNNEL,
    EVENTS,
    HOURLY_REVENUE,
    TOP_PRODUCTS,
    USER_ACTIVITY,
)
from glue_jobs.lake.lineage import ROWS, derived

_REVENUE = "event_type price quantity"

DERIVED = {
    CONVERSION_FUNNEL: derived(
        EVENTS, "product_id", "category", **dict.fromkeys(STEPS, "event_type")
    ),
    HOURLY_REVENUE: derived(
        EVENTS, revenue=_REVENUE, purchases="event_type", units="event_type quantity"
    ),
    TOP_PRODUCTS: derived(EVENTS, "product_id", page_views="event_type"),
    CATEGORY_PERFORMANCE: derived(EVENTS, "category", "event_type", events=ROWS),
    USER_ACTIVITY: derived(
        EVENTS,
        "user_id",
        "session_id",
        events=ROWS,
        page_views="event_type",
        add_to_carts="event_type",
        purchases="event_type",
        revenue=_REVENUE,
        first_event_time="event_time",
        last_event_time="event_time",
    ),
}
