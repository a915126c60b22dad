-- tracking
-- Purchases of the events beside transactions of the order book, US dollars; one row per day that has either.
-- tracked_revenue - gross_revenue = only_tracked_revenue - only_booked_revenue + amount_difference, to the cent:
-- what no transaction belongs to, what no purchase belongs to, and pairs whose amounts differ, as by a discount.
select
    sales_date,
    count_if(is_tracked) as purchases,
    count_if(is_booked) as transactions,
    count_if(is_tracked and is_booked) as matched,
    count_if(not is_booked) as only_tracked,
    count_if(not is_tracked) as only_booked,
    count_if(tracked_amount <> gross_amount) as other_amounts,
    coalesce(sum(tracked_amount), 0) as tracked_revenue,
    coalesce(sum(gross_amount), 0) as gross_revenue,
    coalesce(sum(tracked_amount) filter (where not is_booked), 0) as only_tracked_revenue,
    coalesce(sum(gross_amount) filter (where not is_tracked), 0) as only_booked_revenue,
    coalesce(sum(tracked_amount - gross_amount), 0) as amount_difference
from purchase_matches
group by sales_date
