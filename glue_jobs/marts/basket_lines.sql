-- basket_lines
-- One row per line of a basket. An order is one of a customer and day, lines without an order are one
-- basket of their customer and day; the purchases of a visit are one basket of its day.
select 'order' as basket_kind, dt, customer_id as of_whom, order_id, product_id
from fct_transactions
where status = 'completed' and dt > string(date_sub(:as_of, :order_days))
union all
select 'session', dt, session_id, cast(null as string), product_id
from events
where event_type = 'purchase' and dt > string(date_sub(:as_of, :session_days))
