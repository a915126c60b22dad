-- daily_sales
-- The sales of 30 days up to the latest day, as they are known now; one row per day, US dollars. Days without
-- sales have zeros. A day after the latest that has sales already is the last row, and not complete.
select sales_days.*
from sales_days
cross join latest_day
where sales_date > date_add('day', -30, as_of)
