-- customer_lifetime_value
-- What customers are worth, those without orders among them; one row per customer, US dollars. lifetime_value is
-- what they kept; avg_order_value is NULL without a completed order, name and city of who is not registered.
select
    value.as_of,
    value.customer_id,
    name,
    city,
    is_registered,
    segment,
    first_order_date,
    last_order_date,
    orders,
    completed_orders,
    units,
    gross_revenue,
    returned_revenue,
    lifetime_value,
    avg_order_value,
    recency_days,
    r_score,
    f_score,
    m_score
from customer_value as value
left join dim_customers on dim_customers.customer_id = value.customer_id and is_current
