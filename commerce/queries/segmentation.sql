-- segmentation
-- One row per segment; by revenue.
select
    segment,
    customers,
    orders,
    net_revenue,
    customers_rate,
    revenue_rate
from segmentation
order by net_revenue desc, segment
