-- freshness
-- Hours since the end, UTC, of the newest day of delivery that is loaded; one row per source that ever
-- delivered until then.
select
    source,
    max(dt) as newest_dt,
    date_diff('second', cast(max(dt) as timestamp) + interval '1' day, timestamp 'Now') / 3600e0 as freshness
from bronze_x.commerce_ledger
where state = 'loaded' and cast(dt as timestamp) < timestamp 'Now'
group by source
order by source
