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
        coalesce(sum(units), 0) as units,
        coalesce(sum(gross_revenue), 0) as gross_revenue,
        coalesce(sum(returned_revenue), 0) as returned_revenue,
        coalesce(sum(net_revenue), 0) as net_revenue
    from daily_sales_summary
),

value as (
    select
        count(*) as customers,
        count(distinct customer_id) as distinct_customers,
        coalesce(sum(units), 0) as units,
        coalesce(sum(gross_revenue), 0) as gross_revenue,
        coalesce(sum(returned_revenue), 0) as returned_revenue,
        coalesce(sum(lifetime_value), 0) as net_revenue
    from customer_value
),

versions as (
    select *
    from (
        select count(distinct customer_id) as customers, count_if(is_current) as current_customers
        from dim_customers
    )
    cross join (
        select count(distinct product_id) as products, count_if(is_current) as current_products
        from dim_products
    )
)

-- One row of all that was counted, so that nothing is counted twice, becomes one of each promise.
select promise, promised, found
from everybody
cross join everything
cross join sales
cross join value
cross join versions
lateral view stack(
    4,
    'units, gross, returned and net revenue of all customers',
    concat_ws(' ', sales.units, sales.gross_revenue, sales.returned_revenue, sales.net_revenue),
    concat_ws(' ', value.units, value.gross_revenue, value.returned_revenue, value.net_revenue),
    'each customer once',
    concat_ws(' ', everybody.customers, everybody.customers),
    concat_ws(' ', value.customers, value.distinct_customers),
    'each customer in one current version',
    concat_ws(' ', everybody.customers, everybody.customers),
    concat_ws(' ', versions.customers, versions.current_customers),
    'each product in one current version',
    concat_ws(' ', everything.products, everything.products),
    concat_ws(' ', versions.products, versions.current_products)
) promises as promise, promised, found
where promised <> found
