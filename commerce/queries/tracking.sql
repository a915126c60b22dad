-- tracking
-- The seven days of a range: change the two days. Only their events are read. One row per day; by day.
select
    sales_date,
    purchases,
    transactions,
    matched,
    only_tracked,
    only_booked,
    other_amounts,
    tracked_revenue,
    gross_revenue,
    only_tracked_revenue,
    only_booked_revenue,
    amount_difference
from tracking
where sales_date between date '2026-03-01' and date '2026-03-07'
order by sales_date
