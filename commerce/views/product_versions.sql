-- product_versions
-- Products as they were at the end of each day of sale; one row per product and version, valid at the end of
-- first_day to last_day. A version that lasted less has a last_day before its first; the latest has no
-- end. Of a product that no catalogue has the category is unknown, name and brand are NULL.
select
    product_id,
    name,
    brand,
    coalesce(category, 'unknown') as category,
    is_current,
    cast(with_timezone(valid_from, 'UTC') at time zone 'SourceTimeZone' as date) as first_day,
    coalesce(
        date_add('day', -1, cast(with_timezone(valid_to, 'UTC') at time zone 'SourceTimeZone' as date)),
        date '9999-12-31'
    ) as last_day
from dim_products
