-- purchase_matches
-- Purchases of the events beside transactions of the order book, US dollars; one row per pair that belongs
-- together, and one per purchase or transaction that stands alone, whose other side is NULL. A pair has the same
-- day, customer, product and quantity; where there are several, the first purchase belongs to the first
-- transaction, the second to the second. A transaction without a time comes after those with one.
with purchases as (
    select
        event_date as sales_date,
        user_id as customer_id,
        product_id,
        quantity,
        row_number() over (
            partition by event_date, user_id, product_id, quantity
            order by event_time, event_time_micros, session_id, price
        ) as place,
        session_id,
        event_time,
        event_time_micros,
        price * quantity as tracked_amount,
        cast(null as varchar) as transaction_id,
        cast(null as varchar) as order_key,
        cast(null as decimal(12, 2)) as gross_amount,
        cast(null as decimal(12, 2)) as net_amount
    from shop_events
    where event_type = 'purchase'
),
sales as (
    select *, cast(dt as date) as sales_date from fct_transactions
),
transactions as (
    select
        sales_date,
        customer_id,
        product_id,
        quantity,
        row_number() over (
            partition by sales_date, customer_id, product_id, quantity
            order by transaction_time, transaction_id
        ) as place,
        cast(null as varchar) as session_id,
        cast(null as timestamp) as event_time,
        cast(null as integer) as event_time_micros,
        cast(null as decimal(20, 2)) as tracked_amount,
        transaction_id,
        coalesce(order_id, concat('t:', transaction_id)) as order_key,
        gross_amount,
        net_amount
    from sales
),
both_sides as (
    select * from purchases
    union all
    select * from transactions
)
-- Grouped, not joined: so Athena can apply a filter on sales_date where it reads. A group has at most one row of
-- each side, and max() is what it has.
select
    sales_date,
    customer_id,
    product_id,
    quantity,
    place,
    count(session_id) = 1 as is_tracked,
    count(transaction_id) = 1 as is_booked,
    max(session_id) as session_id,
    max(event_time) as event_time,
    max(event_time_micros) as event_time_micros,
    max(tracked_amount) as tracked_amount,
    max(transaction_id) as transaction_id,
    max(order_key) as order_key,
    max(gross_amount) as gross_amount,
    max(net_amount) as net_amount
from both_sides
group by sales_date, customer_id, product_id, quantity, place
