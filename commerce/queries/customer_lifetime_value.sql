-- customer_lifetime_value
-- One row per customer; by value.
select
    customer_id,
    name,
    city,
    segment,
    first_order_date,
    last_order_date,
    orders,
    completed_orders,
    gross_revenue,
    returned_revenue,
    lifetime_value,
    avg_order_value
from customer_lifetime_value
order by lifetime_value desc, customer_id
