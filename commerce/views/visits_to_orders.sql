-- visits_to_orders
-- Visits of the events beside orders of the order book; one row per day that has either. An order has a visit if
-- one of its lines belongs to a purchase; the others came on another way, or were not tracked. Rates are NULL
-- without visits or orders.
with parts as (
    select
        event_date as sales_date,
        count(distinct session_id) as visits,
        count(distinct if(event_type = 'purchase', session_id)) as visits_that_bought,
        0 as orders,
        0 as orders_with_visit
    from shop_events
    group by event_date
    union all
    select
        sales_date,
        0 as visits,
        0 as visits_that_bought,
        1 as orders,
        max(if(is_tracked, 1, 0)) as orders_with_visit
    from purchase_matches
    where is_booked
    group by sales_date, customer_id, order_key
),
days as (
    select
        sales_date,
        sum(visits) as visits,
        sum(visits_that_bought) as visits_that_bought,
        sum(orders) as orders,
        sum(orders_with_visit) as orders_with_visit
    from parts
    group by sales_date
)
select
    *,
    cast(visits_that_bought as double) / nullif(visits, 0) as purchase_rate,
    cast(orders_with_visit as double) / nullif(orders, 0) as matched_rate
from days
