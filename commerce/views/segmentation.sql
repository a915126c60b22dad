-- segmentation
-- Customers by segment; one row per segment, US dollars. The rows add up to all customers and all revenue. A
-- rate is the segment's part of them, NULL where there is none.
select
    segment,
    count(*) as customers,
    sum(orders) as orders,
    sum(completed_orders) as completed_orders,
    sum(gross_revenue) as gross_revenue,
    sum(returned_revenue) as returned_revenue,
    sum(lifetime_value) as net_revenue,
    cast(count(*) as double) / nullif(sum(count(*)) over (), 0) as customers_rate,
    cast(sum(lifetime_value) as double) / nullif(sum(sum(lifetime_value)) over (), 0) as revenue_rate
from customer_value
group by segment
