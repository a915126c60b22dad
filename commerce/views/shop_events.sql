-- shop_events
-- The events of the shop with their day in the zone of days of sale; one row per event, price in US dollars.
-- A filter on event_date reads only the hours of these days, though events lie by hours of UTC.
with hours as (
    select
        *,
        with_timezone(cast(concat(dt, ' ', hour, ':00:00') as timestamp), 'UTC') as begins
    from silver_x.events
),
days as (
    select
        *,
        cast(begins at time zone 'SourceTimeZone' as date) as first_date,
        cast((begins + interval '59' minute) at time zone 'SourceTimeZone' as date) as last_date,
        cast(with_timezone(event_time, 'UTC') at time zone 'SourceTimeZone' as date) as own_date
    from hours
)
-- Each day is told by the partition alone, so Athena skips partitions by it. An hour has two days in zones
-- that are not whole hours from UTC; in others the second half reads nothing.
select
    first_date as event_date,
    event_time,
    event_time_micros,
    session_id,
    user_id,
    event_type,
    product_id,
    quantity,
    price,
    search_query
from days
where own_date = first_date
union all
select
    last_date as event_date,
    event_time,
    event_time_micros,
    session_id,
    user_id,
    event_type,
    product_id,
    quantity,
    price,
    search_query
from days
where last_date <> first_date
    and own_date = last_date
