-- quality_verdict
-- What the quality gate says of a day of delivery: its newest run, but for the failures that somebody accepted with just
-- what was observed; one row per day of the last year that was checked. Checks are named with their source, comma-separated, NULL if none.
with results as (
    select
        dt,
        check_name,
        source,
        severity,
        observed,
        passed,
        run_id,
        checked_at
    from bronze_x.quality_results
    -- Athena lists a folder per day: those since 2000 would be five cents.
    where dt >= cast(current_date - interval '1' year as varchar)
),
runs as (
    select
        *,
        rank() over (partition by dt order by checked_at desc, run_id desc) as place
    from results
    where severity <> 'accepted'
),
consents as (
    select distinct
        dt,
        check_name,
        source,
        observed
    from results
    where severity = 'accepted'
),
findings as (
    select
        runs.dt,
        runs.check_name || coalesce(' (' || runs.source || ')', '') as label,
        case
            when coalesce(runs.passed, false) then 'pass'
            when runs.severity <> 'fail' then 'warn'
            when consents.dt is not null then 'accepted'
            else 'fail'
        end as found
    from runs
    left join consents
        on consents.dt = runs.dt
        and consents.check_name = runs.check_name
        and consents.source is not distinct from runs.source
        and consents.observed is not distinct from runs.observed
    where runs.place = 1
)
select
    dt,
    case
        when count_if(found = 'fail') > 0 then 'fail'
        when count_if(found <> 'pass') > 0 then 'warn'
        else 'pass'
    end as verdict,
    array_join(array_sort(array_agg(distinct label) filter (where found = 'fail')), ', ') as failed,
    array_join(array_sort(array_agg(distinct label) filter (where found = 'warn')), ', ') as warned,
    array_join(array_sort(array_agg(distinct label) filter (where found = 'accepted')), ', ') as accepted
from findings
group by dt
