-- top_products
-- The ten products with the highest net revenue of a range, which is 30 days up to the latest day: change the
-- number, or write two days, between date '2026-03-01' and date '2026-03-31'. One row per product; by revenue.
select
    product_id,
    name,
    brand,
    category,
    sum(units) as units,
    sum(gross_revenue) as gross_revenue,
    sum(returned_revenue) as returned_revenue,
    sum(net_revenue) as net_revenue
from product_sales
cross join latest_day
where sales_date between date_add('day', 1 - 30, as_of) and as_of
group by product_id, name, brand, category
order by net_revenue desc, product_id
limit 10
