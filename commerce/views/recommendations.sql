-- recommendations
-- What is bought together more often than by chance; one row per kind of basket, product and one of its first
-- five partners by lift, then baskets with both. Names are those of today, NULL without a catalogue.
select
    pairs.as_of,
    basket_kind,
    pairs.product_id,
    product.name,
    place,
    with_product_id,
    partner.name as with_name,
    lift,
    confidence,
    support,
    baskets_both
from product_associations as pairs
left join dim_products as product on product.product_id = pairs.product_id and product.is_current
left join dim_products as partner on partner.product_id = with_product_id and partner.is_current
where lift > 1 and place <= 5
