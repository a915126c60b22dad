-- daily_tables
-- Touched days on which a daily table has other sales than the facts; one row per table.
with sums as (
    select
        source,
        dt,
        sum(transactions) as transactions,
        sum(gross) as gross
    from (
        select
            source,
            dt,
            -1 as transactions,
            -gross_amount as gross
        from fct_transactions
        cross join unnest(array['daily_product_sales', 'daily_customer_sales', 'daily_sales_summary']) as tables (source)
        where dt between 'FirstDay' and 'LastDay'
        union all
        select
            'daily_product_sales',
            dt,
            transactions,
            gross_revenue
        from daily_product_sales
        where dt between 'FirstDay' and 'LastDay'
        union all
        select
            'daily_customer_sales',
            dt,
            transactions,
            gross_revenue
        from daily_customer_sales
        where dt between 'FirstDay' and 'LastDay'
        union all
        select
            'daily_sales_summary',
            dt,
            transactions,
            gross_revenue
        from daily_sales_summary
        where dt between 'FirstDay' and 'LastDay'
    )
    group by source, dt
)
select
    source,
    count_if(transactions <> 0 or gross <> 0) as daily_sales_match_facts,
    min(dt) filter (where transactions <> 0 or gross <> 0) as daily_sales_match_facts_example
from sums
group by source
order by source
