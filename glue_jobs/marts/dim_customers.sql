-- dim_customers
-- One row per customer and version. Of a day of effect the latest row counts; rows that follow each
-- other with the same name, email and city are one version. Masked unless show_pii.
with of_day as (
    select customer_id, max(struct(effective_time, name, email, city, signup_date)) as told
    from customers
    group by customer_id, date(effective_time)
),

compared as (
    select
        *,
        struct(told.name, told.email, told.city) as content,
        lag(struct(told.name, told.email, told.city)) over (
            partition by customer_id order by told.effective_time
        ) as content_before
    from of_day
),

numbered as (
    select
        *,
        count_if(not content <=> content_before) over (
            partition by customer_id order by told.effective_time
        ) as version
    from compared
),

versions as (
    select customer_id, version, min(told.effective_time) as since, max(told) as told
    from numbered
    group by customer_id, version
),

dated as (
    select
        *,
        lead(since) over (partition by customer_id order by version) as until
    from versions
)

select
    customer_id,
    if(version = 1, timestamp '1970-01-01 00:00:00', since) as valid_from,  -- older sales find it
    until as valid_to,
    until is null as is_current,
    if(:show_pii, told.name, concat(substr(told.name, 1, 1), '***')) as name,
    if(:show_pii, told.email, concat(substr(told.email, 1, 1), '***')) as email,
    told.city as city,
    told.signup_date as signup_date,
    false as is_inferred
from dated
union all
select
    bought.customer_id,
    timestamp '1970-01-01 00:00:00',
    cast(null as timestamp),
    true,
    cast(null as string),
    cast(null as string),
    cast(null as string),
    cast(null as date),
    true
from bought
left anti join customers on customers.customer_id = bought.customer_id
