-- dim_products
-- One row per product and version. Of a day of effect the latest row counts; rows that follow each
-- other with the same name, category, brand and price are one version.
with of_day as (
    select product_id, max(struct(effective_time, name, category, brand, price, stock)) as told
    from products
    group by product_id, date(effective_time)
),

compared as (
    select
        *,
        struct(told.name, told.category, told.brand, told.price) as content,
        lag(struct(told.name, told.category, told.brand, told.price)) over (
            partition by product_id order by told.effective_time
        ) as content_before
    from of_day
),

numbered as (
    select
        *,
        count_if(not content <=> content_before) over (
            partition by product_id order by told.effective_time
        ) as version
    from compared
),

versions as (
    select product_id, version, min(told.effective_time) as since, max(told) as told
    from numbered
    group by product_id, version
),

dated as (
    select
        *,
        lead(since) over (partition by product_id order by version) as until
    from versions
)

select
    product_id,
    if(version = 1, timestamp '1970-01-01 00:00:00', since) as valid_from,  -- older sales find it
    until as valid_to,
    until is null as is_current,
    told.name as name,
    told.category as category,
    told.brand as brand,
    told.price as price,
    if(until is null, told.stock, null) as stock,
    false as is_inferred
from dated
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
