-- top_products_by_category
-- The five products of each category of today with the highest net revenue of 30 days up to the latest day;
-- one row per product, US dollars. Of equals the product id decides; the category unknown is one of them.
with totals as (
    select
        category,
        product_id,
        name,
        brand,
        sum(units) as units,
        sum(net_revenue) as net_revenue
    from product_sales
    cross join latest_day
    where sales_date between date_add('day', 1 - 30, as_of) and as_of
    group by category, product_id, name, brand
),
places as (
    select
        *,
        row_number() over (partition by category order by net_revenue desc, product_id) as place
    from totals
)
select
    category,
    place,
    product_id,
    name,
    brand,
    units,
    net_revenue
from places
where place <= 5
