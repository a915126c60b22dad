"""The five aggregates of a few events, counted by hand."""

from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from pyarrow import parquet as pq
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql.pandas.types import to_arrow_schema

from glue_jobs.events import aggregates, gold
from glue_jobs.events.schemas import EVENTS, GOLD
from glue_jobs.lake.parquet import pack
from glue_jobs.lake.tables import Table

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
    rows = [(DAY, hour, name, _packed(of_file)) for (hour, name), of_file in events.items()]
    return spark.createDataFrame(rows, EVENTS.file_columns)


def _packed(events: list[tuple[object, ...]]) -> bytearray:
    rest = {"event_time_micros": 0, "source_file": "s3://source/x.gz"}
    rows = [{**rest, **dict(zip(COLUMNS, event, strict=True))} for event in events]
    return bytearray(pack(pa.Table.from_pylist(rows, to_arrow_schema(EVENTS.columns)), EVENTS))


@pytest.fixture(scope="module")
def made(files: DataFrame) -> list[Row]:
    """The files of the gold tables."""
    return gold.merge(gold.aggregate(files)).collect()


@pytest.fixture(scope="module")
def rows(made: list[Row]) -> dict[str, list[tuple[object, ...]]]:
    """The rows of each gold table and their hour, sorted; times are in UTC."""
    tables = defaultdict(list)
    for file in made:
        found = pq.read_table(pa.BufferReader(file.content)).to_pylist()
        tables[file.table] += [(*row.values(), file.hour) for row in found]
    return {name: sorted(rows, key=str) for name, rows in tables.items()}


def test_columns(made: list[Row]) -> None:
    """Every gold table is made, with the columns and types of its schema."""
    found = {file.table: pq.read_schema(pa.BufferReader(file.content)) for file in made}
    assert found == {table.name: _stored(table) for table in GOLD}


def _stored(table: Table) -> pa.Schema:
    """Return a table's columns, with times as they are stored."""
    milliseconds = pa.timestamp("ms", "UTC")
    return pa.schema([
        field.with_type(milliseconds) if pa.types.is_timestamp(field.type) else field
        for field in to_arrow_schema(table.columns)
    ])


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


def test_hash_buckets_are_whole() -> None:
    """Sessions are split by their users: a user's are in the same bucket of every file."""
    users = [f"u_{number}" for number in range(100)]
    first, second = (
        {
            user: bucket
            for bucket, sessions in aggregates.into_buckets(_sessions(of)).items()
            for user in _users(sessions)
        }
        for of in (users, users[::-1])
    )
    assert first == second
    assert first.keys() == set(users)
    assert set(first.values()) == set(range(aggregates.HASH_BUCKETS))


def _sessions(users: list[str]) -> pa.Table:
    return pa.table({"user_id": [*users, *users], "session_id": list(map(str, range(200)))})


def _users(sessions: pa.Table) -> list[str]:
    return sessions["user_id"].to_pylist()
