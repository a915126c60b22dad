-- schema
-- What the day's files, the newest of each name, tell of their fields; one row per source and field that a file has
-- or that a rule of its type or values was broken in. Refused files count too, where their columns are known.
with versions as (
    select
        source,
        columns,
        raw_key,
        row_number() over (partition by source, landing_key order by received_at desc, raw_key) as place
    from bronze_x.file_receipts
    where date = 'Day' and source <> 'unknown'
),
files as (
    select
        source,
        columns
    from versions
    where place = 1 and cardinality(columns) > 0
),
ledger as (
    select
        loaded.source,
        lines,
        reasons
    from bronze_x.commerce_ledger as loaded
    join versions
        on versions.source = loaded.source
        and versions.raw_key = regexp_extract(loaded.source_file, '/(raw/.*)$', 1)
        and versions.place = 1
    where loaded.dt = 'Day'
),
fields as (
    select
        source,
        field,
        count(*) as files
    from files
    cross join unnest(columns) as named (field)
    group by source, field
),
broken as (
    select
        source,
        regexp_replace(rule, '^(wrong_type|invalid)_', '') as field,
        sum(number) as broken
    from ledger
    cross join unnest(reasons) as rejected (reason, number)
    cross join unnest(split(reason, ',')) as rules (rule)
    where regexp_like(rule, '^(wrong_type|invalid)_.')
    group by source, regexp_replace(rule, '^(wrong_type|invalid)_', '')
),
totals as (
    select
        source,
        sum(lines) as records
    from ledger
    group by source
),
delivered as (
    select
        source,
        count(*) as files
    from files
    group by source
)
select
    delivered.source,
    fields.field,
    fields.files,
    delivered.files as of_files,
    coalesce(broken.broken, 0) as broken,
    coalesce(totals.records, 0) as records
from delivered
join fields on fields.source = delivered.source
left join broken on broken.source = fields.source and broken.field = fields.field
left join totals on totals.source = delivered.source
order by delivered.source, fields.field
