-- tracking
-- One row per day; by day.
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
order by sales_date
