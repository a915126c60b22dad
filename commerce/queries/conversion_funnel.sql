-- conversion_funnel
-- One row per product; by views, then by id.
select
    product_id,
    name,
    brand,
    category,
    page_views,
    add_to_carts,
    removals,
    purchases,
    view_to_cart_rate,
    cart_to_purchase_rate,
    view_to_purchase_rate
from funnel_by_product
order by page_views desc, product_id
