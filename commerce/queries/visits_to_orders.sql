-- visits_to_orders
-- One row per day; by day.
select
    sales_date,
    visits,
    visits_that_bought,
    orders,
    orders_with_visit,
    purchase_rate,
    matched_rate
from visits_to_orders
order by sales_date
