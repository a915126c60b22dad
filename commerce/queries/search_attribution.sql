-- search_attribution
-- The seven days of a range: change the two days. Only their events and those of the day before are read. One row
-- per search text, NULL for purchases without a search; by revenue, then by text.
select
    search_query,
    sum(purchases) as purchases,
    sum(booked) as booked,
    sum(not_booked) as not_booked,
    sum(net_revenue) as net_revenue,
    sum(not_booked_revenue) as not_booked_revenue
from search_attribution
where sales_date between date '2026-03-01' and date '2026-03-07'
group by search_query
order by net_revenue desc, search_query
