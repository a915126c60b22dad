-- category_sales
-- One row per version of the categories and category: current as products are sorted today, then as they were on
-- the day of sale. Each version adds up to all sales; by version and revenue.
select
    version,
    version_category as category,
    sum(units) as units,
    sum(gross_revenue) as gross_revenue,
    sum(returned_revenue) as returned_revenue,
    sum(net_revenue) as net_revenue
from category_sales
cross join unnest(array['current', 'then'], array[category, category_then]) as versions (version, version_category)
group by version, version_category
order by version, net_revenue desc, category
