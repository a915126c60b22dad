-- revenue_trend
-- Net revenue as it is known now; one row per day from the first sale on, days without sales included, US
-- dollars. The mean is of this day and the six before, NULL while there are fewer; a week before is the same
-- weekday, NULL in the first week; a rate is NULL where that day had no revenue.
select
    sales_date,
    is_complete,
    net_revenue,
    case
        when row_number() over (order by sales_date) >= 7
        then avg(net_revenue) over (order by sales_date rows between 6 preceding and current row)
    end as seven_day_mean,
    lag(net_revenue, 7) over (order by sales_date) as week_before_revenue,
    cast(net_revenue as double) / nullif(lag(net_revenue, 7) over (order by sales_date), 0) - 1 as week_change_rate,
    sum(net_revenue) over (
        partition by date_trunc('month', sales_date)
        order by sales_date
    ) as month_to_date_revenue
from sales_days
