-- search_attribution
-- 30 days up to the latest day, one row per search text, NULL for purchases without a search; by revenue, then
-- by text.
select
    search_query,
    sum(purchases) as purchases,
    sum(booked) as booked,
    sum(not_booked) as not_booked,
    sum(net_revenue) as net_revenue,
    sum(not_booked_revenue) as not_booked_revenue
from search_attribution
cross join latest_day
where sales_date between date_add('day', 1 - 30, as_of) and as_of
group by search_query
order by net_revenue desc, search_query
