-- daily_session_funnel
-- The last 7 days up to the latest day, one row per day; by day. Days written as literals, as in
-- visit_date >= date '2026-03-01', let Athena skip the partitions of all others.
select
    visit_date,
    visits,
    visits_that_viewed,
    visits_that_added,
    visits_that_bought,
    visits_that_bought_only,
    view_rate,
    view_to_cart_rate,
    cart_to_purchase_rate,
    view_to_purchase_rate
from daily_session_funnel
cross join latest_day
where visit_date between date_add('day', 1 - 7, as_of) and as_of
order by visit_date
