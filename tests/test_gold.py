"""The five aggregates of a few events, counted by hand."""

from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from pyarrow import parquet as pq
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import to_arrow_schema

from glue_jobs import gold
from glue_jobs.parts import pack
from glue_jobs.schemas import EVENTS, FILES, GOLD, USER_ACTIVITY, Table

COLUMNS = (
    "event_time",
    "user_id",
    "session_id",
    "event_type",
    "product_id",
    "category",
    "quantity",
    "price",
)
DAY = "2026-03-01"
EARLY, LATE = (datetime(2026, 3, 1, 10, minute, tzinfo=UTC) for minute in (0, 59))


@pytest.fixture(scope="module")
def files(spark: SparkSession) -> DataFrame:
    """Two users in one hour, of two files, a purchase; a search in the next."""
    cent, ten = Decimal("0.01"), Decimal(10)
    events = {
        ("10", "a"): [
            (EARLY, "u_1", "s_1", "page_view", "p_1", "books", None, None),
            (EARLY, "u_1", "s_1", "page_view", "p_1", "books", None, None),
            (EARLY, "u_1", "s_1", "add_to_cart", "p_1", "books", 3, cent),
            (EARLY, "u_2", "s_2", "search", None, None, None, None),
        ],
        ("10", "b"): [
            (LATE, "u_1", "s_1", "purchase", "p_1", "books", 3, cent),
            (EARLY, "u_2", "s_2", "add_to_cart", "p_2", "toys", 1, ten),
            (LATE, "u_2", "s_2", "remove_from_cart", "p_2", "toys", 1, ten),
        ],
        ("11", "b"): [(LATE, "u_2", "s_2", "search", None, None, None, None)],
    }
    rows = [(DAY, hour, _packed(of_file)) for (hour, _), of_file in events.items()]
    return spark.createDataFrame(rows, FILES)


def _packed(events: list[tuple[object, ...]]) -> bytearray:
    rest = {"event_time_micros": 0, "source_file": "s3://source/x.gz"}
    rows = [{**rest, **dict(zip(COLUMNS, event, strict=True))} for event in events]
    return bytearray(pack(pa.Table.from_pylist(rows, to_arrow_schema(EVENTS.columns)), EVENTS))


@pytest.fixture(scope="module")
def rows(files: DataFrame) -> dict[str, list[tuple[object, ...]]]:
    """The rows of each gold table without its day, sorted."""
    return {
        table.name: sorted(_rows(table, frame), key=str)
        for table, frame in gold.aggregates(files).items()
    }


def _rows(table: Table, frame: DataFrame) -> list[tuple[object, ...]]:
    """Return rows in the order of the table's columns, and their hour; times are in UTC."""
    if frame.schema == FILES:
        return [
            (*event.values(), row.hour)
            for row in frame.collect()
            for event in pq.read_table(pa.BufferReader(row.body)).to_pylist()
        ]
    return [*map(tuple, frame.select(*table.columns.names, "hour").collect())]


def test_columns(files: DataFrame) -> None:
    """Every gold table is made, with the columns and types of its schema."""
    made = gold.aggregates(files)

    [packed] = made.pop(USER_ACTIVITY).limit(1).collect()
    schema = pq.read_schema(pa.BufferReader(packed.body))
    assert schema.types == [
        pa.timestamp("ms", "UTC") if pa.types.is_timestamp(column.type) else column.type
        for column in to_arrow_schema(USER_ACTIVITY.columns)
    ]
    assert schema.names == USER_ACTIVITY.columns.names
    assert {table: dict(frame.dtypes) for table, frame in made.items()} == {
        table: {f.name: f.dataType.simpleString() for f in table.partitioned_columns}
        for table in GOLD
        if table is not USER_ACTIVITY
    }


def test_conversion_funnel(rows: dict[str, list[tuple[object, ...]]]) -> None:
    """One row per product; a product nobody viewed is there all the same."""
    assert rows["conversion_funnel"] == [
        ("p_1", "books", 2, 1, 0, 1, "10"),
        ("p_2", "toys", 0, 1, 1, 0, "10"),
    ]


def test_hourly_revenue(rows: dict[str, list[tuple[object, ...]]]) -> None:
    """Price x quantity of purchases alone; an hour in which nothing was bought made zero."""
    assert rows["hourly_revenue"] == [
        (Decimal("0.00"), 0, 0, "11"),
        (Decimal("0.03"), 1, 3, "10"),
    ]


def test_top_products(rows: dict[str, list[tuple[object, ...]]]) -> None:
    """Only page views count as views."""
    assert rows["top_products"] == [("p_1", 2, "10")]


def test_category_performance(rows: dict[str, list[tuple[object, ...]]]) -> None:
    """Every event is counted once; searches stand under no category."""
    assert rows["category_performance"] == [
        ("books", "add_to_cart", 1, "10"),
        ("books", "page_view", 2, "10"),
        ("books", "purchase", 1, "10"),
        ("toys", "add_to_cart", 1, "10"),
        ("toys", "remove_from_cart", 1, "10"),
        (None, "search", 1, "10"),
        (None, "search", 1, "11"),
    ]


def test_user_activity(rows: dict[str, list[tuple[object, ...]]]) -> None:
    """One row per hour, user and session; who bought nothing brought in zero."""
    zero = Decimal("0.00")
    assert rows["user_activity"] == [
        ("u_1", "s_1", 4, 2, 1, 1, Decimal("0.03"), EARLY, LATE, "10"),
        ("u_2", "s_2", 1, 0, 0, 0, zero, LATE, LATE, "11"),
        ("u_2", "s_2", 3, 0, 1, 0, zero, EARLY, LATE, "10"),
    ]
