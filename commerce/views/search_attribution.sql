-- search_attribution
-- Purchases by the last search before them in the same visit, US dollars; one row per day and search, its text as
-- it was typed, NULL for purchases without one. net_revenue is that of the transactions that belong to purchases;
-- not_booked_revenue is that of purchases which the order book does not have. A visit goes on over one midnight.
with searches as (
    select * from shop_events where event_type = 'search'
),
steps as (
    select event_date as sales_date, session_id, event_time, event_time_micros, search_query,
        0 as purchases, 0 as booked, null as net_amount, null as not_booked_amount
    from searches
    union all
    select date_add('day', 1, event_date) as sales_date, session_id, event_time, event_time_micros, search_query,
        0 as purchases, 0 as booked, null as net_amount, null as not_booked_amount
    from searches
    union all
    select sales_date, session_id, event_time, event_time_micros, null as search_query,
        1 as purchases, if(is_booked, 1, 0) as booked, net_amount,
        if(not is_booked, tracked_amount) as not_booked_amount
    from purchase_matches
    where is_tracked
),
attributed as (
    select
        *,
        -- A search at the very moment of the purchase is not before it: a purchase has no text, and is first.
        last_value(search_query) ignore nulls over (
            partition by sales_date, session_id
            order by event_time, event_time_micros, search_query nulls first
            rows between unbounded preceding and current row
        ) as last_search
    from steps
)
select
    sales_date,
    last_search as search_query,
    sum(purchases) as purchases,
    sum(booked) as booked,
    sum(purchases) - sum(booked) as not_booked,
    coalesce(sum(net_amount), 0) as net_revenue,
    coalesce(sum(not_booked_amount), 0) as not_booked_revenue
from attributed
where purchases = 1
group by sales_date, last_search
