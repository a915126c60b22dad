-- touched_days
-- The first and the last day that a record of the day's files may belong to; one row, NULL if none is loaded.
select
    cast(min(first_event_time) as date) as first_day,
    cast(max(last_event_time) as date) as last_day
from bronze_x.commerce_ledger
where dt = 'Day' and source in ('transactions', 'sales', 'reviews') and state = 'loaded'
