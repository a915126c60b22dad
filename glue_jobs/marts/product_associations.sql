-- product_associations
-- One row per kind of basket and ordered pair of products. basket_counts tell how many baskets there
-- are, without a product, how many have one, without a partner, and how many have both.
with totals as (
    select basket_kind, baskets from basket_counts where product_id is null
),

products as (
    select basket_kind, product_id, baskets
    from basket_counts
    where product_id is not null and with_product_id is null
),

pairs as (
    select *
    from basket_counts
    where with_product_id is not null
),

measured as (
    select
        pairs.basket_kind,
        pairs.product_id,
        pairs.with_product_id,
        totals.baskets,
        product.baskets as baskets_product,
        partner.baskets as baskets_with,
        pairs.baskets as baskets_both,
        pairs.baskets / totals.baskets as support,
        pairs.baskets / product.baskets as confidence,
        (pairs.baskets * totals.baskets) / (product.baskets * partner.baskets) as lift
    from pairs
    inner join totals on totals.basket_kind = pairs.basket_kind
    inner join products as product
        on product.basket_kind = pairs.basket_kind and product.product_id = pairs.product_id
    inner join products as partner
        on partner.basket_kind = pairs.basket_kind and partner.product_id = pairs.with_product_id
)

select
    :as_of as as_of,
    *,
    row_number() over (
        partition by basket_kind, product_id
        order by lift desc, baskets_both desc, with_product_id
    ) as place
from measured
