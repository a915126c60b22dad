-- files
-- What receipts and ledger say of the day's files, the newest of each name; one row per source that delivered.
-- Counts are files; rejected_share is NULL without a record, row_ratio unless the four same weekdays before
-- have files. A name of which no version was accepted counts as refused.
with receipts as (
    select
        source,
        date as dt,
        landing_key as name,
        raw_key,
        received_at,
        verdict = 'refused' as is_refused,
        records,
        split_part(duplicate_of, '/', 3) <> 'date=' || date as is_repeated
    from bronze_x.file_receipts
    where date in (
        'Day',
        cast(date_add('day', -7, date 'Day') as varchar),
        cast(date_add('day', -14, date 'Day') as varchar),
        cast(date_add('day', -21, date 'Day') as varchar),
        cast(date_add('day', -28, date 'Day') as varchar)
    )
),
ledger as (
    select
        source,
        dt,
        regexp_extract(source_file, '/(raw/.*)$', 1) as raw_key,
        state = 'loaded' and lines = accepted + duplicates + rejected as is_balanced,
        lines,
        rejected
    from bronze_x.commerce_ledger
    where dt in (
        'Day',
        cast(date_add('day', -7, date 'Day') as varchar),
        cast(date_add('day', -14, date 'Day') as varchar),
        cast(date_add('day', -21, date 'Day') as varchar),
        cast(date_add('day', -28, date 'Day') as varchar)
    )
),
versions as (
    select
        coalesce(receipts.source, ledger.source) as source,
        coalesce(receipts.dt, ledger.dt) as dt,
        coalesce(is_refused, false) as is_refused,
        coalesce(is_repeated, false) as is_repeated,
        is_balanced,
        -- A file with a header only has no row in the ledger.
        records is not distinct from lines or (records = 0 and lines is null) as is_loaded,
        lines,
        rejected,
        row_number() over (
            partition by
                coalesce(receipts.source, ledger.source),
                coalesce(receipts.dt, ledger.dt),
                coalesce(receipts.name, ledger.raw_key)
            order by coalesce(is_refused, false), received_at desc, receipts.raw_key
        ) as place
    from receipts
    full join ledger on ledger.raw_key = receipts.raw_key
),
days as (
    select
        source,
        dt,
        count_if(is_refused) as refused_files,
        count_if(not is_refused and is_repeated) as repeated_files,
        count_if(not is_balanced) as ledger_balances,
        count_if(not is_refused and not is_loaded) as files_loaded,
        sum(lines) as lines,
        sum(rejected) as rejected
    from versions
    where place = 1
    group by source, dt
),
usual as (
    select
        source,
        avg(cast(lines as double)) as lines
    from days
    where dt <> 'Day' and lines is not null
    group by source
    having count(*) = 4
)
select
    days.source,
    refused_files,
    repeated_files,
    ledger_balances,
    files_loaded,
    cast(rejected as double) / nullif(days.lines, 0) as rejected_share,
    days.lines / nullif(usual.lines, 0) as row_ratio
from days
left join usual on usual.source = days.source
where dt = 'Day'
order by days.source
