-- deliveries
-- Files of sales that were delivered for the day, the newest of each name, and their records; one row.
select
    count(*) as sales_delivered,
    sum(records) as sales_not_empty
from (
    select
        records,
        row_number() over (partition by landing_key order by received_at desc, raw_key) as place
    from bronze_x.file_receipts
    where date = 'Day' and source in ('transactions', 'sales') and verdict = 'accepted'
)
where place = 1
