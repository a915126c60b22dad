-- anomalies
-- What the day and the same weekdays of the eight weeks before were like; one row per metric, source and day that
-- has a value. Reversals are those of sales of the 90 days before, on the day at which they became known.
with weekdays as (
    select cast(date_add('week', -week, date 'Day') as varchar) as dt
    from unnest(sequence(0, 8)) as weeks (week)
),
summaries as (
    select
        dt,
        transactions,
        unique_customers,
        gross_revenue,
        avg_order_value
    from daily_sales_summary
    where dt between cast(date_add('week', -8, date 'Day') as varchar) and 'Day'
),
reversals as (
    select
        cast(cast(with_timezone(reversed_time, 'UTC') at time zone 'SourceTimeZone' as date) as varchar) as dt,
        sum(returned_amount) as returned
    from fct_transactions
    where dt between cast(date_add('day', -90, date_add('week', -8, date 'Day')) as varchar) and 'Day'
        and reversed_time is not null
    group by 1
),
receipts as (
    select
        source,
        date as dt,
        raw_key,
        row_number() over (partition by source, date, landing_key order by received_at desc, raw_key) as place
    from bronze_x.file_receipts
    where date between cast(date_add('week', -8, date 'Day') as varchar) and 'Day'
        and day_of_week(cast(date as date)) = day_of_week(date 'Day')
        and verdict = 'accepted'
),
files as (
    select
        ledger.source,
        ledger.dt,
        sum(lines) as lines,
        sum(rejected) as rejected
    from bronze_x.commerce_ledger as ledger
    join receipts
        on receipts.source = ledger.source
        and receipts.dt = ledger.dt
        and receipts.raw_key = regexp_extract(ledger.source_file, '/(raw/.*)$', 1)
        and receipts.place = 1
    where ledger.dt between cast(date_add('week', -8, date 'Day') as varchar) and 'Day'
        and state = 'loaded'
    group by ledger.source, ledger.dt
),
measures as (
    select
        cast(null as varchar) as source,
        summaries.dt,
        array['transactions', 'unique_customers', 'gross_revenue', 'avg_order_value', 'reversals_share'] as metrics,
        array[
            cast(transactions as double),
            cast(unique_customers as double),
            cast(gross_revenue as double),
            cast(avg_order_value as double),
            coalesce(cast(returned as double), 0) / nullif(cast(gross_revenue as double), 0)
        ] as amounts
    from summaries
    left join reversals on reversals.dt = summaries.dt
    union all
    select
        source,
        dt,
        array['rows', 'rejected_share'],
        array[cast(lines as double), cast(rejected as double) / nullif(lines, 0)]
    from files
)
select
    metric,
    source,
    measures.dt,
    amount
from measures
join weekdays on weekdays.dt = measures.dt
cross join unnest(metrics, amounts) as measured (metric, amount)
where amount is not null
order by metric, source, dt
