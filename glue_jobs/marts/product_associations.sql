-- product_associations
-- One row per kind of basket and ordered pair. An order is one of a customer and day; lines without
-- an order are one basket of their customer and day. A basket above most_products says nothing.
with lines as (
    select 'order' as basket_kind, customer_id as of_whom, order_id, dt, product_id
    from fct_transactions
    where status = 'completed' and dt > string(date_sub(:as_of, :order_days))
    union all
    select 'session', session_id, cast(null as string), dt, product_id
    from events
    where event_type = 'purchase' and dt > string(date_sub(:as_of, :session_days))
),

baskets as (
    select basket_kind, collect_set(product_id) as products
    from lines
    group by basket_kind, of_whom, order_id, dt
    having size(collect_set(product_id)) <= :most_products
),

totals as (
    select basket_kind, count(*) as baskets
    from baskets
    group by basket_kind
),

products as (
    select basket_kind, product_id, count(*) as baskets
    from baskets lateral view explode(products) as product_id
    group by basket_kind, product_id
),

pairs as (
    select basket_kind, product_id, with_product_id, count(*) as baskets
    from
        baskets
        lateral view explode(products) as product_id
        lateral view explode(products) as with_product_id
    where product_id <> with_product_id and size(products) > 1
    group by basket_kind, product_id, with_product_id
    having count(*) >= :least_baskets
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
