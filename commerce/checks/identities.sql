-- identities
-- Touched days on which silver has other transactions than the facts; one row.
with silver as (
    select
        dt,
        count(distinct transaction_id) as transactions
    from silver_x.transactions
    where dt between 'FirstDay' and 'LastDay'
    group by dt
),
facts as (
    select
        dt,
        count(*) as transactions
    from fct_transactions
    where dt between 'FirstDay' and 'LastDay'
    group by dt
)
select
    'fct_transactions' as source,
    count_if(silver.transactions is distinct from facts.transactions) as facts_match_silver,
    min(coalesce(silver.dt, facts.dt)) filter (
        where silver.transactions is distinct from facts.transactions
    ) as facts_match_silver_example
from silver
full join facts on facts.dt = silver.dt
