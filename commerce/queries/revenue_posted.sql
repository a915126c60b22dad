-- revenue_posted
-- One row per day; by day.
select
    posting_date,
    is_complete,
    transactions,
    reversals,
    gross_revenue,
    reversed_revenue,
    net_revenue
from revenue_posted
order by posting_date
