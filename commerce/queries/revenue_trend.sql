-- revenue_trend
-- One row per day; by day.
select
    sales_date,
    is_complete,
    net_revenue,
    seven_day_mean,
    week_before_revenue,
    week_change_rate,
    month_to_date_revenue
from revenue_trend
order by sales_date
