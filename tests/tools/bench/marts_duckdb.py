"""``python -m tests.tools.bench.marts_duckdb FOLDER``: the marts by DuckDB, the same statements.

Spark SQL becomes DuckDB's by sqlglot. What the job's workers make, the sums of customers and the
counts of baskets, are statements here.
"""

import re
import sys
import time
from importlib.resources import files
from pathlib import Path

import duckdb
import sqlglot

from glue_jobs.marts.schemas import MARTS
from tests.tools.bench.measure import cpu_of_tree

GIVEN = {
    "as_of": "date '2026-03-01'",
    "recency_days": "'30,60,120,240'",
    "order_counts": "'2,3,5,8'",
    "session_days": "30",
    "show_pii": "false",
    "source_time_zone": "'UTC'",
}
BOUGHT = """
    select
        customer_id,
        min(cast(dt as date)) as first_order_date,
        max(cast(dt as date)) as last_order_date,
        max(if(completed_orders > 0, cast(dt as date), null)) as last_completed_date,
        sum(orders) as orders,
        sum(completed_orders) as completed_orders,
        sum(units) as units,
        sum(gross_revenue) as gross_revenue,
        sum(returned_revenue) as returned_revenue,
        sum(net_revenue) as net_revenue
    from daily_customer_sales
    group by customer_id
"""
BASKETS = """
    with basket_lines as (
        select 'order' as basket_kind, dt, customer_id as of_whom, order_id, product_id
        from fct_transactions
        where status = 'completed' and dt > cast(date '2026-03-01' - interval 180 day as varchar)
        union all
        select 'session', dt, of_whom, order_id, product_id from session_lines
    ),
    baskets as (
        select basket_kind, array_agg(distinct product_id) as products
        from basket_lines
        group by basket_kind, of_whom, order_id, dt
        having count(distinct product_id) <= 50
    ),
    products as (
        select basket_kind, unnest(products) as product_id, products from baskets
    ),
    pairs as (
        select basket_kind, product_id, unnest(products) as with_product_id
        from products
        where len(products) > 1
    )
    select basket_kind, null as product_id, null as with_product_id, count(*) as baskets
    from baskets group by all
    union all
    select basket_kind, product_id, null, count(*) from products group by all
    union all
    select basket_kind, product_id, with_product_id, count(*)
    from pairs where product_id <> with_product_id group by all having count(*) >= 5
"""
NO_EVENTS = "select null::varchar as session_id, null::varchar as dt, null::varchar as product_id, \
null::varchar as event_type where false"


def main(folder: Path) -> None:
    """Make all marts as Parquet files; print the seconds that it took, and CPU seconds."""
    with duckdb.connect() as database:
        database.execute("set timezone = 'UTC'")
        for table in (each for each in folder.iterdir() if each.is_dir()):
            read = f"read_parquet('{table}/*/*.parquet', hive_types = {{'dt': varchar}})"
            database.execute(f"create view {table.name} as select * from {read}")
        database.execute(f"create view events as {NO_EVENTS}")
        began, used = time.perf_counter(), cpu_of_tree()
        database.execute(f"create view session_lines as {_statement('session_lines')}")
        database.execute(f"create temp table bought as {BOUGHT}")
        database.execute(f"create temp table basket_counts as {BASKETS}")
        for mart in MARTS:
            target = folder / f"{mart.name}.parquet"
            database.execute(
                f"copy ({_statement(mart.name)}) to '{target}' (format parquet, compression zstd)"
            )
            database.execute(f"create view {mart.name} as from read_parquet('{target}')")
        sys.stdout.write(f"{time.perf_counter() - began} {cpu_of_tree() - used}\n")


def _statement(name: str) -> str:
    text = (files("glue_jobs.marts") / f"{name}.sql").read_text(encoding="utf-8")
    given = re.sub(r":([a-z_]+)", lambda found: GIVEN[found[1]], text)
    return sqlglot.transpile(given, read="spark", write="duckdb")[0]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
