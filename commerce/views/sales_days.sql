-- sales_days
-- A day's sales as they are known now; one row per day from the first sale to the latest day, without sales
-- zeros. US dollars; avg_order_value is NULL without a completed order. A day after the latest day that has
-- sales already (a delivery may be a day ahead) is there too, and not complete.
with days as (
    select cast(dt as date) as sales_date from daily_sales_summary
    union all
    select as_of as sales_date from latest_day
),
span as (
    select min(sales_date) as first_day, max(sales_date) as last_day from days
),
calendar as (
    select sales_date
    from span
    -- By month first: a sequence has 10,000 entries at the most, and a stray sale may be of 2000.
    cross join unnest(sequence(date_trunc('month', first_day), last_day, interval '1' month)) as months (month_start)
    cross join unnest(sequence(month_start, last_day_of_month(month_start))) as dates (sales_date)
    where sales_date between first_day and last_day
)
select
    calendar.sales_date,
    calendar.sales_date <= latest_day.as_of as is_complete,
    coalesce(transactions, 0) as transactions,
    coalesce(orders, 0) as orders,
    coalesce(completed_orders, 0) as completed_orders,
    coalesce(unique_customers, 0) as unique_customers,
    coalesce(units, 0) as units,
    coalesce(gross_revenue, 0) as gross_revenue,
    coalesce(returned_revenue, 0) as returned_revenue,
    coalesce(net_revenue, 0) as net_revenue,
    avg_order_value
from calendar
cross join latest_day
left join daily_sales_summary on daily_sales_summary.dt = cast(calendar.sales_date as varchar)
