-- proof
-- One row per promise of the marts that is broken: what other tables promise, and what was found.
with everybody as (
    select count(*) as customers
    from (select customer_id from customers union select customer_id from bought)
),

everything as (
    select count(*) as products
    from (select product_id from products union select product_id from daily_product_sales)
),

sales as (
    select
        coalesce(sum(gross_revenue), 0) as gross_revenue,
        coalesce(sum(returned_revenue), 0) as returned_revenue,
        coalesce(sum(net_revenue), 0) as net_revenue
    from daily_sales_summary
),

value as (
    select
        count(*) as customers,
        count(distinct customer_id) as distinct_customers,
        coalesce(sum(gross_revenue), 0) as gross_revenue,
        coalesce(sum(returned_revenue), 0) as returned_revenue,
        coalesce(sum(lifetime_value), 0) as net_revenue
    from customer_value
),

promises as (
    select
        'gross, returned and net revenue of all customers' as promise,
        array(sales.gross_revenue, sales.returned_revenue, sales.net_revenue) as promised,
        array(value.gross_revenue, value.returned_revenue, value.net_revenue) as found
    from sales cross join value
    union all
    select
        'each customer once',
        array(everybody.customers, everybody.customers),
        array(value.customers, value.distinct_customers)
    from everybody cross join value
    union all
    select
        'each customer in one current version',
        array(customers, customers),
        (select array(count(distinct customer_id), count_if(is_current)) from dim_customers)
    from everybody
    union all
    select
        'each product in one current version',
        array(products, products),
        (select array(count(distinct product_id), count_if(is_current)) from dim_products)
    from everything
)

select promise, promised, found
from promises
where promised <> found
