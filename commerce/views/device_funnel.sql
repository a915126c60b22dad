-- device_funnel
-- What visits of the daily clicks did; one row per day and device, NULL is unknown. session_ rates are shares of
-- all visits of the row, never above 1. event_ rates compare events of one step with those of the step before, and
-- may be above 1; NULL where there are none.
select
    cast(dt as date) as visit_date,
    device,
    sessions,
    sessions_that_viewed,
    sessions_that_added,
    sessions_that_checked_out,
    sessions_that_bought,
    cast(sessions_that_viewed as double) / nullif(sessions, 0) as session_view_rate,
    cast(sessions_that_added as double) / nullif(sessions, 0) as session_cart_rate,
    cast(sessions_that_checked_out as double) / nullif(sessions, 0) as session_checkout_rate,
    cast(sessions_that_bought as double) / nullif(sessions, 0) as session_purchase_rate,
    page_views,
    product_views,
    add_to_carts,
    checkouts,
    purchases,
    cast(add_to_carts as double) / nullif(product_views, 0) as event_view_to_cart_rate,
    cast(checkouts as double) / nullif(add_to_carts, 0) as event_cart_to_checkout_rate,
    cast(purchases as double) / nullif(checkouts, 0) as event_checkout_to_purchase_rate
from daily_device_sessions
