-- product_sales
-- What a product sold on a day, and what it is called; one row per day of sale and product, US dollars.
-- name, brand and category are those of today; category_then is that of the end of the day of sale. A product
-- that no catalogue has is of the category unknown, and its name is NULL. Filter on dt to read few days.
with sales as (
    select *, cast(dt as date) as sales_date from daily_product_sales
)
select
    sales_date,
    sales.product_id,
    today.name,
    today.brand,
    coalesce(today.category, 'unknown') as category,
    coalesce(past.category, 'unknown') as category_then,
    transactions,
    orders,
    units,
    units_returned,
    gross_revenue,
    returned_revenue,
    net_revenue,
    dt
from sales
left join product_versions as today on today.product_id = sales.product_id and today.is_current
left join product_versions as past
    on past.product_id = sales.product_id and sales_date between past.first_day and past.last_day
