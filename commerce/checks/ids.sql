-- ids
-- Ids of the transactions that the day's files brought, beside those of the 90 days before; one row.
-- order_seen_before is a share of the orders, NULL if none has an id; an order is an id and a day of sale.
with brought as (
    select distinct
        dt,
        transaction_id
    from silver_x.transactions
    where dt between 'FirstDay' and 'LastDay' and strpos(source_file, '/date=' || 'Day' || '/') > 0
),
known as (
    select
        dt,
        transaction_id,
        order_id
    from fct_transactions
    where dt between cast(date_add('day', -90, date 'FirstDay') as varchar) and 'LastDay'
),
transactions as (
    select known.transaction_id
    from known
    where known.transaction_id in (select transaction_id from brought)
    group by known.transaction_id
    having count(distinct known.dt) > 1
),
orders as (
    select distinct
        known.dt,
        known.order_id
    from known
    join brought on brought.dt = known.dt and brought.transaction_id = known.transaction_id
    where known.order_id is not null
),
neighbours as (
    select
        orders.dt,
        orders.order_id,
        bool_or(known.dt <> orders.dt) as has_other_day,
        bool_or(known.dt < orders.dt and known.dt >= cast(date_add('day', -90, cast(orders.dt as date)) as varchar)) as is_seen_before
    from orders
    join known on known.order_id = orders.order_id
    group by orders.dt, orders.order_id
),
repeated_orders as (
    select
        count(distinct if(has_other_day, order_id)) as orders,
        min(if(has_other_day, order_id)) as example,
        cast(count_if(is_seen_before) as double) / nullif(count(*), 0) as seen_before
    from neighbours
)
select
    'transactions' as source,
    repeated_transactions.transactions as transaction_on_several_days,
    repeated_transactions.example as transaction_on_several_days_example,
    repeated_orders.orders as order_on_several_days,
    repeated_orders.example as order_on_several_days_example,
    repeated_orders.seen_before as order_seen_before
from repeated_orders
cross join (
    select
        count(*) as transactions,
        min(transaction_id) as example
    from transactions
) as repeated_transactions
