"""A year of sales as the tables that marts are made of: files by table and day, made by DuckDB.

100,000 transactions a day in 59,000 orders, of 500,000 customers and 5,000 products; some of both
are far more often bought than others. Each 30 days a catalogue and a fifth of the customers.
"""

from datetime import date, timedelta
from pathlib import Path

import duckdb

LAST, DAYS, EVERY = date(2026, 3, 1), 365, 30
_LINES = """
create or replace temp table lines as
with orders as (
    select order_number, cast(floor(500000 * random() * random()) as bigint) as customer
    from range(59000) as numbers (order_number)
)
select
    '{day}-' || lpad(line::varchar, 7, '0') as transaction_id,
    'o_{day}_' || order_number as order_id,
    'u_' || lpad(customer::varchar, 8, '0') as customer_id,
    'p_' || lpad(cast(floor(5000 * pow(random(), 3)) as bigint)::varchar, 6, '0') as product_id,
    cast(1 + floor(random() * 3) as int) as quantity,
    cast(1 + random() * 200 as decimal(12, 2)) as gross_amount,
    random() < 0.06 as is_back
from range(100000) as numbers (line)
join orders on order_number = line % 59000
order by transaction_id
"""
_FACTS = """
    select
        transaction_id, order_id, customer_id, product_id, quantity,
        cast(null as decimal(10, 2)) as price, gross_amount,
        if(is_back, gross_amount, 0)::decimal(12, 2) as returned_amount,
        if(is_back, 0, gross_amount)::decimal(12, 2) as net_amount,
        if(is_back, 'returned', 'completed') as status, null::timestamptz as transaction_time,
        null::timestamptz as reversed_time, null::timestamptz as refunded_time, 1::int as versions
    from lines
"""
_SUMS = """
    count(distinct order_id) as orders,
    count(distinct if(is_back, null, order_id)) as completed_orders,
    count(*) as transactions, count(distinct customer_id) as unique_customers,
    sum(quantity)::bigint as units, sum(if(is_back, quantity, 0))::bigint as units_returned,
    sum(gross_amount)::decimal(38, 2) as gross_revenue,
    coalesce(sum(gross_amount) filter (where is_back), 0)::decimal(38, 2) as returned_revenue,
    coalesce(sum(gross_amount) filter (where not is_back), 0)::decimal(38, 2) as net_revenue,
    null::decimal(18, 2) as avg_order_value
"""
_DAILY = {
    "daily_product_sales": f"select product_id, {_SUMS} from lines group by 1 order by 1",
    "daily_customer_sales": f"select customer_id, {_SUMS} from lines group by 1 order by 1",
    "daily_sales_summary": f"select {_SUMS} from lines",
    "fct_transactions": _FACTS,
}
_MONTHLY = {
    "products": """
        select
            'p_' || lpad(n::varchar, 6, '0') as product_id, 'Name ' || n as name,
            'category ' || n % 20 as category, null::varchar as brand,
            (n % 90 + {number})::decimal(10, 2) as price, 3::int as stock,
            timestamptz '{day} 00:00:00+00' as effective_time, 's3://x' as source_file
        from range(5000) as numbers (n)
    """,
    "customers": """
        select
            'u_' || lpad(n::varchar, 8, '0') as customer_id, 'Name ' || n as name,
            'a@b' || n as email, 'city ' || (n + {number}) % 20 as city,
            date '2025-01-01' as signup_date, timestamptz '{day} 00:00:00+00' as effective_time,
            's3://x' as source_file
        from range(500000) as numbers (n)
        where n % 5 = {number} % 5
    """,
    "reviews": """
        select
            '{day} ' || n as review_id, 'p_' || lpad((n % 5000)::varchar, 6, '0') as product_id,
            'u_1' as customer_id, (1 + n % 5)::int as rating, null::varchar as review_text,
            timestamptz '{day} 00:00:00+00' as first_effective,
            timestamptz '{day} 00:00:00+00' as last_effective, 's3://x' as source_file
        from range(60000) as numbers (n)
    """,
}


def write(folder: Path) -> None:
    """Write ``<table>/dt=<day>/rows.parquet``."""
    with duckdb.connect() as database:
        database.execute("select setseed(0.5)")
        for number in range(DAYS):
            day = LAST - timedelta(number)
            database.execute(_LINES.format(day=day))
            _copy(database, folder, day, _DAILY)
            if number % EVERY == 0:
                monthly = {
                    name: text.format(day=day, number=number // EVERY)
                    for name, text in _MONTHLY.items()
                }
                _copy(database, folder, day, monthly)


def _copy(
    database: duckdb.DuckDBPyConnection, folder: Path, day: date, statements: dict[str, str]
) -> None:
    for name, statement in statements.items():
        file = folder / name / f"dt={day}" / "rows.parquet"
        file.parent.mkdir(parents=True)
        database.execute(f"copy ({statement}) to '{file}' (format parquet, compression zstd)")
