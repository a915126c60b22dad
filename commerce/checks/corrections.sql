-- corrections
-- Transactions of which the day's files brought a row, and what their rows say together; one row of counts.
with versions as (
    select
        dt,
        transaction_id,
        status,
        first_effective,
        last_effective,
        max(last_effective) over (partition by dt, transaction_id) as newest,
        bool_or(strpos(source_file, '/date=' || 'Day' || '/') > 0) over (partition by dt, transaction_id) as is_brought,
        -- All but the status; no id has a bar.
        array_join(array[
            order_id,
            customer_id,
            product_id,
            cast(quantity as varchar),
            cast(price as varchar),
            cast(total_amount as varchar),
            cast(transaction_time as varchar)
        ], '|', '') as content
    from silver_x.transactions
    where dt between 'FirstDay' and 'LastDay'
),
histories as (
    select
        dt,
        transaction_id,
        count(distinct content) > 1 as is_corrected,
        count(distinct content) filter (where last_effective = newest) > 1 as is_ambiguous,
        coalesce(max(last_effective) filter (where status = 'completed') > min(first_effective) filter (where status <> 'completed'), false)
        or coalesce(max(last_effective) filter (where status <> 'refunded') > min(first_effective) filter (where status = 'refunded'), false) as went_back
    from versions
    where is_brought
    group by dt, transaction_id
)
select
    'transactions' as source,
    count_if(is_corrected) as corrected_rows,
    min(transaction_id) filter (where is_corrected) as corrected_rows_example,
    count_if(is_ambiguous) as ambiguous_correction,
    min(transaction_id) filter (where is_ambiguous) as ambiguous_correction_example,
    count_if(went_back) as status_went_back,
    min(transaction_id) filter (where went_back) as status_went_back_example
from histories
