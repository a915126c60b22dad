-- dim_products
-- One row per product and version. Of a day of effect the latest row counts; rows that follow each
-- other with the same name, category, brand and price are one version.
with dated as (
    select
        *,
        lead(effective_date) over (
            partition by product_id order by effective_time, name, category, brand, price, stock
        ) as next_date
    from (
        select *, date(from_utc_timestamp(effective_time, :source_time_zone)) as effective_date
        from products
    )
),

compared as (
    select
        *,
        struct(name, category, brand, price) as content,
        lead(struct(name, category, brand, price)) over (
            partition by product_id order by effective_time
        ) as next_content,
        lead(effective_time) over (partition by product_id order by effective_time) as until
    from dated
    where next_date is null or next_date > effective_date
),

versions as (
    select
        *,
        lag(until) over (partition by product_id order by effective_time) as since
    from compared
    where until is null or not content <=> next_content  -- the last row of each version
)

select
    product_id,
    coalesce(since, timestamp '1970-01-01 00:00:00') as valid_from,  -- older sales find the first
    until as valid_to,
    until is null as is_current,
    name,
    category,
    brand,
    price,
    if(until is null, stock, null) as stock,
    false as is_inferred
from versions
union all
select distinct
    sold.product_id,
    timestamp '1970-01-01 00:00:00',
    cast(null as timestamp),
    true,
    cast(null as string),
    cast(null as string),
    cast(null as string),
    cast(null as decimal(10, 2)),
    cast(null as int),
    true
from daily_product_sales as sold
left anti join products on products.product_id = sold.product_id
