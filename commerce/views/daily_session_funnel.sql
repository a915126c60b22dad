-- daily_session_funnel
-- Visits by how far they came; one row per day that has events. Each step counts visits of the step before that
-- took it too, so no rate is above 1; NULL where nobody reached the step before. A visit counts on each day on
-- which it has events. visits_that_bought_only bought without the steps before on the same day.
with visits as (
    select
        event_date as visit_date,
        session_id,
        bool_or(event_type = 'page_view') as has_viewed,
        bool_or(event_type = 'add_to_cart') as has_added,
        bool_or(event_type = 'purchase') as has_bought
    from shop_events
    group by event_date, session_id
),
steps as (
    select
        visit_date,
        count(*) as visits,
        count_if(has_viewed) as visits_that_viewed,
        count_if(has_viewed and has_added) as visits_that_added,
        count_if(has_viewed and has_added and has_bought) as visits_that_bought,
        count_if(has_bought and not (has_viewed and has_added)) as visits_that_bought_only
    from visits
    group by visit_date
)
select
    *,
    cast(visits_that_viewed as double) / nullif(visits, 0) as view_rate,
    cast(visits_that_added as double) / nullif(visits_that_viewed, 0) as view_to_cart_rate,
    cast(visits_that_bought as double) / nullif(visits_that_added, 0) as cart_to_purchase_rate,
    cast(visits_that_bought as double) / nullif(visits_that_viewed, 0) as view_to_purchase_rate
from steps
