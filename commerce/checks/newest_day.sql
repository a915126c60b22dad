-- newest_day
-- The newest day of delivery of sales, loaded or held back, from a day on; NULL if there is none.
select max(dt) as newest_day
from bronze_x.commerce_ledger
where source in ('transactions', 'sales') and dt >= 'FirstDay'
