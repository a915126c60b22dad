-- funnel_by_product
-- Steps from view to purchase of all hours of events; one row per product that has events. name, brand and
-- category are those of today, NULL without a catalogue. Rates are of events, so they may be above 1: one view
-- and two purchases; NULL where nobody reached the step before.
with steps as (
    select
        product_id,
        sum(page_views) as page_views,
        sum(add_to_carts) as add_to_carts,
        sum(removals) as removals,
        sum(purchases) as purchases
    from conversion_funnel
    group by product_id
)
select
    steps.product_id,
    name,
    brand,
    category,
    page_views,
    add_to_carts,
    removals,
    purchases,
    cast(add_to_carts as double) / nullif(page_views, 0) as view_to_cart_rate,
    cast(purchases as double) / nullif(add_to_carts, 0) as cart_to_purchase_rate,
    cast(purchases as double) / nullif(page_views, 0) as view_to_purchase_rate
from steps
left join dim_products on dim_products.product_id = steps.product_id and is_current
