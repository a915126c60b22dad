-- reviews
-- Share of the reviews that the day's files brought whose customer had not bought the product until that day; one row.
-- Purchases are those since two years before the first touched day. NULL without a review.
with brought as (
    select distinct
        dt,
        review_id,
        customer_id,
        product_id
    from silver_x.reviews
    where dt between 'FirstDay' and 'LastDay' and strpos(source_file, '/date=' || 'Day' || '/') > 0
),
purchases as (
    select
        customer_id,
        product_id,
        min(dt) as first_dt
    from fct_transactions
    where dt between cast(date_add('year', -2, date 'FirstDay') as varchar) and 'LastDay'
    group by customer_id, product_id
)
select
    'reviews' as source,
    cast(count_if(first_dt is null or first_dt > brought.dt) as double) / nullif(count(*), 0) as review_without_purchase,
    min(review_id) filter (where first_dt is null or first_dt > brought.dt) as review_without_purchase_example
from brought
left join purchases on purchases.customer_id = brought.customer_id and purchases.product_id = brought.product_id
