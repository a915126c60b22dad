-- query 1, conversion funnel
-- One row per product. Rates are fractions of event counts, NULL where nobody reached the step before.
select
    product_id,
    sum(page_views) as page_views,
    sum(add_to_carts) as add_to_carts,
    sum(purchases) as purchases,
    cast(sum(add_to_carts) as double) / nullif(sum(page_views), 0) as view_to_cart_rate,
    cast(sum(purchases) as double) / nullif(sum(add_to_carts), 0) as cart_to_purchase_rate,
    cast(sum(purchases) as double) / nullif(sum(page_views), 0) as view_to_purchase_rate,
    sum(removals) as removals,
    min(category) as category
from conversion_funnel
group by product_id
order by page_views desc, product_id
;

-- query 2, hourly revenue
-- One row per hour that has events, UTC. Price x quantity of purchases, US dollars.
select
    cast(concat(dt, ' ', hour, ':00:00') as timestamp) as revenue_hour,
    sum(revenue) as revenue,
    sum(purchases) as purchases,
    sum(units) as units
from hourly_revenue
group by dt, hour
order by revenue_hour
;

-- query 3, top products
-- The ten most viewed products; the product id decides between equals.
select
    product_id,
    sum(page_views) as page_views
from top_products
group by product_id
order by page_views desc, product_id
limit 10
;

-- query 4, category performance
-- One row per day and category, all event types; searches have no category and stand under NULL.
select
    cast(dt as date) as event_date,
    category,
    sum(events) as events,
    coalesce(sum(events) filter (where event_type = 'page_view'), 0) as page_views,
    coalesce(sum(events) filter (where event_type = 'add_to_cart'), 0) as add_to_carts,
    coalesce(sum(events) filter (where event_type = 'remove_from_cart'), 0) as removals,
    coalesce(sum(events) filter (where event_type = 'purchase'), 0) as purchases,
    coalesce(sum(events) filter (where event_type = 'search'), 0) as searches
from category_performance
group by dt, category
order by event_date, category
;

-- query 5, user activity
-- One row per day. Exact distinct counts: a user or session that spans hours counts once.
select
    cast(dt as date) as event_date,
    count(distinct user_id) as unique_users,
    count(distinct session_id) as unique_sessions,
    sum(events) as events
from user_activity
group by dt
order by event_date
;
