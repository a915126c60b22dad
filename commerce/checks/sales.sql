-- sales
-- Shares of the transactions that the day's files brought, as they are known now; one row.
-- NULL without a transaction, and where a shop never delivered products or customers at all.
with brought as (
    select distinct
        dt,
        transaction_id
    from silver_x.transactions
    where dt between 'FirstDay' and 'LastDay' and strpos(source_file, '/date=' || 'Day' || '/') > 0
),
products as (
    select
        product_id,
        true as is_known
    from silver_x.products
    group by product_id
),
customers as (
    select
        customer_id,
        max_by(signup_date, effective_time) as signup_date
    from silver_x.customers
    group by customer_id
),
lines as (
    select
        fct_transactions.dt,
        gross_amount,
        price * quantity as list_amount,
        products.is_known is null as has_unknown_product,
        fct_transactions.product_id,
        customers.signup_date is null as has_unknown_customer,
        fct_transactions.customer_id,
        customers.signup_date
    from fct_transactions
    join brought on brought.dt = fct_transactions.dt and brought.transaction_id = fct_transactions.transaction_id
    left join products on products.product_id = fct_transactions.product_id
    left join customers on customers.customer_id = fct_transactions.customer_id
    where fct_transactions.dt between 'FirstDay' and 'LastDay'
),
counts as (
    select
        count(*) as transactions,
        count_if(has_unknown_product) as unknown_products,
        min(product_id) filter (where has_unknown_product) as unknown_products_example,
        count_if(has_unknown_customer) as unknown_customers,
        min(customer_id) filter (where has_unknown_customer) as unknown_customers_example,
        count(list_amount) as priced,
        count_if(gross_amount <> list_amount) as other_total,
        count_if(gross_amount * 2 < list_amount or gross_amount > list_amount * 2) as far_off_total,
        count(signup_date) as known_customers,
        count_if(cast(dt as date) < signup_date) as before_signup
    from lines
)
select
    'transactions' as source,
    if(catalogue.products > 0, cast(unknown_products as double) / nullif(transactions, 0)) as unknown_products,
    unknown_products_example,
    if(register.customers > 0, cast(unknown_customers as double) / nullif(transactions, 0)) as unknown_customers,
    unknown_customers_example,
    cast(other_total as double) / nullif(priced, 0) as total_is_price,
    cast(far_off_total as double) / nullif(priced, 0) as total_near_price,
    cast(before_signup as double) / nullif(known_customers, 0) as sale_before_signup
from counts
cross join (select count(*) as products from products) as catalogue
cross join (select count(*) as customers from customers) as register
