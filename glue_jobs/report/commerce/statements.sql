-- What the page of the order book asks. Each statement has a name and the layer whose database it asks; what stands in
-- braces is a part, which comes first, or `ids`. A word after a colon is a parameter: `day` is that of the page, `week`,
-- `thirty` and `sixty` begin the 7, 30 and 60 days that end with it; for the others see facts.py. US dollars, by days
-- of sale, as it is known now. Ids and names are anybody's text, so categories and cities are ranks: by net revenue of
-- the thirty days, then by name. 0 is all others together, NULL is all. A product's category and a customer's city are
-- those of today. Without one it is '', which no name is, since empty is missing: ranked like any other, its name is NULL.

-- part category_ranks
products as (
    select
        product_id,
        name as product_name,
        brand,
        coalesce(category, '') as category
    from dim_products
    where is_current
),
categories as (
    select
        coalesce(category, '') as name,
        row_number() over (order by sum(net_revenue) desc, coalesce(category, '')) as rank
    from daily_product_sales as sold
    left join products on products.product_id = sold.product_id
    where dt between :thirty and :day
    group by coalesce(category, '')
)

-- part city_ranks
customers as (
    select customer_id, coalesce(city, '') as city from dim_customers where is_current
),
cities as (
    select
        coalesce(city, '') as name,
        row_number() over (order by sum(net_revenue) desc, coalesce(city, '')) as rank
    from daily_customer_sales as sold
    left join customers on customers.customer_id = sold.customer_id
    where dt between :thirty and :day
    group by coalesce(city, '')
)

-- part lines
-- The lines of `sales` with their ranks.
{category_ranks},
{city_ranks},
lines as (
    select
        cast(dt as date) as sales_date,
        date_diff('day', cast(dt as date), cast(:day as date)) as days_ago,
        sales.customer_id,
        sales.product_id,
        coalesce(order_id, concat('t:', transaction_id)) as order_key,
        transaction_time,
        quantity as units,
        gross_amount as gross_revenue,
        returned_amount as returned_revenue,
        net_amount as net_revenue,
        status,
        if(categories.rank <= 5, categories.rank, 0) as category_rank,
        if(cities.rank <= 10, cities.rank, 0) as city_rank
    from sales
    left join products on products.product_id = sales.product_id
    left join categories on categories.name = coalesce(category, '')
    left join customers on customers.customer_id = sales.customer_id
    left join cities on cities.name = coalesce(city, '')
)

-- part largest
-- The hundred products with the highest net revenue of the thirty days.
largest as (
    select product_id
    from daily_product_sales
    where dt between :thirty and :day
    group by product_id
    order by sum(net_revenue) desc, product_id
    limit 100
)

-- part newest
-- Of each day of `results` those of the newest run, with their outcome: a failure of which somebody accepted just what
-- was observed is accepted.
consents as (
    select distinct
        dt,
        check_name,
        source,
        observed
    from results
    where severity = 'accepted'
),
runs as (
    select
        *,
        rank() over (partition by dt order by checked_at desc, run_id desc) as place
    from results
    where severity <> 'accepted'
),
newest as (
    select
        runs.*,
        case
            when coalesce(runs.passed, false) then 'pass'
            when runs.severity <> 'fail' then 'warn'
            when consents.dt is not null then 'accepted'
            else 'fail'
        end as outcome
    from runs
    left join consents
        on consents.dt = runs.dt
        and consents.check_name = runs.check_name
        and consents.source is not distinct from runs.source
        and consents.observed is not distinct from runs.observed
    where runs.place = 1
)

-- statement days, gold
-- One row per day from `calendar` on, without sales zeros: at most 62. Posted is what became known on a day: its sales
-- less what came back, of sales since `year`, ten months before `calendar` or more.
with reversals as (
    select
        cast(at_timezone(with_timezone(reversed_time, 'UTC'), :zone) as date) as posting_date,
        returned_amount
    from fct_transactions
    where dt between :year and :day and reversed_time is not null
),
reversed as (
    select posting_date, sum(returned_amount) as amount from reversals group by posting_date
),
calendar as (
    select sales_date from unnest(sequence(cast(:calendar as date), cast(:day as date))) as dates (sales_date)
),
sold as (
    select * from daily_sales_summary where dt between :calendar and :day
)
select
    sales_date,
    transactions is not null as has_sales,
    coalesce(transactions, 0) as transactions,
    coalesce(orders, 0) as orders,
    coalesce(completed_orders, 0) as completed_orders,
    coalesce(unique_customers, 0) as unique_customers,
    coalesce(units, 0) as units,
    coalesce(gross_revenue, 0) as gross_revenue,
    coalesce(returned_revenue, 0) as returned_revenue,
    coalesce(net_revenue, 0) as net_revenue,
    coalesce(gross_revenue, 0) as posted_gross,
    coalesce(amount, 0) as posted_reversed,
    coalesce(gross_revenue, 0) - coalesce(amount, 0) as posted_net
from calendar
left join sold on sold.dt = cast(sales_date as varchar)
left join reversed on posting_date = sales_date
order by sales_date
;

-- statement categories, gold
-- The largest categories, at most 5.
with {category_ranks}
select rank, nullif(name, '') as name
from categories
where rank <= 5
order by rank
;

-- statement cities, gold
-- The largest cities, at most 10.
with {city_ranks}
select rank, nullif(name, '') as name
from cities
where rank <= 10
order by rank
;

-- statement cube, gold
-- One row per period, whether it is that before, category, city and status that has sales: at most 6 x 7 x 12 x 4.
-- An order or a customer counts once in each cell of which it has a line. For this it keeps a bit for each category
-- and status that it has, and counts in the cells that have one of them, so all lines are read and grouped once.
with sales as (
    select * from fct_transactions where dt between :sixty and :day
),
{lines},
bits as (
    select
        category_rank,
        status,
        cast(power(2, 3 * category_rank + place - 1) as bigint) as bits,
        if(status = 'completed', cast(power(2, 3 * category_rank + place - 1) as bigint), 0) as completed_bits
    from unnest(sequence(0, 5)) as ranks (category_rank)
    cross join unnest(array['completed', 'returned', 'refunded']) with ordinality as statuses (status, place)
),
cells as (
    select
        category_rank,
        status,
        sum(bits) as bits,
        sum(completed_bits) as completed_bits
    from bits
    group by cube (category_rank, status)
),
-- Of each kind a row: what is summed (3), a customer (1), an order (0).
sums as (
    select
        period_days,
        is_before,
        city_rank,
        grouping(customer_id, order_key) as kind,
        bitwise_or_agg(bits) as bits,
        count(*) as transactions,
        sum(units) as units,
        sum(gross_revenue) as gross_revenue,
        sum(returned_revenue) as returned_revenue,
        sum(net_revenue) as net_revenue
    from (
        select
            lines.*,
            bits,
            period_days,
            days_ago >= period_days as is_before
        from lines
        join bits on bits.category_rank = lines.category_rank and bits.status = lines.status
        cross join unnest(array[1, 7, 30]) as periods (period_days)
        where days_ago < 2 * period_days
    )
    group by grouping sets (
        (period_days, is_before, city_rank, bits),
        (period_days, is_before, city_rank, customer_id),
        (period_days, is_before, city_rank, customer_id, sales_date, order_key)
    )
),
counts as (
    select
        period_days,
        is_before,
        city_rank,
        bits,
        sum(transactions) filter (where kind = 3) as transactions,
        count_if(kind = 0) as orders,
        count_if(kind = 1) as unique_customers,
        sum(units) filter (where kind = 3) as units,
        sum(gross_revenue) filter (where kind = 3) as gross_revenue,
        sum(returned_revenue) filter (where kind = 3) as returned_revenue,
        sum(net_revenue) filter (where kind = 3) as net_revenue
    from sums
    group by period_days, is_before, city_rank, bits
)
select
    period_days,
    is_before,
    cells.category_rank,
    city_rank,
    cells.status,
    sum(transactions) as transactions,
    sum(orders) as orders,
    coalesce(sum(orders) filter (where bitwise_and(counts.bits, completed_bits) <> 0), 0) as completed_orders,
    sum(unique_customers) as unique_customers,
    sum(units) as units,
    sum(gross_revenue) as gross_revenue,
    sum(returned_revenue) as returned_revenue,
    sum(net_revenue) as net_revenue
from counts
join cells on bitwise_and(counts.bits, cells.bits) <> 0
group by period_days, is_before, cells.category_rank, cells.status, rollup (city_rank)
order by period_days, is_before, cells.category_rank, city_rank, cells.status
;

-- statement cube_days, gold
-- One row per day of the thirty, category, city and status that has sales: at most 30 x 7 x 12 x 4.
with sales as (
    select * from fct_transactions where dt between :thirty and :day
),
{lines},
sold as (
    select
        sales_date,
        category_rank,
        city_rank,
        status,
        count(*) as transactions,
        sum(gross_revenue) as gross_revenue,
        sum(net_revenue) as net_revenue
    from lines
    group by sales_date, category_rank, city_rank, status
)
select
    sales_date,
    category_rank,
    city_rank,
    status,
    sum(transactions) as transactions,
    sum(gross_revenue) as gross_revenue,
    sum(net_revenue) as net_revenue
from sold
group by sales_date, cube (category_rank, city_rank, status)
order by sales_date, category_rank, city_rank, status
;

-- statement cube_products, gold
-- The first ten products of each period, category, city and status by net revenue; where all has come back, by gross.
-- Of equals the id decides. At most 3 x 7 x 12 x 4 x 10 rows.
with sales as (
    select * from fct_transactions where dt between :thirty and :day
),
{lines},
sold as (
    select
        period_days,
        product_id,
        category_rank,
        city_rank,
        status,
        sum(units) as units,
        sum(gross_revenue) as gross_revenue,
        sum(net_revenue) as net_revenue
    from lines
    cross join unnest(array[1, 7, 30]) as periods (period_days)
    where days_ago < period_days
    group by period_days, product_id, category_rank, city_rank, status
),
sums as (
    select
        period_days,
        product_id,
        category_rank,
        city_rank,
        status,
        sum(units) as units,
        sum(gross_revenue) as gross_revenue,
        sum(net_revenue) as net_revenue
    from sold
    group by period_days, product_id, category_rank, cube (city_rank, status)
),
places as (
    select
        period_days,
        of_category.category_rank,
        city_rank,
        status,
        row_number() over (
            partition by period_days, of_category.category_rank, city_rank, status
            order by if(status in ('returned', 'refunded'), gross_revenue, net_revenue) desc, product_id
        ) as place,
        product_id,
        units,
        gross_revenue,
        net_revenue
    from sums
    cross join unnest(array[category_rank, null]) as of_category (category_rank)
)
select *
from places
where place <= 10
order by period_days, category_rank, city_rank, status, place
;

-- statement cube_hours, gold
-- One row per period, category, status, weekday (Monday is 1) and hour that has sales; hours are those of days of
-- sale, NULL is a sale of which only the day is known. At most 15 weekdays of periods x 7 x 4 x 25.
with sales as (
    select * from fct_transactions where dt between :thirty and :day
),
{lines},
-- By minute first, for there are few to tell the hour of.
sold as (
    select
        sales_date,
        days_ago,
        category_rank,
        status,
        date_trunc('minute', transaction_time) as minute,
        count(*) as transactions,
        sum(gross_revenue) as gross_revenue,
        sum(net_revenue) as net_revenue
    from lines
    group by sales_date, days_ago, category_rank, status, date_trunc('minute', transaction_time)
),
times as (
    select
        *,
        day_of_week(sales_date) as weekday,
        hour(at_timezone(with_timezone(minute, 'UTC'), :zone)) as hour
    from sold
    cross join unnest(array[1, 7, 30]) as periods (period_days)
    where days_ago < period_days
)
select
    period_days,
    category_rank,
    status,
    weekday,
    hour,
    sum(transactions) as transactions,
    sum(gross_revenue) as gross_revenue,
    sum(net_revenue) as net_revenue
from times
group by period_days, weekday, hour, cube (category_rank, status)
order by period_days, category_rank, status, weekday, hour
;

-- statement latest, gold
-- The latest transactions, at most 20: of the days since `latest`, which have so many. Those of a day without a time
-- come after the others.
select
    transaction_id,
    cast(dt as date) as sales_date,
    transaction_time,
    product_id,
    customer_id,
    quantity,
    gross_amount,
    net_amount,
    status
from fct_transactions
where dt between :latest and :day
order by dt desc, transaction_time desc, transaction_id
limit 20
;

-- statement product_days, gold
-- One row per product of the hundred and day with sales: at most 100 x 30.
with {largest}
select
    product_id,
    cast(dt as date) as sales_date,
    units,
    net_revenue
from daily_product_sales
where dt between :thirty and :day
    and product_id in (select product_id from largest)
order by product_id, sales_date
;

-- statement partners, gold
-- What is bought together with a product of the hundred: at most 100 x 5.
with {largest}
select
    product_id,
    place,
    with_product_id,
    lift,
    baskets_both
from recommendations
where basket_kind = 'order'
    and product_id in (select product_id from largest)
order by product_id, place
;

-- statement segments, gold
-- One row per segment of the customers.
select
    segment,
    customers,
    orders,
    net_revenue
from segmentation
order by net_revenue desc, segment
;

-- statement segment_grid, gold
-- One row per scores of recency and frequency that customers have: at most 25. They tell the segment.
select
    r_score,
    f_score,
    min(segment) as segment,
    count(*) as customers,
    sum(lifetime_value) as lifetime_value
from customer_value
where r_score is not null
group by r_score, f_score
order by r_score, f_score
;

-- statement segment_customers, gold
-- The first twenty customers of each segment by lifetime value, of equals by id.
select
    segment,
    place,
    customer_id,
    name,
    city,
    lifetime_value,
    orders,
    last_order_date
from (
    select
        *,
        row_number() over (partition by segment order by lifetime_value desc, customer_id) as place
    from customer_lifetime_value
)
where place <= 20
order by segment, place
;

-- statement return_rates, gold
-- One row per month of sale, and one per category: at most 13 and 6. Of sales that were 30 days old or more on the day,
-- from `year` to `mature`, for younger ones have not come back yet. A refund follows a return, so it counts once.
with {category_ranks},
sold as (
    select
        date_trunc('month', cast(dt as date)) as sales_month,
        if(rank <= 5, rank, 0) as category_rank,
        units,
        units_returned,
        gross_revenue,
        returned_revenue
    from daily_product_sales as sold
    left join products on products.product_id = sold.product_id
    left join categories on categories.name = coalesce(category, '')
    where dt between :year and :mature
)
select
    sales_month,
    category_rank,
    sum(units) as units,
    sum(units_returned) as units_returned,
    sum(gross_revenue) as gross_revenue,
    sum(returned_revenue) as returned_revenue
from sold
group by grouping sets ((sales_month), (category_rank))
order by sales_month, category_rank
;

-- statement tracking, gold
-- One row per day of the week that has purchases of the events or transactions.
select *
from tracking
where sales_date between cast(:week as date) and cast(:day as date)
order by sales_date
;

-- statement snapshots, gold
-- One row per mart that has rows: the day as of which it was built.
select table_name, max(as_of) as as_of
from (
    select 'customer_value' as table_name, as_of from customer_value
    union all
    select 'product_associations' as table_name, as_of from product_associations
    union all
    select 'product_ratings' as table_name, as_of from product_ratings
)
group by table_name
order by table_name
;

-- statement verdicts, bronze
-- One row per day of delivery of the thirty that was checked. As the view quality_verdict, which ends a year before today.
with results as (
    select * from quality_results where dt between :thirty and :day
),
{newest},
labels as (
    select
        dt,
        outcome,
        check_name || coalesce(' (' || source || ')', '') as label
    from newest
)
select
    cast(dt as date) as delivery_date,
    case
        when count_if(outcome = 'fail') > 0 then 'fail'
        when count_if(outcome <> 'pass') > 0 then 'warn'
        else 'pass'
    end as verdict,
    array_join(array_sort(array_agg(distinct label) filter (where outcome = 'fail')), ', ') as failed,
    array_join(array_sort(array_agg(distinct label) filter (where outcome = 'warn')), ', ') as warned,
    array_join(array_sort(array_agg(distinct label) filter (where outcome = 'accepted')), ', ') as accepted
from labels
group by dt
order by dt
;

-- statement quality, bronze
-- One row per check and source of the newest run of the gate over the day.
with results as (
    select * from quality_results where dt = :day
),
{newest}
select
    check_name,
    source,
    outcome,
    observed,
    bound,
    detail,
    checked_at
from newest
order by check_name, source
;

-- statement anomalies, bronze
-- One row per day of the thirty and metric of it, or of a source, that was unlike those of the weeks before, says the
-- newest run over that day.
with results as (
    select * from quality_results where dt between :thirty and :day
),
{newest}
select
    cast(dt as date) as sales_date,
    substr(check_name, length('anomaly_') + 1) as metric,
    source,
    observed,
    bound,
    detail
from newest
where starts_with(check_name, 'anomaly_')
    and not passed
order by sales_date, metric, source
;

-- statement freshness, bronze
-- One row per source of which a file was loaded in the year: its newest day of delivery, and when that came, UTC.
select
    source,
    cast(max(dt) as date) as newest_day,
    max_by(delivered_at, dt) as delivered_at
from (
    select
        source,
        dt,
        max(modified_time) as delivered_at
    from commerce_ledger
    where dt between :year and :day and state = 'loaded'
    group by source, dt
)
group by source
order by source
;

-- statement products, gold
-- One row per product of `ids`, which the other answers name: its sales of the thirty days. Name and brand are NULL
-- without a catalogue.
with {category_ranks},
ids (product_id) as (
    values {ids}
),
sold as (
    select
        product_id,
        sum(units) as units,
        sum(net_revenue) as net_revenue
    from daily_product_sales
    where dt between :thirty and :day
    group by product_id
)
select
    ids.product_id,
    product_name as name,
    brand,
    if(rank <= 5, rank, 0) as category_rank,
    coalesce(units, 0) as units,
    coalesce(net_revenue, 0) as net_revenue
from ids
left join sold on sold.product_id = ids.product_id
left join products on products.product_id = ids.product_id
left join categories on categories.name = coalesce(category, '')
order by ids.product_id
;
