-- sales_enriched
-- The twenty latest sales, one row per transaction; by time, on each day those without a time last.
select
    sales_date,
    transaction_time,
    transaction_id,
    product_id,
    product_name,
    category,
    current_category,
    customer_id,
    city,
    current_city,
    quantity,
    net_amount,
    status
from sales_enriched
order by sales_date desc, transaction_time desc, transaction_id
limit 20
