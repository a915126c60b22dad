-- search_attribution
-- Purchases by the last search before them in the same visit, US dollars; one row per day and search, its text as
-- it was typed, NULL for purchases without one. net_revenue is that of the transactions that belong to purchases;
-- not_booked_revenue is that of purchases which the order book does not have. A visit goes on over one midnight.
with searches as (
    select
        event_date as sales_date,
        session_id,
        event_time,
        event_time_micros,
        search_query,
        null as is_booked,
        null as net_amount,
        null as tracked_amount
    from shop_events
    where event_type = 'search'
),
purchases as (
    select
        sales_date,
        session_id,
        event_time,
        event_time_micros,
        null as search_query,
        is_booked,
        net_amount,
        tracked_amount
    from purchase_matches
    where is_tracked
),
steps as (
    select * from searches
    union all
    -- For purchases of the day after, too.
    select
        date_add('day', 1, sales_date) as sales_date,
        session_id,
        event_time,
        event_time_micros,
        search_query,
        is_booked,
        net_amount,
        tracked_amount
    from searches
    union all
    select * from purchases
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
    count(*) as purchases,
    count_if(is_booked) as booked,
    count_if(not is_booked) as not_booked,
    coalesce(sum(net_amount), 0) as net_revenue,
    coalesce(sum(tracked_amount) filter (where not is_booked), 0) as not_booked_revenue
from attributed
where is_booked is not null
group by sales_date, last_search
