-- dim_customers
-- One row per customer and version. Of a day of effect the latest row counts; rows that follow each
-- other with the same name, email and city are one version. Masked unless show_pii.
with dated as (
    select
        *,
        lead(effective_date) over (
            partition by customer_id order by effective_time, name, email, city, signup_date
        ) as next_date
    from (
        select *, date(from_utc_timestamp(effective_time, :source_time_zone)) as effective_date
        from customers
    )
),

compared as (
    select
        *,
        struct(name, email, city) as content,
        lead(struct(name, email, city)) over (
            partition by customer_id order by effective_time
        ) as next_content,
        lead(effective_time) over (partition by customer_id order by effective_time) as until
    from dated
    where next_date is null or next_date > effective_date
),

versions as (
    select
        *,
        lag(until) over (partition by customer_id order by effective_time) as since
    from compared
    where until is null or not content <=> next_content  -- the last row of each version
)

select
    customer_id,
    coalesce(since, timestamp '1970-01-01 00:00:00') as valid_from,  -- older sales find the first
    until as valid_to,
    until is null as is_current,
    if(:show_pii, name, concat(substr(name, 1, 1), '***')) as name,
    if(:show_pii, email, concat(substr(email, 1, 1), '***')) as email,
    city,
    signup_date,
    false as is_inferred
from versions
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
