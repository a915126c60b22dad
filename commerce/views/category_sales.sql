-- category_sales
-- Sales by category; one row per day of sale, category of today and category at the end of that day, so each
-- dollar stands in one row, whichever of the two it is summed by. US dollars; unknown without a catalogue.
select
    sales_date,
    category,
    category_then,
    sum(transactions) as transactions,
    sum(units) as units,
    sum(units_returned) as units_returned,
    sum(gross_revenue) as gross_revenue,
    sum(returned_revenue) as returned_revenue,
    sum(net_revenue) as net_revenue
from product_sales
group by sales_date, category, category_then
