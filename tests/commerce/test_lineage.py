from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from pyspark.sql.pandas.types import to_arrow_schema

from glue_jobs.commerce import facts
from glue_jobs.commerce.lineage import DERIVED
from glue_jobs.commerce.schemas import (
    CLICKSTREAM,
    DAILY_CUSTOMER_SALES,
    DAILY_DEVICE_SESSIONS,
    DAILY_PRODUCT_SALES,
    DAILY_SALES_SUMMARY,
    FCT_TRANSACTIONS,
    GOLD,
    STEPS,
    TRANSACTIONS,
)
from glue_jobs.commerce.visits import visits
from glue_jobs.lake.tables import Table
from tests.perturbation import Make, declared_sources, found_sources

MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)


def _at(hour: int) -> datetime:
    return MIDNIGHT.replace(hour=hour)


# A customer's lines of one product: two of no order, two of one that came back before they were
# sold, by a clock that is wrong, two of one that is kept; and a line of another customer.
SILVER = [
    ("t1", None, "c1", "p1", 1, "5.00", "5.00", _at(10), "completed", _at(12)),
    ("t2", None, "c1", "p1", 2, "4.00", "7.00", _at(11), "completed", _at(13)),
    ("t3", "o1", "c1", "p1", 3, None, "9.00", _at(14), "returned", _at(9)),
    ("t4", "o1", "c1", "p1", 4, "2.50", "10.00", _at(15), "refunded", _at(8)),
    ("t6", "o3", "c1", "p1", 6, "1.50", "8.00", _at(16), "completed", _at(17)),
    ("t7", "o3", "c1", "p1", 7, "1.00", "6.00", _at(18), "completed", _at(19)),
    ("t8", "o2", "c2", "p2", 5, "2.00", "11.00", None, "refunded", _at(20)),
]
# One visit does everything twice, another nothing that is counted.
CLICKS = [
    ("s1", "c1", step, "/", "mobile", "p1", _at(number))
    for number, step in enumerate((*STEPS, *STEPS))
]
CLICKS += [("s2", None, "search", "/a", device, None, _at(11)) for device in ("mobile", "desktop")]


def _rows(table: Table, rows: list[tuple[object, ...]]) -> pa.Table:
    """Return rows of a table; what they lack at the end is that of the column before."""
    schema = to_arrow_schema(table.columns)
    columns = [*zip(*rows, strict=True)]
    if table is TRANSACTIONS:
        columns[5:7] = ([text and Decimal(text) for text in of] for of in columns[5:7])
        columns.append(columns[-1])
    columns.append(["s3://b/f"] * len(rows))
    arrays = [pa.array(of, field.type) for of, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(
        arrays, schema=pa.schema([f.with_nullable(nullable=True) for f in schema])
    )


SALES = facts.transactions(_rows(TRANSACTIONS, SILVER), MIDNIGHT)
SALES = SALES.cast(pa.schema([field.with_nullable(nullable=True) for field in SALES.schema]))
CASES: dict[Table, tuple[Make, pa.Table, tuple[str, ...]]] = {
    FCT_TRANSACTIONS: (
        lambda silver: facts.transactions(silver, MIDNIGHT),
        _rows(TRANSACTIONS, SILVER),
        ("transaction_id",),
    ),
    DAILY_PRODUCT_SALES: (facts.daily_product_sales, SALES, ("product_id",)),
    DAILY_CUSTOMER_SALES: (facts.daily_customer_sales, SALES, ("customer_id",)),
    DAILY_SALES_SUMMARY: (
        facts.daily_sales_summary,
        facts.daily_customer_sales(SALES),
        (),
    ),
    DAILY_DEVICE_SESSIONS: (
        lambda silver: visits(silver)[DAILY_DEVICE_SESSIONS],
        _rows(CLICKSTREAM, CLICKS),
        ("device",),
    ),
}


@pytest.mark.parametrize("table", GOLD, ids=lambda table: table.name)
def test_columns_come_from_what_is_declared(table: Table) -> None:
    """Of the source's columns each that is declared changes the column, and no other does."""
    make, rows, keys = CASES[table]

    assert found_sources(make, rows, keys) == declared_sources(DERIVED[table])


def test_source() -> None:
    """The columns that are declared exist: those of the table, and of its source."""
    for table, of in DERIVED.items():
        assert {*of.columns} == {*table.columns.names}
        assert {name for names in of.columns.values() for name in names} <= {
            *of.source.columns.names,
            "*",
        }
