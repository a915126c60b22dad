-- device_funnel
-- One row per day and device; by day, most visits first.
select
    visit_date,
    device,
    sessions,
    sessions_that_viewed,
    sessions_that_added,
    sessions_that_checked_out,
    sessions_that_bought,
    session_view_rate,
    session_cart_rate,
    session_checkout_rate,
    session_purchase_rate,
    page_views,
    product_views,
    add_to_carts,
    checkouts,
    purchases,
    event_view_to_cart_rate,
    event_cart_to_checkout_rate,
    event_checkout_to_purchase_rate
from device_funnel
order by visit_date, sessions desc, device
