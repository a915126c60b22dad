-- visits_to_orders
-- The seven days of a range: change the two days. Only their events are read. One row per day; by day.
select
    sales_date,
    visits,
    visits_that_bought,
    orders,
    orders_with_visit,
    purchase_rate,
    matched_rate
from visits_to_orders
where sales_date between date '2026-03-01' and date '2026-03-07'
order by sales_date
