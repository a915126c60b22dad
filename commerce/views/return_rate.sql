-- return_rate
-- What came back of what was sold; one row per month of sale, product, and whether the sales are mature: 30 days
-- old or more on the latest day, for younger ones have not come back yet. US dollars. Name and category are those
-- of today; a refund follows a return, so it counts once. A rate is NULL where nothing was sold for money.
select
    date_trunc('month', sales_date) as sales_month,
    category,
    product_id,
    name,
    sales_date <= date_add('day', -30, as_of) as is_mature,
    sum(units) as units,
    sum(units_returned) as units_returned,
    sum(gross_revenue) as gross_revenue,
    sum(returned_revenue) as returned_revenue,
    cast(sum(units_returned) as double) / nullif(sum(units), 0) as unit_return_rate,
    cast(sum(returned_revenue) as double) / nullif(sum(gross_revenue), 0) as revenue_return_rate
from product_sales
cross join latest_day
group by date_trunc('month', sales_date), category, product_id, name, sales_date <= date_add('day', -30, as_of)
