-- daily_sales
-- One row per day; by day.
select
    sales_date,
    is_complete,
    transactions,
    orders,
    completed_orders,
    unique_customers,
    units,
    gross_revenue,
    returned_revenue,
    net_revenue,
    avg_order_value
from daily_sales
order by sales_date
