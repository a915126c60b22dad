-- latest_day
-- The newest day of delivery that is loaded of transactions or sales; one row, NULL while there is none.
select max(cast(dt as date)) as as_of
from bronze_x.commerce_ledger
where source in ('transactions', 'sales') and state = 'loaded'
