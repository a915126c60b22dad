-- recommendations
-- Of orders; of visits, ask for the basket_kind session. One row per product and partner; by product and place.
select
    product_id,
    name,
    place,
    with_product_id,
    with_name,
    lift,
    confidence,
    baskets_both
from recommendations
where basket_kind = 'order'
order by product_id, place
