-- revenue_posted
-- Sales on their day, reversals on the day on which they became known: a return leaves the days before it
-- alone. One row per posting day from the first sale on, US dollars; after the latest day it is not complete. In
-- total it is the net revenue of today.
with postings as (
    select
        sales_date as posting_date,
        transactions,
        0 as reversals,
        gross_revenue,
        0 as reversed_revenue
    from sales_days
    union all
    select
        cast(with_timezone(reversed_time, 'UTC') at time zone 'SourceTimeZone' as date) as posting_date,
        0 as transactions,
        1 as reversals,
        0 as gross_revenue,
        returned_amount as reversed_revenue
    from fct_transactions
    where reversed_time is not null
)
select
    posting_date,
    posting_date <= as_of as is_complete,
    sum(transactions) as transactions,
    sum(reversals) as reversals,
    sum(gross_revenue) as gross_revenue,
    sum(reversed_revenue) as reversed_revenue,
    sum(gross_revenue) - sum(reversed_revenue) as net_revenue
from postings
cross join latest_day
group by posting_date, as_of
