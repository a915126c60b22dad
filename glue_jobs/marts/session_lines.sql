-- session_lines
-- One row per purchase of a visit. The purchases of a visit on a day are one basket.
select dt, session_id as of_whom, cast(null as string) as order_id, product_id
from events
where event_type = 'purchase' and dt > string(date_sub(:as_of, :session_days))
