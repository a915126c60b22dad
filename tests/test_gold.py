"""The five aggregates of a few events, counted by hand."""

from datetime import datetime
from decimal import Decimal

import pytest
from pyspark.sql import DataFrame, SparkSession

from glue_jobs import gold
from glue_jobs.schemas import GOLD

COLUMNS = (
    "dt string, hour string, event_time timestamp, user_id string, session_id string, "
    "event_type string, product_id string, category string, quantity int, price decimal(10,2)"
)
DAY = "2026-03-01"
EARLY, LATE = datetime(2026, 3, 1, 10, 0), datetime(2026, 3, 1, 10, 59)  # ruff: ignore[call-datetime-without-tzinfo] - as Spark collects them


@pytest.fixture(scope="module")
def events(spark: SparkSession) -> DataFrame:
    """Two users in one hour, a purchase in the next."""
    cent, ten = Decimal("0.01"), Decimal(10)
    rows = [
        (DAY, "10", EARLY, "u_1", "s_1", "page_view", "p_1", "books", None, None),
        (DAY, "10", EARLY, "u_1", "s_1", "page_view", "p_1", "books", None, None),
        (DAY, "10", EARLY, "u_1", "s_1", "add_to_cart", "p_1", "books", 3, cent),
        (DAY, "10", LATE, "u_1", "s_1", "purchase", "p_1", "books", 3, cent),
        (DAY, "10", EARLY, "u_2", "s_2", "search", None, None, None, None),
        (DAY, "10", EARLY, "u_2", "s_2", "add_to_cart", "p_2", "toys", 1, ten),
        (DAY, "10", LATE, "u_2", "s_2", "remove_from_cart", "p_2", "toys", 1, ten),
        (DAY, "11", LATE, "u_2", "s_2", "search", None, None, None, None),
    ]
    return spark.createDataFrame(rows, COLUMNS)


@pytest.fixture(scope="module")
def rows(events: DataFrame) -> dict[str, list[tuple[object, ...]]]:
    """The rows of each gold table without its day, sorted."""
    return {
        table.name: sorted(map(tuple, frame.drop("dt").collect()), key=str)
        for table, frame in gold.aggregates(events).items()
    }


def test_columns(events: DataFrame) -> None:
    """Every gold table is made, with the columns, types and keys of its schema."""
    made = {table: frame.dtypes for table, frame in gold.aggregates(events).items()}

    assert made == {
        table: [(f.name, f.dataType.simpleString()) for f in table.partitioned_columns]
        for table in GOLD
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
