-- return_rate
-- Mature sales and young ones apart. One row per month of sale, then per category, then per product; what a row
-- is not of is NULL, as is a rate where nothing was sold for money. By maturity, then by the rows' key.
select
    is_mature,
    sales_month,
    category,
    product_id,
    sum(units) as units,
    sum(units_returned) as units_returned,
    cast(sum(units_returned) as double) / nullif(sum(units), 0) as unit_return_rate,
    cast(sum(returned_revenue) as double) / nullif(sum(gross_revenue), 0) as revenue_return_rate
from return_rate
group by grouping sets ((is_mature, sales_month), (is_mature, category), (is_mature, category, product_id))
order by is_mature desc, sales_month, category, product_id nulls first
