-- quality_verdict
-- One row per day of delivery that was checked, of the last year; the newest first.
select
    dt,
    verdict,
    failed,
    warned,
    accepted
from quality_verdict
order by dt desc
