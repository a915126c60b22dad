-- customer_value
-- One row per customer, whether it ever bought or was only delivered.
with everybody as (
    select
        dim_customers.customer_id,
        not is_inferred as is_registered,
        first_order_date,
        last_order_date,
        coalesce(orders, 0) as orders,
        coalesce(completed_orders, 0) as completed_orders,
        coalesce(units, 0) as units,
        coalesce(gross_revenue, 0) as gross_revenue,
        coalesce(returned_revenue, 0) as returned_revenue,
        coalesce(net_revenue, 0) as lifetime_value,
        -- A day of sale may be the day after that of its delivery.
        greatest(0, datediff(:as_of, last_completed_date)) as recency_days,
        completed_orders > 0 as has_completed
    from dim_customers
    left join bought on bought.customer_id = dim_customers.customer_id
    where is_current
),

scored as (
    select
        *,
        5 - size(filter(split(:recency_days, ','), most -> recency_days > int(most))) as r_score,
        1 + size(filter(split(:order_counts, ','), least -> completed_orders >= int(least)))
            as f_score,
        1 + 5 * (rank() over (partition by has_completed order by lifetime_value) - 1)
            div count(*) over (partition by has_completed) as m_score
    from everybody
)

select
    :as_of as as_of,
    customer_id,
    is_registered,
    first_order_date,
    last_order_date,
    orders,
    completed_orders,
    units,
    gross_revenue,
    returned_revenue,
    lifetime_value,
    -- Narrower, so that the quotient has digits enough to be rounded once.
    cast(lifetime_value as decimal(28, 2)) / nullif(completed_orders, 0) as avg_order_value,
    if(has_completed, recency_days, null) as recency_days,
    if(has_completed, r_score, null) as r_score,
    if(has_completed, f_score, null) as f_score,
    if(has_completed, m_score, null) as m_score,
    case
        when orders = 0 then 'no_purchase'
        when completed_orders = 0 then 'all_returned'
        -- By R from the top, by F from left to right.
        when r_score = 5 then array(
            'new_customers', 'potential_loyalists', 'potential_loyalists', 'champions', 'champions'
        )[f_score - 1]
        when r_score = 4 then array(
            'promising', 'potential_loyalists', 'potential_loyalists', 'loyal_customers',
            'loyal_customers'
        )[f_score - 1]
        when r_score = 3 then array(
            'about_to_sleep', 'about_to_sleep', 'needs_attention', 'loyal_customers',
            'loyal_customers'
        )[f_score - 1]
        else array(
            'hibernating', 'hibernating', 'at_risk', 'at_risk', 'cannot_lose'
        )[f_score - 1]
    end as segment
from scored
