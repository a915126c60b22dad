-- What the daily report asks. Each statement has a name and the layer whose database it asks. A word after a colon is
-- a parameter: `first`, `week`, `before` and `day` are days, YYYY-MM-DD.

-- statement hours, gold
-- One row per hour that has events, UTC, from the first of the month or of the 14 days, whichever is earlier.
select
    dt,
    hour,
    sum(revenue) as revenue,
    sum(purchases) as purchases
from hourly_revenue
where dt between :first and :day
group by dt, hour
order by dt, hour
;

-- statement visits, gold
-- One row per day: the day and the one before. Exact: a user or session that spans hours counts once.
select
    dt,
    count(distinct user_id) as users,
    count(distinct session_id) as sessions,
    count(distinct session_id) filter (where purchases > 0) as buying_sessions
from user_activity
where dt between :before and :day
group by dt
order by dt
;

-- statement steps, gold
-- One row per day and category. Searches have no category and are left out.
select
    dt,
    category,
    coalesce(sum(events) filter (where event_type = 'page_view'), 0) as page_views,
    coalesce(sum(events) filter (where event_type = 'add_to_cart'), 0) as add_to_carts,
    coalesce(sum(events) filter (where event_type = 'purchase'), 0) as purchases
from category_performance
where dt between :week and :day and category is not null
group by dt, category
order by dt, category
;

-- statement products, gold
-- The ten most viewed products of each day and category, and of all days (dt is NULL) and category.
select
    dt,
    product_id,
    category,
    page_views,
    add_to_carts,
    purchases
from (
    select
        *,
        row_number() over (partition by dt, category order by page_views desc, product_id) as place
    from (
        select
            dt,
            product_id,
            min(category) as category,
            sum(page_views) as page_views,
            sum(add_to_carts) as add_to_carts,
            sum(purchases) as purchases
        from conversion_funnel
        where dt between :week and :day
        group by grouping sets ((dt, product_id), (product_id))
    )
)
where place <= 10
order by dt, page_views desc, product_id
;

-- statement segments, gold
-- One row per segment of the week's users: recency is days since the last purchase, frequency purchases, value revenue.
select
    segment,
    count(*) as users,
    avg(cast(recency as double)) as recency,
    sum(frequency) as frequency,
    sum(value) as value
from (
    select
        case
            when frequency = 0 then 'Did not buy'
            when frequency > 1 and recency <= 1 then 'Several purchases, active'
            when frequency > 1 then 'Several purchases, quiet'
            when recency <= 1 then 'One purchase, active'
            else 'One purchase, quiet'
        end as segment,
        recency,
        frequency,
        value
    from (
        select
            user_id,
            date_diff('day', max(cast(dt as date)) filter (where purchases > 0), cast(:day as date)) as recency,
            sum(purchases) as frequency,
            sum(revenue) as value
        from user_activity
        where dt between :week and :day
        group by user_id
    )
)
group by segment
order by users desc, segment
;

-- statement recent, silver
-- The ten latest purchases of an hour: the latest that has any, so one partition is read.
select
    event_time,
    user_id,
    product_id,
    category,
    quantity,
    price,
    quantity * price as amount
from events
where dt = :day and hour = :hour and event_type = 'purchase'
order by event_time desc, event_time_micros desc, user_id, product_id
limit 10
;

-- statement slots, bronze
-- One row per hour and minute in which files lie; a file in no folder of a minute has none.
select
    hour,
    regexp_extract(source_file, '/minute=(\d{2})/', 1) as minute,
    count(*) as files,
    count_if(state = 'unreadable') as unreadable_files,
    sum(lines) as lines,
    sum(accepted) as accepted,
    sum(duplicates) as duplicates,
    sum(rejected) as rejected,
    max(last_event_time) as last_event_time
from load_ledger
where dt = :day and state <> 'ignored'
group by hour, regexp_extract(source_file, '/minute=(\d{2})/', 1)
order by hour, minute
;

-- statement reasons, bronze
-- One row per reason for which lines were rejected.
select
    reason,
    sum(number) as lines
from load_ledger
cross join unnest(reasons) as by_reason (reason, number)
where dt = :day
group by reason
order by lines desc, reason
;
