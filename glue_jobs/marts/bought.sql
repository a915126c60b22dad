-- bought
-- One row per customer with an order: what all days add up to. (Of texts Spark would have to sort all
-- rows for the least and the greatest, not so of dates.)
select
    customer_id,
    min(date(dt)) as first_order_date,
    max(date(dt)) as last_order_date,
    max(if(completed_orders > 0, date(dt), null)) as last_completed_date,
    sum(orders) as orders,
    sum(completed_orders) as completed_orders,
    sum(units) as units,
    sum(gross_revenue) as gross_revenue,
    sum(returned_revenue) as returned_revenue,
    sum(net_revenue) as net_revenue
from daily_customer_sales
group by customer_id
