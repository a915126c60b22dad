"""What the five questions read: of gold by queries.sql, of silver, and of the raw files."""

from typing import NamedTuple

import boto3

from tests.tools import demo
from tests.tools.bench.data import HOUR
from tests.tools.bench.measure import BenchError

# What the questions know of gold, asked of the events: in silver or in the raw files.
OF_EVENTS = {
    "conversion_funnel": """
        select dt, hour, product_id, min(category) as category,
            count(*) filter (where event_type = 'page_view') as page_views,
            count(*) filter (where event_type = 'add_to_cart') as add_to_carts,
            count(*) filter (where event_type = 'remove_from_cart') as removals,
            count(*) filter (where event_type = 'purchase') as purchases
        from {events} where product_id is not null group by dt, hour, product_id
    """,
    "hourly_revenue": """
        select dt, hour,
            sum(case when event_type = 'purchase' then price * quantity else 0 end) as revenue,
            count(*) filter (where event_type = 'purchase') as purchases,
            sum(case when event_type = 'purchase' then quantity else 0 end) as units
        from {events} group by dt, hour
    """,
    "top_products": """
        select product_id, count(*) as page_views
        from {events} where event_type = 'page_view' group by product_id
    """,
    "category_performance": """
        select dt, category, event_type, count(*) as events
        from {events} group by dt, category, event_type
    """,
    "user_activity": """
        select dt, user_id, session_id, count(*) as events
        from {events} group by dt, user_id, session_id
    """,
}
# Only right where no line is invalid, late or there twice.
RAW = f"""(
    select substr("timestamp", 1, 10) as dt, substr("timestamp", 12, 2) as hour,
        user_id, session_id, event_type, product_id, category,
        cast(quantity as integer) as quantity, cast(price as decimal(10, 2)) as price
    from raw_events
    where year || '-' || month || '-' || day || ' ' || hour = '{HOUR:%Y-%m-%d %H}'
)"""


class Answer(NamedTuple):
    """An answer as CSV, the bytes that Athena says it scanned, and seconds."""

    rows: bytes
    scanned: int
    seconds: float


def footprints(stack: dict[str, str]) -> dict[str, dict[str, Answer]]:
    """Ask the five questions of the clean hour that a stack has loaded; answers by layer.

    Raises:
        BenchError: the layers do not give the same answers.
        RuntimeError: a query failed.
    """
    found = {}
    for (title, gold), (table, events) in zip(demo.statements(), OF_EVENTS.items(), strict=True):
        statements = {
            "Gold": gold,
            "Silver": f"with {table} as ({events.format(events='events')}) {gold}",
            "Bronze": f"with {table} as ({events.format(events=RAW)}) {gold}",
        }
        found[title] = {layer: ask(text, stack, layer) for layer, text in statements.items()}
        if len({answer.rows for answer in found[title].values()}) > 1:
            raise BenchError(f"{title} has another answer in gold than in silver or in raw files")
    return found


def ask(statement: str, stack: dict[str, str], layer: str) -> Answer:
    """Ask Athena, when nobody else does.

    Raises:
        RuntimeError: the query failed.
    """
    rows, athena = demo.ask(statement, stack, layer), boto3.client("athena")
    latest = athena.list_query_executions(WorkGroup=stack["WorkGroupName"])["QueryExecutionIds"][0]
    query = athena.get_query_execution(QueryExecutionId=latest)["QueryExecution"]["Statistics"]
    return Answer(rows, query["DataScannedInBytes"], query["TotalExecutionTimeInMillis"] / 1000)
