-- top_products_by_category
-- One row per product; by category and place.
select
    category,
    place,
    product_id,
    name,
    brand,
    units,
    net_revenue
from top_products_by_category
order by category, place
