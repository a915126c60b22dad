from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from pyspark.sql.pandas.types import to_arrow_schema

from glue_jobs.events import aggregates, gold
from glue_jobs.events.lineage import DERIVED
from glue_jobs.events.schemas import (
    CATEGORY_PERFORMANCE,
    CONVERSION_FUNNEL,
    EVENTS,
    GOLD,
    HOURLY_REVENUE,
    TOP_PRODUCTS,
    USER_ACTIVITY,
)
from glue_jobs.lake.parquet import pack
from glue_jobs.lake.tables import Table
from tests.perturbation import declared_sources, found_sources

TYPES = ("page_view", "add_to_cart", "remove_from_cart", "purchase", "purchase", "page_view")
KEYS = {
    CONVERSION_FUNNEL: ("product_id",),
    HOURLY_REVENUE: (),
    TOP_PRODUCTS: ("product_id",),
    CATEGORY_PERFORMANCE: ("category", "event_type"),
    USER_ACTIVITY: ("user_id", "session_id"),
}


def _rows() -> pa.Table:
    """Return an hour's events: a user does everything with a product, another looks at one."""
    rows = [
        {
            "event_time": datetime(2026, 3, 1, 10, number, tzinfo=UTC),
            "event_time_micros": number,
            "user_id": "u1",
            "session_id": "s1",
            "event_type": event_type,
            "product_id": "p1",
            "quantity": number + 1,
            "price": Decimal(number + 1),
            "category": "books",
            "search_query": None,
            "source_file": f"s3://b/{number}",
        }
        for number, event_type in enumerate(TYPES)
    ]
    rows[-1] |= {"user_id": "u2", "session_id": "s2", "product_id": "p2", "category": "art"}
    return pa.Table.from_pylist(rows, to_arrow_schema(EVENTS.columns))


def _made(table: Table) -> Callable[[pa.Table], pa.Table]:
    def make(rows: pa.Table) -> pa.Table:
        events = aggregates.read(pack(rows, EVENTS))
        if table is USER_ACTIVITY:
            return aggregates.by_session(events)
        products = aggregates.merge(events, *aggregates.PRODUCTS)
        return gold.OF_PRODUCTS[table](aggregates.with_steps(products))

    return make


@pytest.mark.parametrize("table", GOLD, ids=lambda table: table.name)
def test_columns_come_from_what_is_declared(table: Table) -> None:
    """Of silver's columns each that is declared changes the column, and no other does."""
    found = found_sources(_made(table), _rows(), KEYS[table])

    assert found == declared_sources(DERIVED[table])


def test_every_column_is_declared() -> None:
    """No table and no column of gold is left out."""
    assert {table: [*of.columns] for table, of in DERIVED.items()} == {
        table: table.columns.names for table in GOLD
    }
