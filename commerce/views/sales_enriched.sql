-- sales_enriched
-- Every sale with its product and customer; one row per transaction and day of sale, US dollars. product_name,
-- category, brand, customer_name and city are those of the end of the day of sale, current_ those of today; of
-- what was never delivered they are NULL, and the category is unknown. Filter on dt to read few days.
with sales as (
    select *, cast(dt as date) as sales_date from fct_transactions
)
select
    sales_date,
    transaction_id,
    order_id,
    sales.customer_id,
    sales.product_id,
    quantity,
    price,
    gross_amount,
    returned_amount,
    net_amount,
    status,
    transaction_time,
    reversed_time,
    refunded_time,
    product.name as product_name,
    coalesce(product.category, 'unknown') as category,
    product.brand,
    customer.name as customer_name,
    customer.city,
    current_product.name as current_product_name,
    coalesce(current_product.category, 'unknown') as current_category,
    current_product.brand as current_brand,
    current_customer.name as current_customer_name,
    current_customer.city as current_city,
    dt
from sales
left join product_versions as product
    on product.product_id = sales.product_id and sales_date between product.first_day and product.last_day
left join customer_versions as customer
    on customer.customer_id = sales.customer_id and sales_date between customer.first_day and customer.last_day
left join product_versions as current_product
    on current_product.product_id = sales.product_id and current_product.is_current
left join customer_versions as current_customer
    on current_customer.customer_id = sales.customer_id and current_customer.is_current
