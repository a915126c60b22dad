-- daily_session_funnel
-- The seven days of a range: change the two days. Only their events are read. One row per day; by day.
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
where visit_date between date '2026-03-01' and date '2026-03-07'
order by visit_date
